"""How a photo lies is said once for all: the catalogue, every size and the lossless ways agree, whatever its file says
in how many places."""

from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from catalog.metadata.header import read
from tests.workers.samples.containers import photo
from tests.workers.samples.pictures import STORED, decoded, quarters, saved, shows, stored
from tests.workers.samples.raws import dng
from workers.pipeline.lossless.strip import deliverable, stream
from workers.pipeline.render import render, render_ladder, unscaled
from workers.sizing import Size

UPRIGHT = quarters(96, 64)
WHOLE, HALF, SQUARE = Size(96, 64), Size(48, 32), Size(40, 40)
BOXES = ("HEIF", "AVIF")

said = st.integers(0, 8)
turned_by_boxes = st.sampled_from((0, 2, 3, 4, 5, 6, 7, 8))  # encoders write no box for what is upright
photos = st.one_of(
    st.tuples(st.sampled_from(("JPEG", "PNG", "WEBP", "TIFF")), st.just(0), said, said),
    st.tuples(st.sampled_from(BOXES), turned_by_boxes, said, said),
)


def agree(content: bytes) -> None:
    with NamedTemporaryFile() as file:
        Path(file.name).write_bytes(content)
        header = read(Path(file.name))
    assert (header.width, header.height) == (WHOLE.width, WHOLE.height)
    shown: dict[str, tuple[Size, bytes]] = {
        "scaled": (HALF, render(BytesIO(content), HALF, 90)),
        "square": (SQUARE, render(BytesIO(content), SQUARE, 90)),
        "own": (WHOLE, unscaled(BytesIO(content))),
        **{f"of a ladder, {size}": (size, jpeg) for size, jpeg in render_ladder(BytesIO(content), (WHOLE, HALF), 90)},
    }
    if plan := deliverable(BytesIO(content)):
        shown["as it is"] = (WHOLE, b"".join(stream(BytesIO(content), plan)))
    for name, (size, jpeg) in shown.items():
        image = decoded(jpeg)
        assert image.size == (size.width, size.height), name
        assert shows(image, tolerance=40), name


@settings(max_examples=80, deadline=None)
@given(photos)
@example(("TIFF", 0, 0, 6))
@example(("TIFF", 0, 8, 6))
@example(("TIFF", 0, 1, 6))
@example(("HEIF", 0, 6, 0))
@example(("HEIF", 6, 6, 6))
@example(("HEIF", 3, 6, 8))
@example(("AVIF", 0, 6, 0))
@example(("AVIF", 0, 0, 8))
@example(("AVIF", 7, 5, 3))
@example(("PNG", 0, 0, 5))
@example(("WEBP", 0, 3, 6))
@example(("JPEG", 0, 0, 7))
@example(("JPEG", 0, 1, 6))
def test_all_agree(each: tuple[str, int, int, int]) -> None:
    agree(photo(UPRIGHT, *each))


@pytest.mark.parametrize("packet", [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"MM\0*" + b"\xff" * 40])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_turns_nothing(kind: str, packet: bytes) -> None:
    out = BytesIO()
    UPRIGHT.save(out, kind, exif=packet, quality=95)
    agree(out.getvalue())


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("lies", [1, 3, 6, 8])
def test_a_cameras_preview_lies_as_it_or_its_raw_file_says(lies: int, silent: bool) -> None:
    method = STORED[lies]
    sensor = UPRIGHT if method is None else UPRIGHT.transpose(method)
    preview = saved(sensor) if silent else stored(UPRIGHT, lies)
    agree(dng(sensor, lies, preview.getvalue()).getvalue())


def test_a_compressed_tiff_lies_as_it_says() -> None:
    """libtiff and Pillow read it by other ways than one without compression."""
    tags = Image.Exif()
    for lies in range(1, 9):
        tags[0x0112] = lies
        image = Image.open(BytesIO(photo(UPRIGHT, "PNG", by_xmp=lies)))
        out = BytesIO()
        image.save(out, "TIFF", exif=tags, compression="tiff_lzw")
        agree(out.getvalue())
