"""Reads a photo file's header: all that the catalogue wants to know, from one open and without decoding it."""

import hashlib
import importlib.util
import os
import re
import stat
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.TiffImagePlugin import ImageFileDirectory_v2, TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

import catalog.metadata.exif as exif
import catalog.metadata.iptc as iptc
import catalog.metadata.packets as packets
import catalog.metadata.xmp as xmp
from catalog import photoid
from catalog.beneath.photo_files import NoRegularFile, PhotoFile
from catalog.errors import Unreadable
from catalog.files import stored_ctime, stored_inode, stored_mtime
from catalog.kinds.damage import is_damage
from catalog.kinds.formats import AVIF, BMP, GIF, HEIF, JPEG, KINDS, PNG, RAW, TIFF, WEBP, kind_of, too_long, webp_size
from catalog.kinds.png import ReadablePng
from catalog.kinds.raw import developed_size, preview
from catalog.kinds.readers import fingerprint
from catalog.kinds.tiff import PILLOW, described, reader_of, shown
from catalog.kinds.tiff_file import TiffFile
from catalog.kinds.untouched import ReadableJpeg, UntouchedGif, UntouchedJpeg, UntouchedTiff, untouched_avif
from catalog.metadata.merge import NOTHING, Found, Metadata, merge
from catalog.metadata.tiff_bomb import is_tiff_bomb
from catalog.presentation import boxes
from catalog.presentation.presentation import Presentation, presentation
from catalog.source_file import not_blocking, of_system, watched

BLOCK = 64 * 1024
ON_ITS_SIDE = frozenset((5, 6, 7, 8))
XMP_TAG, IPTC_TAG, RESOURCES_TAG = 700, 33723, 34377  # of TIFF

# Of AVIF, as libavif has them; libheif takes somewhat more pixels, and any side that has them.
MOST_SIDE, MOST_PIXELS = 32_768, 16_384 * 16_384

READER = 3
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
    # The state of warnings is the process's, not the thread's. At worst, where two threads meet here, Pillow's own
    # warnings stay unseen; everybody else's are left alone.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        image = _open(file, kind)
        presented = presentation(file, kind, image)
        return Seen(*_seen(image, presented), _found(file, kind, image, _exif(image, presented)))


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


def _open(file: BinaryIO, kind: str) -> Image.Image:
    """The image, opened by the reader of its kind, nothing decoded.

    Not by `Image.open`: it refuses large photos by a limit that is the whole process's. How large a photo may be
    is for whoever decodes it. A multi-picture JPEG is its first picture, so a plain JPEG.
    """
    if is_tiff_bomb(file, os.fstat(file.fileno()).st_size):
        raise Unreadable("its header is damaged: its values lie over each other")
    if kind in (HEIF, AVIF) and boxes.is_bomb(file, os.fstat(file.fileno()).st_size):
        raise Unreadable("its header is damaged: its items lie over each other")
    file.seek(0)
    try:
        image = READERS[kind](file)
    except Unreadable:
        raise
    except ImportError as error:
        raise Unreadable(f"{kind} files are not read here: {error.name} is not installed") from error
    except Exception as error:  # Pillow raises more than it documents
        if of_system(error):
            raise
        raise Unreadable(f"its header is damaged: {_plain(error)}") from error
    if min(image.size) < 1:
        raise Unreadable("its header is damaged: it has no pixels")
    return image


def _jpeg(file: BinaryIO) -> Image.Image:
    """A JPEG. Pillow asks for its header in some sixty pieces: where all of it is in the first block, as with most
    photos, they come out of memory.
    """
    head = file.read(BLOCK)
    try:
        return UntouchedJpeg(BytesIO(head))
    except Exception:  # noqa: BLE001 - Pillow raises anything; whoever reads all of the file finds out whether it is so
        file.seek(0)
        return ReadableJpeg(file)


def _webp(file: BinaryIO) -> Image.Image:
    """A WebP; of one that ends early, which libwebp does not open, an empty picture of its size."""
    try:
        return WebPImageFile(file)
    except Exception as error:
        size = webp_size(file)
        if not (is_damage(error) and min(size)):
            raise
        return Blank(size)


def _tiff(file: BinaryIO) -> Image.Image:
    found = shown(file)
    if found is None:
        raise Unreadable("its header is damaged: it names no picture")
    reader = reader_of(found[1])
    if reader is None:
        raise Unreadable(f"it is a TIFF of a kind that is not rendered ({described(found[1])})")
    if reader != PILLOW and importlib.util.find_spec("pyvips") is None:
        raise Unreadable("TIFF files of its kind are not read here: pyvips is not installed")
    file.seek(0)
    return UntouchedTiff(file) if reader == PILLOW else TiffFile(file, *found)


def _heif(file: BinaryIO) -> Image.Image:
    from pillow_heif.as_plugin import HeifImageFile  # takes 0.1 s, which only such photos are to cost

    image: Image.Image = HeifImageFile(file)  # type: ignore[no-untyped-call]
    return image


def _claiming(read: Callable[[BinaryIO], Image.Image]) -> Callable[[BinaryIO], Image.Image]:
    """A reader of boxes; where they claim more than it decodes, an empty picture of that size."""

    def picture(file: BinaryIO) -> Image.Image:
        try:
            return read(file)
        except Exception as error:
            size = boxes.size(file) if is_damage(error) else (0, 0)
            if not (max(size) > MOST_SIDE or size[0] * size[1] > MOST_PIXELS):
                raise
            return Blank(size)

    return picture


def _raw(file: BinaryIO) -> Image.Image:
    """The camera's own picture in a raw file; where there is none, an empty one of the size of the developed photo."""
    import rawpy

    with rawpy.imread(file) as raw:
        return preview(raw) or Blank(developed_size(raw))


class Blank(Image.Image):
    """A picture of which nothing is known but its size."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self._size = size


READERS: dict[str, Callable[[BinaryIO], Image.Image]] = {
    JPEG: _jpeg,
    PNG: ReadablePng,
    WEBP: _webp,
    TIFF: _tiff,
    GIF: UntouchedGif,
    BMP: BmpImageFile,
    HEIF: _claiming(_heif),
    AVIF: _claiming(untouched_avif),
    RAW: _raw,
}


def _seen(image: Image.Image, presented: Presentation) -> tuple[int, int]:
    """Width and height as a person sees them."""
    width, height = image.size
    return (height, width) if presented.orientation in ON_ITS_SIDE else (width, height)


def _exif(image: Image.Image, presented: Presentation) -> Image.Exif:
    """The EXIF of the photo, empty where it is broken."""
    try:
        if presented.exif:
            image.info["exif"] = presented.exif  # behind the pixels Pillow would not find it without decoding them
        if _is_heavy(image.info.get("exif")):
            return Image.Exif()
        # Image's own: the one for PNG decodes the photo in search of EXIF behind the pixels.
        return Image.Image.getexif(image)
    except Exception as error:  # what lies in EXIF can raise anything, and the photo is still a photo
        if of_system(error):
            raise
        return Image.Exif()


def _is_heavy(packet: object) -> bool:
    bare = packet.removeprefix(b"Exif\0\0") if isinstance(packet, bytes) else b""
    return is_tiff_bomb(BytesIO(bare), len(bare))


def _found(file: BinaryIO, kind: str, image: Image.Image, of_image: Image.Exif) -> Found:
    """What EXIF, IPTC and XMP say; of a raw file that is a TIFF its own, which its preview has not in full."""
    own = _own_exif(file) if kind == RAW else None
    raw = own._info if own else None
    found = packets.of_image(file, image) or [*filter(None, (_tag(image, XMP_TAG) or _in(raw, XMP_TAG),))]
    return merge(
        exif.read(own or of_image),
        iptc.read(_iptc(image) or _in(raw, IPTC_TAG)),
        xmp.read(*found),
    )


def _own_exif(file: BinaryIO) -> Image.Exif | None:
    """The directories of a raw file; None where it is no TIFF, or a broken one."""
    own = Image.Exif()
    try:
        file.seek(0)
        own.load_from_fp(file)
    except Exception as error:  # as above
        if of_system(error):
            raise
        return None
    return own


def _iptc(image: Image.Image) -> bytes:
    """The IPTC header: among the resources of Photoshop, or in a TIFF's own tag."""
    resources = image.info.get("photoshop")  # of a JPEG, as Pillow took them apart
    kept = resources.get(iptc.RESOURCE) if isinstance(resources, dict) else None
    if isinstance(kept, bytes):
        return kept
    return _tag(image, IPTC_TAG) or iptc.in_resources(_tag(image, RESOURCES_TAG))


def _tag(image: Image.Image, tag: int) -> bytes:
    return _in(image.tag_v2, tag) if isinstance(image, TiffImageFile) else b""


def _in(directory: ImageFileDirectory_v2 | None, tag: int) -> bytes:
    """The bytes of a tag, empty where there are none. Some tools call them longs, of which Pillow gives the first."""
    return directory._tagdata.get(tag, b"") if directory is not None else b""


def _timestamp(seconds: float) -> str:
    """A time of change in the server's local time, as cameras write theirs."""
    try:
        return datetime.fromtimestamp(int(seconds)).isoformat()
    except (ValueError, OverflowError, OSError):
        return "1970-01-01T00:00:00"


def _plain(error: Exception) -> str:
    """An error's sentence on one line, without the addresses of objects."""
    return re.sub(r" at 0x[0-9a-f]+|<[^>]*>", "", " ".join(str(error).split()))[:200] or type(error).__name__
