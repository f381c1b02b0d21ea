"""SSIM and the reference."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bench.clients.sequential import Wrong, prove
from bench.tools.picture_quality import References, ssim
from workers.sizing import Size


def jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling=0)
    return out.getvalue()


def picture(width: int = 64, height: int = 48) -> Image.Image:
    bands = [Image.effect_noise((width // 4, height // 4), 60).resize((width, height)) for _ in "RGB"]
    return Image.merge("RGB", bands)


def test_ssim_of_the_same_is_one_and_falls_with_quality() -> None:
    image = picture()
    same = jpeg(image, 90)
    assert ssim(same, Image.open(BytesIO(same)).convert("RGB")) == pytest.approx(1.0)
    assert 0 < ssim(jpeg(image, 5), image) < ssim(jpeg(image, 95), image) < 1


def test_ssim_of_another_picture_is_low() -> None:
    flat = Image.new("RGB", (64, 48), (128, 128, 128))
    assert ssim(jpeg(flat, 90), picture()) < 0.3


def test_the_reference_has_the_render_s_size(tmp_path: Path) -> None:
    file = tmp_path / "sea.png"
    picture().save(file)
    references = References(file)
    assert not references.profiled
    assert references.of(jpeg(picture(32, 24), 80)).size == (32, 24)
    assert references.of(jpeg(picture(33, 24), 80)).size == (33, 24)


@pytest.mark.parametrize(("size", "right"), [(Size(64, 48), True), (Size(65, 47), True), (Size(66, 48), False)])
def test_a_jpeg_is_proven_to_be_of_its_size(size: Size, right: bool) -> None:
    content = jpeg(picture(), 80)
    if right:
        prove(content, size, "it")
    else:
        with pytest.raises(Wrong, match="64x48"):
            prove(content, size, "it")


def test_what_is_no_jpeg_is_wrong() -> None:
    out = BytesIO()
    picture().save(out, "PNG")
    for content in (b"", b"<html>", out.getvalue()):
        with pytest.raises(Wrong, match="no JPEG"):
            prove(content, Size(64, 48), "it")
