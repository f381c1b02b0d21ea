"""Damaged photos of every kind, and sound ones that look so to a decoder: siblings of those that were reported."""

import struct
import zlib
from collections.abc import Callable
from functools import cache, partial
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image, ImageCms

from tests.cases.case import Case
from tests.workers.samples.containers import photo

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 180, 30), (30, 30, 220), (220, 220, 30)


def picture(width: int = 240, height: int = 160, mode: str = "RGB") -> Image.Image:
    """Four quarters, each of a colour; and some noise, so that its file has bytes to lose."""
    image = Image.new("RGB", (width, height), RED)
    half, middle = width // 2, height // 2
    image.paste(GREEN, (half, 0, width, middle))
    image.paste(BLUE, (0, middle, half, height))
    image.paste(YELLOW, (half, middle, width, height))
    noise = Image.frombytes("RGB", image.size, _noise(3 * width * height))
    return Image.blend(image, noise, 0.04).convert(mode)


@cache
def _noise(length: int) -> bytes:
    """The same each time: to draw it takes longer than most that is done with a picture."""
    random = Random(11)
    return bytes(20 * random.randrange(13) for _ in range(length))


def saved(format: str, image: Image.Image | None = None, **how: Any) -> bytes:
    """The picture's file."""
    out = BytesIO()
    (image or picture()).save(out, format, **how)
    return out.getvalue()


def cut(data: bytes, part: float) -> bytes:
    """The first part of a file."""
    return data[: int(len(data) * part)]


def without_end(data: bytes, behind: bytes = b"") -> bytes:
    """A JPEG without its end, and something else in its place."""
    assert data.endswith(b"\xff\xd9")
    return data[:-2] + behind


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def into_scan(data: bytes, what: bytes, part: float = 0.9) -> bytes:
    """A JPEG with something put over the bytes of its last scan."""
    at = int(len(data) * part)
    return data[:at] + what + data[at + len(what) :]


def chunk(kind: bytes, data: bytes, right: bool = True) -> bytes:
    """A chunk of a PNG, with or without the right checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) ^ (not right))


def with_chunks(*more: bytes, behind: bool = False, image: Image.Image | None = None) -> bytes:
    """A PNG with chunks before its pixels, or behind them."""
    data = saved("PNG", image)
    at = data.index(b"IEND") - 4 if behind else data.index(b"IDAT") - 4
    return data[:at] + b"".join(more) + data[at:]


def interlaced(part: float = 1.0, color: int = 2) -> bytes:
    """An interlaced PNG of that part of its pixels' bytes, in the order of Adam7 (PNG 3rd edition, 8.1)."""
    image = picture(mode={2: "RGB", 0: "L", 6: "RGBA"}[color])
    width, height = image.size
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    pixels = image.load()
    assert pixels is not None
    rows = bytearray()
    for left, upper, across, down in passes:
        for y in range(upper, height, down):
            rows.append(0)
            for x in range(left, width, across):
                value = pixels[x, y]
                rows += bytes(value if isinstance(value, tuple) else (int(value),))
    packed = zlib.compress(bytes(rows))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 1))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed)[: 8 + int(len(packed) * part)]


def in_parts(part: float, size: int = 8192) -> bytes:
    """A PNG whose pixels lie in many chunks, as libpng writes them, cut."""
    data = saved("PNG")
    start = data.index(b"IDAT")
    length = int.from_bytes(data[start - 4 : start], "big")
    pixels = data[start + 4 : start + 4 + length]
    parts = [chunk(b"IDAT", pixels[at : at + size]) for at in range(0, length, size)]
    return cut(data[: start - 4] + b"".join(parts), part)


def flipped(data: bytes, part: float) -> bytes:
    """One byte of a file changed."""
    at = int(len(data) * part)
    return data[:at] + bytes((data[at] ^ 0x5A,)) + data[at + 1 :]


def wrong_pixel_sum() -> bytes:
    """A PNG of which the checksum of the pixels' chunk is wrong, and they are right."""
    data = saved("PNG")
    at = data.index(b"IEND") - 8
    return data[:at] + b"\0\0\0\0" + data[at + 4 :]


def animation(format: str, **how: Any) -> bytes:
    """Three pictures, the first of them the one that is looked for."""
    others = [Image.new("RGB", (240, 160), colour) for colour in ((250, 250, 250), (0, 0, 0))]
    return saved(format, save_all=True, append_images=others, duration=100, **how)


LONG_TEXT = zlib.compress(b"x" * 900_000)


def claiming(width: int, height: int) -> bytes:
    """A PNG that claims this size, and has the pixels of another."""
    data = saved("PNG")
    return data[:8] + chunk(b"IHDR", struct.pack(">II", width, height) + data[24:29]) + data[33:]


def bmp(part: float) -> bytes:
    """A bitmap that ends early."""
    return cut(saved("BMP"), part)


def runs(*rows: bytes, end: bytes = b"\0\1") -> bytes:
    """A bitmap of 240 x 160 with a palette and these runs, from the lowest row up."""
    palette = b"".join(bytes((*reversed(colour), 0)) for colour in (RED, GREEN, BLUE, YELLOW))
    head = struct.pack("<IiiHHIIiiII", 40, 240, 160, 1, 8, 1, 0, 0, 0, 4, 0)
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 70) + head + palette + b"".join(rows) + end


def with_offset() -> bytes:
    """A GIF whose picture does not cover its screen: there is nothing around it."""
    small = Image.new("RGB", (180, 120), GREEN)
    small.paste(RED, (0, 0, 90, 120))
    data = bytearray(saved("GIF", small, interlace=0))
    place = data.index(b"\x2c\0\0\0\0")
    data[6:10] = struct.pack("<HH", 240, 160)
    data[place + 1 : place + 5] = struct.pack("<HH", 40, 20)
    return bytes(data)


def claiming_frame(width: int, height: int) -> bytes:
    """A JPEG that claims this size."""
    data = BASELINE()
    place = data.index(b"\xff\xc0") + 5
    return data[:place] + struct.pack(">HH", height, width) + data[place + 4 :]


def claiming_boxes(kind: str, width: int, height: int) -> bytes:
    """A HEIC or AVIF that claims this size."""
    data = photo(picture(), kind)
    place = data.index(b"ispe") + 8
    return data[:place] + struct.pack(">II", width, height) + data[place + 8 :]


TOP = "`(60,40) = (220,30,30) ±25` `(180,40) = (30,180,30) ±25`"
BOTTOM = "`(60,110) = (30,30,220) ±25` `(180,120) = (220,220,30) ±25`"
MOST = f"{TOP} `(60,100) = (30,30,220) ±25`"
ALL = f"{TOP} {BOTTOM}"
BASELINE, PROGRESSIVE = partial(saved, "JPEG", quality=90), partial(saved, "JPEG", quality=90, progressive=True)
EXIF = Image.Exif()
EXIF[274] = 6
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _case(name: str, make: Callable[[], bytes], shows: str, damage: str = "") -> Case:
    said = f" `damaged {damage}`" if damage else ""
    return Case(name, make, f"`240x160` {shows}{said}")


LOWER, UPPER = b"\x78\2\x78\3\0\0", b"\x78\0\x78\1\0\0"
TURNED = "`160x240` `(120,60) = (220,30,30) ±30` `(120,180) = (30,180,30) ±30`"

SIBLINGS = [
    # JPEG without its end, or with something else in its place
    _case("text-for-its-end.jpg", lambda: without_end(BASELINE(), b"no end of a photo" * 500), ALL, "truncated"),
    _case("ones-for-its-end.jpg", lambda: without_end(BASELINE(), b"\xff" * 9000), ALL, "truncated"),
    _case("half-an-end.jpg", lambda: without_end(BASELINE(), b"\xff"), ALL, "truncated"),
    _case("zeros-progressive.jpg", lambda: without_end(PROGRESSIVE(), bytes(9000)), ALL, "truncated"),
    _case("noise-for-its-end.jpg", lambda: without_end(BASELINE(), Random(1).randbytes(200_000)), ALL, "corrupt"),
    _case("many-zeros.jpg", lambda: without_end(BASELINE(), bytes(400_000)), ALL, "truncated"),
    _case("no-end-grey.jpg", lambda: without_end(saved("JPEG", picture(mode="L"))), "", "truncated"),
    _case("no-end-restarts.jpg", lambda: without_end(BASELINE(restart_marker_rows=1)), ALL, "truncated"),
    Case("no-end-turned.jpg", lambda: without_end(BASELINE(exif=EXIF)), f"{TURNED} `damaged truncated`"),
    # … cut anywhere
    _case("cut-restarts.jpg", lambda: cut(BASELINE(restart_marker_rows=1), 0.9), MOST, "truncated"),
    _case("cut-in-the-middle.jpg", lambda: cut(BASELINE(), 0.5), TOP.split("` `")[0] + "`", "truncated"),
    _case("cut-progressive-half.jpg", lambda: cut(PROGRESSIVE(), 0.5), ALL, "truncated"),
    _case("cut-4-2-0.jpg", lambda: cut(saved("JPEG", quality=90, subsampling=2), 0.9), MOST, "truncated"),
    Case("cut-turned.jpg", lambda: cut(BASELINE(exif=EXIF), 0.95), f"{TURNED} `damaged truncated`"),
    # … with zeros, or with what does not belong, where its data was
    _case("zeros-inside.jpg", lambda: cut(BASELINE(), 0.9) + bytes(60_000), MOST, "truncated"),
    _case("marker-in-the-scan.jpg", lambda: into_scan(BASELINE(), b"\xff\x30"), MOST, "corrupt"),
    _case("junk-before-the-end.jpg", lambda: without_end(BASELINE(), b"\xff\x02junk\xff\xd9"), ALL, "corrupt"),
    _case("progressive-marker.jpg", lambda: into_scan(PROGRESSIVE(), b"\xff\x30"), ALL, "corrupt"),
    _case("second-start.jpg", lambda: without_end(BASELINE(), BASELINE()), ALL, "corrupt"),
    _case("reserved-in-the-header.jpg", lambda: BASELINE()[:2] + b"\xff\x02" + BASELINE()[2:], ALL, "corrupt"),
    _case("short-jfif.jpg", lambda: BASELINE()[:2] + segment(0xE0, b"JFIF\0\1") + BASELINE()[20:], ALL, "corrupt"),
    _case("short-adobe.jpg", lambda: BASELINE()[:2] + segment(0xEE, b"Adobe\0") + BASELINE()[2:], ALL, "corrupt"),
    _case("comments.jpg", lambda: BASELINE()[:2] + segment(0xFE, b"") * 6000 + BASELINE()[2:], ALL),
    # … with a tail
    _case("tail-baseline.jpg", lambda: BASELINE() + b"\xff\xda" * 4000, ALL),
    _case("tail-of-pictures.jpg", lambda: PROGRESSIVE() + PROGRESSIVE() * 30, ALL),
    _case("tail-film.jpg", lambda: PROGRESSIVE() + Random(3).randbytes(7_000_000), ALL),
    # PNG
    _case("no-end.png", lambda: saved("PNG")[:-12], ALL, "truncated"),
    _case("cut-in-the-checksum.png", lambda: saved("PNG")[:-14], ALL, "truncated"),
    _case("cut-in-parts.png", lambda: in_parts(0.85), MOST, "truncated"),
    _case("cut-grey.png", lambda: cut(saved("PNG", picture(mode="L")), 0.9), "", "truncated"),
    _case("cut-palette.png", lambda: cut(saved("PNG", picture(mode="P")), 0.9), "", "truncated"),
    _case("cut-alpha.png", lambda: cut(saved("PNG", picture(mode="RGBA")), 0.9), MOST, "truncated"),
    _case("cut-interlaced.png", lambda: interlaced(0.5), ALL, "truncated"),
    _case("cut-interlaced-early.png", lambda: interlaced(0.04), ALL, "truncated"),
    _case("cut-interlaced-alpha.png", lambda: interlaced(0.3, 6), ALL, "truncated"),
    _case("flipped.png", lambda: flipped(saved("PNG"), 0.9), MOST, "corrupt"),
    _case("pixels-wrong-checksum.png", wrong_pixel_sum, ALL),
    _case("time-wrong-checksum.png", lambda: with_chunks(chunk(b"tIME", bytes(7), False)), ALL, "corrupt"),
    _case("physical-too-short.png", lambda: with_chunks(chunk(b"pHYs", bytes(3))), ALL, "corrupt"),
    _case("transparency-too-short.png", lambda: with_chunks(chunk(b"tRNS", b"\0")), ALL, "corrupt"),
    _case("comment-of-megabytes.png", lambda: with_chunks(chunk(b"tEXt", b"Comment\0" + b"x" * 17_000_000)), ALL),
    _case(
        "large-text-behind.png",
        lambda: with_chunks(chunk(b"zTXt", b"Text\0\0" + zlib.compress(bytes(3_000_000))), behind=True),
        ALL,
    ),
    _case(
        "large-international.png",
        lambda: with_chunks(chunk(b"iTXt", b"Text\0\1\0\0\0" + zlib.compress(b"a" * 3_000_000))),
        ALL,
    ),
    _case(
        "profile-no-end.png",
        lambda: with_chunks(chunk(b"iCCP", b"P\0\0" + zlib.compress(SRGB + bytes(5_000_000)))),
        ALL,
    ),
    _case("many-texts.png", lambda: with_chunks(*[chunk(b"zTXt", b"%d\0\0" % n + LONG_TEXT) for n in range(80)]), ALL),
    _case("animated-cut.png", lambda: cut(animation("PNG"), 0.995), ALL),
    _case(
        "animated-wrong-order.png",
        lambda: animation("PNG").replace(b"fcTL\0\0\0\0", b"fcTL\0\0\0\7", 1),
        ALL,
        "corrupt",
    ),
    # WebP
    _case("cut-lossless.webp", lambda: cut(saved("WEBP", lossless=True), 0.9), MOST, "truncated"),
    _case("cut-animated.webp", lambda: cut(animation("WEBP", quality=90), 0.97), ALL, "truncated"),
    _case("cut-lossless-animated.webp", lambda: cut(animation("WEBP", lossless=True), 0.85), TOP, "truncated"),
    _case("no-last-byte.webp", lambda: saved("WEBP", quality=90)[:-1], ALL, "truncated"),
    _case("cut-profile.webp", lambda: cut(saved("WEBP", quality=90, icc_profile=SRGB), 0.95), MOST, "truncated"),
    _case("cut-alpha.webp", lambda: cut(saved("WEBP", picture(mode="RGBA"), quality=90), 0.95), MOST, "truncated"),
    _case("animated.webp", lambda: animation("WEBP", quality=90), ALL),
    # GIF
    _case("no-end.gif", lambda: saved("GIF")[:-2], ALL),
    _case("cut-not-interlaced.gif", lambda: cut(saved("GIF", interlace=0), 0.9), MOST, "truncated"),
    _case("cut-half.gif", lambda: cut(saved("GIF", interlace=0), 0.55), TOP, "truncated"),
    _case("cut-interlaced-half.gif", lambda: cut(saved("GIF", interlace=1), 0.6), ALL, "truncated"),
    _case("cut-animated.gif", lambda: cut(animation("GIF"), 0.99), ALL),
    _case("flipped.gif", lambda: flipped(saved("GIF", interlace=0), 0.9), TOP),
    _case("offset.gif", with_offset, "`(60,40) = (220,30,30) ±25` `(5,5) = (255,255,255) ±2`"),
    # BMP
    _case("runs-cut.bmp", lambda: runs(*[LOWER] * 80, *[UPPER] * 40, end=b"\x78"), BOTTOM, "truncated"),
    _case("runs-no-end.bmp", lambda: runs(*[LOWER] * 80, *[UPPER] * 80, end=b""), ALL),
    _case("runs-elsewhere.bmp", lambda: runs(b"\0\2\0\x50", *[UPPER] * 80), f"{TOP} `(180,120) = (220,30,30) ±25`"),
    _case("cut.bmp", lambda: bmp(0.9), f"`(180,40) = (30,180,30) ±25` {BOTTOM}", "truncated"),
    _case("cut-half.bmp", lambda: bmp(0.5), BOTTOM, "truncated"),
    # Sides that no photo has
    Case("wide.png", lambda: claiming(2_000_000_000, 3), "`own 501`"),
    Case("high.png", lambda: claiming(40, 1_000_000), "`own 501`"),
    Case("both.jpg", lambda: claiming_frame(65_535, 65_535), "`own 501`"),
    Case("longer-than-jpegs.jpg", lambda: claiming_frame(65_501, 3), "`own 501`"),
    Case("wide.heic", lambda: claiming_boxes("HEIF", 4_294_967_295, 160), "`own 501`"),
    Case("wide.avif", lambda: claiming_boxes("AVIF", 3_000_000, 2_000_000), "`own 501`"),
    Case("large.avif", lambda: claiming_boxes("AVIF", 20_000, 20_000), "`own 501`"),
]
