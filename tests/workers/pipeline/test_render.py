"""The whole pipeline: source, request → size and pixels, as tables."""

import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, JpegImagePlugin

from tests.workers.pipeline.pictures import QUARTERS, WHITE, decoded, near, quarters, saved, shows, stored
from workers.errors import Busy, RenderError, SourceMissing
from workers.pipeline import STEPS, render
from workers.sizing import Size, output_size

PHOTOS = Path(__file__).parents[4] / "shared" / "photos"
SIZES = [Size(400, 300), Size(200, 150), Size(41, 31), Size(60, 60), Size(800, 600), Size(1, 1)]


def test_the_steps_in_their_order() -> None:
    names = [step.__name__ for step in STEPS]
    assert names == ["draft", "load", "flatten", "crop", "resize", "colour", "orient", "encode"]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
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


def test_a_deadline_that_has_passed() -> None:
    with pytest.raises(Busy) as raised:
        render(saved(quarters()), Size(1, 1), 80, deadline=time.monotonic())
    assert raised.value.retry_after >= 1


def test_a_deadline_is_looked_at_between_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A load that takes until after the deadline is the last step."""
    now = [0.0]
    load = JpegImagePlugin.JpegImageFile.load

    def slow(self: JpegImagePlugin.JpegImageFile) -> object:
        now[0] = 10.0
        return load(self)

    monkeypatch.setattr("workers.pipeline.limits.time.monotonic", lambda: now[0])
    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, "load", slow)
    with pytest.raises(Busy):
        render(saved(quarters()), Size(100, 75), 80, deadline=5.0)


def test_many_threads_render_the_same() -> None:
    source = stored(quarters(1600, 1200), 6).getvalue()
    with ThreadPoolExecutor(4) as pool:
        renders = list(pool.map(lambda _: render(BytesIO(source), Size(200, 150), 80), range(16)))
    assert len(set(renders)) == 1


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the real photos are not here")
@pytest.mark.filterwarnings("default")
def test_real_photos() -> None:
    """Each gives a JPEG of the right size, or one of our errors; the large ones give JPEGs."""
    rendered: list[str] = []
    refused: dict[str, str] = {}
    for path in sorted(each for each in PHOTOS.rglob("*") if each.is_file()):
        for size in (Size(256, 256), Size(1920, 1080)):
            try:
                jpeg = render(path, size, 70)
            except RenderError as error:
                refused[path.name] = error.kind
                continue
            assert decoded(jpeg).size == (size.width, size.height)
            rendered.append(path.name)
    assert set(refused.values()) <= {"damaged", "unsupported"}
    assert refused["README.md"] == "unsupported"
    assert {path.name for path in (PHOTOS / "large").iterdir()} <= set(rendered) - set(refused)
    assert len(rendered) > 100
