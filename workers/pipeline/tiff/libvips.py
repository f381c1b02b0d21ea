"""libvips, confined: one thread, no caches, and of all that reads files only its loader of TIFFs, from our own source.

It is loaded when the first TIFF comes that needs it (50 ms), and not in a process that forks workers afterwards.
"""

import importlib
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from workers.errors import Damaged, Failed, Unsupported
from workers.pipeline.tiff.source import Source

Image = Any
"""A picture of libvips, of which nothing is computed before its pixels are asked for."""

FILES, TIFF_LOADER = "VipsForeign", "VipsForeignLoadTiffSource"
SILENT = logging.CRITICAL + 1

_loading = threading.Lock()
_process = 0
"""In which libvips was confined. What is forked from it has none of its threads, and would wait for them for ever."""


class Errors(Protocol):
    """What is read from."""

    @property
    def error(self) -> Exception | None:
        """What the system raised meanwhile."""


def libvips() -> Any:
    """The module pyvips.

    Raises:
        Unsupported: it is not installed.
        Failed: this process was forked from one that has it.
    """
    global _process
    with _loading:
        logging.getLogger("pyvips").setLevel(
            SILENT
        )  # it tells libvips' warnings, of which damaged files cause any number
        try:
            pyvips: Any = importlib.import_module("pyvips")
        except ImportError as error:
            raise Unsupported("A TIFF of this kind is not rendered here: pyvips is not installed.") from error
        if not _process:
            _confine(pyvips)
            _process = os.getpid()
        if _process != os.getpid():
            raise Failed("libvips was loaded before this process was forked from another, and can't be used in it.")
        return pyvips


def _confine(pyvips: Any) -> None:
    pyvips.concurrency_set(1)  # as many renders as there are processors run beside each other anyway
    pyvips.cache_set_max(0)
    pyvips.block_untrusted_set(True)
    pyvips.operation_block_set(FILES, True)
    pyvips.operation_block_set(TIFF_LOADER, False)


@contextmanager
def reading(source: Errors) -> Iterator[None]:
    """Has what libvips raises meanwhile become what the system raised or, where it did not, Damaged."""
    pyvips = libvips()
    try:
        yield
    except pyvips.Error as error:
        if source.error is not None:
            raise source.error from error
        raise Damaged("The photo's file is damaged: it can't be decoded.") from error


def loaded(source: Source, *, at_once: bool = False) -> Image:
    """The first picture of a source. Its rows can be asked for once, from the top; `at_once`: in any order, for which
    all of them are held in memory."""
    pyvips = libvips()
    custom = pyvips.SourceCustom()
    custom.on_read(source.read)
    custom.on_seek(source.seek)
    access = "random" if at_once else "sequential"
    image = pyvips.Image.tiffload_source(custom, access=access, memory=at_once, fail_on="error")
    image._references.append(custom)  # whatever is made of it keeps alive whom it reads from, as pyvips has it
    return image
