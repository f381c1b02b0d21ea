"""What is remembered of answers, and what is not: by itself, and on real sockets behind a front end."""

import socket
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import pytest

import metrics
from api.http.connections.remembered import REMEMBER, Recipe, Remembered
from config import Settings
from tests.api.http.connections.front import front
from tests.clock import Clock
from tests.end_to_end.servers import eventually

HERE, THERE = "192.0.2.1", "192.0.2.2"
LINE = b"GET /photo?id=1 HTTP/1.1\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nETag: x\r\n\r\n"
BUDGET = 100_000


def request(*headers: bytes, line: bytes = LINE) -> bytes:
    return line + b"".join(each + b"\r\n" for each in (b"Host: x", *headers)) + b"\r\n"


class Place:
    """Answers, in a catalogue of which the test says when it changes."""

    def __init__(self, budget: int = BUDGET, counting: frozenset[str] = frozenset()) -> None:
        self.generation: object = 1
        self.clock = Clock()
        self.render: bytes | None = b"jpeg"
        self.holds = True
        self.done = 0
        self.payers: list[str] = []
        self.remembered = Remembered(budget, lambda: self.generation, counting, self.clock)

    def teach(self, asked: bytes, address: str = HERE, head: bytes = HEAD, payer: str = "somebody") -> Recipe | None:
        """As the app answers: gives the recipe."""
        recipe = self.remembered.begin(asked, address)
        if recipe is not None:
            recipe.body = lambda: self.render
            recipe.holds.append(lambda: self.holds)
            recipe.again.append(self.count)
            self.remembered.keep(recipe, head, payer)
        return recipe

    def count(self) -> None:
        self.done += 1

    def asks(self, asked: bytes, address: str = HERE) -> tuple[bytes, bytes] | None:
        return self.remembered.answer(asked, address, self.may)

    def may(self, payer: str, _: float) -> bool:
        self.payers.append(payer)
        return payer != "greedy"


def test_the_same_is_answered_again_with_the_date_of_now() -> None:
    place = Place()
    place.clock.now = 0
    assert place.asks(request()) is None
    place.teach(request())
    place.clock.now = 86_400 * 365
    head = HEAD.replace(b"01 Jan 1970", b"01 Jan 1971").replace(b"Thu", b"Fri")
    assert place.asks(request()) == (head, b"jpeg")
    assert place.asks(request()) == (head, b"jpeg")
    assert place.done == 2
    assert place.payers == ["somebody"] * 2


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        (request(), THERE),
        (request(line=b"GET /photo?id=2 HTTP/1.1\r\n"), HERE),
        (request(line=b"GET /photo?id=1 HTTP/1.0\r\n"), HERE),
        (request(line=b"HEAD /photo?id=1 HTTP/1.1\r\n"), HERE),
        (request(line=b"get /photo?id=1 HTTP/1.1\r\n"), HERE),
        *(
            (request(each), HERE)
            for each in (
                b"Cookie: darkroom=another",
                b"If-None-Match: x",
                b"If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
                b"Range: bytes=0-1",
                b"Sec-Purpose: prefetch",
                b"Purpose: prefetch",
                b"Origin: http://elsewhere",
                b"X-Forwarded-For: 198.51.100.7",
                b"X-Forwarded-Prefix: /photos",
                b"X-Darkroom: page",
                b"Host: y",
                b"Connection: close",
                b"Content-Length: 4",
                b"Transfer-Encoding: chunked",
                b"Expect: 100-continue",
                b"User-Agent : spaced",
                b"\tfolded",
                b"Of-Tomorrow: 1",
            )
        ),
        (request() + b"GET /", HERE),
        (request() + request(), HERE),
        (request()[:-1], HERE),
        (request()[:-2], HERE),
        (b"\r\n" + request(), HERE),
        (request().replace(b"\r\n", b"\n"), HERE),
        (request(b"User-Agent: a\x00b"), HERE),
        (b"", HERE),
        (b"GET ", HERE),
    ],
)
def test_another_request_is_another(asked: bytes, address: str) -> None:
    place = Place()
    place.teach(request())
    place.teach(request(b"User-Agent: one"))
    assert place.asks(request()) is not None
    assert place.asks(asked, address) is None


def test_headers_that_nobody_reads_do_not_count() -> None:
    place = Place()
    place.teach(request(b"User-Agent: one", b"Referer: http://x/1", b"Cookie: darkroom=1"))
    other = request(b"User-Agent: two", b"ACCEPT: image/*", b"Cookie: darkroom=1")
    assert place.asks(other) is None  # whether such a head can be read, its first request says
    place.teach(request(b"User-Agent: two", b"ACCEPT: image/*", b"Cookie: darkroom=1", line=b"GET /else HTTP/1.1\r\n"))
    assert place.asks(other) is not None


def test_a_header_that_the_settings_name_counts() -> None:
    place = Place(counting=frozenset({"Referer", ""}))
    place.teach(request(b"Referer: mara"))
    place.teach(request(b"Referer: eve", line=b"GET /else HTTP/1.1\r\n"))
    assert place.asks(request(b"Referer: eve")) is None
    assert place.asks(request(b"Referer: mara")) is not None


@pytest.mark.parametrize(
    "asked",
    [
        request(line=b"HEAD /photo HTTP/1.1\r\n"),
        request(line=b"POST /photo HTTP/1.1\r\n"),
        request() + b"body",
        request()[:-3],
        request(b"X: " + b"x" * 9000),
    ],
)
def test_requests_of_another_kind_have_no_recipe(asked: bytes) -> None:
    assert Place().teach(asked) is None


@pytest.mark.parametrize(
    "head",
    [
        HEAD.replace(b"ETag", b"Set-Cookie"),
        HEAD.replace(b"ETag", b"SET-COOKIE"),
        HEAD.replace(b"ETag", b"Connection"),
        HEAD.replace(b"ETag", b"Transfer-Encoding"),
        HEAD.replace(b"Date", b"Dated"),
        HEAD.replace(b"200 OK", b"404 Not Found"),
        HEAD.replace(b"200 OK", b"206 Partial Content"),
        HEAD.replace(b"200 OK", b"503 Service Unavailable"),
    ],
)
def test_answers_for_one_request_alone_are_not_remembered(head: bytes) -> None:
    place = Place()
    place.teach(request(), head=head)
    assert place.asks(request()) is None


def test_what_is_vetoed_or_has_no_body_is_not_remembered() -> None:
    place = Place()
    recipe = place.teach(request())
    assert recipe is not None
    assert place.asks(request()) is not None
    for spoil in (Recipe.veto, lambda recipe: setattr(recipe, "body", None)):
        asked = request(line=b"GET /spoilt HTTP/1.1\r\n")
        recipe = place.remembered.begin(asked, HERE)
        assert recipe is not None
        recipe.body = bytes
        spoil(recipe)
        place.remembered.keep(recipe, HEAD, "somebody")
        assert place.asks(asked) is None


def test_a_change_of_the_catalogue_ends_all() -> None:
    place = Place()
    place.teach(request())
    place.generation = 2
    assert place.asks(request()) is None
    place.generation = 1  # as it never is again
    assert place.asks(request()) is None


def test_an_answer_that_was_begun_before_a_change_is_not_remembered() -> None:
    place = Place()
    recipe = place.remembered.begin(request(), HERE)
    assert recipe is not None
    recipe.body = lambda: b"old"
    place.generation = 2
    place.remembered.keep(recipe, HEAD, "somebody")
    assert place.asks(request()) is None


def test_what_holds_no_more_goes_the_usual_way() -> None:
    place = Place()
    place.teach(request())
    place.holds = False
    assert place.asks(request()) is None
    place.holds = True
    assert place.asks(request()) is None  # until it was answered anew
    place.teach(request())
    place.render = None
    assert place.asks(request()) is None
    assert place.done == 0


def test_a_render_of_another_length_goes_the_usual_way() -> None:
    """Its name is the same, but another worker made it: the head says how long the one before was."""
    place = Place()
    for render in (b"", b"jpe", b"jpegs"):
        place.teach(request())
        place.render = render
        assert place.asks(request()) is None
        place.render = b"jpeg"
        assert place.asks(request()) is None
    nothing = HEAD.replace(b"200 OK", b"304 Not Modified").replace(b"Content-Length: 4\r\n", b"")
    place.render = b""
    place.teach(request(), head=nothing)
    assert place.asks(request()) is not None
    place.render = b"jpeg"
    assert place.asks(request()) is None


def test_a_clock_that_was_set_back() -> None:
    place = Place()
    place.clock.now = 1000
    place.teach(request())
    place.clock.now = 999
    assert place.asks(request()) is None


def test_who_has_had_more_than_others_waits_for_a_turn() -> None:
    place = Place()
    place.teach(request(), payer="greedy")
    assert place.asks(request()) is None
    assert place.done == 0


def test_it_is_bounded_and_what_was_asked_for_last_stays() -> None:
    place = Place()
    many = [request(line=b"GET /%d HTTP/1.1\r\n" % number) for number in range(100)]
    place.teach(many[0])
    for asked in many[1:]:
        place.teach(asked)
        assert place.asks(many[0]) is not None
    kept = [asked for asked in many if place.asks(asked) is not None]
    assert kept[0] == many[0]
    assert kept[-1] == many[-1]
    assert 5 < len(kept) < BUDGET // 3000


def test_heads_are_bounded_too_and_those_of_who_asks_stay() -> None:
    place = Place()
    place.teach(request(b"User-Agent: family"))
    for number in range(1000):
        place.teach(request(b"User-Agent: %d" % number))
        assert place.asks(request(b"User-Agent: family")) is not None
    known = [number for number in range(1000) if place.asks(request(b"User-Agent: %d" % number)) is not None]
    assert 10 < len(known) < 20
    assert known[-1] == 999


class Answering:
    """An app whose answers may be given again; `asked` counts those that it gave itself."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.body = b"jpeg"

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(environ["PATH_INFO"])
        said: bytes = environ["wsgi.input"].read()
        recipe: Recipe | None = environ.get(REMEMBER)
        if recipe is not None:
            recipe.body = lambda: self.body
        start("200 OK", [("Content-Length", str(len(self.body + said)))])
        return [self.body + said]


@pytest.fixture
def answering() -> Iterator[tuple[Answering, socket.socket]]:
    """The app, and a connection to it whose first request was answered by it, its second without."""
    app = Answering()
    with front(app, generation=lambda: 1) as running, running.connect() as client:
        for _ in range(2):
            assert exchange(client, request()).endswith(b"\r\n\r\njpeg")
        assert app.asked == ["/photo"]
        yield app, client


def exchange(client: socket.socket, asked: bytes, answers: int = 1, end: bytes = b"jpeg") -> bytes:
    """What comes back, up to the end of so many answers."""
    client.sendall(asked)
    came, looked = bytearray(), 0
    while answers:
        data = client.recv(65536)
        assert data, bytes(came)
        came += data
        while answers and (found := came.find(end, looked)) >= 0:
            looked, answers = found + len(end), answers - 1
        looked = max(looked, len(came) - len(end) + 1)  # what was looked at is not looked at again
    return bytes(came)


def test_a_body_is_never_taken_for_a_request(answering: tuple[Answering, socket.socket]) -> None:
    app, client = answering
    for number in range(3):
        client.sendall(request(b"Content-Length: 4"))  # and its body later, as a packet of its own
        assert exchange(client, b"body", end=b"body").endswith(b"\r\n\r\njpegbody")
        assert len(app.asked) == 2 + number
    smuggled = request(line=b"GET /smuggled HTTP/1.1\r\n")
    client.sendall(request(b"Content-Length: %d" % len(smuggled)))
    assert exchange(client, smuggled, end=smuggled).endswith(b"jpeg" + smuggled)
    assert "/smuggled" not in app.asked


def test_pieces_of_requests_and_several_at_once(answering: tuple[Answering, socket.socket]) -> None:
    app, client = answering
    for cut in range(1, len(request())):
        client.sendall(request()[:cut])
        assert exchange(client, request()[cut:]).endswith(b"\r\n\r\njpeg")
    assert exchange(client, request() * 3, 3).endswith(b"\r\n\r\njpeg")
    assert exchange(client, b"\r\n" + request()).endswith(b"\r\n\r\njpeg")
    assert set(app.asked) == {"/photo"}


def test_who_wants_the_connection_closed_has_it_closed(answering: tuple[Answering, socket.socket]) -> None:
    app, client = answering
    asked = request(b"Connection: close")
    assert b"\r\nConnection: close\r\n" in exchange(client, asked)
    assert client.recv(10) == b""
    assert len(app.asked) == 2


def test_an_answer_that_the_client_takes_slowly_comes_whole() -> None:
    app = Answering()
    app.body = b"x" * 8_000_000 + b"jpeg"
    with front(app, generation=lambda: 1) as running, running.connect() as client:
        exchange(client, request())
        head, _, body = exchange(client, request() + b"").partition(b"\r\n\r\n")
        assert b"Content-Length: 8000004" in head
        assert body == app.body
        assert exchange(client, request(b"X: after")).endswith(b"jpeg")
    assert app.asked == ["/photo", "/photo"]


def test_a_client_that_has_gone_is_noticed() -> None:
    app = Answering()
    app.body = b"x" * 8_000_000 + b"jpeg"
    with front(app, generation=lambda: 1) as running:
        with running.connect() as client:
            exchange(client, request())
            client.sendall(request())  # and takes nothing
            eventually(lambda: running.held() > 0, True)
        eventually(running.inside, 0)


def test_no_answer_is_older_than_its_request() -> None:
    """However often the catalogue changes while many ask: what was seen before a request was sent is in its answer."""
    seen, changing = 0, Lock()

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = b"%08d jpeg" % seen
        recipe: Recipe = environ[REMEMBER]
        recipe.body = lambda: body
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    with front(app, generation=lambda: seen) as running, ThreadPoolExecutor(4) as threads:

        def ask(_: int) -> list[tuple[int, int]]:
            nonlocal seen
            told = []
            with running.connect() as client:
                for number in range(300):
                    if not number % 10:
                        with changing:
                            seen += 1
                    before = seen
                    answer = exchange(client, request())
                    told.append((before, int(answer[-13:-5])))
            return told

        given_again = metrics.remembered._value.get()
        told = [each for one in threads.map(ask, range(4)) for each in one]
    assert [(before, said) for before, said in told if said < before] == []
    assert metrics.remembered._value.get() > given_again


def test_it_can_be_turned_off() -> None:
    app = Answering()
    with front(app, Settings(server_remember=False), generation=lambda: 1) as running, running.connect() as client:
        for _ in range(3):
            exchange(client, request())
    assert len(app.asked) == 3
