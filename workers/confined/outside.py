"""Has a confined process render: the same functions as the pipeline's, and the same errors.

Whatever the process says is looked at: which words, how many bytes, whether they may be a JPEG. What else it does (it
dies, hangs, says something odd) ends that one photo; another process takes its place.
"""

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, BinaryIO, Protocol

from catalog.kinds.damage import SENTENCES
from confine.channel import Head, Nonsense
from confine.processes import Deadline, Ended, Late, Process, Processes, Unavailable
from workers import pipeline
from workers.confined.inside import TIFF, TRACE
from workers.errors import (
    BRINGS_DOWN,
    Busy,
    Damaged,
    Failed,
    RenderError,
    SourceChanged,
    SourceMissing,
    TooLarge,
    Unsupported,
)
from workers.pipeline.limits import Limits, TimeLimit
from workers.pipeline.lossless.turn import UPRIGHT, command
from workers.pipeline.source import SHORT_OF_SOMETHING
from workers.sizing import Size

ENTRY = "workers.confined.inside"
FAILED = "The render failed; the server's log says why."

JPEG = b"\xff\xd8\xff"
# No JPEG of photos comes near: each of three components takes 2 bytes a pixel at quality 100 where all is noise.
BYTES_PER_PIXEL = 8
BESIDE = 8_000_000  # bytes of headers and profiles
SENTENCE, MESSAGE, MESSAGES = 500, 500, 20
HANGS = 20.0  # seconds beside twice those of a render, for a drive that is slow: before Celery ends the worker
LONGEST_SIDE = 999_999
TRIES = 2  # a process may have been killed for what others did to the machine
TIFFS = (b"II", b"MM")

KINDS: dict[str, type[RenderError]] = {
    error.kind: error for error in (Busy, Damaged, SourceChanged, SourceMissing, TooLarge, Unsupported)
}

OnDamage = Callable[[str], None]


class _NoRoom(Exception):
    """A process has no memory for the photo beside what it has kept of others: a fresh one may have."""


log = logging.getLogger("darkroom.worker")
told = logging.getLogger("darkroom.confined")


class Pipeline(Protocol):
    """What renders a photo that is open, here or elsewhere; each as the function of that name in the pipeline."""

    def render(self, source: BinaryIO, size: Size, quality: int, *, limits: Limits, on_damage: OnDamage) -> bytes:
        """See `pipeline.render`."""

    def unscaled(self, source: BinaryIO, size: Size, *, limits: Limits, on_damage: OnDamage) -> bytes:
        """See `pipeline.unscaled`; `size` is the photo's own, as a person sees it."""

    def render_ladder(
        self,
        source: BinaryIO,
        sizes: Iterable[Size],
        quality: int,
        *,
        limits: Limits,
        on_damage: OnDamage,
        wanted: Callable[[Size], bool],
    ) -> Iterator[tuple[Size, bytes]]:
        """See `pipeline.render_ladder`."""


class InProcess:
    """The pipeline in this very process, where nothing confines it."""

    def render(self, source: BinaryIO, size: Size, quality: int, *, limits: Limits, on_damage: OnDamage) -> bytes:
        """As `Pipeline`."""
        return pipeline.render(source, size, quality, limits=limits, on_damage=on_damage)

    def unscaled(self, source: BinaryIO, size: Size, *, limits: Limits, on_damage: OnDamage) -> bytes:  # noqa: ARG002
        """As `Pipeline`."""
        return pipeline.unscaled(source, limits=limits, on_damage=on_damage)

    def render_ladder(self, source: BinaryIO, sizes: Iterable[Size], quality: int, **more: Any) -> Any:
        """As `Pipeline`."""
        return pipeline.render_ladder(source, sizes, quality, **more)


class Confined:
    """The pipeline in confined processes."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes

    def render(self, source: BinaryIO, size: Size, quality: int, *, limits: Limits, on_damage: OnDamage) -> bytes:
        """As `Pipeline`."""
        photo = _Photo(self._processes, source, limits, size, on_damage)
        return photo.only({"wants": "render", "size": _sides(size), "quality": quality})

    def unscaled(self, source: BinaryIO, size: Size, *, limits: Limits, on_damage: OnDamage) -> bytes:
        """As `Pipeline`."""
        return _Photo(self._processes, source, limits, size, on_damage).only({"wants": "unscaled"})

    def render_ladder(
        self,
        source: BinaryIO,
        sizes: Iterable[Size],
        quality: int,
        *,
        limits: Limits,
        on_damage: OnDamage,
        wanted: Callable[[Size], bool],
    ) -> Iterator[tuple[Size, bytes]]:
        """As `Pipeline`."""
        sizes = list(dict.fromkeys(sizes))
        largest = max(sizes, key=lambda size: size.width * size.height)
        photo = _Photo(self._processes, source, limits, largest, on_damage)
        yield from photo.several(sizes, quality, wanted)


class _Photo:
    """One photo in a confined process. `largest` is the largest of its renders."""

    def __init__(
        self, processes: Processes, source: BinaryIO, limits: Limits, largest: Size, on_damage: OnDamage
    ) -> None:
        self._processes, self._source, self._limits, self._on_damage = processes, source, limits, on_damage
        self._most = BYTES_PER_PIXEL * largest.width * largest.height + BESIDE
        self._time = TimeLimit(limits.max_seconds)
        self._damage = ""

    def only(self, wants: Head) -> bytes:
        """The one render that is wanted."""
        made = [jpeg for _, jpeg in self._tried(lambda: wants, set(), _nobody_asks)]
        if len(made) != 1:
            raise Damaged(BRINGS_DOWN)
        return made[0]

    def several(
        self, sizes: Sequence[Size], quality: int, wanted: Callable[[Size], bool]
    ) -> Iterator[tuple[Size, bytes]]:
        """Those of these sizes that are wanted, as they are made."""
        left = set(sizes)

        def wants() -> Head:
            sides = [_sides(each) for each in sizes if each in left]
            return {"wants": "ladder", "sizes": sides, "quality": quality}

        for size, jpeg in self._tried(wants, left, wanted):
            assert size is not None  # noqa: S101 - it was left
            yield size, jpeg

    def _tried(
        self, wants: Callable[[], Head], left: set[Size], wanted: Callable[[Size], bool]
    ) -> Iterator[tuple[Size | None, bytes]]:
        """Renders as they are made; `left` are the sizes that are still to be, each of which is taken out."""
        try:
            for attempt in range(TRIES):
                with (
                    suppress(Ended, _NoRoom),
                    self._processes.process(_kind(self._source), fresh=attempt > 0) as process,
                ):
                    yield from self._renders(process, wants(), left, wanted)
                    return
            log.error("a photo has brought its process down %d times", TRIES)
            raise Damaged(BRINGS_DOWN)
        except Nonsense as error:
            log.error("a photo had its process say what none says: %s", error)
            raise Damaged(BRINGS_DOWN) from error
        except Late as error:
            if error.reading:
                raise Busy(SHORT_OF_SOMETHING) from error
            raise self._time.error() from error
        except Unavailable as error:
            log.error("%s", error)
            raise Busy("There is no process now to render the photo in.") from error

    def _renders(
        self, process: Process, wants: Head, left: set[Size], wanted: Callable[[Size], bool]
    ) -> Iterator[tuple[Size | None, bytes]]:
        several = bool(left)
        seconds = self._limits.max_seconds
        os.lseek(self._file(), 0, os.SEEK_SET)  # which whoever was handed it before has moved
        process.begin(Deadline(seconds, 2 * seconds + HANGS), wants | {"limits": asdict(self._limits)}, self._file())
        while True:
            said, body = process.hear(max(self._most, self._length()))
            _log(said)
            match said:
                case {"made": made, "damage": str(damage)}:
                    size = _size(made) if several else None
                    if len(body) > self._most or not body.startswith(JPEG) or (several and size not in left):
                        raise Nonsense("no JPEG that was wanted")
                    self._hear_damage(process, damage)
                    if size is not None:
                        left.discard(size)
                        self._time.made_one()
                    yield size, body
                    if not several:
                        return
                case {"ask": "wanted", "size": sides} if several:
                    process.say({"wanted": wanted(_size(sides))})
                case {"ask": "turned", "orientation": int(orientation)} if orientation in UPRIGHT and not several:
                    turned = self._turned(body, orientation)
                    process.say({"turned": turned is not None}, turned or b"")
                case {"ended": True}:
                    return
                case {"error": str(kind), **more}:
                    process.sound = False
                    if process.used and more.get("memory") is True:
                        raise _NoRoom
                    raise _error(kind, more)
                case _:
                    raise Nonsense("a frame without a meaning")

    def _turned(self, jpeg: bytes, orientation: int) -> bytes | None:
        most = len(jpeg) + len(jpeg) // 2 + BESIDE
        return self._processes.run(command(orientation), jpeg, max(self._time.left(), 0.0), most)

    def _hear_damage(self, process: Process, damage: str) -> None:
        if not damage:
            return
        if damage not in SENTENCES:
            raise Nonsense("a damage without a word")
        process.sound = False  # what a spoilt file has done to it is left to nobody else
        if damage != self._damage:
            self._damage = damage
            self._on_damage(damage)

    def _file(self) -> int:
        return self._source.fileno()

    def _length(self) -> int:
        """Of what jpegtran is given."""
        return os.fstat(self._file()).st_size + BESIDE


def _nobody_asks(_: Size) -> bool:
    raise Nonsense("a question that nobody asks")


def _kind(source: BinaryIO) -> str:
    """Which kind of process a file needs; one that can't be read says so in any."""
    with suppress(OSError):
        return TIFF if os.pread(source.fileno(), 2, 0) in TIFFS else ""
    return ""


def _sides(size: Size) -> list[int]:
    return [size.width, size.height]


def _size(sides: object) -> Size:
    match sides:
        case [int(width), int(height)] if 0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE:
            return Size(width, height)
    raise Nonsense("no size")


def _error(kind: str, more: Head) -> RenderError:
    if kind == Failed.kind:
        log.error("a render has failed inside: %s", _lines(more.get("trace"), TRACE))
        return Failed(FAILED)
    sentence = more.get("sentence")
    if kind not in KINDS or not isinstance(sentence, str) or not 0 < len(sentence) <= SENTENCE:
        raise Nonsense("an error without a kind")
    return KINDS[kind](sentence)


def _log(said: Head) -> None:
    """Logs what was logged inside."""
    messages = said.pop("told", [])
    for each in messages[:MESSAGES] if isinstance(messages, list) else []:
        match each:
            case [int(level), str(name), str(message)]:
                told.log(min(max(level, logging.INFO), logging.ERROR), "%s: %s", _line(name, MESSAGE), _line(message))


def _line(text: object, most: int = MESSAGE) -> str:
    """A text that may hold anything, for a log."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in str(text)[:most])


def _lines(text: object, most: int) -> str:
    """As `_line`, where it has several, none of which is to be taken for one of the log's own."""
    return "\n  | ".join(map(_line, str(text)[:most].splitlines()))
