"""How tasks get onto the queues."""

import json
from base64 import b64decode
from typing import Any

import pytest
from celery import Celery
from kombu.connection import Connection
from redis import RedisError

from config import Settings
from tests.end_to_end.servers import free_port
from workers.queue.app import INTERACTIVE, RENDER, create_celery
from workers.queue.publish import message, publisher

ARGUMENTS = ("a key", "a root", "Fotos/Ä ö.jpg", INTERACTIVE, 1234.5)


def as_celery_would(url: str, app: Celery) -> dict[str, Any]:
    """The message that Celery itself puts on the queue."""
    app.send_task(RENDER, ARGUMENTS, queue=INTERACTIVE)
    with Connection(url) as connection:  # type: ignore[no-untyped-call]
        found: dict[str, Any] = json.loads(connection.default_channel.client.rpop(INTERACTIVE))
    return found


def test_a_message_is_as_celerys(redis_url: str) -> None:
    app = create_celery(Settings(redis_url=redis_url))
    theirs, ours = as_celery_would(redis_url, app), json.loads(message(RENDER, ARGUMENTS, INTERACTIVE))
    assert json.loads(b64decode(ours.pop("body"))) == json.loads(b64decode(theirs.pop("body")))
    for name in ("headers", "properties"):
        mine, other = ours.pop(name), theirs.pop(name)
        assert mine.keys() <= other.keys()
        ids = {"id", "root_id", "correlation_id", "delivery_tag"}
        assert {key: each for key, each in mine.items() if key not in ids} == {
            key: other[key] for key in mine if key not in ids
        }
        assert all(len(mine[key]) == len(other[key]) for key in ids & mine.keys())
    assert ours == theirs


def test_each_message_is_another(redis_url: str) -> None:
    first, second = (json.loads(message(RENDER, ARGUMENTS, INTERACTIVE)) for _ in range(2))
    assert first["headers"]["id"] != second["headers"]["id"]


def test_kombu_takes_what_was_sent(redis_url: str) -> None:
    app = create_celery(Settings(redis_url=redis_url))
    publisher(app)(RENDER, ARGUMENTS, INTERACTIVE)
    with app.connection_for_read() as connection:
        taken = connection.SimpleQueue(app.amqp.queues[INTERACTIVE]).get(timeout=20)
        taken.ack()
    assert taken.headers["task"] == RENDER
    assert taken.payload[0] == list(ARGUMENTS)


def test_nobody_takes_it() -> None:
    send = publisher(create_celery(Settings(redis_url=f"redis://127.0.0.1:{free_port()}/0")))
    with pytest.raises((RedisError, OSError)):
        send(RENDER, ARGUMENTS, INTERACTIVE)
