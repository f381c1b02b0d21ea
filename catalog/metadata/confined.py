"""Reads headers, and has those of kinds that C reads looked at by a confined process.

HEIC, AVIF and raw files are taken apart by libraries as soon as they are opened, by every scan that finds one. Of
all other kinds Python reads the header.
"""

import errno
import functools
import logging
import types
import typing
from dataclasses import is_dataclass
from typing import Any, BinaryIO

from catalog.beneath.photo_files import PhotoFile
from catalog.errors import Unreadable
from catalog.kinds.formats import AVIF, HEIF, RAW
from catalog.metadata.header import Header, Seen, look_at, read_header
from config import Settings
from confine.channel import Head, Nonsense
from confine.processes import Closing, Deadline, Ended, Late, Processes, Unavailable

ENTRY = "catalog.metadata.inside"
CONFINED = frozenset({HEIF, AVIF, RAW})
"""The kinds whose headers C reads."""

SECONDS, HANGS = 20.0, 120.0  # of the processor, and in all
TRIES = 2  # a process may have been killed for what others did to the machine
SENTENCE = 500

log = logging.getLogger("darkroom.scan")


class HeaderReader:
    """Reads headers by these settings. Its processes are started when the first file needs one."""

    def __init__(self, settings: Settings, entry: str = ENTRY) -> None:
        confine = settings.workers_confine != "off"
        self._required = settings.workers_confine == "required"
        self._processes = Processes(entry, settings.workers_memory_bytes) if confine else None

    def read(self, file: PhotoFile) -> Header:
        """As `read_header`."""
        return read_header(file, self._look)

    def close(self) -> None:
        """Ends its processes."""
        if self._processes is not None:
            self._processes.close()

    def _look(self, file: BinaryIO, kind: str) -> Seen:
        if self._processes is None or kind not in CONFINED:
            return look_at(file, kind)
        try:
            return _seen(self._said(self._processes, file, kind))
        except Nonsense as error:
            log.error("a file had its reader say what none says: %s", error)
            raise Unreadable("it brings its reader down") from error
        except Late as error:
            if error.reading:
                raise OSError(errno.ETIMEDOUT, "its disk does not answer") from error
            raise Unreadable("reading it takes too long") from error
        except Unavailable as error:
            raise OSError(errno.EAGAIN, str(error)) from error
        except Closing as error:
            raise OSError(errno.ECANCELED, "what reads it is being ended") from error

    def _said(self, processes: Processes, file: BinaryIO, kind: str) -> Head:
        for _ in range(TRIES):
            try:
                with processes.process() as process:
                    if self._required and process.missing:
                        raise Unavailable(f"This kernel has no {' and no '.join(process.missing)}.")
                    process.begin(Deadline(SECONDS, HANGS), {"kind": kind}, file.fileno())
                    said, _ = process.hear(0)
                    process.sound = "seen" in said
                    return said
            except Ended:
                continue
        raise Unreadable("it brings its reader down")


def _seen(said: Head) -> Seen:
    match said:
        case {"seen": dict(seen)}:
            made: Seen = _made(Seen, seen)
            if min(made.width, made.height) < 1:
                raise Nonsense("a photo without pixels")
            return made
        case {"unreadable": str(sentence)} if len(sentence) <= SENTENCE:
            raise Unreadable(sentence)
        case {"errno": int(number), "strerror": str(sentence)} if len(sentence) <= SENTENCE:
            raise OSError(number, sentence)
        case {"failed": str(name), "sentence": str(sentence)}:
            name = name[:SENTENCE]
            log.error("reading a file failed: %s: %s", ascii(name), ascii(sentence[:SENTENCE]))
            raise Unreadable(f"reading it failed: {name}")
    raise Nonsense("a frame without a meaning")


def _made(kind: Any, said: Any) -> Any:
    """What was said, as a value of that type, each part of which is looked at.

    Raises:
        Nonsense: it is none.
    """
    if type(said) is kind:
        return said
    if is_dataclass(kind):
        hints = _hints(typing.cast(type, kind))
        if not isinstance(said, dict) or said.keys() != hints.keys():
            raise Nonsense(f"no {kind}")
        return typing.cast(Any, kind)(**{name: _made(hints[name], value) for name, value in said.items()})
    if isinstance(kind, types.UnionType):
        if said is None and type(None) in kind.__args__:
            return None
        return _made(kind.__args__[0], said)
    if typing.get_origin(kind) is tuple:
        if not isinstance(said, list):
            raise Nonsense("no list")
        return tuple(_made(kind.__args__[0], each) for each in said)
    if kind is float and type(said) is int:
        return float(said)
    raise Nonsense(f"no {kind}")


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
