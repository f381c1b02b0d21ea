"""Photos that are there before anyone asks, with the real processes: who goes through a gallery finds them made."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from redis import Redis

from cache.key import RenderKey
from config import Settings
from tests.end_to_end.conftest import WAYS
from tests.end_to_end.servers import Process, Server, eventually, serving, start_worker
from tests.photos import colours, decoded, save_jpeg, slow_to_read, solid
from workers.flights.redis import WAITING, RedisFlights
from workers.queue.app import BACKGROUND, INTERACTIVE, PREFETCH, RENDER, create_celery
from workers.versions import key_version

PHOTOS = 12
PATIENCE = 30.0
SLOW = (30, 30, 200)

# A worker that would step back for longer than any test takes.
PATIENT = """
import os, sys, config
config.share_metrics(config.load_or_exit())
from workers import tasks
from workers.__main__ import main
tasks.STEP_BACK.update(prefetch=600.0, background=600.0)
sys.exit(main(["run", "--queues", "prefetch,background", "--concurrency", "1"]))
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve photos, each of a colour of its own; and another folder with one that takes a while."""
    folder = tmp_path_factory.mktemp("photos") / "library"
    for number, colour in enumerate(colours(PHOTOS)):
        save_jpeg(folder / f"gallery/{number:02}.jpg", solid(1200, 900, colour))
    slow_to_read(folder / "slow/slow.jpg", SLOW)
    return folder


@pytest.fixture(scope="module", params=WAYS)
def server(request: pytest.FixtureRequest, library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a worker for each queue, as the Procfile has them."""
    folder = tmp_path_factory.mktemp(request.param)
    with serving(library, folder / "data", request.param, QUEUES="interactive") as running:
        if request.param == "distributed":
            running.others["prefetch"] = start_worker(running.environ, "--concurrency", "1", queues="prefetch")
        yield running


class Swipe:
    """Somebody who looks at a view of the twelve photos in one width."""

    def __init__(self, server: Server, width: int) -> None:
        self.server = server
        self.vid = server.api("runQuery", query="dir:gallery").json()["vid"]
        self.width = width
        self._before = {queue: made(server, queue) for queue in (INTERACTIVE, PREFETCH)}

    def look(self, index: int, **headers: str) -> httpx.Response:
        """getPhoto of that place."""
        path = f"/picapportapi/1.0/getPhoto?vid={self.vid}&index={index}&width={self.width}"
        answer = self.server.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        assert answer.status_code in (200, 304), answer.text
        return answer

    def made(self, queue: str) -> float:
        """Renders of a queue since this began."""
        return made(self.server, queue) - self._before[queue]

    def eventually_made(self, number: int) -> None:
        """Waits for so many renders in advance."""
        eventually(lambda: self.made(PREFETCH), number, PATIENCE)


def made(server: Server, queue: str) -> float:
    """Renders of a queue so far."""
    return server.metric(rf'darkroom_renders_total\{{queue="{queue}",result="ok"\}}')


def waiting(server: Server, queue: str) -> float:
    """Renders that lie in a queue."""
    return server.metric(rf'darkroom_queue_length\{{queue="{queue}"\}}')


def post(server: Server, body: dict[str, Any]) -> dict[str, int]:
    """What comes of `POST /api/prefetch`."""
    answer = server.client.post(f"{server.url}/api/prefetch", content=json.dumps(body))
    assert answer.status_code == 202, answer.text
    counts: dict[str, int] = answer.json()
    return counts


def test_who_swipes_through_a_gallery_waits_for_the_first_photo_alone(server: Server) -> None:
    swipe = Swipe(server, 300)
    for index in range(PHOTOS):
        assert decoded(swipe.look(index).content).width == 300
        swipe.eventually_made(min(index + 3, PHOTOS - 1))
    assert swipe.made(INTERACTIVE) == 1
    assert waiting(server, PREFETCH) == 0


def test_who_goes_backwards_is_followed_backwards_also_by_hits_and_304(server: Server) -> None:
    swipe = Swipe(server, 310)
    swipe.look(11)
    first = swipe.look(10)
    swipe.eventually_made(3)  # 9, 8, 7
    swipe.look(8)
    swipe.eventually_made(5)
    again = swipe.look(10, If_None_Match=first.headers["ETag"])
    assert again.status_code == 304
    swipe.look(7)
    swipe.eventually_made(6)
    assert swipe.made(INTERACTIVE) == 2


def test_a_prefetch_by_the_browser_is_work_in_advance_and_leads_to_no_more(server: Server) -> None:
    swipe = Swipe(server, 320)
    assert decoded(swipe.look(5, Sec_Purpose="prefetch;prerender").content).width == 320
    assert (swipe.made(PREFETCH), swipe.made(INTERACTIVE)) == (1, 0)
    other = Swipe(server, 330)
    other.look(0)
    other.eventually_made(3)
    assert swipe.made(PREFETCH) == 4


def test_answers_lead_through_the_gallery(server: Server) -> None:
    swipe = Swipe(server, 350)
    answer, seen = swipe.look(0), []
    while link := answer.links.get("next"):
        seen.append(str(answer.url))
        answer = server.client.get(urljoin(str(answer.url), link["url"]))
        assert answer.status_code == 200
    assert len(seen) == PHOTOS - 1
    assert answer.content == swipe.look(PHOTOS - 1).content
    # Not before all are made: what is made in advance counts for whoever looks meanwhile.
    eventually(lambda: swipe.made(INTERACTIVE) + swipe.made(PREFETCH), PHOTOS, PATIENCE)


def test_a_client_says_what_it_will_want(server: Server) -> None:
    swipe = Swipe(server, 340)
    body = {"vid": swipe.vid, "first": 4, "count": 3, "sizes": [{"width": 340}, {"width": 40, "height": 40}]}
    assert post(server, body) == {"cached": 0, "queued": 6, "refused": 0}
    swipe.eventually_made(6)
    assert post(server, body) == {"cached": 6, "queued": 0, "refused": 0}
    assert decoded(swipe.look(5).content).width == 340
    swipe.eventually_made(8)  # 7 and 8 follow
    assert swipe.made(INTERACTIVE) == 0


def test_whoever_comes_to_wait_does_not_wait_behind_that_queue(server: Server) -> None:
    """And no render is made twice."""
    before = server.renders()
    photoid = server.photos()["slow/slow.jpg"]
    sizes = [{"width": 400 + number} for number in range(6)]
    assert post(server, {"photoids": [photoid], "sizes": sizes})["queued"] == 6
    answer = server.photo(photoid, "&width=405")
    assert waiting(server, PREFETCH) > 1  # the other ones before it
    assert decoded(answer.content).width == 405
    eventually(lambda: (waiting(server, PREFETCH), server.renders() - before), (0, 6), PATIENCE)
    assert post(server, {"photoids": [photoid], "sizes": sizes})["cached"] == 6


def test_work_in_advance_starts_nothing_while_people_wait(library: Path, tmp_path: Path) -> None:
    """What the channel says first is what was made first."""
    with serving(library, tmp_path / "data", "distributed", QUEUES="interactive") as server:
        lower = Process([sys.executable, "-c", PATIENT], server.environ)
        server.others["lower"] = lower
        lower.wait_for("takes renders from the queues")
        photos = {photo.path: photo for photo in server.listing()}

        def name(path: str, width: int) -> str:
            return RenderKey(photos[path].photoid, key_version(photos[path].version), width, 75, 70).name

        quick = {queue: name("gallery/00.jpg", width) for queue, width in ((PREFETCH, 90), (BACKGROUND, 91))}
        settings = Settings(redis_url=server.environ["REDIS_URL"])
        person = threading.Thread(target=lambda: server.photo(photos["slow/slow.jpg"].photoid, "&width=100"))
        with Redis.from_url(settings.redis_url) as redis, redis.pubsub() as channel, create_celery(settings) as app:
            channel.subscribe(RedisFlights.CHANNEL)
            worker = server.others["worker"].process.pid
            os.killpg(worker, signal.SIGSTOP)
            try:
                person.start()
                eventually(lambda: redis.zcard(WAITING), 1, PATIENCE)
                redis.set(f"darkroom:reserved:{quick[PREFETCH]}", 1)
                for queue, key in quick.items():
                    message = (key, "library", "gallery/00.jpg", queue, time.time() + 600)
                    app.send_task(RENDER, message, queue=queue)
                # One of them is at hand, and its worker holds it back.
                eventually(lambda: redis.llen(PREFETCH) + redis.llen(BACKGROUND), 1, PATIENCE)
            finally:
                os.killpg(worker, signal.SIGCONT)
            person.join()
            words = [word["key"] for word in heard(channel, 3)]
        assert words[0] == name("slow/slow.jpg", 100)
        assert sorted(words[1:]) == sorted(quick.values())


def heard(channel: Any, number: int) -> list[dict[str, str]]:
    """The next words on the channel."""
    words: list[dict[str, str]] = []
    end = time.monotonic() + PATIENCE
    while len(words) < number:
        assert time.monotonic() < end, words
        message = channel.get_message(ignore_subscribe_messages=True, timeout=1.0)
        if message is not None:
            words.append(json.loads(message["data"]))
    return words
