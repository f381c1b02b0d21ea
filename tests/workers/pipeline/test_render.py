"""The whole pipeline: source, request → size and pixels, as tables."""

import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, JpegImagePlugin

from tests.photos import real_photos
from tests.workers.samples import profiles
from tests.workers.samples.pictures import (
    PRINTED,
    QUARTERS,
    STORED,
    WHITE,
    decoded,
    heic,
    near,
    quarters,
    saved,
    shows,
    stored,
)
from tests.workers.samples.raws import dng
from workers.errors import SourceMissing, Unsupported
from workers.pipeline.limits import Limits
from workers.pipeline.open import opened, photo_size
from workers.pipeline.render import STEPS, render, unscaled
from workers.sizing import Size, output_size

SIZES = [Size(400, 300), Size(200, 150), Size(41, 31), Size(60, 60), Size(800, 600), Size(1, 1)]


def test_the_steps_in_their_order() -> None:
    names = [step.__name__ for step in STEPS]
    assert names == ["draft", "load", "flatten", "crop", "resize", "colour", "orient", "encode"]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_orientations(format: str, orientation: int, size: Size) -> None:
    image = decoded(render(stored(quarters(), orientation, format), size, 90))
    assert image.size == (size.width, size.height)
    assert size == Size(1, 1) or shows(image, tolerance=16)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_large_jpegs_are_decoded_small_and_still_lie_right(orientation: int) -> None:
    source = stored(quarters(1603, 1207), orientation)
    for size in (Size(100, 75), Size(64, 64), Size(300, 226)):
        image = decoded(render(source, size, 90))
        assert image.size == (size.width, size.height)
        assert shows(image, tolerance=16)


@pytest.mark.parametrize(("width", "height"), [(1200, 200), (200, 1200), (1201, 333)])
def test_squares_are_the_photos_middle(width: int, height: int) -> None:
    """White at both ends, four colours in the middle square: nothing of the white may be seen."""
    side = min(width, height)
    photo = Image.new("RGB", (width, height), WHITE)
    photo.paste(quarters(side, side), ((width - side) // 2, (height - side) // 2))
    for size in (Size(64, 64), Size(side, side), Size(20, 20), Size(500, 500)):
        image = decoded(render(saved(photo), size, 95))
        assert image.size == (size.width, size.height)
        assert shows(image)
        edge = image.getpixel((1, image.height // 4)), image.getpixel((image.width // 4, 1))
        assert all(near(pixel, QUARTERS[0], 60) for pixel in edge)


def test_progressive() -> None:
    assert shows(decoded(render(saved(quarters(), progressive=True), Size(100, 75), 80)), tolerance=16)


def test_of_several_pictures_the_first() -> None:
    for format in ("MPO", "GIF", "WEBP", "PNG", "TIFF"):
        other = Image.new("RGB", (400, 300), WHITE)
        source = saved(quarters(), format, save_all=True, append_images=[other])
        image = decoded(render(source, Size(200, 150), 90))
        assert image.size == (200, 150)
        assert shows(image, tolerance=20), format


def test_one_pixel() -> None:
    source = saved(Image.new("RGB", (1, 1), (200, 10, 10)), "PNG")
    assert near(decoded(render(source, Size(50, 50), 90)).getpixel((25, 25)), (200, 10, 10))


def test_shapes_that_hardly_are() -> None:
    for photo in (Size(3000, 1), Size(1, 3000), Size(3000, 2)):
        for orientation in (1, 6):
            source = stored(Image.new("RGB", (photo.width, photo.height), (200, 10, 10)), orientation)
            for width, height in ((2, None), (64, 64), (None, 2), (None, None)):
                size = output_size(photo, width, height, 10**9)
                image = decoded(render(source, size, 90))
                assert image.size == (size.width, size.height)
                assert near(image.getpixel((0, 0)), (200, 10, 10))


def test_no_metadata_comes_through() -> None:
    exif = Image.Exif()
    exif[271] = "a maker"
    options: dict[str, Any] = {
        "exif": exif,
        "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        "xmp": b"<x:xmpmeta>someone</x:xmpmeta>",
        "comment": b"a comment",
    }
    source = saved(quarters(), **options)
    for sign in (b"Exif", b"ICC_PROFILE", b"http://ns.adobe.com/xap", b"a comment"):
        assert sign in source.getvalue()
    for size in (Size(400, 300), Size(100, 75), Size(64, 64)):
        jpeg = render(source, size, 80)
        for sign in (b"Exif", b"ICC_PROFILE", b"http://ns.adobe.com/xap", b"a comment", b"a maker", b"\xff\xfe"):
            assert sign not in jpeg[: jpeg.index(b"\xff\xda")]


def test_quality_counts() -> None:
    noise = saved(Image.effect_noise((300, 300), 80), "PNG")
    sizes = [len(render(noise, Size(200, 200), quality)) for quality in (1, 30, 70, 100)]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 4
    assert len(render(noise, Size(200, 200), 0)) == sizes[0]


def test_a_path_is_read_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(saved(quarters()).getvalue())
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        assert shows(decoded(render(path, Size(200, 150), 80)), tolerance=16)


def test_a_missing_file(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.jpg", tmp_path):
        with pytest.raises(SourceMissing) as raised:
            render(path, Size(1, 1), 80)
        assert str(tmp_path) not in str(raised.value)


@pytest.mark.parametrize("render", [partial(render, size=Size(1, 1), quality=80), unscaled])
def test_a_photo_that_takes_too_long_is_not_tried_again(render: Callable[..., bytes]) -> None:
    with pytest.raises(Unsupported, match=r"longer to render than render\.max\.seconds allows: 1e-09 s"):
        render(stored(quarters(), 6), limits=Limits(max_seconds=1e-9))


def test_a_file_that_is_long_in_coming_is_not_the_photo_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    class Slow(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            now[0] += 10
            return super().read(size)

    for clock in ("workers.pipeline.limits.time.monotonic", "catalog.source_file.monotonic"):
        monkeypatch.setattr(clock, lambda: now[0])
    assert render(Slow(saved(quarters()).getvalue()), Size(100, 75), 80, limits=Limits(max_seconds=5))


def test_the_time_is_looked_at_between_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A load that takes until after the limit is the last step."""
    now = [0.0]
    load = JpegImagePlugin.JpegImageFile.load

    def slow(self: JpegImagePlugin.JpegImageFile) -> object:
        now[0] = 10.0
        return load(self)

    for clock in ("workers.pipeline.limits.time.monotonic", "catalog.source_file.monotonic"):
        monkeypatch.setattr(clock, lambda: now[0])
    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, "load", slow)
    with pytest.raises(Unsupported):
        render(saved(quarters()), Size(100, 75), 80, limits=Limits(max_seconds=5))


def test_many_threads_render_the_same() -> None:
    source = stored(quarters(1600, 1200), 6).getvalue()
    with ThreadPoolExecutor(4) as pool:
        renders = list(pool.map(lambda _: render(BytesIO(source), Size(200, 150), 80), range(16)))
    assert len(set(renders)) == 1


@pytest.mark.parametrize("lies", range(1, 9))
def test_heic(lies: int) -> None:
    exif = Image.Exif()
    exif[274] = lies
    source = heic(quarters() if (method := STORED[lies]) is None else quarters().transpose(method), exif=exif.tobytes())
    for size in (Size(200, 150), Size(60, 60)):
        image = decoded(render(source, size, 90))
        assert image.size == (size.width, size.height)
        assert shows(image, tolerance=20)
    assert decoded(unscaled(source)).size == (400, 300)


UNSCALED = {
    "jpeg": stored(quarters(), 1),
    "jpeg, turned without loss": stored(quarters(320, 240), 6),
    "jpeg, turned": stored(quarters(317, 243), 6),
    "jpeg, turned, 4:2:0": stored(quarters(317, 243), 8, subsampling=2),
    "jpeg, of ink": saved(quarters().convert("CMYK")),
    "png": stored(quarters(), 5, "PNG"),
    "webp": saved(quarters(), "WEBP"),
    "tiff": stored(quarters(), 7, "TIFF"),
    "gif": saved(quarters(), "GIF"),
    "bmp": saved(quarters(), "BMP"),
    "avif": stored(quarters(), 3, "AVIF"),
    "dng": dng(quarters(120, 90), preview=saved(quarters()).getvalue()),
}


@pytest.mark.parametrize("name", UNSCALED)
def test_unscaled(name: str) -> None:
    source = UNSCALED[name]
    with opened(source, Limits()) as photo:
        size = photo_size(photo)
    jpeg = unscaled(source)
    image = decoded(jpeg)
    assert image.size == (size.width, size.height)
    assert image.width > image.height
    assert shows(image, PRINTED if name == "jpeg, of ink" else QUARTERS, tolerance=20)
    assert b"Exif" not in jpeg
    assert b"\0\x11\x08" not in jpeg or jpeg[jpeg.index(b"\0\x11\x08") + 9] == 0x11  # 4:4:4


def test_a_wide_profile_is_not_lost_on_the_way() -> None:
    """Delivered or turned without loss a JPEG keeps it; encoded, it has the colours that the profile means."""
    strange, in_srgb = (100, 150, 200), (65, 151, 202)
    profile = profiles.rgb(*profiles.ADOBE_RGB)
    for width, stays in ((320, True), (317, False)):
        jpeg = unscaled(stored(Image.new("RGB", (width, 240), strange), 6, icc_profile=profile))
        assert (Image.open(BytesIO(jpeg)).info.get("icc_profile") == profile) is stays
        assert near(decoded(jpeg).getpixel((50, 50)), strange if stays else in_srgb, 4)


def test_steps_are_told_of() -> None:
    steps: list[tuple[str, float]] = []
    render(saved(quarters()), Size(40, 30), 80, watch=lambda *step: steps.append(step))
    assert [name for name, _ in steps] == [step.__name__ for step in STEPS]
    assert all(seconds >= 0 for _, seconds in steps)


@pytest.mark.parametrize("path", real_photos("large/*"), ids=lambda path: path.name)
def test_large_photos(path: Path) -> None:
    for size in (Size(256, 256), Size(1920, 1080)):
        assert decoded(render(path, size, 70)).size == (size.width, size.height)
