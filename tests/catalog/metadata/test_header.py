"""Headers of photo files."""

import errno
import hashlib
import io
import os
import struct
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from catalog import photoid
from catalog.errors import Unreadable
from catalog.kinds.formats import RAW
from catalog.kinds.preview import Preview
from catalog.metadata import Metadata, read
from tests.catalog.library import SHARED_PHOTOS, XMP, jpeg, put
from tests.catalog.metadata.packets import bag, dataset, resource, xmp
from tests.workers.samples.tiffs import CIELAB, FLOAT, INKS, MIN_IS_BLACK, RGB, Order, Picture, tiff

ID = photoid.encode(bytes(range(16)))
TAGS = ExifTags.Base


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(10))
def test_dimensions_are_as_a_person_sees_them(tmp_path: Path, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[TAGS.Orientation] = orientation
    Image.new("RGB", (30, 20)).save(tmp_path / "photo", kind, exif=exif)
    header = read(tmp_path / "photo")
    assert (header.width, header.height) == ((20, 30) if 5 <= orientation <= 8 else (30, 20))
    assert header.format == kind


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("order", [Order("<"), Order(">"), Order("<", big=True), Order(">", big=True)])
def test_tiffs_that_pillow_does_not_know(tmp_path: Path, order: Order, orientation: int) -> None:
    tags = {274: (3, [orientation])}
    for picture in (
        Picture([[(0.5,) * 3] * 30] * 20, RGB, 32, FLOAT, tags=tags),
        Picture([[(7,) * 3] * 30] * 20, CIELAB, tags=tags),
        Picture([[(7,)] * 30] * 20, MIN_IS_BLACK, 14, tags=tags),
        Picture([[(7,) * 4] * 30] * 20, INKS, 16, planes=True, tags=tags),
    ):
        header = read(put(tmp_path / "photo.tif", tiff(picture, order=order)))
        assert (header.width, header.height, header.format) == (*((20, 30) if orientation == 6 else (30, 20)), "TIFF")


def test_a_tiff_that_begins_with_a_smaller_version(tmp_path: Path) -> None:
    lesser = Picture([[(1, 2, 3)] * 8] * 4, tags={254: (4, [1]), 306: (2, list(b"2015:07:02 14:35:33\0"))})
    header = read(put(tmp_path / "photo.tif", tiff(lesser, Picture([[(1, 2, 3)] * 80] * 40))))
    assert (header.width, header.height, header.created) == (80, 40, "2015-07-02T14:35:33")


def test_what_a_tiff_for_libvips_says_of_itself(tmp_path: Path) -> None:
    packet = xmp(bag("dc:title", "Titel"), 'xmp:Rating="4"')
    tags = {700: (1, list(packet)), 271: (2, list(b"Apple\0")), 33723: (7, list(dataset(25, b"Palermo")))}
    header = read(put(tmp_path / "photo.tif", tiff(Picture([[(7,) * 3] * 30] * 20, CIELAB, tags=tags))))
    assert (header.metadata.title, header.metadata.rating, header.metadata.make) == ("Titel", 4, "Apple")
    assert header.metadata.keywords == ("Palermo",)


def test_a_tiff_that_nobody_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "photo.tif", tiff(Picture([[(1, 2, 3)] * 8] * 4, 77)))
    why = r"it is a TIFF of a kind that is not rendered \(photometric interpretation 77, 3 samples of 8 bits, "
    with pytest.raises(Unreadable, match=why):
        read(path)
    path = put(tmp_path / "lab.tif", tiff(Picture([[(1, 2, 3)] * 8] * 4, CIELAB)))
    assert read(path)
    monkeypatch.setitem(sys.modules, "pyvips", None)
    with pytest.raises(Unreadable, match="TIFF files of its kind are not read here: pyvips is not installed"):
        read(path)


def test_exif_behind_the_pixels_of_a_png(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("RGB", (30, 20)).save(file, "PNG")
    exif = Image.Exif()
    exif[TAGS.Orientation] = 6
    body = b"eXIf" + exif.tobytes()[6:]
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    end = file.getvalue().index(b"IEND") - 4
    path = put(tmp_path / "late.png", file.getvalue()[:end] + chunk + file.getvalue()[end:])
    assert (read(path).width, read(path).height) == (20, 30)
    with Image.open(path) as image:  # what the pipeline will see
        assert image.getexif()[TAGS.Orientation] == 6


@pytest.mark.parametrize(
    ("original", "digitized", "changed", "created"),
    [
        ("2015:07:02 14:35:33", "2016:01:01 00:00:00", "2017:01:01 00:00:00", "2015-07-02T14:35:33"),
        (None, "2016:01:01 00:00:00", "2017:01:01 00:00:00", "2016-01-01T00:00:00"),
        ("0000:00:00 00:00:00", None, "2017:01:01 00:00:00", "2017-01-01T00:00:00"),
        ("garbage", "    :  :     :  :  ", "2017:13:41 99:00:00", "file"),
        ("0001:01:01 00:00:00", None, None, "file"),
        (None, None, None, "file"),
    ],
)
def test_created(
    tmp_path: Path, original: str | None, digitized: str | None, changed: str | None, created: str
) -> None:
    exif = Image.Exif()
    values = {TAGS.DateTimeOriginal: original, TAGS.DateTimeDigitized: digitized}
    exif._ifds[ExifTags.IFD.Exif] = {int(tag): value for tag, value in values.items() if value}
    if changed:
        exif[TAGS.DateTime] = changed
    path = put(tmp_path / "a.jpg", jpeg(exif=exif))
    os.utime(path, (0, 0))
    header = read(path)
    if created == "file":
        assert header.created[:4] in ("1969", "1970")
    else:
        assert header.created == created


def test_broken_exif_is_no_fault(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[TAGS.Make] = "x" * 100
    content = bytearray(jpeg(exif=exif))
    start = content.index(b"Exif\0\0") + 6
    content[start + 8 : start + 60] = b"\xff" * 52
    header = read(put(tmp_path / "a.jpg", bytes(content)))
    assert (header.width, header.height) == (12, 8)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("element", [False, True])
def test_photoid_in_xmp(tmp_path: Path, kind: str, element: bool) -> None:
    given = {"attribute": "", "element": f"<pap:photoid> {ID}==</pap:photoid>"}
    packet = XMP.format(**(given if element else {"attribute": f'pap:PhotoId="{ID}"', "element": ""}))
    more: dict[str, object] = {"xmp": packet.encode()}
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", packet)
        more = {"pnginfo": text}
    if kind == "TIFF":
        more = {"tiffinfo": {700: packet.encode()}}
    Image.new("RGB", (30, 20)).save(tmp_path / "photo", kind, **more)
    assert read(tmp_path / "photo").photoid == ID


@pytest.mark.parametrize(
    "packet",
    [
        "<contecon",
        XMP.format(attribute='pap:photoid="too short"', element=""),
        XMP.format(attribute=f'photoid="{ID}"', element=""),
        '<!DOCTYPE a [<!ENTITY b "contecon">]><a>&b;</a>',
        '<?xml version="1.0" encoding="contecon"?><a/>',
    ],
)
def test_malformed_xmp_is_no_fault(tmp_path: Path, packet: str) -> None:
    Image.new("RGB", (30, 20)).save(tmp_path / "a.jpg", xmp=packet.encode())
    assert read(tmp_path / "a.jpg").photoid is None


@pytest.mark.parametrize("size", [0, 1000, 65536, 100_000, 200_000])
def test_content_id_is_of_length_head_and_tail(tmp_path: Path, size: int) -> None:
    content = jpeg() + os.urandom(size)
    block = 65536
    hashed = hashlib.blake2b(len(content).to_bytes(8, "big") + content[:block] + content[-block:], digest_size=16)
    assert read(put(tmp_path / "a.jpg", content)).content_id == photoid.encode(hashed.digest())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\0" * 5000, "it is none of JPEG"),
        (b"hello", "it is none of JPEG"),
        (jpeg()[:100], "header is damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 40, "header is damaged"),
        (b"RIFF\x10\0\0\0WEBPVP8 " + b"x" * 40, "header is damaged"),
        (b"II*\0" + b"\xff" * 40, "header is damaged"),
        (b"GIF89a", "header is damaged"),
    ],
)
def test_unreadable(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as caught:
        read(put(tmp_path / "a.jpg", content))
    assert str(tmp_path) not in str(caught.value)
    assert "0x" not in str(caught.value)


def test_a_pipe_does_not_hold_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    with pytest.raises(Unreadable, match="no regular file"):
        read(tmp_path / "a.jpg")


def test_a_folder_costs_no_descriptor(tmp_path: Path) -> None:
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir()))
    for _ in range(3):
        with pytest.raises(IsADirectoryError):
            read(tmp_path)
    assert len(list(descriptors.iterdir())) == before


def test_larger_than_pillow_opens(tmp_path: Path) -> None:
    content = bytearray(jpeg())
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", 60000, 50000)
    limit = Image.MAX_IMAGE_PIXELS  # whoever decodes may have set it
    header = read(put(tmp_path / "a.jpg", bytes(content)))
    assert (header.width, header.height) == (50000, 60000)
    assert limit == Image.MAX_IMAGE_PIXELS


def test_dates_beyond_what_sqlite_holds(tmp_path: Path) -> None:
    path = put(tmp_path / "a.jpg", jpeg())
    os.utime(path, (2**33, 2**33))
    header = read(path)
    assert header.mtime_ns == min(path.stat().st_mtime_ns, 2**63 - 1)
    assert len(header.created) == 19


@pytest.mark.skipif(not SHARED_PHOTOS.is_dir(), reason="no shared photos here")
def test_real_photos() -> None:
    files = [path for path in SHARED_PHOTOS.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".tiff")]
    assert len(files) > 90
    for path in files:
        assert read(path).width > 0


KNOWN = Metadata(title="Titel", keywords=("Zürich",), persons=("Ann",), rating=4, make="Apple", software="FotoStation")


def tagged(file: BinaryIO, kind: str) -> None:
    """Saves a photo that says in EXIF, IPTC and XMP what KNOWN has."""
    packet = xmp(bag("dc:title", "Titel") + bag("Iptc4xmpExt:PersonInImage", "Ann"), 'xmp:Rating="4"')
    header = dataset(25, "Zürich".encode("latin-1")) + dataset(65, b"FotoStation")
    exif = Image.Exif()
    exif[TAGS.Make] = "Apple"
    more: dict[str, Any] = {"exif": exif, "xmp": packet}
    if kind == "TIFF":
        exif[700], exif[33723] = packet, header
        more = {"exif": exif}
    if kind == "JPEG":
        segment = b"Photoshop 3.0\0" + resource(0x0404, header)
        more["extra"] = b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", packet.decode())
        more = {"exif": exif, "pnginfo": text}
    Image.new("RGB", (30, 20)).save(file, kind, **more)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG", "WEBP"])
def test_metadata_of_every_kind(tmp_path: Path, kind: str) -> None:
    with (tmp_path / "photo").open("wb") as file:
        tagged(file, kind)
    header = read(tmp_path / "photo")
    without_iptc = replace(KNOWN, keywords=(), software="")
    assert header.metadata == (KNOWN if kind in ("JPEG", "TIFF") else without_iptc)


def test_exif_in_the_text_of_a_png(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[TAGS.Orientation], exif[TAGS.Make] = 6, "Apple"
    text = PngImagePlugin.PngInfo()
    text.add_text("Raw profile type exif", f"\nexif\n{len(exif.tobytes()):8}\n{exif.tobytes().hex()}\n", zip=True)
    Image.new("RGB", (30, 20)).save(tmp_path / "a.png", pnginfo=text)
    header = read(tmp_path / "a.png")
    assert (header.width, header.height, header.metadata) == (20, 30, Metadata(make="Apple"))


def test_iptc_in_the_resources_of_a_tiff(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[34377] = resource(0x0404, dataset(25, b"sea"))
    Image.new("RGB", (30, 20)).save(tmp_path / "a.tif", exif=exif)
    assert read(tmp_path / "a.tif").metadata.keywords == ("sea",)


def grey_pixel(order: str, *entries: tuple[int, int, int, int], at_8: bytes = bytes(64)) -> bytes:
    """A TIFF of one pixel with these entries more (tag, type, count, value or place), and bytes that they lead to."""
    plain = [(256, 4, 1, 1), (257, 4, 1, 1), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 0)]
    plain += [(277, 3, 1, 1), (278, 4, 1, 1), (279, 4, 1, 1)]
    made = [
        struct.pack(f"{order}HHIH2x" if kind == 3 and count == 1 else f"{order}HHII", tag, kind, count, value)
        for tag, kind, count, value in sorted((*plain, *entries))
    ]
    directory = struct.pack(f"{order}H", len(made)) + b"".join(made) + bytes(4)
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8 + len(at_8))
    return head + at_8 + directory


@pytest.mark.parametrize("order", ["<", ">"])
def test_iptc_that_a_tiff_calls_longs(tmp_path: Path, order: str) -> None:
    header = dataset(25, b"sea").ljust(12, b"\0")
    path = put(tmp_path / "a.tif", grey_pixel(order, (33723, 4, 3, 8), at_8=header))
    assert read(path).metadata.keywords == ("sea",)


@pytest.mark.parametrize("kind", [*range(1, 14), 16, 17, 18])
@pytest.mark.parametrize(
    "tag", [270, 271, 274, 305, 306, 315, 700, 18246, 33723, 34377, 34665, 34675, 34853, 36867, 40091, 40092, 40094]
)
def test_metadata_of_another_type_than_it_should_be_is_no_fault(tmp_path: Path, tag: int, kind: int) -> None:
    for count in (1, 2, 3):
        path = put(
            tmp_path / f"{count}.tif", grey_pixel("<", (tag, kind, count, 8), at_8=xmp("<dc:title>A</dc:title>"))
        )
        assert (read(path).width, read(path).height) == (1, 1)


def test_metadata_of_a_raw_file_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    tagged(file, "TIFF")
    monkeypatch.setattr("catalog.metadata.header.kind_of", lambda _: RAW)
    preview = Preview(io.BytesIO(jpeg()), True, 1, True)
    monkeypatch.setattr("catalog.metadata.libraries.READERS", {RAW: lambda _: ((12, 8), preview)})
    assert read(put(tmp_path / "a.dng", file.getvalue())).metadata == KNOWN
    assert read(put(tmp_path / "a.cr3", b"no TIFF")).metadata == Metadata()


def test_a_disk_that_fails_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    path = put(tmp_path / "a.jpg", jpeg())
    monkeypatch.setattr("catalog.presentation.segments.read", fail)
    with pytest.raises(OSError, match="Input/output"):
        read(path)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG", "WEBP"])
@given(st.randoms(use_true_random=False), st.binary(min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_damaged_metadata_is_no_fault(kind: str, choose: Random, noise: bytes) -> None:
    file = io.BytesIO()
    tagged(file, kind)
    content = bytearray(file.getvalue())
    for _ in range(3):
        start = choose.randrange(len(content))
        content[start : start + len(noise)] = noise[: len(content) - start]
    with NamedTemporaryFile() as kept:
        kept.write(content)
        kept.flush()
        try:
            header = read(Path(kept.name))
        except Unreadable:
            return
    assert header.width * header.height > 0
    assert len(header.created) == 19
