"""JPEGs that the tests put together and take apart, byte by byte."""

import struct
from io import BytesIO

from PIL import Image, ImageChops

EXIF, XMP, GPS = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"GPS: 52 31 12 N"
SECRETS = (b"Exif", b"http://ns.adobe.com", b"GPS", b"Photoshop 3.0", b"a comment", b"MPF\0", b"JFXX", b"maker's")


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


# What cameras, phones and editors write beside the picture.
METADATA = (
    segment(0xE1, EXIF + b"II*\0\x08\0\0\0\0\0\0\0\0\0 a maker's note, " + GPS),
    segment(0xE1, XMP + b"<x:xmpmeta>" + GPS + b"</x:xmpmeta>"),
    segment(0xED, b"Photoshop 3.0\0" + GPS),
    segment(0xE0, b"JFXX\0\x10" + b"\xff\xd8\xff\xd9" + GPS),
    segment(0xE2, b"MPF\0" + GPS),
    segment(0xE2, b"HDRGainMap " + GPS),
    segment(0xEF, GPS),
    segment(0xFE, b"a comment, " + GPS + b"\xff\xd9\xff\xda"),
)


def of_scans(width: int, height: int, count: int, *, progressive: bool = False) -> bytes:
    """A JPEG of red, green and blue whose scans are of one colour each, and hold nothing."""
    out = BytesIO()
    Image.new("RGB", (16, 16)).save(out, "JPEG", subsampling="4:4:4", progressive=progressive)
    jpeg = out.getvalue()
    frame = jpeg.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    head = jpeg[: frame + 5] + struct.pack(">HH", height, width) + jpeg[frame + 9 : jpeg.index(b"\xff\xda")]
    last = 0 if progressive else 63
    scans = (segment(0xDA, bytes((1, 1 + number % 3, 0x11 * bool(number % 3), 0, last, 0))) for number in range(count))
    return head + b"".join(scans) + b"\xff\xd9"


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """The JPEG with these segments before all of its own."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def icc(profile: bytes, pieces: int = 1) -> list[bytes]:
    """A profile as so many segments."""
    step = -(-len(profile) // pieces)
    parts = [profile[at : at + step] for at in range(0, len(profile), step)]
    return [segment(0xE2, b"ICC_PROFILE\0" + bytes((n, len(parts))) + part) for n, part in enumerate(parts, 1)]


def same_pixels(one: bytes, other: bytes) -> bool:
    """Whether both decode to the same, bit for bit, in the colours that the file has."""
    images = [Image.open(BytesIO(each), formats=("JPEG",)) for each in (one, other)]
    return images[0].mode == images[1].mode and (
        images[0].size == images[1].size and all(low == high == 0 for low, high in _differences(*images))
    )


def _differences(one: Image.Image, other: Image.Image) -> list[tuple[float, float]]:
    bands = zip(one.split(), other.split(), strict=True)
    return [ImageChops.difference(*pair).getextrema() for pair in bands]  # type: ignore[misc]
