"""The chunks of a PNG that say how its picture is shown."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.presentation.chunks import LARGEST, Chunks, read
from catalog.presentation.colours import BT709_PRIMARIES, PRIMARIES, Colours, of_code_points
from tests.workers.samples.containers import exif, png, xmp
from tests.workers.samples.pictures import quarters

PHOTO = quarters(16, 16)
SRGB = PRIMARIES[BT709_PRIMARIES]
ADOBE = (31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
TOOLS_SRGB = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)


def gamma(value: int) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", value)


def primaries(values: tuple[int, ...]) -> tuple[bytes, bytes]:
    return b"cHRM", struct.pack(f">{len(values)}I", *values)


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([], Chunks()),
        ([(b"cICP", b"\x0c\x0d\0\1")], Chunks(of_code_points(12, 13))),
        ([(b"cICP", b"\x09\x10\0\1")], Chunks(of_code_points(9, 16))),
        ([(b"cICP", b"\x09\x10\0\0")], Chunks(of_code_points(9, 16, narrow=True))),
        ([(b"cICP", b"\x09\x10\0\1"), (b"cLLI", struct.pack(">2I", 4_000_000, 1))],
         Chunks(of_code_points(9, 16, peak=400.0))),
        ([(b"mDCV", bytes(16) + struct.pack(">2I", 6_000_000, 50)), (b"cICP", b"\x09\x10\0\1")],
         Chunks(of_code_points(9, 16, peak=600.0))),
        ([(b"cICP", b"\x09\x10\1\1")], Chunks()),  # a PNG has no other matrix than its own
        ([(b"cICP", b"\x02\x02\0\1")], Chunks()),
        ([(b"cICP", b"\x0c\x0d\0")], Chunks()),
        ([(b"sRGB", b"\0")], Chunks(srgb=True)),
        ([(b"sRGB", b"\0"), gamma(100_000)], Chunks(srgb=True)),
        ([gamma(45_455)], Chunks(srgb=True)),
        ([gamma(45_455), primaries(TOOLS_SRGB)], Chunks(srgb=True)),
        ([gamma(100_000)], Chunks(curve_and_primaries=Colours(SRGB, gamma=1.0))),
        ([gamma(50_000), primaries(ADOBE[:7])], Chunks(curve_and_primaries=Colours(SRGB, gamma=2.0))),
        ([primaries(ADOBE), gamma(50_000)], Chunks(curve_and_primaries=Colours(
            ((0.3127, 0.329), (0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), gamma=2.0))),
        ([primaries(ADOBE)], Chunks()),  # as browsers have it
        ([gamma(0)], Chunks()),
        ([gamma(50_000), primaries((0,) * 8)], Chunks(curve_and_primaries=Colours(SRGB, gamma=2.0))),
        ([gamma(50_000), primaries((2**32 - 1,) * 8)], Chunks(curve_and_primaries=Colours(SRGB, gamma=2.0))),
        ([(b"eXIf", exif(6)[6:])], Chunks(exif=exif(6)[6:])),
        ([(b"tEXt", b"Raw profile type exif\0\nexif\n 40\n" + exif(6).hex("\n", 36).encode())], Chunks(exif=exif(6))),
        ([(b"zTXt", b"Raw profile type APP1\0\0" + zlib.compress(b"\nAPP1\n 40\n" + exif(6).hex().encode()))],
         Chunks(exif=exif(6))),
        ([(b"tEXt", b"Raw profile type APP1\0\nx\n 4\n68747470")], Chunks()),
        ([(b"tEXt", b"Raw profile type exif\0no hex")], Chunks()),
        ([(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(6))], Chunks(xmp=xmp(6))),
        ([(b"iTXt", b"XML:com.adobe.xmp\0\1\0en\0XMP\0" + zlib.compress(xmp(6)))], Chunks(xmp=xmp(6))),
        ([(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0no zlib")], Chunks()),
        ([(b"tEXt", b"XML:com.adobe.xmp\0" + xmp(6))], Chunks(xmp=xmp(6))),
        ([(b"tEXt", b"Comment\0" + xmp(6))], Chunks()),
    ],
)  # fmt: skip
def test_what_is_said(chunks: list[tuple[bytes, bytes]], expected: Chunks) -> None:
    assert read(BytesIO(png(PHOTO, *chunks))) == expected


def test_behind_the_pixels() -> None:
    content = png(PHOTO)
    late = struct.pack(">I4s", len(exif(6)) - 6, b"eXIf") + exif(6)[6:] + bytes(4)
    assert read(BytesIO(content[:-12] + late + content[-12:])).exif == exif(6)[6:]
    assert read(BytesIO(content + late)) == Chunks()


def test_what_unpacks_without_end() -> None:
    bomb = zlib.compress(bytes(8 * LARGEST))
    found = read(BytesIO(png(PHOTO, (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb))))
    assert len(found.xmp) == LARGEST


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    read(BytesIO(content))
    read(BytesIO(png(PHOTO)[:33] + content))


@given(
    st.sampled_from((b"cICP", b"gAMA", b"cHRM", b"iTXt", b"zTXt", b"tEXt", b"cLLI", b"mDCV")), st.binary(max_size=60)
)
def test_any_content(kind: bytes, content: bytes) -> None:
    read(BytesIO(png(PHOTO, (kind, content))))
    read(BytesIO(png(PHOTO, (kind, b"XML:com.adobe.xmp\0" + content))))
