"""Siblings of the reported files: photos that tell how they lie, and their colours, in other ways of the same kinds."""

from functools import partial
from struct import pack

from PIL import Image

from tests.cases.case import Case
from tests.workers.samples import profiles
from tests.workers.samples.containers import exif, photo, png, with_code_points
from tests.workers.samples.pictures import BLUE, RED, saved

# A picture of two halves, upright: blue above, red below.
HIGH = Image.new("RGB", (64, 128), RED)
HIGH.paste(BLUE, (0, 0, 64, 64))
LIES = "`64x128` `(32,30) = (30,30,230) ±25` `(32,98) = (230,30,30) ±25`"


def halves(left: tuple[int, ...], right: tuple[int, ...], mode: str = "RGB") -> Image.Image:
    """A picture of 80 x 40 pixels."""
    image = Image.new(mode, (80, 40), left)
    image.paste(right, (40, 0, 80, 40))
    return image


NUMBERS = halves((200, 100, 50), (110, 150, 110))
P3_NUMBERS = halves((200, 100, 50), (100, 180, 60))
R03 = exif(1, 65535, b"R03")
ADOBE = "`80x40` `(20,20) = (227,100,42) ±8` `(60,20) = (87,151,108) ±8`"
P3 = "`80x40` `(20,20) = (215,93,31) ±8` `(60,20) = (65,182,27) ±8`"
PQ = halves((20, 20, 20), (148, 148, 148))
BRIGHT = "`80x40` `(20,20) in (0..10, 0..10, 0..10)` `(60,20) in (190..255, 190..255, 190..255)`"
HLG = halves((10, 10, 10), (191, 191, 191))


def of_boxes(kind: str, image: Image.Image, primaries: int, transfer: int) -> bytes:
    """An AVIF or HEIC with these code points."""
    return with_code_points(photo(image, kind), primaries, transfer)


def with_chunk(image: Image.Image, kind: bytes, content: bytes) -> bytes:
    """A PNG with another chunk."""
    return png(image, (kind, content))


def grey_with_profile() -> bytes:
    """A TIFF of grey whose profile is of red, green and blue, of gamma 1.8."""
    image = Image.new("L", (80, 40), 100)
    return saved(image, "TIFF", icc_profile=profiles.rgb(*profiles.PRO_PHOTO)).getvalue()


def tiff_of_inks() -> bytes:
    """Of pure cyan and of black."""
    return saved(halves((255, 0, 0, 0), (0, 0, 0, 255), "CMYK"), "TIFF").getvalue()


def jpeg_of_inks(left: tuple[int, ...], right: tuple[int, ...]) -> bytes:
    """As Photoshop writes it, inverted."""
    return saved(halves(left, right, "CMYK")).getvalue()


def see_through_grey() -> bytes:
    """A PNG of grey and nothing, with a profile of grey."""
    image = Image.new("LA", (80, 40), (100, 255))
    image.paste((0, 0), (40, 0, 80, 40))
    return saved(image, "PNG", icc_profile=profiles.grey(1.0)).getvalue()


SIBLINGS = [
    *(
        Case(
            f"{kind}-{container}-{by_exif}-{by_xmp}.bin.{end}",
            partial(photo, HIGH, kind, container, by_exif, by_xmp),
            LIES,
        )
        for kind, end, container, by_exif, by_xmp in (
            ("HEIF", "heic", 0, 8, 0),
            ("HEIF", "heic", 0, 5, 0),
            ("HEIF", "heic", 0, 0, 6),
            ("HEIF", "heic", 6, 6, 0),
            ("HEIF", "heic", 8, 6, 3),
            ("HEIF", "heic", 7, 0, 0),
            ("AVIF", "avif", 0, 6, 0),
            ("AVIF", "avif", 6, 6, 0),
            ("AVIF", "avif", 5, 8, 0),
            ("TIFF", "tif", 0, 0, 8),
            ("TIFF", "tif", 0, 0, 7),
            ("TIFF", "tif", 0, 6, 8),
            ("TIFF", "tif", 0, 1, 6),
            ("PNG", "png", 0, 0, 6),
            ("WEBP", "webp", 0, 0, 8),
            ("JPEG", "jpg", 0, 0, 6),
        )
    ),
    Case("adobe.png", lambda: saved(NUMBERS, "PNG", exif=R03).getvalue(), ADOBE),
    Case("adobe.webp", lambda: saved(NUMBERS, "WEBP", exif=R03, lossless=True).getvalue(), ADOBE),
    Case("adobe-by-colour-space.jpg", lambda: saved(NUMBERS, exif=exif(1, 2)).getvalue(), ADOBE),
    Case("adobe-big-endian.jpg", lambda: saved(NUMBERS, exif=exif(1, 65535, b"R03", ">")).getvalue(), ADOBE),
    Case(
        "uncalibrated.jpg",
        lambda: saved(NUMBERS, exif=exif(1, 65535)).getvalue(),
        "`80x40` `(20,20) = (200,100,50) ±8` `(60,20) = (110,150,110) ±8`",
    ),
    Case("p3.heic", partial(of_boxes, "HEIF", P3_NUMBERS, 12, 13), P3),
    Case("p3-transfer-unspecified.avif", partial(of_boxes, "AVIF", P3_NUMBERS, 12, 2), P3),
    Case("p3.png", partial(with_chunk, P3_NUMBERS, b"cICP", b"\x0c\x0d\0\1"), P3),
    Case("pq.heic", partial(of_boxes, "HEIF", PQ, 9, 16), BRIGHT),
    Case("pq.png", partial(with_chunk, PQ, b"cICP", b"\x09\x10\0\1"), BRIGHT),
    Case("pq-p3.avif", partial(of_boxes, "AVIF", PQ, 12, 16), BRIGHT),
    Case("hlg.avif", partial(of_boxes, "AVIF", HLG, 9, 18), BRIGHT),
    Case("hlg.heic", partial(of_boxes, "HEIF", HLG, 9, 18), BRIGHT),
    Case(
        "linear.png",
        partial(with_chunk, halves((55, 55, 55), (13, 13, 13)), b"gAMA", pack(">I", 100_000)),
        "`80x40` `(20,20) = (128,128,128) ±4` `(60,20) = (64,64,64) ±4`",
    ),
    Case("grey-with-profile-of-colours.tif", grey_with_profile, "`80x40` `(20,20) = (119,119,119) ±4`"),
    Case(
        "inks.tif",
        tiff_of_inks,
        "`80x40` `(20,20) in (0..60, 130..195, 205..250)` `(60,20) in (0..50, 0..50, 0..50)`",
    ),
    Case(
        "inks.jpg",
        partial(jpeg_of_inks, (0, 255, 0, 0), (0, 0, 255, 0)),
        "`80x40` `(20,20) in (205..250, 0..40, 100..150)` `(60,20) in (235..255, 220..245, 0..40)`",
    ),
    Case(
        "inks-paper.jpg",
        partial(jpeg_of_inks, (0, 0, 0, 0), (0, 0, 0, 128)),
        "`80x40` `(20,20) = (255,255,255) ±3` `(60,20) = (156,156,156) ±12`",
    ),
    Case(
        "see-through-grey-with-profile.png",
        see_through_grey,
        "`80x40` `(20,20) = (168,168,168) ±6` `(60,20) = (255,255,255) ±3`",
    ),
]
