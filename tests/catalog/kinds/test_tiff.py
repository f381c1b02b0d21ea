"""What a TIFF's header says of its pixels, which picture it is shown by, and that any header can be looked at."""

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.kinds.tiff import (
    COLOURS,
    MOST_DIRECTORIES,
    PICTURE,
    PILLOW,
    ROWS,
    SAMPLES,
    Layout,
    described,
    directories,
    layout_of,
    reader_of,
    shown,
)
from tests.workers.samples.tiffs import (
    ADOBE_DEFLATE,
    CIELAB,
    FLOAT,
    INKS,
    JPEG,
    LZW,
    MIN_IS_BLACK,
    MIN_IS_WHITE,
    PALETTE,
    RGB,
    VOID,
    YCBCR,
    Order,
    Picture,
    tiff,
)

ORDERS = [Order("<"), Order(">"), Order("<", big=True), Order(">", big=True)]
ROW = [(1, 2, 3)] * 5
GREY = [[(1,)] * 5] * 4
SMALLER = Picture([[(0, 0, 0)] * 2] * 2, tags={254: (4, [1])})


def layout(data: bytes) -> Layout:
    found = shown(BytesIO(data))
    assert found is not None
    return found[1]


@pytest.mark.parametrize("order", ORDERS)
def test_a_layout(order: Order) -> None:
    picture = Picture([[(1, 2, 3, 4)] * 40] * 30, RGB, 12, VOID, True, (2,), LZW, 2, 2, (16, 32), tags={274: (3, [6])})
    assert layout(tiff(picture, order=order)) == Layout(
        width=40,
        height=30,
        photometric=RGB,
        bits=(12,) * 4,
        formats=(VOID,) * 4,
        extra=(2,),
        planes=True,
        compression=LZW,
        predictor=2,
        fill=2,
        tile=(16, 32),
        strip=30,
        opens=order != Order(">", big=True),
        orientation=6,
    )


def test_what_is_left_out() -> None:
    data = struct.pack("<4sIH", b"II*\0", 8, 2) + struct.pack("<HHIIHHIII", 256, 3, 1, 7, 257, 3, 1, 9, 0)
    bare = layout(data)
    assert (bare.width, bare.height, bare.photometric, bare.bits, bare.formats) == (7, 9, MIN_IS_BLACK, (1,), (1,))
    assert (bare.said, bare.planes, bare.tile, bare.strip, bare.compression) == (False, False, None, 9, 1)


@pytest.mark.parametrize(
    ("picture", "depth", "format", "extra"),
    [
        (Picture([[(1, 2, 3, 4)] * 5] * 4), 8, 1, (2,)),  # alpha that is not called so
        (Picture([ROW], tags={258: (3, [16])}), 16, 1, ()),  # one number for all
        (Picture([ROW], tags={258: (3, [8, 8, 8, 8])}), 8, 1, ()),
        (Picture([ROW], RGB, (5, 6, 5), planes=True), 0, 1, ()),
        (Picture([ROW], RGB, 8, 4), 8, 1, ()),
        (Picture([ROW], tags={339: (3, [1, 1, 3])}), 8, 0, ()),
    ],
)
def test_samples(picture: Picture, depth: int, format: int, extra: tuple[int, ...]) -> None:
    found = layout(tiff(picture))
    assert (found.depth, found.format, found.extra) == (depth, format, extra)


@pytest.mark.parametrize(
    ("picture", "reader"),
    [
        (Picture([ROW]), PILLOW),
        (Picture([ROW], RGB, 16), PILLOW),
        (Picture([ROW], RGB, 16, planes=True), SAMPLES),
        (Picture([ROW], planes=True), PILLOW),
        (Picture([ROW], planes=True, fill=2), SAMPLES),
        (Picture([ROW], compression=50000), PILLOW),
        (Picture([ROW], compression=50000, planes=True), PILLOW),
        (Picture([ROW], RGB, 16, compression=50000, planes=True), None),
        (Picture([ROW], CIELAB), SAMPLES),
        (Picture([ROW], RGB, 32, FLOAT), SAMPLES),
        (Picture([ROW], YCBCR, compression=JPEG), PILLOW),
        (Picture([ROW], YCBCR, tags={530: (3, [1, 1])}), SAMPLES),
        (Picture([ROW], YCBCR, tags={530: (3, [2, 2])}), PICTURE),
        (Picture(GREY, MIN_IS_BLACK, 12), SAMPLES),
        (Picture(GREY, MIN_IS_WHITE), PILLOW),
        (Picture(GREY, MIN_IS_WHITE, 16), SAMPLES),
        (Picture(GREY, MIN_IS_WHITE, 1, compression=4), PILLOW),
        (Picture(GREY, PALETTE, palette=[257] * 768), PILLOW),
        (Picture(GREY, PALETTE, palette=[255] * 768), SAMPLES),
        (Picture(GREY, PALETTE, palette=[256] * 767), None),
        (Picture([[(1, 2, 3, 4)] * 5], INKS), PILLOW),
        (Picture([[(1, 2, 3, 4)] * 5], INKS, tags={332: (3, [2])}), None),
        (Picture([ROW], 77), None),
        (Picture([ROW], compression=34712), None),
    ],
)
def test_readers(picture: Picture, reader: str | None) -> None:
    assert reader_of(layout(tiff(picture))) == reader


@pytest.mark.parametrize("order", ORDERS)
def test_which_picture_is_shown(order: Order) -> None:
    whole, other = Picture([ROW] * 6), Picture([ROW] * 7)
    mask = Picture([[(1,)] * 5] * 5, 4, 1, tags={254: (4, [4])})

    def height(*pictures: Picture, below: tuple[Picture, ...] = ()) -> int:
        return layout(tiff(*pictures, order=order, below=below)).height

    assert height(whole, other) == 6
    assert height(whole, SMALLER) == 6
    assert height(SMALLER, whole, other) == 6
    assert height(SMALLER, SMALLER, mask, other) == 7
    assert height(SMALLER, below=(mask, other)) == 7
    assert height(SMALLER, whole, below=(other,)) == 6
    assert height(whole, below=(other,)) == 6
    assert height(SMALLER) == 2


def test_directories_in_a_circle_and_too_many() -> None:
    data = bytearray(tiff(SMALLER))
    first = int.from_bytes(data[4:8], "little")
    data[-4:] = struct.pack("<I", first)
    assert len(list(directories(BytesIO(bytes(data))))) == 1
    assert len(list(directories(BytesIO(tiff(*[SMALLER] * (MOST_DIRECTORIES + 5)))))) == MOST_DIRECTORIES


@pytest.mark.parametrize(
    "data", [b"", b"II", b"II*\0\x08\0\0\0", b"MM\0+\0\x08\0\0", b"II*\0\xff\xff\xff\xff" + bytes(99)]
)
def test_a_header_that_is_broken(data: bytes) -> None:
    assert shown(BytesIO(data)) is None


def test_a_picture_without_a_size() -> None:
    assert shown(BytesIO(tiff(Picture([ROW], tags={256: (4, [0])})))) is None


@given(st.data())
def test_any_header_can_be_looked_at(data: st.DataObject) -> None:
    """Whatever is written over it: nothing is raised, and not much is read."""
    picture = Picture([ROW], PALETTE, 16, planes=True, palette=[7] * 99, tile=(16, 16), tags={529: (5, [0] * 6)})
    file = bytearray(tiff(picture, below=[SMALLER], order=data.draw(st.sampled_from(ORDERS))))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(file) - 1))
        file[place : place + 4] = data.draw(st.binary(min_size=1, max_size=4))
    found = shown(BytesIO(bytes(file)))
    if found is not None:
        reader_of(found[1])
        assert len(described(found[1])) < 600
        assert len(found[1].map) <= 3 << 16


def test_each_row_is_needed() -> None:
    """Each kind of the table is somebody's, and has a name of its own."""
    assert len({row.kind for row in ROWS}) == len(ROWS)
    assert {row.reader for row in ROWS} == {PILLOW, SAMPLES, PICTURE}
    assert all(count in (1, 3, 4) for count in COLOURS.values())


def test_what_is_told_of_a_layout() -> None:
    assert described(layout(tiff(Picture([ROW], CIELAB, 16, compression=ADOBE_DEFLATE)))) == (
        "photometric interpretation 8, 3 samples of 16 bits, compression 8"
    )
    mixed = layout(tiff(Picture([ROW], RGB, (5, 6, 5), planes=True)))
    assert "3 samples of 5+6+5 bits" in described(mixed)
    assert "3 floating samples of 32 bits" in described(layout(tiff(Picture([ROW], RGB, 32, FLOAT))))
    assert "format 6+6+6" in described(layout(tiff(Picture([ROW], RGB, 64, 6, encode=lambda _: b""))))


def test_of_one_directory() -> None:
    file = BytesIO(tiff(Picture([ROW])))
    (directory,) = directories(file)
    found = layout_of(file, directory, opens=False)
    assert found is not None
    assert reader_of(found) == SAMPLES
