"""Readers with faults of every kind, each for files that begin with a byte of its own."""

import logging
import os
import signal
import time
from pathlib import Path

from catalog.errors import Unreadable
from catalog.metadata import Header
from workers.errors import Damaged


def _faulty(path: Path, _: Header | None) -> None:
    match path.read_bytes()[:1]:
        case b"u":
            raise Unreadable("a sentence")
        case b"d":
            raise Damaged("a sentence")
        case b"v":
            raise ValueError("a fault")
        case b"k":
            os.kill(os.getpid(), signal.SIGSEGV)
        case b"e":
            time.sleep(600)
        case b"m":
            bytearray(4_000_000_000)
        case b"l":
            try:
                raise KeyError("a fault")
            except KeyError:
                logging.getLogger("darkroom.x").exception("could not read it")


FAULTY = {"faulty": _faulty}
