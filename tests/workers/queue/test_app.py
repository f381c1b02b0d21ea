"""The Celery app: what it must not do for the sake of safety, and what its queues say."""

import logging
import pickle
from pathlib import Path

import pytest
from kombu.exceptions import OperationalError

from config import Settings
from tests.workers.test_dispatch import nobody
from tests.workers.ways import Way, key_of, save_photo
from workers.queue import memory_transport
from workers.queue.app import BACKGROUND, INTERACTIVE, PING, QUEUES, RENDER, SWEEP, QueueLengths, create_celery

EMBEDDED = Settings(render_timeout=600)
DISTRIBUTED = Settings(render_timeout=600, redis_url="redis://127.0.0.1:1/0")
BOTH = pytest.mark.parametrize("settings", [EMBEDDED, DISTRIBUTED], ids=["embedded", "distributed"])


class Bomb:
    """A message that makes a folder in whoever unpickles it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.mkdir, (self.folder,)


@BOTH
def test_nothing_but_json_goes_in_or_out(settings: Settings) -> None:
    conf = create_celery(settings).conf
    assert conf.accept_content == ["json"]
    assert (conf.task_serializer, conf.result_serializer, conf.event_serializer) == ("json", "json", "json")
    assert conf.result_accept_content is None  # as accept_content


@BOTH
def test_a_task_is_done_when_it_is_done_and_not_twice(settings: Settings) -> None:
    conf = create_celery(settings).conf
    assert (conf.task_acks_late, conf.worker_prefetch_multiplier) == (True, 1)
    # A photo that kills its worker must not go round for ever.
    assert not conf.task_reject_on_worker_lost
    limit = create_celery(DISTRIBUTED).conf.broker_transport_options["visibility_timeout"]
    assert EMBEDDED.render_timeout < conf.task_time_limit < limit


@BOTH
def test_results_are_not_kept_and_nobody_subscribes_to_them(settings: Settings) -> None:
    app = create_celery(settings)
    assert (app.conf.task_ignore_result, app.conf.result_backend) == (True, None)


@BOTH
def test_the_queues_are_separate(settings: Settings) -> None:
    app = create_celery(settings)
    assert tuple(app.amqp.queues) == QUEUES
    assert {queue.routing_key for queue in app.amqp.queues.values()} == set(QUEUES)
    assert app.conf.task_default_queue == INTERACTIVE
    assert {(each["task"], each["options"]["queue"]) for each in app.conf.beat_schedule.values()} == {
        (SWEEP, BACKGROUND)
    }


def test_a_redis_that_is_silent_or_gone_blocks_nobody_and_ends_no_worker() -> None:
    conf = create_celery(DISTRIBUTED).conf
    assert conf.broker_connection_max_retries is None
    options = conf.broker_transport_options
    assert 0 < options["socket_timeout"] <= 2
    assert 0 < options["socket_connect_timeout"] <= 2
    assert conf.task_publish_retry_policy["max_retries"] == 1


def test_apps_do_not_take_the_place_of_each_other() -> None:
    one, two = create_celery(EMBEDDED), create_celery(DISTRIBUTED)
    assert (one.conf.broker_url, two.conf.broker_url) == (memory_transport.URL, DISTRIBUTED.redis_url)


def test_a_pickled_task_is_thrown_away_unread(tmp_path: Path, embedded: Way, caplog: pytest.LogCaptureFixture) -> None:
    photo, ruin = save_photo(tmp_path), tmp_path / "ruin"
    with embedded.working(tmp_path, threads=1), caplog.at_level(logging.ERROR):
        with embedded.app.connection_for_write() as connection, connection.channel() as channel:
            embedded.app.amqp.Producer(channel).publish(
                pickle.dumps(((Bomb(ruin),), {}, {})),
                exchange=embedded.app.amqp.queues[INTERACTIVE].exchange,
                routing_key=INTERACTIVE,
                content_type="application/x-python-serialize",
                content_encoding="binary",
                headers={"task": PING, "id": "1", "lang": "py"},
            )
        assert embedded.dispatcher().render(photo, key_of(photo))  # the worker goes on
    assert "Refusing to deserialize" in caplog.text
    assert not ruin.exists()
    assert embedded.queued() == 0


@pytest.mark.parametrize(
    ("task", "arguments"),
    [("no.such.task", ()), (RENDER, ("too", "few")), (RENDER, ({}, [], 5, None, "x")), (PING, ())],
)
def test_a_task_that_makes_no_sense_is_thrown_away(
    tmp_path: Path, embedded: Way, task: str, arguments: tuple[object, ...]
) -> None:
    photo = save_photo(tmp_path)
    with embedded.working(tmp_path, threads=1):
        embedded.app.send_task(task, arguments, queue=INTERACTIVE)
        assert embedded.dispatcher().render(photo, key_of(photo))
    assert embedded.queued() == 0


def test_the_lengths_of_all_queues(way: Way) -> None:
    lengths = QueueLengths(way.app)
    assert dict(lengths) == dict.fromkeys(QUEUES, 0)
    for _ in range(3):
        way.app.send_task(SWEEP, queue=BACKGROUND)
    assert dict(lengths) == {**dict.fromkeys(QUEUES, 0), BACKGROUND: 3}


def test_a_broker_that_is_away_is_looked_for_each_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes, so that workers go on soon after."""
    intervals: list[float] = []

    def tried(_: Exception, interval: float) -> None:
        intervals.append(interval)

    with nobody() as url, create_celery(Settings(redis_url=url)).connection_for_read() as connection:
        monkeypatch.setattr("kombu.utils.functional.sleep", lambda _: None)
        with pytest.raises(OperationalError):
            connection.ensure_connection(tried, 20)
    assert len(intervals) >= 20
    assert max(intervals) == 1
