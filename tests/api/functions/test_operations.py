"""Health, readiness and metrics."""

import re
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import falcon
import pytest
from falcon.testing import Result, TestClient
from kombu.exceptions import OperationalError

from api.functions.operations import (
    Check,
    Health,
    Metrics,
    Ready,
    advice,
    broker_takes_tasks,
    catalog_opens,
    disk_takes_a_write,
    worker_answers,
)
from cache.render_cache import RenderCache
from catalog.errors import CatalogError
from catalog.photos import Photos
from catalog.vanished import Vanished
from config import Settings
from tests.catalog.library import Library
from tests.end_to_end.servers import free_port, redis_server
from workers.dispatch import Dispatcher
from workers.flights.memory import MemoryFlights
from workers.flights.registry import DONE, Completion
from workers.queue.app import QUEUES, QueueLengths, create_celery

SAMPLE = re.compile(r'[a-zA-Z_][a-zA-Z0-9_]*(\{([a-z_]+="[^"\n]*",?)*\})? [-+0-9.eInfNa]+')


def get(resource: object) -> Result:
    """What a resource answers."""
    app = falcon.App()
    app.add_route("/", resource)
    return TestClient(app).simulate_get("/")


def dead() -> QueueLengths:
    """The queues of a broker that is not there."""
    return QueueLengths(create_celery(Settings(redis_url=f"redis://127.0.0.1:{free_port()}/0")))


def alive() -> QueueLengths:
    """The queues of this process."""
    return QueueLengths(create_celery(Settings()))


def test_health() -> None:
    result = get(Health())
    assert (result.status_code, result.json) == (200, {"status": "ok"})


PARTS = ("broker", "worker", "catalog", "disk")


@pytest.mark.parametrize("ill", [(), *((part,) for part in PARTS), PARTS])
def test_ready_where_every_part_is(ill: Iterable[str]) -> None:
    checks: dict[str, Check] = {part: lambda: None for part in PARTS}
    checks |= {part: lambda: "it is ill" for part in ill}
    result = get(Ready(checks))
    assert result.status_code == (503 if ill else 200)
    assert result.json == {"ready": not ill, "parts": {part: "it is ill" if part in ill else "ok" for part in PARTS}}
    assert ("Retry-After" in result.headers) is bool(ill)
    assert result.headers["Cache-Control"] == "no-store"


def test_what_is_advised_keeps_nobody_away() -> None:
    result = get(Ready({"disk": lambda: None}, {"redis memory": lambda: "it is low"}))
    assert (result.status_code, result.json) == (
        *(200, {"ready": True, "parts": {"disk": "ok", "redis memory": "it is low"}}),
    )
    assert advice(Settings()) == {}


def test_a_redis_with_too_little_memory_is_told_of_at_the_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with redis_server(tmp_path, None, "--maxmemory", "100mb") as (url, _):
        assert advice(Settings(redis_url=url))["redis memory"]() == caplog.messages[0]
    assert caplog.messages[0].startswith("Redis's maxmemory is 105 MB, less than the 256 MB of cache.redis.bytes")


def test_the_broker() -> None:
    assert broker_takes_tasks(alive(), MemoryFlights().check)() is None
    assert broker_takes_tasks(dead(), MemoryFlights().check)() == "the broker does not answer"


def test_the_worker() -> None:
    flights = MemoryFlights()
    app = create_celery(Settings(redis_url=f"redis://127.0.0.1:{free_port()}/0"))
    dispatcher = Dispatcher(app, flights, RenderCache([]), timeout=1, places=1)
    assert worker_answers(dispatcher)() == "no worker can be asked, as no task can be queued"
    flights.land(Completion("whatever", DONE), None, kept=True)
    assert worker_answers(dispatcher)() is None


def test_the_catalogue(tmp_path: Path) -> None:
    library = Library(tmp_path)
    photos = Photos(library.engine)
    assert catalog_opens(photos.count)() is None
    library.engine.dispose()
    for file in library.settings.data_dir.glob("catalog.sqlite*"):
        file.write_bytes(b"no database any more" * 1000)
    assert catalog_opens(photos.count)() == "the catalogue can't be read"
    library.engine.dispose()


def test_the_disk(tmp_path: Path) -> None:
    assert disk_takes_a_write(tmp_path)() is None
    assert list(tmp_path.iterdir()) == []
    assert disk_takes_a_write(tmp_path / "gone")() == "the disk takes no write"


def test_the_disk_is_well_however_many_ask_at_once(tmp_path: Path) -> None:
    check, together = disk_takes_a_write(tmp_path), threading.Barrier(8)

    def ask(_: int) -> set[str | None]:
        together.wait(20)
        return {check() for _ in range(200)}

    with ThreadPoolExecutor(8) as pool:
        assert set().union(*pool.map(ask, range(8))) == {None}


def test_metrics_are_in_the_text_format_with_the_queues() -> None:
    result = get(Metrics(alive(), lambda: [Vanished("photos", 60, 200, 3)]))
    assert result.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in result.text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in lines)
    assert [line for line in lines if line.startswith("darkroom_queue_length")] == [
        f'darkroom_queue_length{{queue="{queue}"}} 0.0' for queue in QUEUES
    ]
    assert [line for line in lines if line.startswith("darkroom_photos")] == [
        'darkroom_photos_held{root="photos"} 60.0',
        'darkroom_photos_missing{root="photos"} 3.0',
    ]


class Down(QueueLengths):
    """Queues whose broker is down, as kombu says it."""

    def __iter__(self) -> Iterator[tuple[str, int]]:
        raise OperationalError("Connection refused")


def test_metrics_without_a_broker_are_all_the_others() -> None:
    result = get(Metrics(Down(create_celery(Settings())), list))
    assert result.status_code == 200
    assert "darkroom_flights " in result.text
    assert "darkroom_queue_length{" not in result.text


def test_metrics_without_a_catalogue_are_all_the_others() -> None:
    def silent() -> list[Vanished]:
        raise CatalogError("locked", "it is in use")

    result = get(Metrics(alive(), silent))
    assert (result.status_code, "darkroom_photos_held{" in result.text) == (200, False)
