"""Spans of a file as one file, under whatever reads waitress makes of it."""

import io
import os
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waitress.buffers import ReadOnlyFileBasedBuffer

from api.http.delivery import Spans
from catalog.presentation.segments import Span

CONTENT = bytes(range(256)) * 4

PARTS = st.lists(
    st.binary(max_size=20)
    | st.integers(0, len(CONTENT)).flatmap(
        lambda start: st.builds(Span, st.just(start), st.integers(0, len(CONTENT) - start))
    ),
    max_size=6,
)


def whole(parts: list[bytes | Span]) -> bytes:
    """The bytes that the parts mean."""
    return b"".join(
        part if isinstance(part, bytes) else CONTENT[part.start : part.start + part.length] for part in parts
    )


@given(PARTS, st.lists(st.integers(1, 300), max_size=30), st.integers(0, 1000))
def test_every_read_is_of_the_whole(parts: list[bytes | Span], sizes: list[int], first: int) -> None:
    wanted = whole(parts)
    spans = Spans(io.BytesIO(CONTENT), parts)
    assert spans.size == len(wanted) == spans.seek(0, os.SEEK_END)
    first = min(first, len(wanted))
    spans.seek(first)
    found = b""
    for size in sizes:
        found += spans.read(size)
        assert spans.tell() == first + len(found)
    found += spans.read()
    assert found == wanted[first:]
    assert spans.read(10) == b""


@given(PARTS, st.integers(0, 500), st.integers(0, 500), st.integers(1, 99))
def test_as_waitress_reads_it(parts: list[bytes | Span], first: int, length: int, at_once: int) -> None:
    wanted = whole(parts)
    first = min(first, len(wanted))
    spans = Spans(io.BytesIO(CONTENT), parts)
    spans.seek(first)
    buffer = ReadOnlyFileBasedBuffer(cast(Any, spans))
    assert buffer.prepare(length) == min(length, len(wanted) - first)
    found = b""
    while chunk := buffer.get(at_once):
        assert buffer.get(at_once) == chunk  # looked at first, taken when the socket has taken it
        buffer.skip(len(chunk))
        found += chunk
    assert found == wanted[first : first + length]


def test_a_file_that_has_become_shorter_is_an_error_and_no_endless_nothing(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(CONTENT)
    with Spans(path.open("rb"), [b"head", Span(0, len(CONTENT))]) as spans:
        assert spans.read(4) == b"head"
        os.truncate(path, 10)
        with pytest.raises(OSError, match="has become shorter"):
            list(iter(lambda: spans.read(100), b""))


def test_it_closes_its_file(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(CONTENT)
    file = path.open("rb")
    Spans(file, [Span(0, 3)]).close()
    assert file.closed
