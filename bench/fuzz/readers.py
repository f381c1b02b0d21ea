"""All that reads a photo's file, and what each may answer. Runs in a process of its own: a file may bring it down."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from catalog.errors import Unreadable
from catalog.metadata import Header, read
from workers import pipeline
from workers.errors import RenderError
from workers.pipeline.limits import Limits
from workers.pipeline.lossless.strip import deliverable, stream
from workers.sizing import Size, output_size

# Small enough that what is slow is the reader's fault, and not that of a picture's size.
LIMITS = Limits(max_pixels=4_000_000, max_bytes=4_000_000, max_frames=100)
MAX_SIDE = 8192
TILE = 64


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reader did that it may not do; `reader` is its name, `what` a line for a person."""

    reader: str
    what: str


class Wrong(Exception):
    """A reader answered, but wrongly."""


def findings(path: Path, readers: "dict[str, Reader] | None" = None) -> Iterator[Finding]:
    """What comes of a file that may not: an error that is not one of ours, a wrong answer, a traceback in the log."""
    log = _Log()
    logging.getLogger().addHandler(log)
    try:
        header: Header | None = None
        for name, reader in (readers or READERS).items():
            log.records.clear()
            try:
                header = reader(path, header) or header
            except (Unreadable, RenderError):
                pass
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                yield Finding(name, f"{type(error).__name__}: {error}")
            if any(record.exc_info for record in log.records):
                yield Finding(name, f"a traceback in the log: {log.records[-1].getMessage()}")
    finally:
        logging.getLogger().removeHandler(log)


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


Reader = Callable[[Path, Header | None], Header | None]


def _header(path: Path, _: Header | None) -> Header | None:
    return read(path)


def _size(header: Header | None, width: int | None = None, height: int | None = None) -> Size:
    """The size that is asked for of a photo as the catalogue knows it; of one that it does not, a small one."""
    photo = Size(header.width, header.height) if header else Size(TILE, TILE)
    return output_size(photo, width, height, MAX_SIDE)


def _strip(path: Path, header: Header | None) -> None:
    with path.open("rb") as file:
        plan = deliverable(file)
        if plan is not None:
            sent = b"".join(stream(file, plan))
            if len(sent) != plan.length:
                raise Wrong(f"{len(sent)} bytes were sent, {plan.length} were promised")
            if header:
                _check_size(sent, _size(header))


def _own(path: Path, header: Header | None) -> None:
    with path.open("rb") as file:
        jpeg = pipeline.unscaled(file, limits=LIMITS)
        if header:
            _check_size(jpeg, _size(header))


def _tile(path: Path, header: Header | None) -> None:
    size = _size(header, TILE, TILE)
    with path.open("rb") as file:
        _check_size(pipeline.render(file, size, 70, limits=LIMITS), size)


def _narrow(path: Path, header: Header | None) -> None:
    size = _size(header, TILE)
    with path.open("rb") as file:
        _check_size(pipeline.render(file, size, 90, limits=LIMITS), size)


def _ladder(path: Path, header: Header | None) -> None:
    sizes = {_size(header, TILE, TILE), _size(header, TILE), _size(header, 16)}
    with path.open("rb") as file:
        for size, jpeg in pipeline.render_ladder(file, sizes, 80, limits=LIMITS):
            _check_size(jpeg, size)


def _check_size(jpeg: bytes, size: Size) -> None:
    source: BinaryIO = BytesIO(jpeg)
    with Image.open(source, formats=["JPEG"]) as image:
        if image.size != (size.width, size.height):
            raise Wrong(f"a JPEG of {image.size[0]} x {image.size[1]} pixels, not {size.width} x {size.height}")


READERS: dict[str, Reader] = {
    "header": _header,
    "strip": _strip,
    "own size": _own,
    "tile": _tile,
    "narrow": _narrow,
    "ladder": _ladder,
}
