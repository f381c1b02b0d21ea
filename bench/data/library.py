"""The photos that are measured: real ones, and files made of them as a camera writes them.

`python -m bench.data.library FOLDER` takes the JPEGs below a folder, and puts both kinds into bench/.peers/photos.
"""

import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from workers.pipeline.limits import Limits
from workers.pipeline.open import opened, photo_size
from workers.sizing import Size, output_size

PEERS = Path(__file__).parents[1] / ".peers"
PHOTOS = PEERS / "photos"
ORIGINAL, CAMERA = "original", "camera"
CAMERA_QUALITY = 95
MAX_SIDE = 8192


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo: `name` is the way to its file below the library; `size` is as a person sees it."""

    name: str
    size: Size

    @property
    def pixels(self) -> int:
        """How many it has."""
        return self.size.width * self.size.height

    def fitted(self, box: Size) -> Size | None:
        """What comes out where it is to be as large as the box, by Darkroom's rules; None where it is smaller than
        that: nobody's pixels are to be compared where there are none."""
        size = output_size(self.size, box.width, box.height, MAX_SIDE)
        return size if size.width <= self.size.width and size.height <= self.size.height else None


def make(folder: Path) -> None:
    """Fills the library: the originals, and each as a camera would have written it: baseline, 4:2:2, quality 95."""
    for kind in (ORIGINAL, CAMERA):
        (PHOTOS / kind).mkdir(parents=True, exist_ok=True)
    for file in sorted(folder.rglob("*.jpg")):
        shutil.copyfile(file, PHOTOS / ORIGINAL / file.name)
        with Image.open(file) as image:
            profile = image.info.get("icc_profile")
            camera = PHOTOS / CAMERA / file.name
            image.save(camera, "JPEG", quality=CAMERA_QUALITY, subsampling="4:2:2", icc_profile=profile)


def photos() -> list[Photo]:
    """All of them, in such an order that the first few are of many sizes and both kinds."""
    found = [Photo(str(file.relative_to(PHOTOS)), _size(file)) for file in sorted(PHOTOS.rglob("*.jpg"))]
    kinds = [[each for each in found if each.name.startswith(kind)] for kind in (ORIGINAL, CAMERA)]
    # The second kind half a turn later, so that neighbours are not one photo twice.
    first, second = (list(spread(sorted(kind, key=lambda photo: (photo.pixels, photo.name)))) for kind in kinds)
    second = second[len(second) // 2 :] + second[: len(second) // 2]
    return [each for pair in zip(first, second, strict=True) for each in pair]


def spread(row: list[Photo]) -> Iterator[Photo]:
    """A row in another order: the last, the first, the middle, the quarters, …"""
    if not row:
        return
    last, seen = len(row) - 1, set[int]()
    for parts in (1, 2, 4, 8, 16, 32, 64):
        for part in range(parts, -1, -1):
            index = round(last * part / parts)
            if index not in seen:
                seen.add(index)
                yield row[index]


def copies(some: Iterable[Photo], folder: Path, count: int) -> Path:
    """A library of `count` copies of those photos (hard links) in `folder`, by number: `0/original/sea.jpg`. So each
    turn asks for what nobody was asked for before, and is a miss everywhere."""
    for photo in some:
        for number in range(count):
            copy = folder / str(number) / photo.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.hardlink_to(PHOTOS / photo.name)
    return folder


def warm(some: Iterable[Photo]) -> None:
    """Reads the files, so that they are in the page cache."""
    for photo in some:
        (PHOTOS / photo.name).read_bytes()


def _size(file: Path) -> Size:
    with opened(file, Limits()) as image:
        return photo_size(image)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
