"""What `server.host` stands for: the addresses of this machine that a front end listens on, of both families.

A socket each: one of IPv6 that took IPv4 too would see its callers as `::ffff:192.0.2.1`, and is not to be had
everywhere.
"""

import errno
import socket
from contextlib import ExitStack
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

LOCALHOST = "localhost"
NOT_HERE = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT})
TRIES = 32  # for a port that is free in both families

Place = tuple[int, tuple[Any, ...]]
"""A family, and an address with its port, as sockets take them."""


def is_loopback(host: str) -> bool:
    """Whether this machine alone can call there. Pure, as are the two below."""
    address = _address(host)
    return host.lower() == LOCALHOST if address is None else address.is_loopback


def is_everywhere(host: str) -> bool:
    """Whether it stands for all addresses that the machine has."""
    address = _address(host)
    return address is not None and address.is_unspecified


def written(host: str, port: int) -> str:
    """A host and a port as an URL has them; an IPv6 address stands in brackets in it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def places(host: str, port: int) -> list[Place]:
    """The addresses that a host stands for, those of IPv4 first; `::` is every address of both families.

    Raises:
        OSError, ValueError: it stands for none.
    """
    found: list[Place] = []
    for family, *_, given in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE):
        address = _address(str(given[0]))
        if family == socket.AF_INET6 and isinstance(address, IPv4Address):  # written as one of IPv6
            found.append((socket.AF_INET, (str(address), port)))
            continue
        found.append((family, tuple(given)))
        if family == socket.AF_INET6 and address is not None and address.is_unspecified:
            found.append((socket.AF_INET, ("0.0.0.0", port)))  # noqa: S104 - as somebody has asked for
    return sorted(dict.fromkeys(found), key=lambda place: place[0] != socket.AF_INET)


def bound(host: str, port: int) -> list[socket.socket]:
    """A socket for each of these addresses, which does not listen yet; with port 0 all have the same free one.

    An address that this machine does not have, for want of IPv6 say, is left out where it has another.

    Raises:
        OSError: it has none, one is in use, or not for this user.
        ValueError: the host can be no name.
    """
    tries = 1 if port else TRIES
    while True:
        tries -= 1
        try:
            return _all_bound(places(host, port), port)
        except OSError as error:
            if not tries or error.errno != errno.EADDRINUSE:
                raise


def _all_bound(wanted: list[Place], port: int) -> list[socket.socket]:
    with ExitStack() as closing:
        made: list[socket.socket] = []
        missing: OSError | None = None
        for family, address in wanted:
            common = port or (made[0].getsockname()[1] if made else 0)
            try:
                made.append(closing.enter_context(_bound(family, (address[0], common, *address[2:]))))
            except OSError as error:
                if error.errno not in NOT_HERE:
                    raise
                missing = error
        if not made:
            raise missing or OSError(errno.EADDRNOTAVAIL, "it stands for no address")
        closing.pop_all()
        return made


def _bound(family: int, address: tuple[Any, ...]) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # also while the last server's connections end
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
    except BaseException:
        made.close()
        raise
    return made


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a text is; one of IPv4 that is written as one of IPv6 is that of IPv4."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address
