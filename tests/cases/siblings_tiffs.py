"""Layouts of TIFF that one reader or the other shows wrong, or not at all, each with what its samples say."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.cases.case import Case
from tests.workers.samples.tiffs import (
    ADOBE_DEFLATE,
    BIG,
    CIELAB,
    FLOAT,
    ICCLAB,
    INKS,
    LZW,
    MIN_IS_BLACK,
    MIN_IS_WHITE,
    PALETTE,
    RGB,
    SIGNED,
    YCBCR,
    Order,
    Picture,
    Pixel,
    tiff,
)

SIDE = 64
UNNAMED = 1  # of NewSubfileType: a smaller version of another picture


def halves(left: Pixel, right: Pixel) -> list[list[Pixel]]:
    """A picture of two colours, the first left."""
    return [[left] * (SIDE // 2) + [right] * (SIDE // 2)] * SIDE


def file(left: Pixel, right: Pixel, photometric: int | None, *, order: Order | None = None, **how: Any) -> bytes:
    """A TIFF of two halves."""
    picture = Picture(halves(left, right), photometric, **how)
    return tiff(picture, order=order) if order else tiff(picture)


def of(
    left: Pixel, right: Pixel, photometric: int | None, *, order: Order | None = None, **how: Any
) -> Callable[[], bytes]:
    """What makes it."""
    return lambda: file(left, right, photometric, order=order, **how)


def two(left: Sequence[int], right: Sequence[int], near: int = 4) -> str:
    """What is right where the halves are of these colours."""
    one, other = (",".join(map(str, colour)) for colour in (left, right))
    return f"`{SIDE}x{SIDE}` `(16,32) = ({one}) ±{near}` `(48,32) = ({other}) ±{near}`"


def behind_its_smaller_version() -> bytes:
    """The picture is the file's second."""
    lesser = Picture([[(9, 9, 9)] * 8] * 8, tags={254: (4, [UNNAMED])})
    return tiff(lesser, Picture(halves((255, 128, 0), (0, 64, 255))))


def below_its_smaller_version() -> bytes:
    """The picture is in a sub-directory, as TIFF/EP has it."""
    lesser = Picture([[(9, 9, 9)] * 8] * 8, tags={254: (4, [UNNAMED])})
    return tiff(lesser, below=[Picture(halves((255, 128, 0), (0, 64, 255)), strip=7)])


def map_of(entries: dict[int, tuple[int, int, int]], size: int = 256) -> list[int]:
    """A colour map: all reds, all greens, all blues."""
    return [entries.get(index, (0, 0, 0))[band] for band in range(3) for index in range(size)]


BLACK, GREY, WHITE = (0, 0, 0), (128, 128, 128), (255, 255, 255)
ORANGE, AZURE = (255, 128, 0), (0, 64, 255)
WIDE: dict[str, Any] = {"bits": 16, "planes": True}


def wide(colour: Sequence[int]) -> Pixel:
    """Samples of 16 bits."""
    return tuple(level * 257 for level in colour)


def inks(colour: Sequence[int], top: int) -> Pixel:
    """Cyan, magenta and yellow that leave that colour, and no black."""
    return (*(round((255 - level) * top / 255) for level in colour), 0)


SIBLINGS = [
    # Depths that are taken for others.
    Case("tiff-grey-10-bit.tif", of((1023,), (512,), MIN_IS_BLACK, bits=10), two(WHITE, GREY)),
    Case("tiff-grey-14-bit-lzw.tif", of((16383,), (8192,), MIN_IS_BLACK, bits=14, compression=LZW), two(WHITE, GREY)),
    Case("tiff-grey-9-bit-tiles.tif", of((511,), (256,), MIN_IS_BLACK, bits=9, tile=(48, 16)), two(WHITE, GREY)),
    Case("tiff-grey-15-bit-other-order.tif", of((0,), (16384,), MIN_IS_BLACK, bits=15, order=BIG), two(BLACK, GREY)),
    Case("tiff-grey-12-bit-white-is-0.tif", of((0,), (2048,), MIN_IS_WHITE, bits=12), two(WHITE, (127,) * 3)),
    Case("tiff-grey-16-bit-white-is-0.tif", of((0,), (32768,), MIN_IS_WHITE, bits=16), two(WHITE, (127,) * 3)),
    Case("tiff-grey-32-bit.tif", of((2**32 - 1,), (2**31,), MIN_IS_BLACK, bits=32), two(WHITE, GREY)),
    Case("tiff-grey-signed.tif", of((-100,), (100,), MIN_IS_BLACK, bits=8, format=SIGNED), two(BLACK, WHITE)),
    Case("tiff-rgb-12-bit.tif", of((4095, 2056, 0), (0, 1028, 4095), RGB, bits=12), two(ORANGE, AZURE)),
    Case(
        "tiff-cmyk-10-bit.tif",
        of((0, 0, 0, 512), (0, 0, 0, 1023), INKS, bits=10),
        f"`{SIDE}x{SIDE}` `(16,32) in (90..160, 90..160, 90..160)` `(48,32) in (0..60, 0..60, 0..60)`",
    ),
    # Planes.
    Case("tiff-16-bit-planes-lzw.tif", of(wide(ORANGE), wide(AZURE), RGB, compression=LZW, **WIDE), two(ORANGE, AZURE)),
    Case("tiff-16-bit-planes-tiles.tif", of(wide(ORANGE), wide(AZURE), RGB, tile=(16, 32), **WIDE), two(ORANGE, AZURE)),
    Case(
        "tiff-16-bit-planes-predictor.tif",
        of(wide(ORANGE), wide(AZURE), RGB, compression=ADOBE_DEFLATE, predictor=2, strip=5, order=BIG, **WIDE),
        two(ORANGE, AZURE),
    ),
    Case(
        "tiff-16-bit-planes-alpha.tif",
        of((*wide(ORANGE), 65535), (*wide(AZURE), 0), RGB, extra=(2,), **WIDE),
        two(ORANGE, WHITE),
    ),
    Case("tiff-16-bit-planes-cmyk.tif", of(inks(WHITE, 65535), inks(WHITE, 65535), INKS, **WIDE), two(WHITE, WHITE)),
    Case(
        "tiff-16-bit-planes-big.tif",
        of(wide(ORANGE), wide(AZURE), RGB, order=Order("<", big=True), **WIDE),
        two(ORANGE, AZURE),
    ),
    Case("tiff-8-bit-planes-other-order.tif", of(ORANGE, AZURE, RGB, planes=True, fill=2), two(ORANGE, AZURE)),
    # Colour maps of bytes.
    Case(
        "tiff-palette-of-bytes-4-bit.tif",
        of((3,), (9,), PALETTE, bits=4, palette=map_of({3: ORANGE, 9: AZURE}, 16)),
        two(ORANGE, AZURE),
    ),
    Case(
        "tiff-palette-of-bytes-lzw.tif",
        of((200,), (7,), PALETTE, compression=LZW, palette=map_of({200: ORANGE, 7: AZURE})),
        two(ORANGE, AZURE),
    ),
    Case(
        "tiff-palette-whole.tif",
        of((200,), (7,), PALETTE, palette=map_of({200: (65535, 32896, 0), 7: (0, 16448, 65535)})),
        two(ORANGE, AZURE),
    ),
    # What Pillow does not take.
    Case(
        "tiff-lab-16-bit.tif",
        of((35120, 0, 0), (35579, 20687, 17892), CIELAB, bits=16),
        f"`{SIDE}x{SIDE}` `(16,32) = (128,128,128) ±4` `(48,32) in (240..255, 0..25, 0..25)`",
    ),
    Case(
        "tiff-lab-of-icc.tif",
        of((137, 128, 128), (138, 209, 198), ICCLAB, compression=LZW),
        f"`{SIDE}x{SIDE}` `(16,32) = (128,128,128) ±4` `(48,32) in (240..255, 0..25, 0..25)`",
    ),
    Case(
        "tiff-lab-planes.tif",
        of((137, 0, 0), (138, 81, 70), CIELAB, planes=True, tile=(32, 32)),
        f"`{SIDE}x{SIDE}` `(16,32) = (128,128,128) ±4` `(48,32) in (240..255, 0..25, 0..25)`",
    ),
    Case("tiff-float-grey.tif", of((1.0,), (0.0,), MIN_IS_BLACK, bits=32, format=FLOAT), two(WHITE, BLACK)),
    Case(
        "tiff-half-float-rgb.tif",
        of((1.0, 0.0, 0.0), (0.0, 1.0, 1.0), RGB, bits=16, format=FLOAT, compression=LZW, predictor=3),
        two((255, 0, 0), (0, 255, 255)),
    ),
    Case(
        "tiff-double-rgb-planes.tif",
        of((1.0, 0.0, 0.0), (0.0, 2.5, 1.0), RGB, bits=64, format=FLOAT, planes=True, order=BIG),
        two((255, 0, 0), (0, 255, 255)),
    ),
    Case(
        "tiff-float-rgba.tif",
        of((1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 0.0, 0.0), RGB, bits=32, format=FLOAT, extra=(1,)),
        two((255, 0, 0), WHITE),
    ),
    Case(
        "tiff-ycbcr-not-subsampled.tif",
        of((76, 85, 255), (29, 255, 107), YCBCR, tags={530: (3, [1, 1])}),
        two((254, 0, 0), (0, 0, 254)),
    ),
    # Directories.
    Case("tiff-behind-its-smaller-version.tif", behind_its_smaller_version, two(ORANGE, AZURE)),
    Case("tiff-below-its-smaller-version.tif", below_its_smaller_version, two(ORANGE, AZURE)),
    Case("tiff-without-photometric.tif", of((255,), (0,), None), two(WHITE, BLACK)),
]
