"""Colours: what a profile means by its numbers, in sRGB."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from PIL import Image

from catalog.kinds.formats import LARGEST_PROFILE
from tests.workers.samples import profiles
from tests.workers.samples.pictures import PRINTED, decoded, near, quarters, saved, shows, work
from workers.pipeline.colour import TRANSFORMS, _built, colour
from workers.pipeline.lossless.strip import deliverable
from workers.pipeline.render import render, unscaled
from workers.sizing import Size

Pixel = tuple[int, ...]

P3, ADOBE, PRO_PHOTO = (profiles.rgb(*each) for each in (profiles.DISPLAY_P3, profiles.ADOBE_RGB, profiles.PRO_PHOTO))
SRGB = profiles.of_curve(*profiles.SRGB, profiles.srgb_curve(1024))
LIGHT_GREY, CMYK = profiles.grey(1.0), profiles.cmyk()
STRANGE = (100, 150, 200)

# Here and below, by the profiles' own formulas, worked out without littlecms: to linear light (or from Lab), to XYZ, to
# linear sRGB, cut off where it has no such colour, to sRGB.
IN_P3, IN_ADOBE, IN_PRO_PHOTO = (83, 153, 206), (66, 151, 203), (0, 175, 216)


@pytest.mark.parametrize(
    ("mode", "pixel", "profile", "expected"),
    [
        ("RGB", STRANGE, P3, IN_P3),
        ("RGB", STRANGE, ADOBE, IN_ADOBE),
        ("RGB", STRANGE, PRO_PHOTO, IN_PRO_PHOTO),
        ("RGB", (255, 255, 255), PRO_PHOTO, (255, 255, 255)),
        ("RGB", (0, 0, 0), PRO_PHOTO, (0, 0, 0)),
        ("RGB", STRANGE, SRGB, STRANGE),
        ("RGB", STRANGE, b"", STRANGE),
        ("L", (100,), LIGHT_GREY, (168, 168, 168)),
        ("L", (100,), PRO_PHOTO, (119, 119, 119)),
        ("CMYK", (255, 0, 0, 0), CMYK, (89, 0, 255)),
        ("CMYK", (0, 255, 0, 0), CMYK, (253, 7, 10)),
        ("CMYK", (0, 0, 255, 0), CMYK, (10, 255, 0)),
        ("CMYK", (0, 0, 0, 255), CMYK, (0, 0, 0)),
        # none: those of a press, as its profile and Photoshop show them
        ("CMYK", (255, 0, 0, 0), b"", (0, 159, 227)),
        ("CMYK", (0, 255, 0, 0), b"", (230, 0, 126)),
        ("CMYK", (0, 0, 255, 0), b"", (255, 237, 0)),
        ("CMYK", (0, 0, 0, 255), b"", (30, 30, 29)),
        ("CMYK", (0, 0, 0, 0), b"", (255, 255, 255)),
        # broken, or for other pixels: as if there were none
        ("RGB", STRANGE, P3[:200], STRANGE),
        ("RGB", STRANGE, b"no profile", STRANGE),
        ("RGB", STRANGE, LIGHT_GREY, STRANGE),
        ("RGB", STRANGE, CMYK, STRANGE),
        ("L", (100,), CMYK, (100, 100, 100)),
        ("CMYK", (255, 0, 0, 0), P3, (0, 159, 227)),
        ("CMYK", (255, 0, 0, 0), CMYK[:1000], (0, 159, 227)),
    ],
)
@pytest.mark.parametrize("format", ["JPEG", "TIFF", "PNG", "WEBP"])
def test_profiles(format: str, mode: str, pixel: Pixel, profile: bytes, expected: Pixel) -> None:
    if (format, mode) in (("PNG", "CMYK"), ("WEBP", "CMYK"), ("WEBP", "L")):
        pytest.skip(f"no {format} is {mode}")
    source = saved(Image.new(mode, (64, 64), pixel), format, **({"icc_profile": profile} if profile else {}))
    for size in (Size(64, 64), Size(20, 20), Size(100, 100)):
        assert near(decoded(render(source, size, 95)).getpixel((10, 10)), expected, 4)


@pytest.mark.parametrize("palette", [False, True])
def test_palettes_and_transparency_have_the_profiles_colours(palette: bool) -> None:
    image = Image.new("RGBA", (40, 40), (*STRANGE, 255))
    image.paste((0, 0, 0, 0), (20, 0, 40, 40))
    if palette:
        image = image.quantize(4)
    render_of = decoded(render(saved(image, "PNG", icc_profile=ADOBE), Size(40, 40), 95))
    assert near(render_of.getpixel((5, 5)), IN_ADOBE, 5)
    assert near(render_of.getpixel((35, 5)), (255, 255, 255), 5)


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_transparent_grey_has_its_profiles_greys(format: str) -> None:
    image = Image.new("LA", (40, 40), (100, 255))
    image.paste((0, 0), (20, 0, 40, 40))
    render_of = decoded(render(saved(image, format, icc_profile=LIGHT_GREY), Size(40, 40), 95))
    assert near(render_of.getpixel((5, 5)), (168, 168, 168), 4)
    assert near(render_of.getpixel((35, 5)), (255, 255, 255), 4)


def test_grey_stays_grey_in_the_file() -> None:
    done = colour(work(Image.new("L", (8, 8), 100), profile=LIGHT_GREY))
    assert done.image.mode == "L"


def test_no_profile_is_no_work() -> None:
    before = work(Image.new("RGB", (8, 8)))
    assert colour(before) is before


def test_a_profile_too_long_to_be_one() -> None:
    before = work(Image.new("RGB", (8, 8), STRANGE), profile=P3 + bytes(LARGEST_PROFILE))
    assert colour(before) is before


def ycck(image: Image.Image) -> BytesIO:
    """A JPEG as Photoshop writes CMYK: inverted, and C, M and Y as YCbCr, which its Adobe marker says with a 2."""
    inks = image.convert("CMYK").split()
    as_rgb = Image.merge("RGB", inks[:3])
    luma = as_rgb.convert("YCbCr").split()
    # Pillow inverts as it writes.
    source = saved(Image.merge("CMYK", [each.point(lambda level: 255 - level) for each in luma] + [inks[3]]))
    content = bytearray(source.getvalue())
    adobe = content.index(b"Adobe")
    content[adobe + 11] = 2
    return BytesIO(bytes(content))


def test_adobes_cmyk() -> None:
    """Both ways in which Photoshop stores it, each inverted."""
    plain = saved(quarters(64, 64).convert("CMYK"))
    assert b"Adobe" in plain.getvalue()
    for source in (plain, ycck(quarters(64, 64))):
        for size in (Size(64, 64), Size(16, 16)):
            assert shows(decoded(render(source, size, 95)), PRINTED, 20)
        # In its own size too, which browsers would show in one way or another.
        assert deliverable(source) is None
        assert shows(decoded(unscaled(source)), PRINTED, 20)


def test_transforms_are_made_once_and_not_without_end() -> None:
    _built.cache_clear()
    source = saved(Image.new("RGB", (64, 64), STRANGE), icc_profile=P3).getvalue()
    with ThreadPoolExecutor(4) as pool:
        renders = list(pool.map(lambda _: render(BytesIO(source), Size(64, 64), 95), range(16)))
    assert len(set(renders)) == 1
    assert _built.cache_info().misses == 1
    for number in range(2 * TRANSFORMS):
        colour(work(Image.new("RGB", (8, 8)), profile=profiles.rgb(*profiles.SRGB, 1 + number / 16)))
    assert _built.cache_info().currsize == TRANSFORMS
