"""Opening: what is a photo, what is none, and what is too large to look at."""

import errno
import os
import struct
import subprocess
import sys
import tracemalloc
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.workers.samples.jpegs import segment, with_segments
from tests.workers.samples.pictures import heic, quarters, saved, stored
from tests.workers.samples.raws import dng
from tests.workers.samples.tiffs import MIN_IS_BLACK, Picture, tiff
from workers.errors import Busy, Damaged, RenderError, SourceMissing, Unsupported
from workers.pipeline.limits import Limits
from workers.pipeline.open import READERS, opened, orientation, translated
from workers.pipeline.render import render, unscaled
from workers.sizing import Size

JPEG = saved(quarters()).getvalue()
PNG = saved(quarters(), "PNG").getvalue()
AVIF = saved(quarters(), "AVIF").getvalue()
HEIC = heic(quarters()).getvalue()
TWELVE_BITS = tiff(Picture([[(4095,)] * 16] * 16, MIN_IS_BLACK, 12))
RAW = dng(quarters(64, 48)).getvalue()


def header_only(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and has no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG's chunk."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", Damaged),
        (b"hello, I am text", Unsupported),
        (bytes(1000), Unsupported),
        (b"%PDF-1.7\n", Unsupported),
        (b"RIFF\0\0\1\0AVI LIST" + bytes(100), Unsupported),
        (b"RIFF\0\0\1\0WEBPVP8 " + bytes(4), Damaged),
        (saved(quarters(), "BMP").getvalue()[:200], Damaged),
        (b"BM is a car maker, and this is a text", Unsupported),
        (JPEG[:3], Damaged),
        (JPEG[:100], Damaged),
        (PNG[:12], Damaged),
        (JPEG[: JPEG.index(b"\xff\xda") + 14], Damaged),
        (PNG[: PNG.index(b"IDAT") + 10], Damaged),
        (saved(quarters(), "WEBP").getvalue()[:200], Damaged),
        (saved(quarters(), "GIF").getvalue()[:200], Damaged),
        (header_only(20, 20), Damaged),
    ],
)
@pytest.mark.filterwarnings("default")
def test_what_is_no_whole_photo(content: bytes, expected: type[RenderError]) -> None:
    with pytest.raises(expected) as raised:
        render(BytesIO(content), Size(10, 10), 80)
    assert str(raised.value).endswith(".")


def test_the_pixel_limit_is_looked_at_before_a_pixel_is() -> None:
    """The file has no pixels: had it been decoded, it would be damaged."""
    with pytest.raises(Unsupported, match=r"10,000,000,000 pixels is above the limit of 200,000,000"):
        render(BytesIO(header_only(100_000, 100_000)), Size(10, 10), 80)


def test_the_pixel_limit_is_exact() -> None:
    assert render(BytesIO(JPEG), Size(10, 10), 80, limits=Limits(max_pixels=400 * 300))
    with pytest.raises(Unsupported):
        render(BytesIO(JPEG), Size(10, 10), 80, limits=Limits(max_pixels=400 * 300 - 1))


@pytest.mark.parametrize("value", [0, 9, 65_535])
def test_an_orientation_that_is_none(value: int) -> None:
    exif = Image.Exif()
    exif[274] = value
    with opened(saved(quarters(), exif=exif), Limits()) as image:
        assert orientation(image) == 1


def test_orientation_is_read(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(stored(quarters(), 6).getvalue())
    with opened(path, Limits()) as image:
        assert (orientation(image), image.size) == (6, (300, 400))


def test_a_tiff_is_not_turned_by_pillow() -> None:
    with opened(stored(quarters(), 6, "TIFF"), Limits()) as image:
        assert (orientation(image), image.size) == (6, (300, 400))
        image.load()
        assert image.size == (300, 400)


def test_a_tiff_whose_values_lie_over_each_other() -> None:
    """Each of them would be a copy of the same bytes."""
    rows = b"".join(struct.pack("<HHII", 1000 + number, 7, 60_000, 8) for number in range(5000))
    with pytest.raises(Damaged, match="lie over each other"):
        render(BytesIO(b"II*\0\x08\0\0\0" + struct.pack("<H", 5000) + rows + bytes(65_536)), Size(10, 10), 80)


def test_exif_that_would_take_gigabytes_is_not_read() -> None:
    """In any kind that has it: 5,000 values of the same 60,000 bytes."""
    rows = b"".join(struct.pack("<HHII", 1000 + number, 7, 50_000, 8) for number in range(1, 900))
    orientation_6 = struct.pack("<HHII", 0x0112, 3, 1, 6)
    packet = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 900) + orientation_6 + rows + bytes(50_000)
    for format in ("JPEG", "PNG", "WEBP", "AVIF"):
        source = saved(quarters(40, 30), format)
        if format == "JPEG":
            content = with_segments(source.getvalue(), segment(0xE1, packet))
        else:
            content = _with_exif(format, source.getvalue(), packet)
        tracemalloc.start()
        with opened(BytesIO(content), Limits()) as image:
            assert orientation(image) == 6
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 2_000_000


def _with_exif(format: str, content: bytes, packet: bytes) -> bytes:
    """The photo with EXIF that no encoder would write."""
    if format == "PNG":
        return content[:33] + chunk(b"eXIf", packet[6:]) + content[33:]
    if format == "WEBP":
        size = struct.pack("<I", len(packet))
        pixels = content[12:]
        head = b"VP8X" + struct.pack("<IB3x", 10, 8) + (39).to_bytes(3, "little") + (29).to_bytes(3, "little")
        body = b"WEBP" + head + pixels + b"EXIF" + size + packet + bytes(len(packet) % 2)
        return b"RIFF" + struct.pack("<I", len(body)) + body
    own = Image.Exif()
    own[0x010E] = "x" * (len(packet) + 200)
    whole = saved(quarters(40, 30), format, exif=own).getvalue()
    start = max(whole.find(b"II*\0"), whole.find(b"MM\0*"))
    return whole[:start] + packet[6:] + whole[start + len(packet) - 6 :]


def test_broken_exif_spoils_no_photo() -> None:
    with opened(saved(quarters(), exif=b"Exif\0\0not TIFF at all"), Limits()) as image:
        assert orientation(image) == 1
    assert render(saved(quarters(), exif=b"Exif\0\0not TIFF at all"), Size(40, 30), 80)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError("image file is truncated"), Damaged),
        (Image.DecompressionBombError("a tile of many pixels"), Unsupported),
        (OSError(errno.EIO, "Input/output error"), SourceMissing),
        (OSError(errno.ESTALE, "Stale file handle"), SourceMissing),
        (MemoryError(), Busy),
        (struct.error("unpack requires 4 bytes"), Damaged),
        (SyntaxError("broken PNG file"), Damaged),
    ],
)
def test_pillows_errors_become_ours(error: Exception, expected: type[RenderError]) -> None:
    assert type(translated(error)) is expected


class Drive(BytesIO):
    """A file on a network drive, of which one read fails and the others do not."""

    def __init__(self, content: bytes, fails: int, number: int = errno.ENOTCONN) -> None:
        super().__init__(content)
        self.reads, self._fails, self._number = 0, fails, number

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        if self.reads == self._fails:
            raise OSError(self._number, os.strerror(self._number))
        return super().read(size)


ON_DRIVES = {
    "JPEG": stored(quarters(), 6).getvalue(),
    "PNG": PNG,
    "WEBP": saved(quarters(), "WEBP").getvalue(),
    "TIFF": saved(quarters(), "TIFF").getvalue(),
    "TIFF, packed": saved(quarters(), "TIFF", compression="tiff_lzw").getvalue(),
    "GIF": saved(quarters(), "GIF").getvalue(),
    "BMP": saved(quarters(), "BMP").getvalue(),
    "AVIF": AVIF,
    "HEIC": HEIC,
    "RAW": RAW,
}


@pytest.mark.parametrize("kind", ON_DRIVES)
@pytest.mark.parametrize("whole", [False, True], ids=["scaled", "own size"])
def test_a_drive_that_fails_is_never_the_photo_s_fault(kind: str, whole: bool) -> None:
    """Whichever of its reads fails, and whatever the decoder makes of that."""
    content = ON_DRIVES[kind]

    def rendered(drive: BytesIO) -> bytes:
        return unscaled(drive) if whole else render(drive, Size(40, 30), 80)

    healthy = Drive(content, 0)
    assert rendered(healthy)
    for at in {*range(1, min(healthy.reads, 40) + 1), healthy.reads}:
        with pytest.raises(SourceMissing):
            rendered(Drive(content, at))


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_number_of_the_system_s(number: int) -> None:
    with pytest.raises((SourceMissing, Busy)):
        render(Drive(JPEG, 4, number), Size(40, 30), 80)


def test_a_decoder_that_reads_by_itself_and_says_only_that_it_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As libtiff does. Where the file can be read, the photo is damaged all the same."""
    content = bytearray(ON_DRIVES["TIFF, packed"])
    content[200:1000] = bytes(800)
    (tmp_path / "a.tif").write_bytes(content)
    with pytest.raises(Damaged):
        render(tmp_path / "a.tif", Size(40, 30), 80)

    def failing(*_: object) -> bytes:
        raise OSError(errno.EHOSTDOWN, os.strerror(errno.EHOSTDOWN))

    monkeypatch.setattr(os, "pread", failing)
    with pytest.raises(SourceMissing):
        render(tmp_path / "a.tif", Size(40, 30), 80)


@pytest.mark.parametrize(
    ("module", "source", "words"),
    [
        ("pillow_heif.as_plugin", HEIC, "HEIC photos are not rendered here: pillow-heif is not installed."),
        ("pillow_avif.AvifImagePlugin", AVIF, "AVIF photos are not rendered here: pillow-avif-plugin is not"),
        ("rawpy", RAW, "Camera raw files are not rendered here: rawpy is not installed."),
        ("pyvips", TWELVE_BITS, "A TIFF of this kind is not rendered here: pyvips is not installed."),
    ],
)
def test_what_is_not_installed(monkeypatch: pytest.MonkeyPatch, module: str, source: bytes, words: str) -> None:
    assert render(BytesIO(source), Size(20, 15), 80)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Unsupported, match=words):
        render(BytesIO(source), Size(20, 15), 80)


def test_a_tiff_of_pixels_that_nobody_knows_and_a_broken_one() -> None:
    whole = saved(quarters(), "TIFF").getvalue()
    directory = int.from_bytes(whole[4:8], "little")
    strange = bytearray(whole)
    photometric = whole.index(b"\x06\x01\x03\x00", directory)
    strange[photometric + 8] = 77
    with pytest.raises(Unsupported, match="TIFF"):
        render(BytesIO(bytes(strange)), Size(20, 15), 80)
    with pytest.raises(Damaged):
        render(BytesIO(whole[: directory + 4] if directory > 8 else whole[:20]), Size(20, 15), 80)


def test_a_webps_size_is_looked_at_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """As libwebp takes memory for all of its pixels then."""
    monkeypatch.setitem(READERS, "WEBP", lambda _: pytest.fail("it was opened"))
    with pytest.raises(Unsupported, match="120,000 pixels"):
        render(saved(quarters(), "WEBP"), Size(10, 10), 80, limits=Limits(max_pixels=400 * 300 - 1))


def test_nothing_of_the_whole_process_is_changed_and_little_is_loaded() -> None:
    """Not Pillow's own limit, nor its list of formats; and what few photos need is left for them."""
    code = (
        "import sys; from PIL import Image; before = Image.MAX_IMAGE_PIXELS, dict(Image.OPEN); import workers.pipeline;"
        "assert before[0] == Image.MAX_IMAGE_PIXELS;"
        "assert not {'rawpy', 'numpy', 'pillow_heif', 'pillow_avif', 'pyvips'} & set(sys.modules)"
    )
    project = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_photos_larger_than_pillows_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    for format in ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"):
        assert render(saved(quarters(), format), Size(40, 30), 80)


@pytest.mark.parametrize("format", ["HEIF", "AVIF"])
def test_items_that_lie_over_each_other_are_never_read(format: str) -> None:
    """Each decoder would make of 100 KB as many copies as are asked for."""
    photo = heic(quarters()).getvalue() if format == "HEIF" else saved(quarters(), format).getvalue()
    rows = struct.pack(">II", 100, 100_000) * 1000
    locations = struct.pack(">I4sI", 16 + 8 + 6 + len(rows) - 2, b"iloc", 0) + b"\x44\0"
    locations += struct.pack(">HHHH", 1, 9, 0, 1000) + rows
    meta = struct.pack(">I4sI", 12 + len(locations), b"meta", 0) + locations
    with pytest.raises(Damaged, match="over each other"), opened(BytesIO(photo + meta + bytes(100_000)), Limits()):
        pass
