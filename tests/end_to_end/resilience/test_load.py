"""A crowd at the door, with the real processes: one render for all, places for some, and nobody held up."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import pytest
from redis import Redis

from bench.clients.crowd import Answer, Client, all_at_once
from cache.key import RenderKey
from config import Settings
from tests.end_to_end.servers import Server, children, environ, eventually, serving, start_front, start_worker
from tests.photos import colours, save_jpeg, shows, slow_to_read, solid
from workers.flights.redis import RedisFlights
from workers.queue.app import RENDER, create_celery
from workers.versions import key_version

BLUE = (30, 30, 200)
# Places for all of them at one door, to which chance may lead them, and patience for a noisy machine.
CROWD = {"SERVER_THREADS": "520", "SERVER_WAITING_PLACES": "510", "RENDER_TIMEOUT": "120", "PROCESSES": "2"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty photos, each of a colour of its own, and one that takes a while."""
    folder = tmp_path_factory.mktemp("photos") / "library"
    for number, colour in enumerate(colours(20)):
        save_jpeg(folder / f"{number:02}.jpg", solid(800, 600, colour))
    slow_to_read(folder / "slow.jpg", BLUE)
    return folder


@pytest.fixture(scope="module")
def server(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two front ends with places for a crowd."""
    with serving(library, tmp_path_factory.mktemp("data") / "data", "distributed", **CROWD) as running:
        yield running


def asked(server: Server, path: str, size: str) -> str:
    return f"/picapportapi/1.0/getPhoto?photoid={quote(server.photos()[path], safe='')}&{size}"


def tiles(server: Server, number: int, width: int) -> list[tuple[str, tuple[int, int], tuple[int, int, int]]]:
    """Distinct requests, and what has to come: the size and the colour."""
    wanted = colours(20)
    each = [(index % 20, width + index // 20) for index in range(number)]
    return [
        (asked(server, f"{photo:02}.jpg", f"width={side}&height={side}"), (side, side), wanted[photo])
        for photo, side in each
    ]


def test_500_who_ask_at_once_cost_one_render(server: Server) -> None:
    before = server.renders()
    answers = asyncio.run(all_at_once(server.url, [asked(server, "slow.jpg", "width=320")] * 500))
    assert [answer.status for answer in answers] == [200] * 500
    assert len({answer.body for answer in answers}) == 1
    assert shows(answers[0].body, (320, 240), BLUE, near=30)
    assert server.renders() == before + 1


def test_a_screen_of_100_missing_tiles_is_there_at_the_first_try(library: Path, tmp_path: Path) -> None:
    """With the settings as they come: a browser does not ask again for an image."""
    with serving(library, tmp_path / "data", "distributed") as server:
        wanted = tiles(server, 100, 160)
        answers = asyncio.run(all_at_once(server.url, [path for path, _, _ in wanted]))
        assert [answer.status for answer in answers] == [200] * 100
        for answer, (_, size, colour) in zip(answers, wanted, strict=True):
            assert shows(answer.body, size, colour)


def test_who_scrolls_on_costs_next_to_nothing(server: Server) -> None:
    """300 tiles, of which 250 are not waited for."""
    before, wanted = server.renders(), tiles(server, 300, 200)
    worker = server.others["worker"].process.pid
    os.killpg(worker, signal.SIGSTOP)  # so that nothing has begun when they hang up

    async def scroll() -> list[Answer]:
        clients = [Client(server.url) for _ in wanted]
        try:
            await asyncio.gather(*(client.ask(path) for client, (path, _, _) in zip(clients, wanted, strict=True)))
            await asyncio.to_thread(eventually, lambda: server.metric("darkroom_flights"), 300)
            for client in clients[50:]:
                client.hang_up()
            await asyncio.to_thread(eventually, lambda: server.metric("darkroom_flights"), 50)
        finally:
            os.killpg(worker, signal.SIGCONT)
        answers = await asyncio.gather(*(client.answer() for client in clients[:50]))
        for client in clients[:50]:
            client.hang_up()
        return answers

    for answer, (_, size, colour) in zip(asyncio.run(scroll()), wanted, strict=False):
        assert (answer.status, shows(answer.body, size, colour)) == (200, True)
    eventually(lambda: server.metric("darkroom_queue_length"), 0)
    assert server.renders() - before <= 60


def front_ends(server: Server) -> list[int]:
    """The processes that the parent has forked, less the one that watches the photo roots."""
    return [pid for pid in children(server.front.process.pid) if b"api" in command_line(pid)]


def command_line(pid: int) -> list[bytes]:
    """What a process was started with; nothing, where it has just ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        return []


def test_a_front_end_that_dies_is_started_anew(server: Server) -> None:
    before = server.metric("darkroom_requests_total")
    one, two = front_ends(server)
    os.kill(one, signal.SIGKILL)
    eventually(lambda: one not in (now := front_ends(server)) and two in now and len(now), 2)
    server.client.close()
    server.client = type(server.client)(timeout=60)
    eventually(lambda: server.get("/ready").status_code, 200)
    assert server.metric("darkroom_requests_total") > before  # what it had counted stays


def test_a_front_end_that_is_stopped_finishes_what_runs(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path / "data", "distributed", PROCESSES="2") as server:
        statuses: list[bool] = []

        def wait() -> None:
            answer = server.photo(server.photos()["slow.jpg"], "&width=300")
            statuses.append(answer.status_code == 200 and shows(answer.content, (300, 225), BLUE, near=30))

        waiter = threading.Thread(target=wait)
        waiter.start()
        with Redis.from_url(server.environ["REDIS_URL"]) as redis:
            eventually(lambda: len(redis.keys("darkroom:flight:*")), 1)
        assert server.front.stop(signal.SIGTERM) == 0
        waiter.join()
        assert statuses == [True]


def test_more_than_one_process_needs_redis(library: Path, tmp_path: Path) -> None:
    process = start_front(environ(library, tmp_path / "data"), processes=2)
    process.wait_for("needs redis.url")
    assert process.process.wait(60) == 1
    process.stop()


def test_each_queue_has_workers_of_its_own_and_the_lower_ones_step_aside(server: Server) -> None:
    """A render that lies in a lower queue is made at the priority of that queue, and asked for once."""
    settings = Settings(redis_url=server.environ["REDIS_URL"])
    photos = {photo.path: photo for photo in server.listing()}
    before = server.renders()
    with create_celery(settings) as app, ExitStack() as closing:
        flights = RedisFlights(settings.redis_url)
        closing.callback(flights.close)
        for queue, nice in (("prefetch", 10), ("background", 15)):
            for width in (50, 54, 58):
                photo = photos["00.jpg"]
                key = RenderKey(photo.photoid, key_version(photo.version), width + nice, 40, 70)
                flights.reserve(key.name, 10, 600)
                message = (key.name, "library", photo.path, queue, time.time() + 600)
                app.send_task(RENDER, message, queue=queue)
            worker = start_worker(server.environ, "--concurrency", "1", "--nice", str(nice), queues=queue)
            closing.callback(worker.stop)
            mine = os.getpriority(os.PRIO_PROCESS, 0)  # lower still, perhaps, where the tests step aside themselves
            below = children(worker.process.pid)  # what renders, and what decodes for it
            base = max(nice, mine)
            assert sorted(os.getpriority(os.PRIO_PROCESS, each) for each in below) == [base, min(base + 5, 19)]
        eventually(lambda: (server.metric("darkroom_queue_length"), server.renders() - before), (0, 6))


def test_what_is_cached_goes_before_what_renders_and_scans(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path / "data", "embedded") as server:
        server.photos()
        front = server.front.process.pid
        beside = children(front)
        nice = os.getpriority(os.PRIO_PROCESS, front)
        assert [os.getpriority(os.PRIO_PROCESS, each) for each in beside] == 2 * [min(nice + 5, 19)]
