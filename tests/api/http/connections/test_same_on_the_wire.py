"""Whatever is on the wire, well made or not: who remembers answers and who does not answer alike, byte for byte."""

import re
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import metrics
from api.http.connections.remembered import REMEMBER, UNREAD, Recipe
from config import Settings
from tests.api.http.connections.front import Front, everything, front

LINE = b"GET /photo?id=1 HTTP/1.1\r\n"
NOBODY_READS = {"HTTP_" + each.decode().upper().replace("-", "_") for each in UNREAD}
DATES = re.compile(rb"(?m)^Date: .*\r\n")


def request(*lines: bytes, line: bytes = LINE) -> bytes:
    """A request with these lines in its head, beside a Host."""
    return line + b"".join(each + b"\r\n" for each in (b"Host: x", *lines)) + b"\r\n"


def tells(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """An app whose answer says all of its request that an answer may hang on; what it says may be said again."""
    read = ("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "SERVER_PROTOCOL", "REMOTE_ADDR")
    told = {name: environ[name] for name in (*read, "wsgi.url_scheme")}
    told |= {name: value for name, value in environ.items() if name.startswith(("HTTP_", "CONTENT_"))}
    told = {name: value for name, value in sorted(told.items()) if name not in NOBODY_READS}
    body = repr(told).encode() + bytes(environ["wsgi.input"].read())
    recipe: Recipe | None = environ.get(REMEMBER)
    if recipe is not None:
        recipe.body = lambda: body
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@dataclass
class Both:
    """Two front ends that differ in what they remember, which is nothing once `forget` was called."""

    fronts: list[Front] = field(default_factory=list)
    generations: Iterator[int] = field(default_factory=count)
    generation: int = 0

    def forget(self) -> None:
        self.generation = next(self.generations)

    def answers(self, segments: Sequence[bytes], before: Sequence[bytes] = ()) -> list[bytes]:
        """What each of them answers to whoever sends these segments, one after the other, and then no more; on a
        connection on which `before` was asked, one answer at a time.
        """
        return [self._answer(each, segments, before) for each in self.fronts]

    def alike(self, segments: Sequence[bytes], before: Sequence[bytes] = ()) -> bytes:
        """The answer of both."""
        one, other = self.answers(segments, before)
        assert one == other
        return one

    @staticmethod
    def _answer(running: Front, segments: Sequence[bytes], before: Sequence[bytes]) -> bytes:
        with running.connect() as client:
            for each in before:
                client.sendall(each)
                one_answer(client)
            for each in segments:
                try:
                    client.sendall(each)
                except ConnectionError:  # it was refused before
                    break
                if len(segments) > 1:
                    running.looked()  # so that it comes by itself
            with suppress(OSError):  # it was refused, and is gone
                client.shutdown(socket.SHUT_WR)
            return DATES.sub(b"", everything(client))


def one_answer(client: socket.socket) -> bytes:
    """An answer with its body."""
    came = b""
    while (end := came.find(b"\r\n\r\n")) < 0 or len(came) < end + 4 + length(came[:end]):
        data = client.recv(1 << 20)
        assert data, came
        came += data
    return came


def length(head: bytes) -> int:
    found = re.search(rb"(?i)\r\nContent-Length: (\d+)", head)
    assert found, head
    return int(found[1])


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    made = Both()
    with ExitStack() as closing:
        for remember in (True, False):
            chosen = Settings(server_threads=4, server_remember=remember)
            made.fronts.append(closing.enter_context(front(tells, chosen, lambda: made.generation)))
        yield made


def given_again() -> float:
    return float(metrics.remembered._value.get())


ODD = {
    "bare LF": [request().replace(b"\r\n", b"\n")],
    "bare LF in a header": [request(b"User-Agent: a\nCookie: b")],
    "bare CR in a header": [request(b"User-Agent: a\rCookie: b")],
    "folded": [request(b"User-Agent: a", b" b")],
    "folded by a tab": [request(b"User-Agent: a", b"\tb")],
    "doubled": [request(b"Cookie: a=1", b"Cookie: b=2")],
    "doubled the other way": [request(b"Cookie: b=2", b"Cookie: a=1")],
    "doubled Host": [request(b"Host: y")],
    "NUL": [request(b"User-Agent: a\x00b")],
    "NUL in the line": [request(line=b"GET /photo?id=1\x00 HTTP/1.1\r\n")],
    "Latin-1": [request(b"User-Agent: \xe4\xff")],
    "no colon": [request(b"accept")],
    "no name": [request(b": x")],
    "space before the colon": [request(b"User-Agent : a")],
    "space before the name": [request(b" User-Agent: a")],
    "underscore": [request(b"Sec_Purpose: prefetch")],
    "64 kB": [request(b"User-Agent: " + b"a" * 65_000)],
    "more than 64 kB": [request(b"User-Agent: " + b"a" * 70_000)],
    "8 kB": [request(b"User-Agent: " + b"a" * 8130)],
    "a thousand headers": [request(*(b"X-%d: y" % number for number in range(1000)))],
    "absolute form": [request(line=b"GET http://x/photo?id=1 HTTP/1.1\r\n")],
    "absolute form of elsewhere": [request(line=b"GET http://evil.example/photo?id=1 HTTP/1.1\r\n")],
    "authority alone": [request(line=b"GET //evil.example/photo HTTP/1.1\r\n")],
    "percent-encoded": [request(line=b"GET /p%68oto?id=%31 HTTP/1.1\r\n")],
    "half a percent": [request(line=b"GET /photo?id=%3 HTTP/1.1\r\n")],
    "fragment": [request(line=b"GET /photo?id=1#a HTTP/1.1\r\n")],
    "space in the target": [request(line=b"GET /photo?id= 1 HTTP/1.1\r\n")],
    "two spaces": [request(line=b"GET  /photo?id=1 HTTP/1.1\r\n")],
    "space at the end": [request(line=b"GET /photo?id=1 HTTP/1.1 \r\n")],
    "no version": [request(line=b"GET /photo?id=1\r\n")],
    "HTTP/2.0": [request(line=b"GET /photo?id=1 HTTP/2.0\r\n")],
    "HTTP/1.0": [request(line=b"GET /photo?id=1 HTTP/1.0\r\n")],
    "HTTP/1.0 kept": [request(b"Connection: keep-alive", line=b"GET /photo?id=1 HTTP/1.0\r\n")],
    "kept by name": [request(b"Connection: keep-alive")],
    "closed": [request(b"Connection: close")],
    "closed in capitals": [request(b"Connection: CLOSE")],
    "kept and closed": [request(b"Connection: keep-alive, close")],
    "upgrade": [request(b"Connection: Upgrade", b"Upgrade: h2c")],
    "small letters": [request(line=b"get /photo?id=1 HTTP/1.1\r\n")],
    "HEAD": [request(line=b"HEAD /photo?id=1 HTTP/1.1\r\n")],
    "OPTIONS *": [request(line=b"OPTIONS * HTTP/1.1\r\n")],
    "no target": [request(line=b"GET HTTP/1.1\r\n")],
    "no headers": [LINE + b"\r\n"],
    "expects": [request(b"Expect: 100-continue")],
    "expects, and sends": [request(b"Expect: 100-continue", b"Content-Length: 4"), b"body"],
    "expects something else": [request(b"Expect: 200-ok")],
    "a body": [request(b"Content-Length: 4") + b"body"],
    "a body later": [request(b"Content-Length: 4"), b"body"],
    "no body": [request(b"Content-Length: 0")],
    "a body that never comes": [request(b"Content-Length: 4"), b"bo"],
    "a body that is a request": [request(b"Content-Length: %d" % len(request())), request()],
    "a length that is none": [request(b"Content-Length: +4"), b"body"],
    "two lengths": [request(b"Content-Length: 4", b"Content-Length: 5"), b"body"],
    "chunks": [request(b"Transfer-Encoding: chunked"), b"4\r\nbody\r\n", b"0\r\n\r\n"],
    "chunks with a length": [request(b"Transfer-Encoding: chunked", b"Content-Length: 4"), b"0\r\n\r\n"],
    "chunks of HTTP/1.0": [
        request(b"Transfer-Encoding: chunked", line=b"GET /photo?id=1 HTTP/1.0\r\n"),
        b"0\r\n\r\n",
    ],
    "chunks folded": [request(b"Transfer-Encoding:", b" chunked"), b"0\r\n\r\n"],
    "more than was said": [request() + b"body"],
    "two at once": [request() * 2],
    "one and a half": [request() + request()[:20], request()[20:]],
    "two at once, of which the first is odd": [request(b"accept") + request()],
    "an empty line before": [b"\r\n" + request()],
    "an empty line between": [request(), b"\r\n", request()],
    "an empty line after": [request() + b"\r\n", request()],
    "spaces": [b"  ", request()],
    "one behind the other": [request(), request(b"Cookie: a"), request(), request(b"Cookie: a")],
    "TLS": [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200)],
    "the preface of HTTP/2": [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    "one byte at a time": [bytes([each]) for each in request()],
}


@pytest.mark.parametrize("case", ODD)
def test_odd_requests_are_answered_alike(both: Both, case: str) -> None:
    """The first time and when they, and the ordinary one, are known; alone and after the ordinary one."""
    both.forget()
    segments = ODD[case]
    first = both.alike(segments)
    for _ in range(2):
        assert both.alike([request()])
        assert both.alike(segments) == first
        assert both.alike(segments, [request()] * 2) == first
        both.alike([*segments, request()], [request()])
        both.alike([request(), *segments])


def test_the_ordinary_one_is_given_again(both: Both) -> None:
    both.forget()
    before = given_again()
    for _ in range(3):
        assert both.alike([request()], [request()] * 2).count(b"HTTP/1.1 200 OK") == 1
    assert given_again() - before == 8  # all but the first


@pytest.mark.parametrize("cut", range(1, len(request())))
def test_a_head_that_is_cut_anywhere(both: Both, cut: int) -> None:
    both.forget()
    whole = request()
    both.alike([whole[:cut], whole[cut:], whole], [whole] * 2)
    both.alike([whole + whole[:cut], whole[cut:]], [whole])
    assert both.alike([whole[:cut]], [whole]) == b""  # its rest never comes


NAMES = [b"Cookie", b"User-Agent", b"Accept", b"X-Forwarded-For", b"Host", b"Range", b"Referer", b"Connection"]
VALUES = [b"a", b"b", b"a, b", b"", b"darkroom=1", b"close", b"keep-alive", b"bytes=0-1", b"\xff", b"a\x00"]
LINES = st.builds(
    lambda before, name, colon, value: before + name + colon + value,
    st.sampled_from([b"", b"", b"", b" ", b"\t"]),
    st.sampled_from([*NAMES, *(each.lower() for each in NAMES), b"Content-Length"]),
    st.sampled_from([b": ", b": ", b":", b" : ", b""]),
    st.sampled_from([*VALUES, b"0", b"4"]),
)
TARGETS = st.sampled_from([b"/photo?id=1", b"/photo?id=2", b"http://x/photo?id=1", b"/photo?id=1#a", b"/p%68oto?id=1"])
REQUESTS = st.builds(
    lambda target, version, lines: request(*lines, line=b"GET " + target + b" HTTP/1." + version + b"\r\n"),
    TARGETS,
    st.sampled_from([b"1", b"1", b"1", b"0"]),
    st.lists(LINES, max_size=3),
)


@settings(max_examples=60)
@given(st.lists(REQUESTS, min_size=1, max_size=4), st.lists(st.integers(0, 3), min_size=1, max_size=8))
def test_requests_that_are_nearly_the_same(both: Both, requests: list[bytes], order: list[int]) -> None:
    both.forget()
    for number in order:
        both.alike([requests[number % len(requests)]])


FOLDED = {
    "a header that nobody reads, or one that counts": (
        (b"Cookie: a", b"User-Agent: x", b" ; b"),
        (b"Cookie: a", b" ; b"),
    ),
    "by a tab": ((b"Cookie: a", b"User-Agent: x", b"\t; b"), (b"Cookie: a", b"\t; b")),
    "one that looks like a header": ((b"Cookie: a", b"Accept: x", b" Range: b"), (b"Cookie: a", b" Range: b")),
    "the host": ((b"Accept: x", b" y"), (b" y",)),
}


@pytest.mark.parametrize("case", FOLDED)
def test_what_a_folded_line_belongs_to_counts(both: Both, case: str) -> None:
    both.forget()
    one, other = (request(*lines) for lines in FOLDED[case])
    for _ in range(3):
        assert both.alike([one]) != both.alike([other])
