"""What kind of file it is, by its bytes."""

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import cache.key
from catalog.kinds import formats
from catalog.kinds.formats import AVIF, BMP, GIF, HEIF, JPEG, KINDS, PNG, RAW, TIFF, WEBP, kind_of, too_long, webp_size
from tests.workers.samples.pictures import quarters, saved
from tests.workers.samples.raws import dng


def ftyp(*brands: bytes) -> bytes:
    """The first box of such a file."""
    return struct.pack(">I", 12 + 4 * len(brands)) + b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (saved(quarters()).getvalue(), JPEG),
        (saved(quarters(), "PNG").getvalue(), PNG),
        (saved(quarters(), "WEBP").getvalue(), WEBP),
        (saved(quarters(), "TIFF").getvalue(), TIFF),
        (saved(quarters(), "TIFF", big_tiff=True).getvalue(), TIFF),
        (saved(quarters(), "GIF").getvalue(), GIF),
        (saved(quarters(), "BMP").getvalue(), BMP),
        (dng(quarters(16, 16)).getvalue(), RAW),
        (dng(quarters(16, 16), preview=saved(quarters(8, 8)).getvalue()).getvalue(), RAW),
        (b"II*\0\x10\0\0\0CR\x02\0", RAW),
        (b"FUJIFILMCCD-RAW 0201", RAW),
        (b"IIRO\x08\0\0\0", RAW),
        (b"IIRS\x08\0\0\0", RAW),
        (b"MMOR\0\0\0\x08", RAW),
        (b"IIU\0\x18\0\0\0", RAW),
        (b"II\x1a\0\0\0HEAPCCDR\2\0\1\0", RAW),
        (b"\0MRM\0\0\xa1\x2c\0PRD", RAW),
        (b"FOVb\0\0\3\0", RAW),
        (ftyp(b"crx ", b"crx ", b"isom"), RAW),
        (ftyp(b"heic", b"mif1", b"heic"), HEIF),
        (ftyp(b"mif1", b"heic"), HEIF),
        (ftyp(b"avif", b"mif1", b"miaf"), AVIF),
        (ftyp(b"mif1", b"avif", b"miaf"), AVIF),
        (ftyp(b"isom", b"mp42"), None),
        (ftyp(b"qt  "), None),
        (b"RIFF\0\0\1\0AVI LIST", None),
        (b"BM is no bitmap at all", None),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_kinds(content: bytes, kind: str | None) -> None:
    file = BytesIO(content)
    assert kind_of(file) == kind
    assert file.tell() == 0


def directory(order: str, *entries: tuple[int, int, int, int], start: int = 8) -> bytes:
    """A TIFF of one directory."""
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, start)
    rows = [
        struct.pack(f"{order}HHI", tag, kind, count) + struct.pack(f"{order}{'I' if kind == 4 else 'Hxx'}", value)
        for tag, kind, count, value in entries
    ]
    return head + struct.pack(f"{order}H", len(rows)) + b"".join(rows) + bytes(4)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ((262, 3, 1, 2), TIFF),
        ((262, 3, 1, 32803), RAW),
        ((262, 3, 1, 34892), RAW),
        ((50706, 4, 1, 0), RAW),
        ((330, 4, 1, 8), TIFF),  # a directory that leads to itself
        ((330, 4, 2**32 - 1, 8), TIFF),
        ((330, 4, 3, 2**32 - 1), TIFF),
    ],
)
def test_raw_photos_in_tiffs(order: str, entry: tuple[int, int, int, int], kind: str) -> None:
    assert kind_of(BytesIO(directory(order, entry))) == kind


@given(st.sampled_from([b"II*\0", b"MM\0*", b"RIFF....WEBP", b"....ftyp", b""]), st.binary(max_size=300))
def test_any_bytes(start: bytes, rest: bytes) -> None:
    file = BytesIO(start + rest)
    assert kind_of(file) in {*KINDS, None}
    assert min(webp_size(file)) >= 0


@pytest.mark.parametrize(
    "options", [{"lossless": True}, {"quality": 50}, {"lossless": True, "exif": b"Exif\0\0"}, {"save_all": True}]
)
def test_sizes_of_webps(options: dict[str, object]) -> None:
    for mode in ("RGB", "RGBA"):
        file = saved(Image.new(mode, (301, 17), (1, 2, 3)), "WEBP", **options)
        assert webp_size(file) == (301, 17)


def test_sides_that_no_photo_has() -> None:
    """Neither floor imports the other."""
    assert formats.LONGEST_SIDE == cache.key.LONGEST_SIDE
    assert too_long(formats.LONGEST_SIDE, 1) == ""
    assert (
        too_long(1, 4294967169)
        == "The photo's header claims 1 x 4294967169 pixels: no side may have more than 999,999."
    )
