"""Clients who mean harm, and need no account for it: what they ask for costs them something, and nobody else."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from catalog.database import open_catalog
from catalog.generations import Generations
from catalog.lists.shares import Shares, Terms
from catalog.lists.snapshots import Snapshots
from tests.catalog.sides import ids
from tests.end_to_end.people import PAGE, sign_in_as_page
from tests.end_to_end.servers import PATIENCE, Server, eventually, serving
from tests.photos import save_jpeg, solid

SESSIONS = 6  # of an address
LARGE = 200_000  # photos of a gallery
CROWD = 24


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that renders by itself, with a user who has a password."""
    folder = tmp_path_factory.mktemp("hostile")
    save_jpeg(folder / "photos/sea/beach.jpg", solid(60, 40, (10, 90, 200)))
    more = {"WEBAPI_MAX_SESSIONS_PER_IP": str(SESSIONS), "LIMITS_SESSIONS": "0"}
    with serving(folder / "photos", folder / "data", "embedded", **more) as running:
        running.manage("user", "add", "ann", "--password", "a secret")
        yield running


def memory(server: Server, row: str) -> int:
    """Bytes that the front end has (VmRSS), or had at most (VmHWM)."""
    status = Path(f"/proc/{server.front.process.pid}/status").read_text()
    return int(status.partition(f"{row}:")[2].split()[0]) * 1024


def people_can_sign_in(server: Server) -> None:
    """On the page, by their password, at the address where all of these tests are."""
    assert httpx.get(f"{server.url}/picapportapi/1.0/createWebApiSession", headers=PAGE).status_code == 200
    assert sign_in_as_page(server, "ann", "a secret")


def test_views_that_are_not_there_yet_are_there_once_they_are_made(server: Server) -> None:
    newest = server.api("runQuery", query="*").json()["vid"]
    for vid in range(newest + 1, newest + 20):
        assert server.get(f"/api/photos?vid={vid}").status_code == 404
        assert server.api("getThumbnail", vid=vid, index=0).status_code == 404
    vid = server.api("runQuery", query="*").json()["vid"]
    assert newest < vid < newest + 20
    assert server.api("getThumbnail", vid=vid, index=0).status_code == 200
    assert server.get(f"/api/photos?vid={vid}").json()["count"] == 1


def test_pictures_of_another_site_take_nobody_s_session(server: Server) -> None:
    img = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    answers = [
        httpx.get(f"{server.url}/picapportapi/1.0/createWebApiSession", headers=img) for _ in range(2 * SESSIONS)
    ]
    people_can_sign_in(server)
    assert {answer.status_code for answer in answers} == {403}
    assert not any("set-cookie" in answer.headers for answer in answers)


def test_programs_leave_the_page_its_sessions(server: Server) -> None:
    """Whoever runs behind the same address, and uses all the sessions that an address may have."""
    statuses = []
    for _ in range(SESSIONS + 1):
        made = server.api("createWebApiSession")
        statuses.append(made.status_code)
        if made.status_code == 200:
            server.api("runQuery", query="*", apisid=made.json()["apisid"])
    people_can_sign_in(server)
    assert statuses[-1] == 403


def test_few_patterns_are_looked_for_at_once(server: Server) -> None:
    patterns = [f"*q{number}z*" for number in range(21)]
    assert server.api("runQuery", query=" or ".join(patterns[1:])).json()["count"] == 0
    answer = server.api("runQuery", query=" or ".join(patterns))
    assert (answer.status_code, "at most 20 words with" in answer.json().get("detail", "")) == (400, True)


def test_a_crowd_for_a_large_gallery_takes_the_memory_of_one(server: Server) -> None:
    engine = open_catalog(Path(server.environ["DATA_DIR"]))
    generations = Generations(engine)
    sid = Shares(engine, generations, Snapshots(engine, generations)).make("", ids(LARGE), Terms()).sid
    engine.dispose()
    eventually(lambda: server.api("getGallery", sid=sid).status_code, 200)
    before = memory(server, "VmRSS")
    seen: Counter[tuple[int, int]] = Counter()

    def ask() -> None:
        answer = httpx.get(f"{server.url}/picapportapi/1.0/getGallery?sid={sid}&withmeta=true", timeout=10 * PATIENCE)
        seen[answer.status_code, answer.text.count("photoID")] += 1

    crowd = [threading.Thread(target=ask) for _ in range(CROWD)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert seen == {(200, LARGE): CROWD}
    assert memory(server, "VmHWM") - before < 40 * LARGE * CROWD  # what all of their answers are, as bytes
