"""Messages in memory wake whoever waits for them."""

import threading
import time
from typing import Any

import pytest
from kombu import connection as kombu_connection
from kombu import entity

from workers.queue import memory_transport

Connection: Any = kombu_connection.Connection  # kombu has no types


def queue(name: str) -> Any:
    """A queue of that name."""
    made: Any = entity.Queue
    return made(name, routing_key=name)


def test_a_message_wakes_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_transport, "LOOK_AGAIN", 60.0)  # so that only being told can help
    heard: list[str] = []

    def hear(body: str, message: Any) -> None:
        heard.append(body)
        message.ack()

    of_test = queue("of a test")
    with (
        Connection(memory_transport.URL) as receiving,
        Connection(memory_transport.URL) as sending,
        receiving.Consumer(of_test, callbacks=[hear]),
    ):
        waiting = threading.Thread(target=receiving.drain_events, kwargs={"timeout": 30})
        waiting.start()
        sending.SimpleQueue(of_test).put("hello")
        waiting.join(20)
    assert heard == ["hello"]


def test_room_for_one_more_wakes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_transport, "LOOK_AGAIN", 60.0)
    held: list[Any] = []

    def hold(_: object, message: Any) -> None:
        held.append(message)

    another = queue("of another")
    with (
        Connection(memory_transport.URL) as receiving,
        Connection(memory_transport.URL) as sending,
        receiving.Consumer(another, callbacks=[hold], prefetch_count=1),
    ):
        for number in range(2):
            sending.SimpleQueue(another).put(number)
        receiving.drain_events(timeout=20)
        waiting = threading.Thread(target=receiving.drain_events, kwargs={"timeout": 30})
        waiting.start()
        held[0].ack()
        waiting.join(20)
    assert len(held) == 2


def test_nothing_comes_in_time() -> None:
    with (
        Connection(memory_transport.URL) as connection,
        connection.Consumer(queue("empty"), callbacks=[pytest.fail]),
    ):
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=0.05)
        assert time.monotonic() - began >= 0.05
