"""What the samples of a TIFF mean: brought to 8 bits of grey, of red, green and blue or of four inks, none transparent.

Of floating point, 0 is black and 1 is white. Without a profile the samples are light, as Photoshop writes and libvips
reads them, and get the curve of sRGB; a profile is applied here, before 8 bits lose what is dark.
"""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from math import isfinite

from PIL.ImageCms import ImageCmsProfile, PyCMSError

from catalog.kinds.formats import LARGEST_PROFILE
from catalog.kinds.tiff import (
    ASSOCIATED,
    CIELAB,
    COLOURS,
    FLOAT,
    GREY,
    ICCLAB,
    INKS,
    LOGLUV,
    MIN_IS_WHITE,
    PALETTE,
    RGB,
    SIGNED,
    UNASSOCIATED,
    YCBCR,
    Layout,
)
from workers.pipeline.tiff.libvips import Image, libvips
from workers.pipeline.tiff.samples import Samples

# White under D50 (ICC.1:2022, 7.2.16), which Adobe's notes on TIFF take for granted of L*a*b*; and what brings XYZ of
# it to the light of sRGB's primaries (IEC 61966-2-1), adapted as Bradford has it.
D50 = (96.42, 100.0, 82.49)
TO_SRGB = ((3.1338561, -1.6168667, -0.4906146), (-0.9787684, 1.9161415, 0.0334540), (0.0719453, -0.2289914, 1.4052427))
# LogLuv is XYZ under a white of equal energy, and has the primaries of sRGB (G. Ward Larson, 1998; the matrix is that
# of libtiff's tif_luv.c). libvips gives it times its D65, as vips/util.h has it.
FROM_LOGLUV = ((2.690, -1.276, -0.414), (-1.022, 1.978, 0.044), (0.061, -0.224, 1.163))
D65 = (95.0470, 100.0, 108.8827)
# Grey that is darker is a measurement; of colours, wide ones are beyond sRGB's on one side.
BELOW_BLACK = -0.05
# TIFF 6.0, section 21, with what stands there for the tags that are missing: what JPEG has.
FROM_YCBCR = ((1, 0, 1.402), (1, -0.344136, -0.714136), (1, 1.772, 0))


def picture(samples: Samples, layout: Layout, profile: bytes) -> tuple[Image, bool]:
    """The picture, a band for grey, three or four; and whether the `profile` of its file is not to be applied again."""
    if layout.format == FLOAT:
        return _of_light(samples, layout, profile)
    image = samples.image()
    if layout.format == SIGNED and layout.photometric in GREY:
        low, high, _ = _extremes(samples.image(), 1)
        return _stretched(image.extract_band(0), low, high, layout), False
    count = COLOURS[layout.photometric]
    colour = MEANINGS[layout.photometric](image.extract_band(0, n=count), layout)
    return _on_white(colour, image, layout, (1 << layout.depth) - 1), layout.photometric in OF_THEIR_OWN


def decoded(image: Image, layout: Layout) -> Image:
    """The picture that libvips has made of a TIFF by itself."""
    if layout.photometric == LOGLUV:
        xyz = image.extract_band(0, n=3).linear([1 / white for white in D65], [0, 0, 0])
        return _curved(xyz.recomb([list(row) for row in FROM_LOGLUV]))
    return image.extract_band(0, n=3) if image.bands > 3 and layout.photometric != INKS else image


def _numbers(image: Image, layout: Layout) -> Image:
    return image if layout.depth == 8 else image.linear(255 / ((1 << layout.depth) - 1), 0.5, uchar=True)


def _grey(image: Image, layout: Layout) -> Image:
    return _negative(_numbers(image, layout), layout)


def _negative(image: Image, layout: Layout) -> Image:
    return image.linear(-1, 255, uchar=True) if layout.photometric == MIN_IS_WHITE else image


def _indexed(image: Image, layout: Layout) -> Image:
    size, scale = 1 << layout.depth, 1 if layout.map_of_bytes else 257
    entries = bytes(layout.map[band * size + entry] // scale for entry in range(size) for band in range(3))
    return image.maplut(libvips().Image.new_from_memory(entries, size, 1, 3, "uchar"))


def _lab(image: Image, layout: Layout) -> Image:
    """L* in 0 to the largest number; a* and b* signed (CIELAB), or 128 more than they are (ICCLAB)."""
    lightness, *others = (image.extract_band(band) for band in range(3))
    part = 1 << (layout.depth - 8)  # of a* and b* that is 1
    unsigned, signed = ("uchar", "char") if layout.depth == 8 else ("ushort", "short")
    if layout.photometric == ICCLAB:
        top = 255 * part
        opponents = [each.copy(format=unsigned).linear(1 / part, -128) for each in others]
    else:
        top = (1 << layout.depth) - 1
        opponents = [each.copy(format=signed).linear(1 / part, 0) for each in others]
    lab = lightness.copy(format=unsigned).linear(100 / top, 0).bandjoin(opponents).copy(interpretation="lab")
    xyz = lab.Lab2XYZ(temp=list(D50))
    return _curved(xyz.recomb([[each / 100 for each in row] for row in TO_SRGB]))


def _ycbcr(image: Image, layout: Layout) -> Image:
    centred = _numbers(image, layout).linear([1, 1, 1], [0, -128, -128])
    return centred.recomb([list(row) for row in FROM_YCBCR]).linear(1, 0.5, uchar=True)


MEANINGS: dict[int, Callable[[Image, Layout], Image]] = {
    **dict.fromkeys(GREY, _grey),
    RGB: _numbers,
    INKS: _numbers,
    PALETTE: _indexed,
    YCBCR: _ycbcr,
    CIELAB: _lab,
    ICCLAB: _lab,
}
OF_THEIR_OWN = (CIELAB, ICCLAB)
"""What says exactly which colours are meant."""


def _on_white(colour: Image, image: Image, layout: Layout, top: float) -> Image:
    """The colours before white paper, by the alpha among the other samples, of which `top` lets nothing through."""
    band = _alpha(layout)
    if band is None:
        return colour
    alpha = image.extract_band(band).linear(255 / top, 0.5, uchar=True)
    ink = layout.photometric == INKS
    if layout.extra[band - COLOURS[layout.photometric]] == ASSOCIATED:
        return colour if ink else (colour + alpha.linear(-1, 255)).cast("uchar")
    return colour.bandjoin(alpha).flatten(background=0 if ink else 255, max_alpha=255).cast("uchar")


def _alpha(layout: Layout) -> int | None:
    """Which of the samples is alpha."""
    first = COLOURS[layout.photometric]
    kinds = enumerate(layout.extra, first)
    return next((band for band, kind in kinds if kind in (ASSOCIATED, UNASSOCIATED)), None)


def _of_light(samples: Samples, layout: Layout, profile: bytes) -> tuple[Image, bool]:
    image = samples.image()
    count, band = COLOURS[layout.photometric], _alpha(layout)
    if band is not None and layout.extra[band - count] == ASSOCIATED:
        image = image.unpremultiply(max_alpha=1, alpha_band=band)
    image = image.cast("float")
    colour = image.extract_band(0, n=count)
    if layout.photometric == INKS:
        shown, applied = colour.linear(255, 0.5, uchar=True), False
    else:
        low, high, mean = _extremes(samples.image(), count)
        if mean > 1 or (count == 1 and low < BELOW_BLACK):
            shown, applied = _stretched(colour, low, high, layout), True
        else:
            if layout.photometric == MIN_IS_WHITE:
                colour = colour.linear(-1, 1)
            managed = _managed(colour, profile)
            shown, applied = (_curved(colour) if managed is None else managed), True
    alone = tuple(UNASSOCIATED if kind == ASSOCIATED else kind for kind in layout.extra)
    return _on_white(shown, image, replace(layout, extra=alone), 1), applied


def _curved(light: Image) -> Image:
    """Light of sRGB's primaries, 0 to 1, as sRGB."""
    bands = light.bands
    light = light.bandjoin([light, light]) if bands == 1 else light
    shown = light.copy(interpretation="scrgb").colourspace("srgb")
    return shown.extract_band(0) if bands == 1 else shown


def _managed(colour: Image, profile: bytes) -> Image | None:
    """Colours of 0 to 1 as sRGB, by the profile; None where that is none for them."""
    if not _is_for(profile, colour.bands):
        return None
    pyvips = libvips()
    wide = colour.linear(65535, 0.5).cast("ushort").copy(interpretation="rgb16" if colour.bands == 3 else "grey16")
    wide.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    try:
        return wide.icc_transform("srgb", embedded=True, intent="relative", black_point_compensation=True, depth=8)
    except pyvips.Error:
        return None


def _is_for(profile: bytes, bands: int) -> bool:
    """Whether it is a profile, and one for so many colours; libvips takes sRGB for any other without a word."""
    try:
        space = ImageCmsProfile(BytesIO(profile)).profile.xcolor_space if 0 < len(profile) <= LARGEST_PROFILE else ""
    except (PyCMSError, OSError, ValueError, TypeError):
        return False
    return space == {1: "GRAY", 3: "RGB "}[bands]


def _stretched(image: Image, low: float, high: float, layout: Layout) -> Image:
    """Samples that have no agreed white: the darkest become black, the lightest white."""
    scale = 255 / (high - low) if isfinite(high - low) and high > low else 0.0
    return _negative(image.linear(scale, 0.5 - low * scale if scale else 0, uchar=True), layout)


def _extremes(image: Image, count: int) -> tuple[float, float, float]:
    """The least, the largest and the mean of the first samples of all pixels. Reads all of the file."""
    row = image.extract_band(0, n=count).stats().crop(0, 0, 5, 1).tolist()[0]
    return row[0], row[1], row[4]
