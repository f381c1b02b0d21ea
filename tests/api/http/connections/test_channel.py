"""Connections: one request at a time, clients who do not read, who drip, and who take their time on purpose."""

import dataclasses
import io
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from api.http.connections.pace import Phase
from api.http.server import CLIENT
from config import Settings
from config.setting import Bytes
from tests.api.http.connections.front import BODY, PATIENCE, Front, ended, everything, front
from tests.end_to_end.servers import eventually

SETTINGS = Settings(server_threads=4)


def get(path: str, more: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode()


def bodies(answers: bytes) -> list[bytes]:
    """The body of each answer, of which none has an empty line in it."""
    found = []
    while answers:
        head, _, answers = answers.partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        found.append(answers[:length])
        answers = answers[length:]
    return found


def take(client: socket.socket, size: int) -> bytes:
    """So many bytes of what comes."""
    found = bytearray()
    while len(found) < size:
        found += client.recv(size - len(found))
    return bytes(found)


@pytest.fixture
def running() -> Iterator[Front]:
    """A front end of four threads."""
    with front() as made:
        yield made


def test_one_request_of_a_connection_is_answered_before_the_next_is_looked_at(running: Front) -> None:
    asked = get("/wait") + get("/one") + get("/two", "Connection: close\r\n")
    with running.says(asked) as client:
        eventually(lambda: running.asked, ["/wait"], PATIENCE)
        assert running.healthy()
        assert running.asked == ["/wait", "/health"]
        running.gate.set()
        assert bodies(everything(client)) == [b"ok", b"ok", b"ok"]
    assert running.asked == ["/wait", "/health", "/one", "/two"]


def test_a_pipelined_request_waits_until_the_answer_before_it_is_taken(running: Front) -> None:
    with running.says(get("/large") + get("/after", "Connection: close\r\n")) as client:
        eventually(lambda: running.held() > 0, True, PATIENCE)
        assert running.healthy()
        assert running.asked == ["/large", "/health"]
        assert bodies(everything(client)) == [BODY, b"ok"]
    eventually(running.held, 0, PATIENCE)


def test_a_request_behind_a_body_is_one_of_its_own(running: Front) -> None:
    post = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
    chunked = b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
    with running.says(post + b"\r\n" + chunked + get("/after", "Connection: close\r\n")) as client:
        assert bodies(everything(client)) == [b"hello", b"hello", b"ok"]


def test_clients_who_do_not_read_hold_no_thread_and_are_cut_off(running: Front) -> None:
    clients = [running.says(get("/large") * 50) for _ in range(8)]  # twice as many as there are threads
    eventually(lambda: len(running.asked), 8, PATIENCE)
    for _ in range(3):
        assert running.healthy()
    assert running.asked.count("/large") == 8
    eventually(running.phases, [Phase.TAKING] * 8, PATIENCE)
    running.looked()
    assert running.inside() == 8
    running.passes(SETTINGS.server_send_timeout, then=running.inside, is_=0)
    assert running.held() == 0
    for client in clients:
        with client:
            assert len(everything(client)) < len(BODY)


@pytest.mark.parametrize("taken", [0, 1, 20_000])
def test_who_takes_an_answer_more_slowly_than_allowed_is_cut_off(running: Front, taken: int) -> None:
    """A byte now and then does not renew the time."""
    with running.says(get("/large")) as client:
        eventually(running.phases, [Phase.TAKING], PATIENCE)
        running.looked()
        take(client, taken)
        running.passes(SETTINGS.server_send_timeout, then=running.inside, is_=0)


def test_who_takes_an_answer_slowly_gets_all_of_it(running: Front) -> None:
    """200 kB a second, for 50 s, with a pause of 25 s in between."""
    with running.says(get("/large", "Connection: close\r\n")) as client:
        eventually(running.phases, [Phase.TAKING], PATIENCE)
        running.looked()
        found = bytearray()
        for second in range(50):
            found += take(client, 200_000)
            running.clock.now += 26 if second == 20 else 1
            if second % 10 == 0:
                running.looked()
        assert bodies(bytes(found) + everything(client)) == [BODY]


@pytest.mark.parametrize("sent", [b"", b"GET", b"GET / HTTP/1.1\r\nX-A: ", b"\r\n\r\n"])
def test_a_head_has_to_come_in_time_however_it_drips(running: Front, sent: bytes) -> None:
    with running.says(sent) as client:
        eventually(running.inside, 1, PATIENCE)
        running.looked()
        running.clock.now += SETTINGS.server_receive_timeout - 1
        if sent:
            client.sendall(sent[:1] or b"a")
        running.looked()
        assert not ended(client)
        running.passes(1, then=running.inside, is_=0)
        assert everything(client)[:12] == (b"HTTP/1.1 408" if sent.strip() else b"")


def test_the_head_of_a_later_request_has_its_time_from_its_first_byte_on(running: Front) -> None:
    with running.says(get("/")) as client:
        assert client.recv(4000).endswith(b"ok")
        eventually(running.phases, [Phase.IDLE], PATIENCE)  # its thread may be at the last of it still
        running.looked()
        running.clock.now += SETTINGS.server_idle_timeout - 1
        running.looked()
        client.sendall(b"GET /second")
        eventually(running.phases, [Phase.HEAD], PATIENCE)
        running.looked()
        running.clock.now += SETTINGS.server_receive_timeout - 1
        running.looked()
        client.sendall(b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(4000).endswith(b"ok")
        client.sendall(b"GET /third")
        eventually(running.phases, [Phase.HEAD], PATIENCE)
        running.looked()
        running.passes(SETTINGS.server_receive_timeout, then=running.inside, is_=0)
        assert everything(client).startswith(b"HTTP/1.1 408 ")


def test_a_connection_is_kept_between_requests_and_not_for_ever(running: Front) -> None:
    with running.says(get("/")) as client:
        assert client.recv(4000).endswith(b"ok")
        eventually(running.phases, [Phase.IDLE], PATIENCE)  # its thread may be at the last of it still
        running.looked()
        running.clock.now += SETTINGS.server_idle_timeout - 1
        running.looked()
        client.sendall(get("/again"))
        assert client.recv(4000).endswith(b"ok")
        eventually(running.phases, [Phase.IDLE], PATIENCE)  # its thread may be at the last of it still
        running.looked()
        running.passes(SETTINGS.server_idle_timeout, then=running.inside, is_=0)
        assert everything(client) == b""


@pytest.mark.parametrize("head", ["Content-Length: 900000", "Transfer-Encoding: chunked"])
def test_a_body_has_to_go_on_at_a_rate(running: Front, head: str) -> None:
    piece = b"1f40\r\n" + bytes(8000) + b"\r\n" if "chunked" in head else bytes(8000)
    with running.says(f"POST /echo HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode()) as client:
        eventually(running.inside, 1, PATIENCE)
        running.looked()
        for turn in range(3):
            client.sendall(piece * 2)
            eventually(lambda: running.held() >= (turn + 1) * 16_000, True, PATIENCE)  # noqa: B023
            running.clock.now += SETTINGS.server_receive_timeout
            running.looked()
            assert not ended(client)
        client.sendall(piece[:1])
        running.passes(SETTINGS.server_receive_timeout, then=running.inside, is_=0)
        assert everything(client).startswith(b"HTTP/1.1 408 ")
    assert running.held() == 0


def test_to_wait_for_an_answer_is_no_idleness(running: Front) -> None:
    with running.says(get("/wait", "Connection: close\r\n")) as client:
        eventually(lambda: running.asked, ["/wait"], PATIENCE)
        for _ in range(3):
            running.looked()
            running.clock.now += 3600
        running.looked()
        running.gate.set()
        assert bodies(everything(client)) == [b"ok"]


def test_a_client_that_ends_its_side_is_answered(running: Front) -> None:
    with running.says(get("/large") + get("/after")) as client:
        client.shutdown(socket.SHUT_WR)
        assert bodies(everything(client)) == [BODY, b"ok"]


def test_a_client_that_leaves_takes_what_it_held_with_it(running: Front) -> None:
    client = running.says(get("/large"))
    eventually(running.phases, [Phase.TAKING], PATIENCE)
    client.close()
    eventually(running.inside, 0, PATIENCE)
    assert running.held() == 0


def test_who_waits_for_an_answer_is_told_of_a_client_that_leaves() -> None:
    told = threading.Event()

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        client = environ[CLIENT]
        assert not client.gone()
        with client.watched(told.set):
            assert told.wait(PATIENCE)
        start("200 OK", [("X-Gone", str(client.gone()))])
        return [b""]

    with front(app) as running:
        client = running.says(get("/") + get("/next"))
        eventually(lambda: running.asked, ["/"], PATIENCE)
        client.close()
        assert told.wait(PATIENCE)
        eventually(running.inside, 0, PATIENCE)


def test_expected_bodies_are_asked_for_once_it_is_their_turn(running: Front) -> None:
    head = "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
    with running.says(get("/wait") + head.encode()) as client:
        eventually(lambda: running.asked, ["/wait"], PATIENCE)
        running.gate.set()
        first = b""
        while not first.endswith(b"100 Continue\r\n\r\n"):
            first += client.recv(4000)
        client.sendall(b"hello")
        assert bodies(everything(client)) == [b"hello"]


@pytest.mark.parametrize(
    ("more", "status"),
    [("", b"200"), ("Content-Length: 0\r\n", b"200"), ("Content-Length: 1000000\r\n", b"413"), ("X\r\n", b"400")],
)
def test_nobody_is_told_to_go_on_with_a_body_that_is_none_or_refused(running: Front, more: str, status: bytes) -> None:
    with running.says(get("/", f"Expect: 100-continue\r\n{more}Connection: close\r\n")) as client:
        client.shutdown(socket.SHUT_WR)
        assert everything(client)[9:12] == status


def test_who_is_refused_in_the_middle_hears_it(running: Front) -> None:
    """The connection is not closed under the rest of what the client sends: that would take the answer with it."""
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n"
    with running.connect() as client:
        client.sendall(head + bytes(1_500_000))
        client.sendall(bytes(1_500_000))
        client.shutdown(socket.SHUT_WR)
        assert everything(client).startswith(b"HTTP/1.1 413 ")
    assert running.asked == []
    eventually(running.inside, 0, PATIENCE)


def test_who_is_refused_and_sends_on_for_ever_is_cut_off(running: Front) -> None:
    with running.says(b"no request\r\n\r\n") as client:
        while not client.recv(4000).endswith(b"(generated by Darkroom)"):
            pass
        assert client.recv(1) == b""
        client.sendall(b"x")
        running.looked()
        assert running.inside() == 1
        running.passes(SETTINGS.server_receive_timeout, then=running.inside, is_=0)


def test_a_thread_that_gives_an_answer_in_pieces_is_let_go_with_its_client() -> None:
    ended_app = threading.Event()

    def app(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
        start("200 OK", [])
        try:
            while True:
                yield bytes(100_000)
        finally:
            ended_app.set()

    with front(app) as running, running.says(get("/")):
        eventually(lambda: running.held() > 1_000_000, True, PATIENCE)
        assert running.held() < 2_000_000
        running.looked()
        running.passes(SETTINGS.server_send_timeout, then=ended_app.is_set, is_=True)
        eventually(running.inside, 0, PATIENCE)


class Shrinking(io.BytesIO):
    """A file that ends before its size."""

    def read(self, size: int | None = -1) -> bytes:
        """As a file's.

        Raises:
            OSError: it has become shorter.
        """
        if self.tell() > 100_000:
            raise OSError("the file has become shorter")
        return super().read(min(size or 0, 50_000))


def test_a_file_that_can_not_be_sent_to_its_end_is_said_in_one_sentence(caplog: pytest.LogCaptureFixture) -> None:
    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", str(len(BODY)))])
        sent: Iterable[bytes] = environ["wsgi.file_wrapper"](Shrinking(BODY))
        return sent

    with front(app) as running:
        assert len(everything(running.says(get("/")))) < 1_000_000
        eventually(running.inside, 0, PATIENCE)
    said = [record for record in caplog.records if record.name != "waitress.queue"]
    assert [record.message for record in said] == [
        "an answer could not be sent to its end: the file has become shorter"
    ]
    assert said[0].exc_info is None


def test_all_together_hold_no_more_than_they_may_and_the_slowest_goes_first() -> None:
    settings = dataclasses.replace(SETTINGS, server_buffer_bytes=Bytes(3.5 * len(BODY)))
    with front(settings=settings) as running:
        first = [running.says(get("/large", "Connection: close\r\n")) for _ in range(3)]
        eventually(running.phases, [Phase.TAKING] * 3, PATIENCE)
        running.looked()
        running.clock.now += 1
        taken = [take(client, 100_000) for client in first[1:]]
        running.looked()
        with running.says(get("/large", "Connection: close\r\n")) as last:
            eventually(lambda: len(running.asked), 4, PATIENCE)
            eventually(running.inside, 3, PATIENCE)
            with first[0]:
                assert len(everything(first[0])) < len(BODY)
            assert running.held() <= settings.server_buffer_bytes
            assert bodies(everything(last)) == [BODY]
        for client, before in zip(first[1:], taken, strict=True):
            with client:
                assert bodies(before + everything(client)) == [BODY]
        eventually(running.held, 0, PATIENCE)


def test_clients_who_are_given_the_same_bytes_share_them() -> None:
    settings = dataclasses.replace(SETTINGS, server_buffer_bytes=Bytes(20 * len(BODY)))
    with front(settings=settings) as running:
        tracemalloc.start()
        try:
            for _ in range(10):
                running.clients.enter_context(running.says(get("/large")))
            eventually(running.phases, [Phase.TAKING] * 10, PATIENCE)
            taken, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert taken < len(BODY)


def test_bodies_count_to_what_they_hold_together() -> None:
    settings = dataclasses.replace(SETTINGS, server_buffer_bytes=Bytes(2_000_000))
    with front(settings=settings) as running:
        half = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n" + bytes(800_000)
        clients = [running.says(half) for _ in range(3)]
        eventually(running.inside, 2, PATIENCE)
        eventually(running.held, 1_600_000, PATIENCE)
        for client in clients:
            client.close()
        eventually(running.held, 0, PATIENCE)
