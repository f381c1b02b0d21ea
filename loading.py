"""What a process loads as it starts, and keeps for as long as it lives."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Python's garbage collector rests meanwhile: what is loaded stays, and to look through all of it again and again
    takes a tenth of a start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
