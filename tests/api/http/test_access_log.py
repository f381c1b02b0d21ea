"""What the access log hides, and that whoever reads it, or does not, holds up no answer."""

import io
import logging
import os
import sys
import threading
from collections.abc import Iterator

import falcon
import pytest
from falcon.testing import TestClient

from api.http.access_log import LONGEST, AccessLog, log, masked


@pytest.mark.parametrize(
    ("path", "query", "shown"),
    [
        ("/a", "", "/a"),
        ("/a", "width=3&photoid=x", "/a?width=3&photoid=x"),
        ("/a", "apisid=1&sid=2&pw=3&apikey=4", "/a?apisid=***&sid=***&pw=***&apikey=***"),
        ("/a", "APISID=1&x=2&Pw=", "/a?APISID=***&x=2&Pw=***"),
        ("/a", "xsid=1&sidx=2&vid=3", "/a?xsid=1&sidx=2&vid=3"),
        ("/a", "pw=a=b&pw=c", "/a?pw=***&pw=***"),
        ("/a", "pw", "/a?pw"),
        ("/a", "&&pw=1&=2&", "/a?&&pw=***&=2&"),
        ("/a", "%70w=secret", "/a?%70w=***"),
        ("/a", "apisi%64=secret&s%69d=secret", "/a?apisi%64=***&s%69d=***"),
        ("/api/shares/secret", "", "/api/shares/***"),
        ("/API/shares/secret", "apisid=x", "/API/shares/***?apisid=***"),
        ("/s/secret", "photo=3", "/s/***?photo=3"),
        ("/photos/s/secret", "", "/photos/s/***"),  # below a path that nobody has told us of
        ("/a/b/api/shares/secret/x", "", "/a/b/api/shares/***"),
        ("/a\n/s/secret", "", "/a%0A/s/***"),
        ("/as/b", "", "/as/b"),
        ("/shares", "", "/shares"),
        ("/a\nb", "x=\x1b[0m", "/a%0Ab?x=%1B[0m"),
        ("/\u00e4", "", "/%C3%A4"),
    ],
)
def test_masked(path: str, query: str, shown: str) -> None:
    assert masked(path, query) == shown


def test_a_query_without_a_value_takes_no_time_that_grows_with_its_square() -> None:
    query = "x" * 1_000_000  # an hour, where each character were the start of another look at all that follow
    assert masked("/a", query) == f"/a?{query}"


class Blocking(io.StringIO):
    """A terminal that somebody has stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.let_go = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        """Waits until it is let go."""
        self.reached.set()
        self.let_go.wait(20)
        return super().write(text)


@pytest.fixture
def handlers() -> Iterator[list[logging.Handler]]:
    """The handlers of the access log, to be filled by a test."""
    before, log.propagate = log.level, False
    log.setLevel(logging.INFO)
    yield log.handlers
    log.handlers.clear()
    log.setLevel(before)
    log.propagate = True


def client(access_log: AccessLog) -> TestClient:
    """A server that logs."""
    return TestClient(falcon.App(middleware=[access_log]))


def test_one_line_an_answer_and_none_without_bounds(handlers: list[logging.Handler]) -> None:
    written = io.StringIO()
    handlers.append(logging.StreamHandler(written))
    access_log = AccessLog()
    client(access_log).simulate_get("/a", query_string="pw=1&x=" + "y" * 100_000)
    client(access_log).simulate_head("/b" * 100_000)
    access_log.close()
    first, second = written.getvalue().splitlines()
    assert " 127.0.0.1 GET /a?pw=***&x=yyy" in first
    assert " HEAD /b/b/b" in second
    assert LONGEST < len(first) < LONGEST + 200
    assert LONGEST < len(second) < LONGEST + 200


def test_a_log_that_nobody_reads_holds_up_no_answer(handlers: list[logging.Handler]) -> None:
    stopped = Blocking()
    handlers.append(logging.StreamHandler(stopped))
    access_log = AccessLog()
    access_log.start()
    server = client(access_log)
    server.simulate_get("/first")
    assert stopped.reached.wait(20)
    assert server.simulate_get("/second").status_code == 404
    stopped.let_go.set()
    access_log.close()
    assert stopped.getvalue().count("GET") == 2


def test_a_log_that_is_closed_loses_its_lines_alone(
    handlers: list[logging.Handler], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, write = os.pipe()
    os.close(read)
    broken = os.fdopen(write, "w")
    handlers.append(logging.StreamHandler(broken))
    monkeypatch.setattr(sys, "stderr", broken)  # where logging would complain of it
    access_log = AccessLog()
    for _ in range(2):
        assert client(access_log).simulate_get("/").status_code == 404
        access_log.write()
    access_log.close()
    with pytest.raises(BrokenPipeError):
        broken.close()
