"""What counts where a photo's file says how it is shown in several places."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from catalog.kinds.formats import kind_of
from catalog.presentation.colours import ADOBE_RGB, PRIMARIES, Colours, of_code_points
from catalog.presentation.presentation import Presentation, lies, of, presentation
from tests.workers.samples import profiles
from tests.workers.samples.containers import exif, photo, png, with_code_points, xmp
from tests.workers.samples.pictures import quarters, saved
from tests.workers.samples.raws import dng
from workers.pipeline.limits import Limits
from workers.pipeline.open import opened

PICTURE = quarters(32, 24)
R03 = exif(1, 65535, b"R03")


def found(content: bytes) -> Presentation:
    with opened(BytesIO(content), Limits()) as image:
        return of(image)


@given(st.integers(0, 8), st.integers(0, 8), st.integers(0, 8))
def test_the_first_that_says_it(container: int, by_exif: int, by_xmp: int) -> None:
    assert lies(container, by_exif, xmp(by_xmp)) == (container or by_exif or by_xmp or 1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_adobe_rgb_of_a_camera(kind: str) -> None:
    if kind == "TIFF":
        tags = ImageFileDirectory_v2()
        tags[0x8769] = {0xA001: 2}
        content = saved(PICTURE, kind, tiffinfo=tags).getvalue()
    elif kind in ("AVIF", "HEIF"):
        content = photo(PICTURE, kind, 0, 1, 0)
        start = content.index(exif(1)[6:])
        content = content[:start] + R03[6:] + content[start + len(R03) - 6 :]
        assert found(content).colours == of_code_points(1, 13)  # what their boxes say comes before
        content = with_code_points(content, 2, 2)
    else:
        content = saved(PICTURE, kind, exif=R03).getvalue()
    assert found(content) == Presentation(1, ADOBE_RGB)


GAMMA = (b"gAMA", (100_000).to_bytes(4, "big"))
P3 = (b"cICP", b"\x0c\x0d\0\1")
LINEAR = Colours(PRIMARIES[1], gamma=1.0)
OF_CAMERA = (b"eXIf", R03[6:])


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([OF_CAMERA], Presentation(1, ADOBE_RGB)),
        ([OF_CAMERA, (b"sRGB", b"\0")], Presentation()),
        ([OF_CAMERA, GAMMA], Presentation(1, LINEAR)),
        ([OF_CAMERA, GAMMA, P3], Presentation(1, of_code_points(12, 13), before_profile=True)),
        ([(b"sRGB", b"\0"), P3], Presentation(1, of_code_points(12, 13), before_profile=True)),
    ],
)
def test_of_a_png(chunks: list[tuple[bytes, bytes]], expected: Presentation) -> None:
    assert found(png(PICTURE, *chunks)) == expected


def test_of_a_raw_file() -> None:
    """Its preview's own EXIF counts, then that of the file; what LibRaw develops is upright, and sRGB."""
    preview = quarters(160, 120)
    assert found(dng(PICTURE, 6).getvalue()) == Presentation()
    adobe = saved(preview, exif=exif(3, 2)).getvalue()
    adobe = adobe[:2] + adobe[20:]  # its EXIF first: before a header of JFIF LibRaw puts one of its own
    assert found(dng(quarters(240, 180), 3, adobe).getvalue()) == Presentation(3, ADOBE_RGB)
    silent = saved(preview, exif=exif(3)).getvalue()
    assert found(dng(quarters(240, 180), 3, silent).getvalue()) == Presentation(3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_profile_is_all_that_is_told(kind: str) -> None:
    profile = profiles.rgb(*profiles.PRO_PHOTO)
    assert found(saved(PICTURE, kind, exif=R03, icc_profile=profile).getvalue()) == Presentation()


def test_the_file_stays_where_it_is() -> None:
    for content in (saved(PICTURE).getvalue(), png(PICTURE), photo(PICTURE, "AVIF"), saved(PICTURE, "TIFF").getvalue()):
        file = BytesIO(content)
        kind = kind_of(file)
        assert kind
        file.seek(5)
        presentation(file, kind)
        assert file.tell() == 5
