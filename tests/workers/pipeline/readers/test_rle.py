"""The runs of a bitmap."""

import pytest

from workers.pipeline.readers.rle import runs


@pytest.mark.parametrize(
    ("data", "four_bits", "pixels", "rows"),
    [
        (b"\4\7\0\0\4\x08\0\1", False, b"\7\7\7\7\x08\x08\x08\x08", 2),
        (b"\3\x12\0\0\4\x34\0\1", True, b"\1\2\1\0\3\4\3\4", 2),
        (b"\0\3\1\2\3\0\1\4\0\0\4\5\0\0", False, b"\1\2\3\4\5\5\5\5", 2),
        (b"\0\3\x12\x30\1\x40\0\0\4\x55", True, b"\1\2\3\4\5\5\5\5", 2),
        (b"\0\2\2\1\2\7\0\1", False, b"\0\0\0\0\0\0\7\7", 2),
        (b"\xff\7\0\0\1\7", False, b"\7\7\7\7\7\0\0\0", 1),
        (b"\4\7\0", False, b"\7\7\7\7\0\0\0\0", 1),
        (b"\0\1", False, bytes(8), 2),
        (b"\0\2\xff\xff\4\7", False, bytes(8), 2),
        (b"\0\2\1", False, bytes(8), 0),
        (b"", False, bytes(8), 0),
    ],
)
def test_runs(data: bytes, four_bits: bool, pixels: bytes, rows: int) -> None:
    assert runs(data, 4, 2, four_bits=four_bits) == (pixels, rows)
