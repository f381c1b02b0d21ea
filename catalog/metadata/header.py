"""Reads a photo file's header: all that the catalogue wants to know, from one open and without decoding it."""

import hashlib
import importlib.util
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import catalog.metadata.exif as exif
import catalog.metadata.iptc as iptc
import catalog.metadata.packets as packets
import catalog.metadata.xmp as xmp
from catalog import photoid
from catalog.beneath.photo_files import NoRegularFile, PhotoFile
from catalog.errors import Unreadable
from catalog.files import stored_ctime, stored_inode, stored_mtime
from catalog.kinds.formats import BMP, GIF, JPEG, KINDS, PNG, RAW, TIFF, WEBP, kind_of, too_long, webp_size
from catalog.kinds.png import has_pixels
from catalog.kinds.readers import fingerprint
from catalog.kinds.tiff import PILLOW, STRIPS, TILES, described, reader_of, shown
from catalog.kinds.tiff_bomb import is_tiff_bomb
from catalog.metadata.merge import NOTHING, Found, Metadata, merge
from catalog.metadata.sides import damaged, of_bmp, of_gif, of_png
from catalog.presentation.packets import Packets
from catalog.presentation.presentation import UPRIGHT, Presentation, presentation
from catalog.presentation.tags import Tiff
from catalog.source_file import not_blocking, watched

BLOCK = 64 * 1024
ON_ITS_SIDE = frozenset((5, 6, 7, 8))

READER = 4
"""Rises with what is read of a file: the next scan reads every file that a lower one has read."""


def reading_setup() -> str:
    """What files are read with: what could not be read with anything else is worth another try."""
    return f"{READER}-{fingerprint()}"


@dataclass(frozen=True, slots=True)
class Header:
    """A photo file as it was when it was read.

    `width` and `height` are pixels with the orientation applied, `created` is `YYYY-MM-DDTHH:MM:SS` in the camera's own
    time, `photoid` is the id that its XMP carries. `refused` says why it can't be rendered in any size;
    empty where it can. `ctime_ns` and `inode` are as of `walk.Entry`.
    """

    bytes: int
    mtime_ns: int
    width: int
    height: int
    format: str
    created: str
    photoid: str | None
    content_id: str
    metadata: Metadata = NOTHING
    refused: str = ""
    ctime_ns: int = 0
    inode: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file's reader sees of it: its sides in pixels, as a person sees them, and what it says of itself."""

    width: int
    height: int
    found: Found


Look = Callable[[BinaryIO, str], Seen]
"""Looks at a file of that kind. Raises Unreadable, and OSError where the system does not give it."""


def look_at(file: BinaryIO, kind: str) -> Seen:
    """As `Look`, in this process."""
    if is_tiff_bomb(file, os.fstat(file.fileno()).st_size):
        raise damaged("its values lie over each other")
    sides, told = _opened(file, kind)
    if min(sides) < 1:
        raise damaged("it has no pixels")
    width, height = reversed(sides) if told.orientation in ON_ITS_SIDE else sides
    assert told.packets is not None  # noqa: S101 - `presentation` gives it
    return Seen(width, height, _found(told.packets, Tiff(file) if kind == RAW else None))


def read_header(file: PhotoFile, look: Look = look_at) -> Header:
    """As `read`, of the very file that is opened below its root."""
    try:
        opened = file.open()
    except NoRegularFile as error:
        raise Unreadable(str(error.strerror)) from None
    with opened:
        return read(opened, look)


def read(source: Path | BinaryIO, look: Look = look_at) -> Header:
    """Reads a photo's header, by `look` what its reader says of it; a path's file is closed after.

    Where somebody writes the file meanwhile, what it held at some moment.

    Raises:
        Unreadable: the file is no photo; the message says why.
        OSError: the system does not give it.
    """
    if isinstance(source, Path):
        with open(source, "rb", opener=not_blocking) as opened:
            return read(opened, look)
    with watched(source) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("it is no regular file")
        if not status.st_size:
            raise Unreadable("the file is empty")
        content_id = _content_id(file, status.st_size)
        kind = kind_of(file)
        if kind is None:
            raise Unreadable(f"it is none of {', '.join(KINDS)}")
        seen = look(file, kind)
        width, height, found = seen.width, seen.height, seen.found
        return Header(
            bytes=status.st_size,
            mtime_ns=stored_mtime(status),
            width=width,
            height=height,
            format=kind,
            created=found.created or _timestamp(status.st_mtime),
            photoid=found.photoid,
            content_id=content_id,
            metadata=found.metadata,
            refused=too_long(width, height),
            ctime_ns=stored_ctime(status),
            inode=stored_inode(status),
        )


def _content_id(file: BinaryIO, size: int) -> str:
    """BLAKE2b-128 of the length (8 bytes, big-endian), the first and the last 64 KiB, which may overlap."""
    digest = hashlib.blake2b(size.to_bytes(8, "big"), digest_size=photoid.SIZE)
    digest.update(file.read(BLOCK))
    file.seek(max(0, size - BLOCK))
    digest.update(file.read(BLOCK))
    return photoid.encode(digest.digest())


Sides = tuple[int, int]
"""Width and height in pixels, as stored."""


def _opened(file: BinaryIO, kind: str) -> tuple[Sides, Presentation]:
    """How large the picture is, and how it lies; by what reads files of its kind, nothing decoded. How large a photo
    may be is for whoever decodes it.
    """
    if kind == TIFF:
        return _tiff(file)
    if kind in (GIF, BMP):
        return (of_gif if kind == GIF else of_bmp)(file), presentation(file, kind)
    if kind == WEBP:
        return webp_size(file), presentation(file, kind)
    if kind in (JPEG, PNG):
        told = presentation(file, kind)
        assert told.packets is not None  # noqa: S101 - as above
        return (_jpeg if kind == JPEG else _png)(file, told.packets), told
    from catalog.metadata.libraries import opened  # which are for a confined process, where there are any

    sides, preview = opened(file, kind)
    return sides, presentation(file, kind, preview=preview)


def _jpeg(_: BinaryIO, found: Packets) -> Sides:
    frame = found.segments.frame if found.segments is not None else None
    if frame is None:
        raise damaged("there is no picture in it")
    if frame.bits != 8 or frame.components not in (1, 3, 4):
        raise damaged(f"it has {frame.components} components of {frame.bits} bits")
    return frame.width, frame.height


def _png(file: BinaryIO, found: Packets) -> Sides:
    chunks = found.chunks
    if chunks is None or not (chunks.pixels or has_pixels(file)):
        raise damaged("there is no picture in it")
    return of_png(chunks.head)


def _tiff(file: BinaryIO) -> tuple[Sides, Presentation]:
    found = shown(file)
    if found is None:
        raise damaged("it names no picture")
    directory, layout = found
    reader = reader_of(layout)
    if reader is None:
        raise Unreadable(f"it is a TIFF of a kind that is not rendered ({described(layout)})")
    if reader != PILLOW and importlib.util.find_spec("pyvips") is None:
        raise Unreadable("TIFF files of its kind are not read here: pyvips is not installed")
    if reader == PILLOW and not directory.entries.keys() & {STRIPS, TILES}:
        raise damaged("it names no pixels")
    return (layout.width, layout.height), presentation(
        file, TIFF, shown=UPRIGHT if reader == PILLOW else layout.orientation
    )


def _found(beside: Packets, own: Tiff | None) -> Found:
    """What EXIF, IPTC and XMP say; of a raw file that is a TIFF its own, which its preview has not in full."""
    if own is not None and not own.main:
        own = None
    return merge(
        exif.read(own or _sound(beside.exif)),
        iptc.read(packets.of_iptc(beside, own)),
        xmp.read(*packets.xmp(beside, own)),
    )


def _sound(packet: Tiff | None) -> Tiff | None:
    """EXIF whose values do not lie over each other: what the same bytes say again and again nobody has written."""
    return None if packet is None or is_tiff_bomb(packet.file, packet.length) else packet


def _timestamp(seconds: float) -> str:
    """A time of change in the server's local time, as cameras write theirs."""
    try:
        return datetime.fromtimestamp(int(seconds)).isoformat()
    except (ValueError, OverflowError, OSError):
        return "1970-01-01T00:00:00"
