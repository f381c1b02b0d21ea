"""What may lie before the pixels of a GIF or a PNG, and takes no time and no memory."""

import struct
import zlib
from io import BytesIO
from typing import Any, cast

import pytest

from catalog.kinds.readable_png import MANY_CHUNKS, ReadablePng
from catalog.kinds.untouched import MOST_BLOCKS, MOST_KEPT, MOST_ROWS, UntouchedGif
from catalog.presentation.chunks import read
from tests.workers.samples.pictures import quarters, saved

PALETTED = quarters(16, 16).quantize(16)
COMMENT, BLOCK = b"!\xfe", b"\xff" + b"a" * 255


def gif(*before: bytes, **options: Any) -> BytesIO:
    """A GIF with these extensions before its picture's own."""
    content = saved(PALETTED, "GIF", **options).getvalue()
    palette = 13 + (3 << (content[10] & 7) + 1)
    return BytesIO(content[:palette] + b"".join(before) + content[palette:])


@pytest.mark.parametrize(
    "before",
    [
        [COMMENT + BLOCK * 40_000 + b"\0"],  # Pillow joins them one by one, each time all of them anew
        [COMMENT + BLOCK + b"\0"] * (MOST_ROWS // 2),
        [b"!\xff\x0bXMP DataXMP" + BLOCK * 5000 + b"\0"],
    ],
)
def test_a_gif_keeps_few_of_its_comments(before: list[bytes]) -> None:
    """And what says which colour is clear, which stands behind them."""
    image = UntouchedGif(cast(Any, gif(*before, transparency=3)))
    assert len(cast(bytes, image.info.get("comment", b""))) <= 256 * (MOST_KEPT + MOST_ROWS)
    assert image.info["transparency"] == 3
    assert image.convert("RGB").tobytes() == UntouchedGif(cast(Any, gif())).convert("RGB").tobytes()


@pytest.mark.parametrize(
    "before", [[COMMENT + b"\x01a" * MOST_BLOCKS + b"\0"], [COMMENT + b"\x01a\0"] * (MOST_ROWS + 1)]
)
def test_a_gif_of_blocks_without_number(before: list[bytes]) -> None:
    with pytest.raises(SyntaxError):
        UntouchedGif(cast(Any, gif(*before)))


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_a_png_of_many_texts() -> None:
    """Of each Pillow would unpack a megabyte; nothing is damaged for it, and the profile behind them is there."""
    profile = struct.pack(">I", 132) + bytes(128)
    content = saved(quarters(), "PNG", icc_profile=profile).getvalue()
    texts = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 20))) * (MANY_CHUNKS + 1)
    file = BytesIO(content[:33] + texts + content[33:])
    image = ReadablePng(cast(Any, file))
    assert read(file).profile == profile
    assert "a" not in image.info
    assert image.convert("RGB").tobytes() == quarters().tobytes()
