"""Photos whose colours their file tells in another way than by a profile: alike in every size."""

from collections.abc import Callable
from io import BytesIO
from struct import pack

import pytest
from PIL import Image

from catalog.presentation.presentation import of
from tests.workers.samples import profiles
from tests.workers.samples.containers import exif, photo, png, with_code_points
from tests.workers.samples.pictures import decoded, near, saved, stored
from workers.pipeline.colours.meant import profile_of
from workers.pipeline.limits import Limits
from workers.pipeline.lossless.strip import deliverable
from workers.pipeline.open import opened
from workers.pipeline.render import render, render_ladder, unscaled
from workers.sizing import Size

PIXEL = (200, 100, 50)
FLAT = Image.new("RGB", (32, 32), PIXEL)
IN_ADOBE, IN_P3, IN_BT2020 = (227, 100, 42), (215, 93, 31), (241, 76, 29)
R03 = exif(1, 65535, b"R03")
GREY = Image.new("RGB", (32, 32), (148, 148, 148))  # white of ordinary pictures, in PQ
LINEAR_GREY = Image.new("L", (32, 32), 55)


def of_boxes(kind: str, image: Image.Image, primaries: int, transfer: int) -> bytes:
    return with_code_points(photo(image, kind), primaries, transfer)


def with_chunks(*chunks: tuple[bytes, bytes]) -> bytes:
    return png(FLAT, *chunks)


PHOTOS: dict[str, tuple[Callable[[], bytes], tuple[int, int, int]]] = {
    **{
        f"Adobe RGB by EXIF, {kind}": (lambda kind=kind: saved(FLAT, kind, exif=R03).getvalue(), IN_ADOBE)  # type: ignore[misc]
        for kind in ("JPEG", "PNG", "WEBP")
    },
    "Adobe RGB by EXIF, progressive": (lambda: saved(FLAT, exif=R03, progressive=True).getvalue(), IN_ADOBE),
    "Adobe RGB by a colour space": (lambda: saved(FLAT, exif=exif(0, 2)).getvalue(), IN_ADOBE),
    "sRGB by EXIF": (lambda: saved(FLAT, exif=exif(1, 1, b"R98")).getvalue(), PIXEL),
    "uncalibrated": (lambda: saved(FLAT, exif=exif(1, 65535)).getvalue(), PIXEL),
    **{
        f"{name}, {kind}": (lambda kind=kind, points=points: of_boxes(kind, FLAT, *points), shown)  # type: ignore[misc]
        for kind in ("AVIF", "HEIF")
        for name, points, shown in (
            ("P3", (12, 13), IN_P3),
            ("BT.2020", (9, 14), IN_BT2020),
            ("BT.709", (1, 1), PIXEL),
            ("unspecified", (2, 2), PIXEL),
        )
    },
    **{
        f"PQ, {kind}": (lambda kind=kind: of_boxes(kind, GREY, 9, 16), (228, 228, 228))  # type: ignore[misc]
        for kind in ("AVIF", "HEIF")
    },
    "P3, cICP": (lambda: with_chunks((b"cICP", b"\x0c\x0d\0\1")), IN_P3),
    "PQ, cICP": (lambda: png(GREY, (b"cICP", b"\x09\x10\0\1")), (228, 228, 228)),
    "HLG, cICP": (lambda: png(Image.new("RGB", (32, 32), (191,) * 3), (b"cICP", b"\x09\x12\0\1")), (229, 229, 229)),
    "linear, gAMA, grey": (lambda: png(LINEAR_GREY, (b"gAMA", pack(">I", 100_000))), (128, 128, 128)),
    "linear, cICP, a palette": (lambda: png(LINEAR_GREY.convert("P"), (b"cICP", b"\1\x08\0\1")), (128, 128, 128)),
    "linear, cICP, transparent": (
        lambda: png(LINEAR_GREY.convert("LA"), (b"cICP", b"\1\x08\0\1")), (128, 128, 128)
    ),
    "linear, AVIF of grey": (lambda: of_boxes("AVIF", LINEAR_GREY, 1, 8), (128, 128, 128)),
}  # fmt: skip


@pytest.mark.parametrize("name", PHOTOS)
def test_every_size_shows_them(name: str) -> None:
    make, expected = PHOTOS[name]
    content = make()
    sizes = Size(32, 32), Size(16, 16)
    renders = [unscaled(BytesIO(content)), *(render(BytesIO(content), size, 95) for size in sizes)]
    renders += [jpeg for _, jpeg in render_ladder(BytesIO(content), sizes, 95)]
    for jpeg in renders:
        assert near(decoded(jpeg).getpixel((8, 8)), expected, 6)
        assert "icc_profile" not in Image.open(BytesIO(jpeg)).info
    # As it is, it is sent where its own numbers are sRGB's.
    assert (deliverable(BytesIO(content)) is not None) == (content[:2] == b"\xff\xd8" and expected == PIXEL)


@pytest.mark.parametrize("lies", [1, 6])
def test_no_turn_without_loss(lies: int) -> None:
    """Which would lose what EXIF says."""
    content = stored(FLAT, lies).getvalue()
    start = content.index(b"Exif\0\0")
    length = int.from_bytes(content[start - 2 : start], "big")
    said = exif(lies, 2)
    content = content[: start - 2] + (len(said) + 2).to_bytes(2, "big") + said + content[start - 2 + length :]
    assert near(decoded(unscaled(BytesIO(content))).getpixel((8, 8)), IN_ADOBE, 6)


def found(content: bytes) -> bytes:
    with opened(BytesIO(content), Limits()) as image:
        image.load()
        return profile_of(of(image))


def test_a_profile_comes_before_all_but_cicp() -> None:
    profile = profiles.rgb(*profiles.PRO_PHOTO)
    assert found(saved(FLAT, exif=R03, icc_profile=profile).getvalue()) == profile
    assert found(with_code_points(saved(FLAT, "AVIF", icc_profile=profile).getvalue(), 9, 16)) == profile
    for points, kept in ((b"\x0c\x0d\0\1", False), (b"\2\2\0\1", True), (b"\1\x0d\0\1", False)):
        assert (found(png(FLAT, (b"cICP", points), icc_profile=profile)) == profile) is kept


def test_a_profile_of_pq_says_so_itself() -> None:
    """Its tables would show it flat."""
    tag = b"cicp" + bytes(4) + b"\x09\x10\0\1"
    profile = profiles.rgb(*profiles.PRO_PHOTO, cicp=tag)
    content = saved(GREY, "PNG", icc_profile=profile)
    assert near(decoded(render(content, Size(16, 16), 95)).getpixel((8, 8)), (228, 228, 228), 3)
    sdr = profiles.rgb(*profiles.PRO_PHOTO, cicp=b"cicp" + bytes(4) + b"\x0c\x0d\0\1")
    assert found(saved(GREY, "PNG", icc_profile=sdr).getvalue()) == sdr
