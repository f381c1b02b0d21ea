"""A small library for whoever has no photos at hand: pictures that say their name and which way is up."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image, ImageDraw, ImageFont

TURNS = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}
"""How the pixels lie for an EXIF orientation: as the camera was held, so the other way round."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture to draw: its size in pixels as a person sees it, and two colours of its gradient."""

    path: str
    width: int
    height: int
    colours: tuple[str, str]
    orientation: int = 1
    progressive: bool = False


SAMPLES = (
    Sample("2019/beach.jpg", 4000, 3000, ("#f4d58d", "#1b6ca8")),
    Sample("2019/lighthouse.jpg", 2000, 3000, ("#ffffff", "#c1121f"), orientation=6),
    Sample("2019/pier.jpg", 3000, 2000, ("#8d99ae", "#2b2d42"), orientation=3),
    Sample("2021/forest.jpg", 3264, 2448, ("#d8f3dc", "#1b4332"), progressive=True),
    Sample("2021/waterfall.jpg", 1536, 2048, ("#caf0f8", "#03045e"), orientation=8),
    Sample("2021/panorama.jpg", 4096, 1024, ("#ffd6a5", "#6a4c93")),
    Sample("2021/map.png", 1920, 1080, ("#f5f3f4", "#ba181b")),
    Sample("2023/harbour.jpg", 2592, 1944, ("#ffddd2", "#006d77")),
    Sample("2023/market square.jpg", 1800, 1800, ("#fefae0", "#bc6c25")),
    Sample("2023/mountains.webp", 2048, 1365, ("#edf2f4", "#3a5a40")),
    Sample("2023/scan.tiff", 1600, 1200, ("#fdf0d5", "#780000")),
    Sample("2023/drawing.gif", 1600, 1300, ("#ffffff", "#000000")),
)


def make_sample(folder: Path) -> None:
    """Makes the sample library in that folder, unless there is one.

    It is drawn beside the folder and renamed, so that half a library is never taken for a whole one.
    """
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for number, sample in enumerate(SAMPLES):
            _save(sample, building / sample.path, number)
        building.chmod(0o755)
        # Where another process was faster, its library stays.
        if not folder.exists():
            os.replace(building, folder)  # noqa: PTH105 - says what it does
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _save(sample: Sample, file: Path, number: int) -> None:
    file.parent.mkdir(exist_ok=True)
    image = _draw(sample)
    if sample.orientation in TURNS:
        image = image.transpose(TURNS[sample.orientation])
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = sample.orientation
    exif[ExifTags.Base.DateTime] = f"{file.parent.name}:06:{number + 1:02} 12:00:00"
    if file.suffix == ".gif":
        image.quantize(64).save(file)
    elif file.suffix == ".jpg":
        image.save(file, exif=exif, quality=85, progressive=sample.progressive)
    elif file.suffix == ".png":
        image.save(file, exif=exif, compress_level=1)
    elif file.suffix == ".webp":
        image.save(file, exif=exif, method=0)
    else:
        image.save(file, exif=exif, compression="tiff_lzw")


def _draw(sample: Sample) -> Image.Image:
    """A gradient from top to bottom, an arrow that points up, and the name."""
    first, second = (Image.new("RGB", (1, 256), colour) for colour in sample.colours)
    image = Image.composite(second, first, Image.linear_gradient("L").resize((1, 256)))
    image = image.resize((sample.width, sample.height), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(image)
    unit, middle = min(sample.width, sample.height) // 12, sample.width // 2
    draw.polygon(list(_arrow(middle, unit)), fill="#ffb703", outline="#023047")
    font = ImageFont.load_default(unit)
    place = (middle, sample.height - 2 * unit)
    draw.text(
        place, sample.path, fill="#ffb703", font=font, anchor="mm", stroke_width=unit // 12, stroke_fill="#023047"
    )
    return image


def _arrow(middle: int, unit: int) -> Iterator[tuple[int, int]]:
    for across, down in ((0, 1), (2, 4), (1, 4), (1, 8), (-1, 8), (-1, 4), (-2, 4)):
        yield middle + across * unit, down * unit
