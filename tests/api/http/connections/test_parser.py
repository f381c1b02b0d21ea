"""Requests that could be read in two ways, or would have had a thread or the loop fail, are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waitress.adjustments import Adjustments

from api.http.connections.parser import LARGEST_TRAILER, LONGEST_CONTROL_LINE, Parser

ADJUSTMENTS = Adjustments(max_request_header_size=65_536, max_request_body_size=1_000_000, inbuf_overflow=2_000_000)
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


def parsed(*pieces: bytes) -> Parser:
    """What came of it."""
    parser = Parser(ADJUSTMENTS)
    for piece in pieces:
        if not parser.completed:
            parser.received(piece)
    return parser


def status(parser: Parser) -> int | None:
    """Of the answer to it; None where it is a request."""
    assert parser.completed
    return None if parser.error is None else parser.error.code


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("GET / HTTP/1.1", None),
        ("GET / HTTP/1.0\r\nConnection: keep-alive", None),
        ("POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6", 400),
        ("POST / HTTP/1.1\r\nContent-Length: -5", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 5, 5", 400),
        ("POST / HTTP/1.1\r\nContent-Length: " + "9" * 5000, 400),
        ("POST / HTTP/1.1\r\nContent-Length: 1000000", 413),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip", 501),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked, chunked", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked,\r\n chunked", 400),
        ("POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked", 400),
        ("POST / HTTP/2.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked", 400),
        ("GET http://[ HTTP/1.1", 400),
        ("GET http://[::1/ HTTP/1.1", 400),
        ("GET / HTTP/1.1\r\nX: " + "a" * 65_536, 431),
        ("nonsense", 400),
    ],
)
def test_what_is_no_request(head: str, code: int | None) -> None:
    assert status(parsed(f"{head}\r\n\r\n".encode())) == code


def test_a_body_in_pieces() -> None:
    parser = parsed(CHUNKED, b"3;name=value\r\nabc\r", b"\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n")
    assert status(parser) is None
    assert parser.get_body_stream().read() == b"abcde"
    assert parser.headers["CONTENT_LENGTH"] == "5"


@pytest.mark.parametrize(
    ("pieces", "code"),
    [
        ([b"1" * (LONGEST_CONTROL_LINE + 1)], 400),
        ([b"1;" + b"a" * 600, b"a" * 600], 400),
        ([b"0\r\n", b"X: " + b"a" * LARGEST_TRAILER], 431),
        ([b"f4240\r\n", *[bytes(100_000)] * 10], 413),
        ([b"1\r\nabc"], 400),
        ([b"-1\r\n"], 400),
    ],
)
def test_pieces_that_never_end_are_refused(pieces: list[bytes], code: int) -> None:
    assert status(parsed(CHUNKED, *pieces)) == code


def test_what_it_holds_is_counted() -> None:
    assert parsed(b"GET / HT").held() == 8
    assert parsed(b"POST / HTTP/1.1\r\nContent-Length: 500\r\n\r\n", bytes(300)).held() == 300
    assert parsed(CHUNKED, b"5\r\nabcde\r\n12").held() == 7


@given(st.binary(max_size=300), st.integers(1, 50))
def test_nothing_makes_it_fail(data: bytes, size: int) -> None:
    parser = Parser(ADJUSTMENTS)
    for start in range(0, len(data), size):
        if parser.completed:
            break
        parser.received(data[start : start + size])
