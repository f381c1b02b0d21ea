"""Jobs over HTTP: for admins, and what is said of each."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import falcon
import pytest
from falcon.testing import Result, TestClient

from api.functions.jobs import JobsResource, job_json
from api.http.problems import handle, serialize
from api.openapi.jobs import JOB_FIELDS
from cache.disk import Budget, DiskTier
from cache.render_cache import RenderCache
from catalog.jobs.jobs import Jobs
from catalog.jobs.progress import FailedPhoto, JobProgress
from tests.api.house import House
from workers.prerender.components import build_starter


class Desk:
    """The resource behind falcon, and a session of an admin."""

    def __init__(self, house: House) -> None:
        self.house, self.jobs, self.woken = house, Jobs(house.library.engine), 0
        cache = RenderCache([DiskTier(house.catalogue.folder / "renders", Budget(free=0))])
        house.catalogue.closing.callback(cache.close)
        starter = build_starter(house.settings, house.library.engine, cache)
        resource = JobsResource(house.identify, self.jobs, starter, self.wake, house.library.photos.by_ids)
        app = falcon.App()
        app.add_error_handler(Exception, handle)
        app.set_error_serializer(serialize)
        app.add_route("/api/jobs", resource)
        app.add_route("/api/jobs/{number}", resource, suffix="one")
        for turn in ("pause", "resume", "cancel"):
            app.add_route(f"/api/jobs/{{number}}/{turn}", resource, suffix=turn)
        self.client = TestClient(app)
        self.admin = "?apisid=" + house.library.sessions.create("10.9.9.9", "root", None)

    def wake(self) -> None:
        self.woken += 1

    def post(self, path: str, body: object = None) -> Result:
        return self.client.simulate_post(f"/api/jobs{path}{self.admin}", body=json.dumps(body if body else {}))

    def get(self, path: str = "") -> Result:
        return self.client.simulate_get(f"/api/jobs{path}{self.admin}")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as closing:
        yield Desk(House(tmp_path, closing))


def test_a_job_is_made_and_shown(desk: Desk) -> None:
    made = desk.post("", {"query": "dir:sea", "sizes": ["phone", "256x256"]})
    assert (made.status_code, made.json["total"], made.json["state"]) == (201, 1, "running")
    assert made.json["sizes"] == ["1080x2340", "256x256"]
    assert made.json.keys() == JOB_FIELDS.keys()
    assert desk.get(f"/{made.json['id']}").json == made.json
    assert desk.woken == 1
    everything = desk.post("")
    assert (everything.json["total"], len(everything.json["sizes"])) == (2, 4)
    assert [each["id"] for each in desk.get().json["jobs"]] == [everything.json["id"], made.json["id"]]


def test_it_is_paused_resumed_and_cancelled(desk: Desk) -> None:
    number = desk.post("").json["id"]
    for turn, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        answer = desk.post(f"/{number}/{turn}")
        assert (answer.status_code, answer.json["state"]) == (200, state)
    assert desk.woken == 4
    again = desk.post(f"/{number}/resume")
    assert (again.status_code, "start a new one" in again.json["detail"]) == (409, True)


def test_failures_have_their_reasons(desk: Desk) -> None:
    number = desk.post("").json["id"]
    job, progress = desk.jobs.by_id(number), JobProgress(desk.house.library.engine)
    photos = progress.next(job)
    progress.take(job, photos, [], [FailedPhoto(0, photos[0].photoid, "It is broken.")])
    answer = desk.get(f"/{number}").json
    photoid = photos[0].photoid
    name = desk.house.library.photos.by_id(photoid).path
    assert answer["failures"] == [{"photoID": photoid, "fileName": f"a/{name}", "reason": "It is broken."}]
    assert (answer["skipped"], answer["failed"], answer["secondsLeft"]) == (1, 1, None)
    (desk.house.catalogue.a / name).unlink()
    desk.house.catalogue.scan(desk.house.settings)
    gone = {"photoID": photoid, "fileName": None, "reason": "It is broken."}
    assert desk.get(f"/{number}").json["failures"] == [gone]


@pytest.mark.parametrize("number", ["0", "99", "x", "-1", "9" * 30, "\u0661"])
def test_there_is_no_such_job(desk: Desk, number: str) -> None:
    assert desk.get(f"/{number}").status_code == 404
    assert desk.post(f"/{number}/pause").status_code == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"sizes": ["poster"]}, "poster"),
        ({"sizes": [7]}, "sizes is a list"),
        ({"query": "("}, "character"),
        ({"query": 7}, "query is a text"),
        ({"photos": []}, "no field 'photos'"),
        ({"sizes": [f"{side}x" for side in range(1, 30)]}, "29 sizes"),
    ],
)
def test_what_can_not_be_a_job(desk: Desk, body: object, words: str) -> None:
    answer = desk.post("", body)
    assert (answer.status_code, words in answer.json["detail"]) == (400, True), answer.text
    assert desk.jobs.everyone() == []


def test_jobs_are_for_admins(desk: Desk) -> None:
    number = desk.post("").json["id"]
    for ask in (
        desk.client.simulate_get("/api/jobs"),
        desk.client.simulate_get(f"/api/jobs/{number}"),
        desk.client.simulate_post("/api/jobs", body="{}"),
        desk.client.simulate_post(f"/api/jobs/{number}/cancel"),
        desk.client.simulate_get("/api/jobs?apisid=nobody"),
    ):
        assert ask.status_code == 403
    assert job_json(desk.jobs.by_id(number))["state"] == "running"
