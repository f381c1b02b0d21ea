"""Raw files that the tests make: TIFFs with what LibRaw needs to take them for a camera's."""

import struct
from io import BytesIO

from PIL import Image

SHORT, LONG, RATIONAL, BYTE, ASCII, SIGNED = 3, 4, 5, 1, 2, 10

# A directory: tag → type and values; the pixels or the JPEG; directories below it.
Entry = tuple[int, list[int] | bytes]
PIXELS, LENGTH, BELOW = 273, 279, 330


def dng(image: Image.Image, orientation: int = 1, preview: bytes | None = None) -> BytesIO:
    """A DNG of the picture under a Bayer filter, as it is stored; with a JPEG in it where one is given."""
    pixels = _bayer(image)
    raw: dict[int, Entry] = {
        254: (LONG, [0]),
        256: (LONG, [image.width]),
        257: (LONG, [image.height]),
        258: (SHORT, [16]),
        259: (SHORT, [1]),
        262: (SHORT, [32803]),
        277: (SHORT, [1]),
        278: (LONG, [image.height]),
        33421: (SHORT, [2, 2]),
        33422: (BYTE, b"\0\1\1\2"),
        50714: (SHORT, [0]),
        50717: (LONG, [65535]),
    }
    camera: dict[int, Entry] = {
        271: (ASCII, b"Maker\0"),
        272: (ASCII, b"Camera\0"),
        274: (SHORT, [orientation]),
        50706: (BYTE, b"\1\4\0\0"),
        50708: (ASCII, b"Maker Camera\0"),
        # XYZ to sRGB's primaries, in ten-thousandths.
        50721: (SIGNED, _parts((32405, -15371, -4985, -9693, 18760, 416, 556, -2040, 10572))),
        50728: (RATIONAL, _parts((10000, 10000, 10000))),
        50778: (SHORT, [21]),
    }
    if preview is None:
        return _tiff({**raw, **camera}, pixels)
    small = Image.open(BytesIO(preview))
    shown: dict[int, Entry] = {
        254: (LONG, [1]),
        256: (LONG, [small.width]),
        257: (LONG, [small.height]),
        258: (SHORT, [8, 8, 8]),
        259: (SHORT, [7]),
        262: (SHORT, [6]),
        277: (SHORT, [3]),
        278: (LONG, [small.height]),
    }
    return _tiff({**shown, **camera}, preview, (raw, pixels))


def _parts(numbers: tuple[int, ...]) -> list[int]:
    return [part for number in numbers for part in (number, 10000)]


def _bayer(image: Image.Image) -> bytes:
    """Of each pixel the one colour that its filter lets through, in 16 bits and light."""
    rows = []
    for y in range(image.height):
        colours = [image.getpixel((x, y)) for x in range(image.width)]
        levels = [pixel[(x % 2) + (y % 2)] for x, pixel in enumerate(colours) if isinstance(pixel, tuple)]
        rows.append(struct.pack(f"<{image.width}H", *(round((level / 255) ** 2.2 * 65535) for level in levels)))
    return b"".join(rows)


def _tiff(
    entries: dict[int, Entry], data: bytes, below: tuple[dict[int, Entry], bytes] | None = None, start: bytes = b"II*\0"
) -> BytesIO:
    out = bytearray(start + struct.pack("<I", 0))
    places = []
    if below is not None:
        places.append(_directory(out, *below))
        entries = {**entries, BELOW: (LONG, places)}
    struct.pack_into("<I", out, 4, _directory(out, entries, data))
    return BytesIO(bytes(out))


def _directory(out: bytearray, entries: dict[int, Entry], data: bytes) -> int:
    """Appends the data and the directory; gives where the directory is."""
    place = len(out)
    out += data + b"\0" * (len(data) % 2)
    rows = []
    for tag, (kind, values) in sorted({**entries, PIXELS: (LONG, [place]), LENGTH: (LONG, [len(data)])}.items()):
        code = {SHORT: "H", LONG: "I", RATIONAL: "I", SIGNED: "i"}.get(kind)
        content = values if isinstance(values, bytes) else struct.pack(f"<{len(values)}{code}", *values)
        count = len(values) // (2 if kind in (RATIONAL, SIGNED) else 1)
        if len(content) > 4:
            where = struct.pack("<I", len(out))
            out += content + b"\0" * (len(content) % 2)
        else:
            where = content.ljust(4, b"\0")
        rows.append(struct.pack("<HHI", tag, kind, count) + where)
    at = len(out)
    out += struct.pack("<H", len(rows)) + b"".join(rows) + bytes(4)
    return at
