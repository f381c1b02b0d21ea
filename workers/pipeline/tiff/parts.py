"""The JPEGs that strips and tiles are: how many scans they have, before anybody decodes them."""

from collections.abc import Iterator
from typing import BinaryIO

from catalog.kinds.tiff import (
    JPEG,
    STRIP_BYTES,
    STRIPS,
    TILE_BYTES,
    TILES,
    Directory,
    Layout,
    below,
    directories,
    layout_of,
)
from workers.errors import Unsupported
from workers.pipeline.limits import Limits, check_scans

LOSSY_DNG = 34892
MOST_PARTS = 100_000  # 200 megapixels in tiles of 45 x 45


def check_parts(file: BinaryIO, directory: Directory, layout: Layout, limits: Limits) -> None:
    """Looks at the strips or tiles of a picture of `file`, where they are JPEGs; others are nothing to it.

    Raises:
        Unsupported: there are too many of them, or too many scans in one, or in all.
    """
    if layout.compression not in (JPEG, LOSSY_DNG):
        return
    tags = (TILES, TILE_BYTES) if layout.tile else (STRIPS, STRIP_BYTES)
    places, sizes = (directory.values(file, tag, MOST_PARTS + 1) for tag in tags)
    if len(places) > MOST_PARTS:
        raise Unsupported(f"A TIFF of more than {MOST_PARTS:,} JPEGs is not rendered.")
    scanned, known = 0, dict[int, int]()
    for place, size in zip(places, sizes, strict=False):
        if place >= 2**63:
            continue
        if place not in known:
            known[place] = check_scans(file, limits, place, place + size)
        scanned += known[place]
        if scanned > limits.max_scanned:
            raise Unsupported("A TIFF of JPEGs of so many scans is not rendered.")


def check_raw(file: BinaryIO, limits: Limits) -> None:
    """Looks at all pictures of a raw file that is a TIFF, as `check_parts` does."""
    for directory in _all(file):
        layout = layout_of(file, directory)
        if layout is not None:
            check_parts(file, directory, layout, limits)


def _all(file: BinaryIO) -> Iterator[Directory]:
    for directory in directories(file):
        yield directory
        yield from below(file, directory)
