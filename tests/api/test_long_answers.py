"""Long answers: made once, a piece at a time, and gone with whoever read them last."""

import errno
import gc
from collections.abc import Iterator
from pathlib import Path

import falcon
import pytest
from falcon.testing import Result, TestClient

from api import long_answers
from api.http.methods import Router
from api.http.problems import handle
from api.http.server import CLIENT
from api.long_answers import KEPT, LongAnswers
from tests.api.functions.test_queries import HungUp
from workers.flights.waits import UNKNOWN_CLIENT, Client


class Numbers:
    """`/?key=`: some numbers in pieces; counts how often they were made."""

    def __init__(self, answers: LongAnswers) -> None:
        self._answers = answers
        self.made: list[str] = []

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the key and the numbers."""
        key = request.get_param("key", required=True)

        def pieces() -> Iterator[bytes]:
            self.made.append(key)
            yield key.encode()
            yield from (f" {each}".encode() for each in range(3))

        self._answers.answer(request, response, key, pieces)


class World:
    """Who asks, and a generation that the test changes."""

    def __init__(self, folder: Path) -> None:
        self.generation: tuple[object, ...] = (1,)
        self.answers = LongAnswers(folder, lambda: self.generation)
        self.numbers = Numbers(self.answers)
        app = falcon.App(router=Router())
        app.add_error_handler(Exception, handle)
        app.add_route("/", self.numbers)
        self.client = TestClient(app)

    def ask(self, key: str, method: str = "GET", client: Client = UNKNOWN_CLIENT) -> Result:
        """The answer."""
        return self.client.simulate_request(method, "/", query_string=f"key={key}", extras={CLIENT: client})


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Nobody has asked yet."""
    return World(tmp_path)


def test_one_answer_is_made_for_all_who_ask(world: World) -> None:
    for _ in range(3):
        answer = world.ask("a")
        assert (answer.content, answer.headers["Content-Length"]) == (b"a 0 1 2", "7")
    assert world.ask("b").content == b"b 0 1 2"
    head = world.ask("a", "HEAD")
    assert (head.content, head.headers["Content-Length"]) == (b"", "7")
    assert world.numbers.made == ["a", "b"]
    world.generation = (2,)
    assert world.ask("a").content == b"a 0 1 2"
    assert world.numbers.made == ["a", "b", "a"]


def test_few_are_kept(world: World) -> None:
    for key in range(KEPT + 1):
        world.ask(str(key))
    gc.collect()
    assert len(world.answers._there) == KEPT
    world.ask("0")
    assert world.numbers.made == [*map(str, range(KEPT + 1)), "0"]


def test_whoever_hangs_up_has_nothing_made(world: World) -> None:
    answer = world.ask("a", client=HungUp())
    assert (answer.status_code, answer.json["detail"]) == (503, "The client has hung up.")
    assert world.ask("a").content == b"a 0 1 2"
    assert world.numbers.made == ["a", "a"]


def test_what_is_still_read_takes_room(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "MOST", 2)
    for key in "ab":
        assert world.ask(key).status_code == 200
    answer = world.ask("c")
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)


def test_a_disk_without_room_is_said_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> object:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(long_answers, "TemporaryFile", full)
    answer = world.ask("a")
    assert (answer.status_code, "no room" in answer.json["detail"]) == (503, True)
    monkeypatch.undo()
    assert world.ask("a").status_code == 200
