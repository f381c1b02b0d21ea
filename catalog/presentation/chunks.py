"""The chunks of a PNG that say how its picture is shown, wherever among the others they are. Pure, but for the file.

Source: PNG, third edition (W3C), 5 and 11.3. No checksum is looked at but that of a profile: what else is wrong here
spoils no pixel.
"""

import struct
import zlib
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from catalog.kinds.png import MOST_READ, SIGNATURE, XMP, Chunk, chunks, profile, text
from catalog.presentation.colours import BT709_PRIMARIES, PRIMARIES, Chromaticities, Colours, of_code_points

MOST_CHUNKS = 200_000  # of 8 KB, as encoders write the pixels: more than 1 GB
LARGEST = 4 * 1024 * 1024  # bytes of a chunk, packed and unpacked
KEYWORD = 80  # bytes of a text's own name, with what ends it
MOST_TRIED = 8  # texts that are unpacked in search of EXIF
# ImageMagick's ways: hex behind three lines.
EXIF_PROFILE, APP1_PROFILE, XMP_PROFILE = (b"Raw profile type " + kind for kind in (b"exif", b"APP1", b"xmp"))
EXIF_HEAD = b"Exif\0\0"

RGB_MATRIX = 0
NEARLY = 0.003  # how far primaries, as x and y, may be off to be sRGB's
SRGB_GAMMA, NEARLY_GAMMA = 2.2, 0.06  # libpng takes 5 % for nothing; tools write 45455 (1/2.2) for sRGB's own curve


@dataclass(frozen=True, slots=True)
class Chunks:
    """What there is: `code_points` of cICP, `curve_and_primaries` of gAMA and cHRM, where they say anything else than
    sRGB; `srgb` where something says that it is that; packets of EXIF and XMP, and a profile, empty where there are
    none. `words` is XMP, or what ImageMagick makes of it, which says nothing of how a picture lies.

    `head` is the content of IHDR, empty where it has none; `pixels` says whether there are any.
    """

    code_points: Colours | None = None
    curve_and_primaries: Colours | None = None
    srgb: bool = False
    exif: bytes = b""
    xmp: bytes = b""
    profile: bytes = b""
    words: bytes = field(default=b"", compare=False)
    head: bytes = field(default=b"", compare=False)
    pixels: bool = field(default=False, compare=False)


def read(file: BinaryIO) -> Chunks:
    """What the chunks say; nothing for what is no PNG.

    Raises:
        OSError: the file can't be read.
    """
    file.seek(0)
    if file.read(len(SIGNATURE)) != SIGNATURE:
        return Chunks()
    found: dict[bytes, bytes] = {}
    for chunk in chunks(file, most=MOST_CHUNKS):
        if chunk.kind == b"IEND":
            break
        if chunk.kind == b"IDAT":
            found[b"IDAT"] = b"."
        elif chunk.kind in SMALL:
            found.setdefault(chunk.kind, file.read(min(chunk.length, LARGEST)))
        elif chunk.kind == b"iCCP":
            if not found.keys() & {b"IDAT", b"iCCP"}:
                _profile(file, chunk, found)
        elif chunk.kind in TEXTS:
            name = file.read(min(chunk.length, KEYWORD))
            if name.partition(b"\0")[0] in NAMES:
                _text(name + file.read(max(0, min(chunk.length, LARGEST) - KEYWORD)), chunk.kind, found)
    return _said(found)


# What is kept of each kind: the whole of it.
SMALL = frozenset({b"IHDR", b"cICP", b"gAMA", b"cHRM", b"sRGB", b"eXIf", b"cLLI", b"mDCV"})
TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
NAMES = frozenset({XMP, EXIF_PROFILE, APP1_PROFILE, XMP_PROFILE})


def _said(found: dict[bytes, bytes]) -> Chunks:
    said = Chunks(
        exif=found.get(b"eXIf") or found.get(b"exif", b""),
        xmp=found.get(b"xmp", b""),
        profile=found.get(b"iCCP", b""),
        words=found.get(b"xmp") or found.get(b"words", b""),
        head=found.get(b"IHDR", b""),
        pixels=b"IDAT" in found,
    )
    cicp = found.get(b"cICP", b"")
    if len(cicp) == 4 and cicp[2] == RGB_MATRIX:
        said = replace(said, code_points=of_code_points(cicp[0], cicp[1], narrow=cicp[3] == 0, peak=_peak(found)))
    if b"sRGB" in found:
        return replace(said, srgb=True)
    own = _curve_and_primaries(found.get(b"gAMA", b""), found.get(b"cHRM", b""))
    if own is None:
        return said
    return replace(said, srgb=True) if _is_srgb(own) else replace(said, curve_and_primaries=own)


def _curve_and_primaries(gamma: bytes, primaries: bytes) -> Colours | None:
    """What gAMA says, and cHRM where both are there. Alone browsers leave cHRM out."""
    exponent = int.from_bytes(gamma, "big") / 100_000 if len(gamma) == 4 else 0.0
    if not 0.1 <= exponent <= 10:
        return None
    return Colours(_chromaticities(primaries) or PRIMARIES[BT709_PRIMARIES], gamma=1 / exponent)


def _chromaticities(primaries: bytes) -> Chromaticities | None:
    """White, red, green and blue; None where they are none that there can be."""
    if len(primaries) != 32:
        return None
    white, *colours = [(x / 100_000, y / 100_000) for x, y in struct.iter_unpack(">2I", primaries)]
    (rx, ry), (gx, gy), (bx, by) = colours
    area = abs((gx - rx) * (by - ry) - (bx - rx) * (gy - ry))
    if area < 0.01 or not all(0 <= x <= 1 and 0 <= y <= 1 for x, y in colours):
        return None
    if not (0.2 <= white[0] <= 0.5 and 0.2 <= white[1] <= 0.5):
        return None
    return white, colours[0], colours[1], colours[2]


def _is_srgb(own: Colours) -> bool:
    known = PRIMARIES[BT709_PRIMARIES]
    near = all(
        abs(one - other) <= NEARLY
        for pair, exact in zip(own.chromaticities, known, strict=True)
        for one, other in zip(pair, exact, strict=True)
    )
    return near and abs(own.gamma - SRGB_GAMMA) <= NEARLY_GAMMA


def _peak(found: dict[bytes, bytes]) -> float:
    """The brightest pixel in cd/m², by cLLI, else what mDCV says of the display that it was made on."""
    light, display = found.get(b"cLLI", b""), found.get(b"mDCV", b"")
    brightest = int.from_bytes(light[:4], "big") / 10_000 if len(light) == 8 else 0.0
    return brightest or (int.from_bytes(display[16:20], "big") / 10_000 if len(display) == 24 else 0.0)


def _profile(file: BinaryIO, chunk: Chunk, found: dict[bytes, bytes]) -> None:
    """Notes the profile of a chunk that is sound: before the pixels, as it has to be."""
    data = file.read(chunk.length) if chunk.length <= MOST_READ else b""
    if file.read(4) == struct.pack(">I", zlib.crc32(chunk.kind + data)):
        found[b"iCCP"] = profile(data)


def _text(content: bytes, kind: bytes, found: dict[bytes, bytes]) -> None:
    """Notes a text that is XMP or EXIF, under `xmp`, `words` or `exif`: the first of each that is not empty."""
    keyword, _, rest = content.partition(b"\0")
    if keyword == XMP:
        if not found.get(b"xmp"):
            found[b"xmp"] = text(kind, rest, LARGEST)
        return
    name = b"words" if keyword == XMP_PROFILE else b"exif"
    if found.get(name) or len(found.get(b"", b"")) >= MOST_TRIED:
        return
    found[b""] = found.get(b"", b"") + b"."  # each is unpacked
    lines = text(kind, rest, LARGEST).split(b"\n", 3)
    try:
        packet = bytes.fromhex(lines[-1].decode("ascii")) if len(lines) == 4 else b""
    except ValueError:
        return
    if keyword != APP1_PROFILE or packet.startswith(EXIF_HEAD):  # an APP1 may as well be XMP
        found[name] = packet
