"""The boxes of a HEIC or AVIF that say how its picture is shown."""

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.Image import Transpose

from catalog.presentation.boxes import LARGEST_META, ORIENTATIONS, Boxes, is_bomb, read, size
from catalog.presentation.colours import of_code_points
from tests.workers.samples.containers import exif, photo, xmp
from tests.workers.samples.pictures import STORED, quarters

PICTURE, EXIF, XMP, TILE = 1, 2, 3, 4
P3 = struct.pack(">4s3HB", b"nclx", 12, 13, 6, 0x80)
BT2100 = struct.pack(">4s3HB", b"nclx", 9, 16, 9, 0x80)
ICC = b"prof" + bytes(128)


def box(kind: bytes, *parts: bytes, large: bool = False) -> bytes:
    content = b"".join(parts)
    if large:
        return struct.pack(">I4sQ", 1, kind, len(content) + 16) + content
    return struct.pack(">I4s", len(content) + 8, kind) + content


def full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def associations(of: dict[int, list[int]], wide: bool) -> bytes:
    """Which properties items have: as 16 bits a number of an item and 8 of a property, or twice as many."""
    rows = b""
    for item, numbers in of.items():
        rows += struct.pack(">IB" if wide else ">HB", item, len(numbers))
        rows += b"".join(struct.pack(">H" if wide else ">B", number | (0x8000 if wide else 0x80)) for number in numbers)
    return full(b"ipma", struct.pack(">I", len(of)), rows, version=int(wide), flags=int(wide))


def heic(
    *properties: tuple[bytes, bytes],
    of_tile: bool = False,
    packets: dict[int, bytes] | None = None,
    described: int = PICTURE,
    wide: bool = False,
    inside: bool = False,
) -> bytes:
    """A file of boxes without a picture: its primary item, or the first tile of it, has these properties; EXIF and XMP
    of the `described` item. `wide` numbers are twice as wide, `inside` the packets are in a box beside the others.
    """
    packets = packets or {}
    number = ">I" if wide else ">H"
    numbers = list(range(2, 2 + len(properties)))
    of = {PICTURE: [1, *([] if of_tile else numbers)], TILE: numbers if of_tile else []}
    infos = [
        (PICTURE, b"grid", b""),
        (TILE, b"hvc1", b""),
        (EXIF, b"Exif", b""),
        (XMP, b"mime", b"application/rdf+xml\0"),
    ]
    items = b"".join(
        full(b"infe", struct.pack(number, item), bytes(2), kind, b"\0" + rest, version=3 if wide else 2)
        for item, kind, rest in infos
    )
    references = [(b"dimg", PICTURE, TILE), *((b"cdsc", item, described) for item in packets)]
    lines = b"".join(
        box(kind, struct.pack(number, one), b"\0\1", struct.pack(number, to)) for kind, one, to in references
    )
    data = b"".join(packets.values())

    def meta(start: int) -> bytes:
        rows, place = b"", start
        for item, packet in packets.items():
            rows += struct.pack(number, item) + struct.pack(">H", int(inside)) + bytes(2)
            rows += struct.pack(">QHII", 0, 1, place, len(packet))
            place += len(packet)
        version = 2 if wide else 1
        locations = full(b"iloc", b"\x44\x80", struct.pack(number, len(packets)), rows, version=version)
        return full(
            b"meta",
            full(b"hdlr", bytes(20)),
            full(b"pitm", struct.pack(number, PICTURE), version=int(wide)),
            locations,
            full(b"iinf", struct.pack(number, len(infos)), items, version=int(wide)),
            full(b"iref", lines, version=int(wide)),
            box(b"iprp", box(b"ipco", full(b"ispe", bytes(8)), *(box(*each) for each in properties)),
                associations(of, wide)),
            *([box(b"idat", data)] if inside else []),
        )  # fmt: skip

    head = box(b"ftyp", b"heic", bytes(4), b"mif1")
    start = 0 if inside else len(head) + len(meta(0)) + 8
    return head + meta(start) + box(b"mdat", b"" if inside else data)


ROT = {angle: (b"irot", bytes((angle,))) for angle in range(4)}
UPSIDE_DOWN, LEFT_RIGHT = (b"imir", b"\0"), (b"imir", b"\1")


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(
    ("properties", "orientation"),
    [
        ([], 0),
        ([ROT[0]], 1),
        ([ROT[1]], 8),
        ([ROT[2]], 3),
        ([ROT[3]], 6),
        ([LEFT_RIGHT], 2),
        ([UPSIDE_DOWN], 4),
        ([ROT[1], UPSIDE_DOWN], 5),
        ([ROT[3], UPSIDE_DOWN], 7),
        ([UPSIDE_DOWN, ROT[1]], 7),
        ([ROT[1], ROT[1], ROT[1]], 6),
        ([(b"irot", b"")], 0),
    ],
)
def test_turns_in_their_order(properties: list[tuple[bytes, bytes]], orientation: int, wide: bool) -> None:
    assert read(BytesIO(heic(*properties, wide=wide))).orientation == orientation


@pytest.mark.parametrize(("state", "orientation"), ORIENTATIONS.items())
def test_what_the_numbers_mean(state: tuple[int, bool], orientation: int) -> None:
    """To mirror what is stored and to turn it makes it upright."""
    stored = quarters(40, 30)
    if (method := STORED[orientation]) is not None:
        stored = stored.transpose(method)
    turns, mirrored = state
    seen = stored.transpose(Transpose.FLIP_LEFT_RIGHT) if mirrored else stored
    seen = seen.rotate(90 * turns, Image.Resampling.NEAREST, expand=True)
    assert seen.tobytes() == quarters(40, 30).tobytes()


@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
@pytest.mark.parametrize("lies", range(2, 9))
def test_as_encoders_write_it(kind: str, lies: int) -> None:
    found = read(BytesIO(photo(quarters(40, 30), kind, lies, 3, 6)))
    assert (found.orientation, found.xmp) == (lies, xmp(6))
    assert found.exif.startswith(exif(3)[6:])
    assert found.colours == of_code_points(1, 13)


@pytest.mark.parametrize(
    ("properties", "of_tile", "expected"),
    [
        ([], False, None),
        ([(b"colr", P3)], False, of_code_points(12, 13)),
        ([(b"colr", ICC), (b"colr", P3)], False, of_code_points(12, 13)),
        ([(b"colr", P3)], True, of_code_points(12, 13)),
        ([(b"colr", ICC)], False, None),
        ([(b"colr", BT2100)], False, of_code_points(9, 16)),
        ([(b"colr", BT2100), (b"clli", b"\x02\x58\0\x64")], False, of_code_points(9, 16, peak=600.0)),
        ([(b"colr", BT2100), (b"mdcv", bytes(16) + struct.pack(">2I", 40_000_000, 1))], False,
         of_code_points(9, 16, peak=4000.0)),
        ([(b"colr", struct.pack(">4s3HB", b"nclx", 2, 2, 2, 0))], False, None),
        ([(b"colr", b"nclx\0\x0c")], False, None),
    ],
)  # fmt: skip
def test_colours(properties: list[tuple[bytes, bytes]], of_tile: bool, expected: object) -> None:
    assert read(BytesIO(heic(*properties, of_tile=of_tile))).colours == expected


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("before", [b"\0\0\0\0", b"\0\0\0\6Exif\0\0"])
def test_packets(before: bytes, inside: bool, wide: bool) -> None:
    packets = {EXIF: before + exif(6)[6:], XMP: xmp(8)}
    found = read(BytesIO(heic(packets=packets, inside=inside, wide=wide)))
    assert (found.exif, found.xmp) == (exif(6)[6:], xmp(8))


def test_packets_of_another_picture() -> None:
    assert read(BytesIO(heic(packets={EXIF: bytes(4) + exif(6), XMP: xmp(8)}, described=TILE))) == Boxes()


def test_boxes_that_are_large_or_last() -> None:
    content = heic(ROT[1])
    start = content.index(b"meta") - 4
    size = int.from_bytes(content[start : start + 4], "big")
    inner = content[start + 8 : start + size]
    for meta in (box(b"meta", inner, large=True), struct.pack(">I4s", 0, b"meta") + inner):
        assert read(BytesIO(content[:start] + meta)).orientation == 8
    assert read(BytesIO(content[:start] + box(b"meta", inner + bytes(LARGEST_META)))) == Boxes()


@given(st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    read(BytesIO(content))
    read(BytesIO(box(b"ftyp", b"heic") + box(b"meta", bytes(4), content)))


WHOLE = heic(ROT[1], (b"colr", P3), packets={EXIF: bytes(4) + exif(6), XMP: xmp(8)})


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=6))
def test_any_damage(damage: list[tuple[int, bytes]]) -> None:
    content = bytearray(WHOLE)
    for place, put in damage:
        content[place : place + len(put)] = put
    assert 0 <= read(BytesIO(content)).orientation <= 8


@given(st.integers(0, len(WHOLE)))
def test_cut_off(length: int) -> None:
    read(BytesIO(WHOLE[:length]))


def test_more_extents_than_there_are_bytes() -> None:
    """An item of 65,535 parts of no width, again and again, would be counted for hours."""
    items = struct.pack(">HHHH", 1, 0, 0, 0xFFFF) * 100_000
    locations = full(b"iloc", b"\0\0", struct.pack(">H", 0xFFFF), items, version=1)
    info = full(b"infe", b"\0\2\0\0Exif\0", version=2)
    meta = full(b"meta", full(b"pitm", b"\0\1"), full(b"iinf", b"\0\1", info), locations)
    assert read(BytesIO(meta)).exif == b""


def test_the_size_is_the_primary_item_s() -> None:
    for kind in ("HEIF", "AVIF"):
        assert size(BytesIO(photo(quarters(), kind))) == quarters().size
    assert size(BytesIO(b"")) == (0, 0)


def items(extents: list[tuple[int, int]], *, metas: int = 1, data: int = 0) -> bytes:
    """A file of boxes whose item has these extents, places and lengths, in each of so many meta boxes."""
    rows = b"".join(struct.pack(">II", *extent) for extent in extents)
    locations = full(b"iloc", b"\x44\0", struct.pack(">HHHH", 1, EXIF, 0, len(extents)), rows)
    head = box(b"ftyp", b"heic", bytes(4), b"mif1")
    return head + full(b"meta", full(b"hdlr", bytes(20)), locations) * metas + box(b"mdat", bytes(data))


@pytest.mark.parametrize(
    ("content", "bomb"),
    [
        (heic(packets={EXIF: exif(6), XMP: xmp(6)}), False),
        (heic(packets={EXIF: exif(6), XMP: xmp(6)}, wide=True, inside=True), False),
        (items([(500, 100_000), (100_500, 100_000)], data=200_100), False),
        (items([(500, 100_000)] * 3, data=100_100), True),
        (items([(500, 0)] * 3, data=100_100), True),  # to the file's end
        (items([(500, 100_000)], metas=3, data=100_100), True),  # whichever a decoder takes
        (b"", False),
        (b"no boxes", False),
    ],
)
def test_items_that_lie_over_each_other(content: bytes, bomb: bool) -> None:
    assert is_bomb(BytesIO(content), len(content)) == bomb
