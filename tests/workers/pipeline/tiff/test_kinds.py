"""Every kind of TIFF that can be made: it is shown as its samples say, or not at all; never wrong.

What is right is worked out from the samples that were written, so that no decoder is trusted, and none is asked twice.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from itertools import cycle, islice, product
from typing import cast

import pytest
from PIL import Image

from tests.workers.samples.tiffs import (
    ADOBE_DEFLATE,
    BIG,
    CIELAB,
    DEFLATE,
    FLOAT,
    FLOATING,
    HORIZONTAL,
    ICCLAB,
    INKS,
    JPEG,
    LITTLE,
    LOGLUV,
    LZMA,
    LZW,
    MIN_IS_BLACK,
    MIN_IS_WHITE,
    OLD_JPEG,
    PACKBITS,
    PALETTE,
    RAW,
    REVERSED,
    RGB,
    SGILOG,
    SIGNED,
    UNSIGNED,
    VOID,
    YCBCR,
    Order,
    Picture,
    Pixel,
    compressed,
    tiff,
)
from workers.errors import Unsupported
from workers.pipeline.colour import colour
from workers.pipeline.decode import load
from workers.pipeline.flatten import flatten
from workers.pipeline.limits import Limits
from workers.pipeline.open import opened, orientation, photo_size
from workers.pipeline.work import begin

WIDTH, HEIGHT = 19, 11
MEAN = 2.0
"""Levels of 256 by which a picture may be off in the mean; what JPEG and 16 bits lose."""

COLOURS = {MIN_IS_WHITE: 1, MIN_IS_BLACK: 1, RGB: 3, INKS: 4}
Shade = tuple[float, ...]


def gradients(samples: int, width: int = WIDTH, height: int = HEIGHT) -> list[list[Shade]]:
    """Fractions, each sample of a pixel of its own slope."""
    return [
        [
            tuple((x * (3 + 2 * each) + y * (5 - each) + each * 17) % 61 / 60 for each in range(samples))
            for x in range(width)
        ]
        for y in range(height)
    ]


def written(rows: Sequence[Sequence[Shade]], bits: int, format: int) -> list[list[Pixel]]:
    """Fractions as samples of so many bits."""
    if format == FLOAT:
        return [list(row) for row in rows]
    top, least = (1 << bits) - 1, 1 << (bits - 1) if format == SIGNED else 0
    return [[tuple(round(value * top) - least for value in pixel) for pixel in row] for row in rows]


def pixels(data: bytes) -> list[Shade]:
    """What is shown of a file, red, green and blue of each pixel; of inks by their numbers alone, as what they look
    like on paper is no matter of layouts.
    """
    with opened(BytesIO(data), Limits()) as image:
        work = begin(image, orientation(image), photo_size(image), 90)
        flat = flatten(load(work))
        done = (flat if flat.image.mode == "CMYK" else colour(flat)).image.convert("RGB")
    return cast(list[Shade], list(done.get_flattened_data()))


def off(found: Sequence[Shade], right: Sequence[Sequence[Shade]]) -> float:
    """How many levels of 256 two pictures are apart in the mean; `right` holds fractions."""
    exact = [tuple(min(max(value, 0.0), 1.0) * 255 for value in pixel) for row in right for pixel in row]
    assert len(found) == len(exact)
    pairs = zip(found, exact, strict=True)
    return (
        sum(abs(one - other) for pixel, pure in pairs for one, other in zip(pixel, pure, strict=True)) / len(exact) / 3
    )


def curved(light: float) -> float:
    """sRGB's curve (IEC 61966-2-1)."""
    light = min(max(light, 0.0), 1.0)
    return light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def seen(pixel: Shade, photometric: int, format: int, extra: Sequence[int]) -> Shade:
    """The colour of a pixel on white paper."""
    count = COLOURS[photometric]
    kinds = enumerate(extra, count)
    band, kind = next(((band, kind) for band, kind in kinds if kind), (0, 0))
    alpha = pixel[band] if kind else 1.0
    shade = pixel[:count]
    if photometric == INKS:
        inks = shade if kind != 2 else tuple(ink * alpha for ink in shade)
        return tuple((1 - ink) * (1 - inks[3]) for ink in inks[:3])
    shade = (1 - shade[0],) if photometric == MIN_IS_WHITE else shade
    shade = shade * 3 if count == 1 else shade
    if format == FLOAT:
        alone = tuple(value / alpha if alpha else 0.0 for value in shade) if kind == 1 else shade
        return tuple(curved(value) * alpha + 1 - alpha for value in alone)
    return tuple((value if kind == 1 else value * alpha) + 1 - alpha for value in shade)


WAYS = (
    {"compression": RAW},
    {"compression": LZW, "strip": 4},
    {"compression": RAW, "tile": (16, 16), "fill": 2},
    {"compression": ADOBE_DEFLATE, "planes": True, "strip": 3},
    {"compression": PACKBITS, "tile": (16, 32)},
    {"compression": DEFLATE, "planes": True, "tile": (16, 16)},
    {"compression": RAW, "planes": True, "strip": 5},
    {"compression": LZW, "planes": True, "fill": 2},
)
"""How the same samples are laid out. Each kind is tried in two of them."""
ORDERS = (LITTLE, BIG, Order("<", big=True), Order(">", big=True))

DEPTHS = [(bits, UNSIGNED) for bits in (*range(1, 17), 24, 32)] + [(bits, FLOAT) for bits in (16, 32, 64)]
EXTRA: tuple[tuple[int, ...], ...] = ((0,), (2,), (1,), (2, 0))
DEPTHS_WITH_EXTRA = [(4, UNSIGNED), (8, UNSIGNED), (12, UNSIGNED), (16, UNSIGNED), (32, UNSIGNED), (32, FLOAT)]


def kinds() -> Iterator[tuple[int, tuple[int, ...], int, int]]:
    """Photometric interpretation, extra samples, depth and format of what is shown."""
    for photometric in COLOURS:
        yield from ((photometric, (), bits, format) for bits, format in DEPTHS)
        for extra, (bits, format) in product(EXTRA, DEPTHS_WITH_EXTRA):
            if not (photometric == MIN_IS_WHITE and 1 in extra):
                yield photometric, extra, bits, format


@pytest.mark.parametrize("part", range(4))
def test_samples_of_every_depth(part: int) -> None:
    """Of every depth, with every kind of extra sample, in strips, tiles and planes, compressed or not."""
    wrong = []
    ways, orders = cycle(WAYS), cycle(ORDERS)
    for photometric, extra, bits, format in islice(kinds(), part, None, 4):
        rows = gradients(COLOURS[photometric] + len(extra))
        if 1 in extra:
            rows = [[(*(value * pixel[-1] for value in pixel[:-1]), pixel[-1]) for pixel in row] for row in rows]
        samples = written(rows, bits, format)
        top = 1 if format == FLOAT else (1 << bits) - 1
        right = [
            [seen(tuple(value / top for value in pixel), photometric, format, extra) for pixel in row]
            for row in samples
        ]
        for way in islice(ways, 2):
            picture = Picture(samples, photometric, bits, format, extra=extra, **way)  # type: ignore[arg-type]
            order = next(orders)
            apart = off(pixels(tiff(picture, order=order)), right)
            if apart > MEAN:
                wrong.append((photometric, extra, bits, format, way, order, apart))
    assert wrong == []


@pytest.mark.parametrize("order", [LITTLE, BIG])
@pytest.mark.parametrize("planes", [False, True])
@pytest.mark.parametrize(
    ("predictor", "bits", "format"),
    [
        *((HORIZONTAL, bits, UNSIGNED) for bits in (8, 16, 32)),
        *((FLOATING, bits, FLOAT) for bits in (16, 32)),
    ],
)
def test_predictors(predictor: int, bits: int, format: int, planes: bool, order: Order) -> None:
    samples = written(gradients(3), bits, format)
    top = 1 if format == FLOAT else (1 << bits) - 1
    right = [[seen(tuple(value / top for value in pixel), RGB, format, ()) for pixel in row] for row in samples]
    for compression, tile in ((LZW, None), (ADOBE_DEFLATE, (16, 16))):
        picture = Picture(samples, RGB, bits, format, planes, (), compression, predictor, tile=tile)
        assert off(pixels(tiff(picture, order=order)), right) <= MEAN


@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("photometric", [MIN_IS_WHITE, MIN_IS_BLACK])
@pytest.mark.parametrize("compression", [RAW, LZW])
def test_signed_grey_has_no_agreed_white(photometric: int, bits: int, compression: int) -> None:
    """So the darkest is black, and the lightest is white."""
    rows = gradients(1)
    right = [[(1 - value if photometric == MIN_IS_WHITE else value,) * 3 for (value,) in row] for row in rows]
    quarter = [[(value / 4 + 0.4,) for (value,) in row] for row in rows]
    for order in (LITTLE, BIG):
        samples = written(quarter, bits, SIGNED)
        picture = Picture(samples, photometric, bits, SIGNED, order is BIG, compression=compression)
        assert off(pixels(tiff(picture, order=order)), right) <= MEAN * (8 if bits == 8 else 1)


def test_what_is_called_void_is_unsigned() -> None:
    rows = gradients(3)
    assert off(pixels(tiff(Picture(written(rows, 8, UNSIGNED), RGB, 8, VOID))), rows) <= MEAN


@pytest.mark.parametrize(
    ("samples", "right"),
    [
        ([(0.25,), (1.0,)], [curved(0.25), 1.0]),
        ([(0.0,), (200.0,)], [0.0, 1.0]),  # a measurement, from the least to the most
        ([(-4.0,), (4.0,)], [0.0, 1.0]),
        ([(-0.001,), (0.25,), (1.2,)], [0.0, curved(0.25), 1.0]),  # a photo all the same
        ([(0.5,), (0.5,)], [curved(0.5)] * 2),
        ([(math.nan,), (math.inf,)], None),
        ([(0.25,) * 3, (3.0,) * 3] + [(0.0,) * 3] * 2, [curved(0.25), 1.0, 0.0, 0.0]),  # light above white is white
        ([(51.0,) * 3, (255.0,) * 3], [0.0, 1.0]),
    ],
)
def test_numbers_of_floating_point(samples: list[Pixel], right: list[float] | None) -> None:
    picture = Picture([samples] * 4, MIN_IS_BLACK if len(samples[0]) == 1 else RGB, 32, FLOAT)
    found = pixels(tiff(picture))
    assert right is None or off(found, [[(value,) * 3 for value in right]] * 4) <= 1


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("extra", [(), (2,), (0,)])
@pytest.mark.parametrize("whole", [True, False])
def test_palettes(bits: int, extra: tuple[int, ...], whole: bool) -> None:
    """Of 0 to 65535, and of 0 to 255 as old programs wrote them."""
    size = 1 << bits
    shades = [[(index * (3 + band) * 37 + band * 99) % 256 for index in range(size)] for band in range(3)]
    rows = [[(x * 3 + y) % size for x in range(WIDTH)] for y in range(HEIGHT)]
    right = [[tuple(shades[band][index] / 255 for band in range(3)) for index in row] for row in rows]
    palette = [shade * (257 if whole else 1) for band in shades for shade in band]
    samples: list[list[Pixel]] = [[(index, *(size - 1,) * len(extra)) for index in row] for row in rows]
    for order, way in product((LITTLE, BIG), ({}, {"compression": LZW, "tile": (16, 16)}, {"planes": True})):
        picture = Picture(samples, PALETTE, bits, extra=extra, palette=palette, **way)  # type: ignore[arg-type]
        assert off(pixels(tiff(picture, order=order)), right) <= MEAN


LABS = (
    # L*, a*, b* under D50 of colours whose numbers in sRGB are known: by Little CMS 2.14, of its own sRGB and Lab.
    ((53.59, 0.0, 0.0), (128, 128, 128)),
    ((54.29, 80.81, 69.89), (255, 0, 0)),
    ((87.82, -79.27, 80.99), (0, 255, 0)),
    ((29.57, 68.30, -112.03), (0, 0, 255)),
    ((60.32, 98.25, -60.83), (255, 0, 255)),
    ((100.0, 0.0, 0.0), (255, 255, 255)),
    ((0.0, 0.0, 0.0), (0, 0, 0)),
)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("photometric", [CIELAB, ICCLAB])
@pytest.mark.parametrize("extra", [(), (2,)])
def test_lab(photometric: int, bits: int, extra: tuple[int, ...]) -> None:
    part, mask = 1 << (bits - 8), (1 << bits) - 1
    top = mask if photometric == CIELAB or bits == 8 else 65280

    def sample(lab: Shade) -> Pixel:
        shift = 128 * part if photometric == ICCLAB else 0
        opponents = ((round(value * part) + shift) & mask for value in lab[1:])
        return (round(lab[0] / 100 * top), *opponents, *(mask for _ in extra))

    samples = [[sample(lab) for lab, _ in LABS]] * 3
    right = [[tuple(value / 255 for value in shade) for _, shade in LABS]] * 3
    for order, way in product((LITTLE, BIG), ({}, {"compression": LZW}, {"planes": True}, {"tile": (16, 16)})):
        picture = Picture(samples, photometric, bits, extra=extra, **way)  # type: ignore[arg-type]
        assert off(pixels(tiff(picture, order=order)), right) <= MEAN


def jpeg(mode: str, subsampling: int = 0, **options: object) -> Callable[[Sequence[Sequence[Pixel]]], bytes]:
    """Compresses a strip as a JPEG of its own."""

    def encode(rows: Sequence[Sequence[Pixel]]) -> bytes:
        image = Image.new(mode, (len(rows[0]), len(rows)))
        flat = [tuple(int(value) for value in pixel) for row in rows for pixel in row]
        # Pillow turns inks round when it writes them.
        flat = [tuple(255 - value for value in pixel) for pixel in flat] if mode == "CMYK" else flat
        image.putdata(flat if mode != "L" else [pixel[0] for pixel in flat])
        out = BytesIO()
        image.save(out, "JPEG", quality=95, subsampling=subsampling, **options)
        return out.getvalue()

    return encode


SMOOTH = [[(x * 6, y * 11, 255 - x * 6) for x in range(40)] for y in range(22)]
SMOOTH_RIGHT = [[tuple(value / 255 for value in pixel) for pixel in row] for row in SMOOTH]


@pytest.mark.parametrize("way", [{}, {"strip": 16}, {"tile": (16, 16)}, {"planes": True}], ids=str)
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("photometric", "mode", "subsampling"),
    [
        (RGB, "RGB", 0),
        (YCBCR, "RGB", 0),
        (YCBCR, "RGB", 1),
        (YCBCR, "RGB", 2),
        (MIN_IS_BLACK, "L", 0),
        (MIN_IS_WHITE, "L", 0),
        (INKS, "CMYK", 0),
    ],
)
def test_jpeg(photometric: int, mode: str, subsampling: int, first: bool, way: dict[str, object]) -> None:
    rows: list[list[Pixel]] = [[pixel[: len(mode)] for pixel in row] for row in SMOOTH]
    right = SMOOTH_RIGHT
    if mode == "L":
        flip = photometric == MIN_IS_WHITE
        right = [[((1 - pixel[0] if flip else pixel[0]),) * 3 for pixel in row] for row in SMOOTH_RIGHT]
    if mode == "CMYK":
        rows = [[(*pixel, 25) for pixel in row] for row in SMOOTH]
        right = [[tuple((1 - ink) * 230 / 255 for ink in pixel) for pixel in row] for row in SMOOTH_RIGHT]
    if "planes" in way and mode != "L":
        return  # which is another matter: see below
    keep = {"keep_rgb": True} if photometric == RGB else {}
    across = {0: [1, 1], 1: [2, 1], 2: [2, 2]}[subsampling]
    tags = {530: (3, across)} if photometric == YCBCR else {}
    picture = Picture(
        rows,
        photometric,
        compression=JPEG,
        encode=jpeg(mode, subsampling, **keep),
        tags=tags,
        **way,  # type: ignore[arg-type]
    )
    lesser = Picture([[(9, 9, 9)] * 8] * 4, tags={254: (4, [1])})
    assert off(pixels(tiff(picture) if first else tiff(lesser, picture)), right) <= MEAN


def test_jpeg_in_planes() -> None:
    one = iter(range(3))

    def encode(rows: Sequence[Sequence[Pixel]]) -> bytes:
        band = next(one)
        return jpeg("L")([[(pixel[band],) for pixel in row] for row in rows])

    picture = Picture(SMOOTH, RGB, planes=True, compression=JPEG, encode=encode)
    assert off(pixels(tiff(picture)), SMOOTH_RIGHT) <= MEAN


def test_old_style_jpeg() -> None:
    whole = jpeg("RGB")(SMOOTH)
    tags = {512: (3, [1]), 513: (4, [8]), 514: (4, [len(whole)]), 530: (3, [1, 1])}
    picture = Picture(SMOOTH, YCBCR, compression=OLD_JPEG, encode=lambda _: whole, tags=tags)
    assert off(pixels(tiff(picture)), SMOOTH_RIGHT) <= MEAN


def ycbcr(pixel: Pixel) -> Pixel:
    """What JPEG has (ITU-T T.871), whole numbers."""
    red, green, blue = pixel
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    return tuple(min(round(value), 255) for value in (light, 128 + (blue - light) / 1.772, 128 + (red - light) / 1.402))


@pytest.mark.parametrize("compression", [RAW, LZW, ADOBE_DEFLATE])
@pytest.mark.parametrize(("across", "down"), [(1, 1), (2, 1), (2, 2), (4, 1), (4, 2), (1, 2)])
def test_ycbcr(across: int, down: int, compression: int) -> None:
    """TIFF 6.0, section 21: blocks of pixels that share one colour."""
    shared = [[SMOOTH[y // 4 * 4][x // 4 * 4] for x in range(40)] for y in range(22)]
    right = [[tuple(value / 255 for value in pixel) for pixel in row] for row in shared]
    rows = [[ycbcr(pixel) for pixel in row] for row in shared]

    def encode(rows: Sequence[Sequence[Pixel]]) -> bytes:
        data = bytearray()
        for y, x in product(range(0, len(rows), down), range(0, len(rows[0]), across)):
            block = [rows[min(y + j, len(rows) - 1)][x + i] for j, i in product(range(down), range(across))]
            data += bytes(int(pixel[0]) for pixel in block) + bytes(int(value) for value in block[0][1:])
        return compressed(bytes(data), compression)

    # What programs write beside, though it is what is taken for granted.
    same = {529: (5, [299, 1000, 587, 1000, 114, 1000]), 532: (5, [0, 1, 255, 1, 128, 1, 255, 1, 128, 1, 255, 1])}
    for strip, tags in ((0, {}), (8, same)):
        picture = Picture(
            rows,
            YCBCR,
            compression=compression,
            strip=strip,
            encode=encode,
            tags={530: (3, [across, down]), **tags},
        )
        assert off(pixels(tiff(picture)), right) <= MEAN


def test_log_luv() -> None:
    """Light as logarithms (G. Ward Larson, 1998), here of greys: u' and v' of the white of equal energy."""

    def encode(rows: Sequence[Sequence[Pixel]]) -> bytes:
        data = b""
        for row in rows:
            logs = [int(256 * (math.log2(max(pixel[0], 1e-6)) + 64)) for pixel in row]
            bytewise = ([each >> 8 for each in logs], [each & 255 for each in logs], [86] * len(row), [194] * len(row))
            data += b"".join(bytes([len(each), *each]) for each in bytewise)
        return data

    light = [[(value,) * 3 for (value,) in row] for row in gradients(1)]
    right = [[(curved(pixel[0]),) * 3 for pixel in row] for row in light]
    picture = Picture(light, LOGLUV, 16, SIGNED, compression=SGILOG, encode=encode)
    assert off(pixels(tiff(picture)), right) <= MEAN


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt", "packbits", "lzma", "zstd"])
def test_bilevel(compression: str) -> None:
    image = Image.new("1", (WIDTH, HEIGHT))
    right = [[(float((x // 3 + y // 2) % 2),) * 3 for x in range(WIDTH)] for y in range(HEIGHT)]
    image.putdata([pixel[0] * 255 for row in right for pixel in row])
    out = BytesIO()
    image.save(out, "TIFF", compression=compression)
    assert off(pixels(out.getvalue()), right) == 0


@pytest.mark.parametrize("order", [LITTLE, BIG])
@pytest.mark.parametrize(("photometric", "extra"), [(RGB, ()), (RGB, (2,)), (INKS, ())])
def test_planes_of_bytes(photometric: int, extra: tuple[int, ...], order: Order) -> None:
    """Which Pillow has right, so that they need no libvips."""
    samples = written(gradients(COLOURS[photometric] + len(extra)), 8, UNSIGNED)
    right = [[seen(tuple(v / 255 for v in pixel), photometric, UNSIGNED, extra) for pixel in row] for row in samples]
    for compression, way in product((RAW, LZW, ADOBE_DEFLATE), ({}, {"strip": 4}, {"tile": (16, 16)})):
        for predictor in (1, 2) if compression != RAW else (1,):
            picture = Picture(
                samples,
                photometric,
                extra=extra,
                planes=True,
                compression=compression,
                predictor=predictor,
                **way,  # type: ignore[arg-type]
            )
            assert off(pixels(tiff(picture, order=order)), right) <= MEAN


@pytest.mark.parametrize("order", [LITTLE, BIG])
def test_fax_whose_bits_lie_the_other_way_round(order: Order) -> None:
    image = Image.new("1", (WIDTH, HEIGHT))
    image.putdata([255 * ((x // 3 + y // 2) % 2) for y in range(HEIGHT) for x in range(WIDTH)])
    out = BytesIO()
    image.save(out, "TIFF", compression="group4")
    with Image.open(out) as written:
        place, size = written.tag_v2[273][0], written.tag_v2[279][0]  # type: ignore[attr-defined]
        photometric = written.tag_v2[262]  # type: ignore[attr-defined]
    data = out.getvalue()[place : place + size].translate(REVERSED)
    right = [[(float((x // 3 + y // 2) % 2),) * 3 for x in range(WIDTH)] for y in range(HEIGHT)]
    rows: list[list[Pixel]] = [[(0,)] * WIDTH] * HEIGHT
    picture = Picture(rows, photometric, 1, compression=4, fill=2, encode=lambda _: data)
    assert off(pixels(tiff(picture, order=order)), right) == 0


@pytest.mark.parametrize("photometric", [MIN_IS_WHITE, MIN_IS_BLACK])
@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_one_sample_of_which_each_is_said_to_have_a_plane(bits: int, photometric: int) -> None:
    rows = gradients(1)
    samples = written(rows, bits, UNSIGNED)
    right = [[seen((pixel[0] / ((1 << bits) - 1),), photometric, UNSIGNED, ()) for pixel in row] for row in samples]
    for compression in (RAW, LZW):
        assert (
            off(pixels(tiff(Picture(samples, photometric, bits, planes=True, compression=compression))), right) <= MEAN
        )


@pytest.mark.parametrize(("photometric", "samples"), [(RGB, 4), (RGB, 5), (MIN_IS_BLACK, 2), (INKS, 5)])
def test_extra_samples_that_are_not_named(photometric: int, samples: int) -> None:
    rows = gradients(samples)
    alpha = (2,) if (photometric, samples) == (RGB, 4) else ()
    right = [[seen(pixel, photometric, UNSIGNED, alpha) for pixel in row] for row in rows]
    assert off(pixels(tiff(Picture(written(rows, 8, UNSIGNED), photometric))), right) <= MEAN


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("below", [False, True])
def test_the_picture_and_not_its_smaller_version(order: Order, below: bool) -> None:
    lesser = Picture([[(9, 9, 9)] * 8] * 4, tags={254: (4, [1])})
    whole = Picture(SMOOTH)
    data = tiff(lesser, order=order, below=[whole]) if below else tiff(lesser, whole, order=order)
    assert off(pixels(data), SMOOTH_RIGHT) == 0
    assert off(pixels(tiff(whole, lesser, order=order)), SMOOTH_RIGHT) == 0


def test_a_photometric_interpretation_that_is_missing() -> None:
    assert off(pixels(tiff(Picture(SMOOTH, None))), SMOOTH_RIGHT) == 0
    grey = [[pixel[:1] for pixel in row] for row in SMOOTH]
    assert off(pixels(tiff(Picture(grey, None))), [[pixel[:1] * 3 for pixel in row] for row in SMOOTH_RIGHT]) == 0


FIVE = [[(*pixel, 7, 9) for pixel in row] for row in SMOOTH]
REFUSED = {
    "six inks": Picture(FIVE, INKS, tags={332: (3, [2])}),
    "samples of several depths": Picture(SMOOTH, RGB, (5, 6, 5), planes=True),
    "numbers of 64 bits": Picture(SMOOTH, RGB, 64),
    "colour of signed numbers": Picture(SMOOTH, RGB, 8, SIGNED),
    "complex numbers": Picture([[(0, 0, 0)] * 8], RGB, 32, 6),
    "L*a*b* of 32 bits": Picture(SMOOTH, CIELAB, 32),
    "ITU's L*a*b*": Picture(SMOOTH, 10),
    "a mask": Picture([[(1,)] * 8] * 8, 4, 1),
    "a colour filter's like": Picture(SMOOTH, 32844),
    "grey of three samples": Picture(SMOOTH, MIN_IS_BLACK),
    "a palette that is missing": Picture([[(1,)] * 8] * 8, PALETTE),
    "a palette cut short": Picture([[(1,)] * 8] * 8, PALETTE, palette=[9] * 300),
    "a palette of floating point": Picture([[(1,)] * 8] * 8, PALETTE, 32, FLOAT, palette=[9] * 768),
    "an unknown compression": Picture(SMOOTH, compression=34712),
    "LZMA that only Pillow has": Picture(SMOOTH, RGB, 16, planes=True, compression=LZMA),
    "an unknown predictor of what Pillow knows": Picture(SMOOTH, RGB, 8, compression=LZW, predictor=7),
    "an unknown predictor": Picture(SMOOTH, RGB, 8, planes=True, compression=LZW, predictor=7),
    "the floating predictor of integers": Picture(SMOOTH, RGB, 16, planes=True, compression=LZW, predictor=3),
    "YCbCr by a matrix of its own": Picture(
        SMOOTH, YCBCR, tags={530: (3, [1, 1]), 532: (5, [16, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1])}
    ),
    "subsampled YCbCr in plain tiles": Picture(SMOOTH, YCBCR, tile=(16, 16)),
    "JPEG of 12 bits": Picture(SMOOTH, YCBCR, 12, compression=JPEG, encode=lambda _: b"\xff\xd8"),
    "JPEG with alpha": Picture(FIVE, RGB, extra=(2, 0), compression=JPEG, encode=lambda _: b"\xff\xd8"),
    "more samples than are looked at": Picture([[(1,) * 40] * 2] * 2, RGB, extra=(0,) * 37),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_nobody_reads_right_is_not_shown(kind: str) -> None:
    with pytest.raises(Unsupported, match=r"^The photo is a TIFF of a kind that is not rendered \(photometric"):
        pixels(tiff(REFUSED[kind]))
