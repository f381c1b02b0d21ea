"""File descriptors: how many this process may have, and how many connections fit into that."""

import resource

from config import Settings

MOST = 1_048_576  # more the system gives to nobody (fs.nr_open), unless somebody has raised that
OTHERS = 64  # of the program itself: listening sockets, logs, Redis, the watch, the embedded way's worker
OF_A_THREAD = 3  # the catalogue, its log, and a render's file
OF_A_CONNECTION = 2  # its socket, and the file of which it is sent
FEWEST = 16
CONNECTIONS_OF_A_THREAD = 8  # where nothing else is said


def allowed() -> int:
    """How many the system would allow this process; changes nothing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST
    return max(soft, MOST if hard == resource.RLIM_INFINITY else min(hard, MOST))


def raised() -> int:
    """Has the system allow this process as many as it may have; gives that number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = allowed()
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # fs.nr_open has been lowered since
        return soft
    return wanted


def wanted(settings: Settings) -> int:
    """How many connections at once the settings ask for."""
    return settings.server_connections or settings.server_threads * CONNECTIONS_OF_A_THREAD


def needed(connections: int, threads: int) -> int:
    """How many descriptors so many connections take, with what else needs some: `connections`, turned round. Pure."""
    return OTHERS + OF_A_THREAD * threads + OF_A_CONNECTION * connections


def connections(allowed: int, threads: int) -> int:
    """How many connections fit into so many descriptors, beside what else needs some. Pure."""
    return max(FEWEST, (allowed - OTHERS - OF_A_THREAD * threads) // OF_A_CONNECTION)
