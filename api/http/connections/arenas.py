"""Of how many arenas the C library takes memory (mallopt(3)): glibc's own choice, eight a core, is made for few threads
that keep what they take. What the many of a front end leave behind lies scattered over all of them, and comes back to
nobody.
"""

import ctypes

ARENAS = 2
M_ARENA_MAX = -8  # glibc's malloc.h


def bounded() -> bool:
    """Has this process's threads share ARENAS arenas; those that have one already keep it. False where the C library
    knows no arenas, as musl.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False
    return bool(mallopt(M_ARENA_MAX, ARENAS))
