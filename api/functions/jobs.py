"""Jobs of rendering in advance, for admins: `POST /api/jobs`, `GET /api/jobs`, and what is done to one of them."""

import re
from collections.abc import Callable, Mapping, Sequence

import falcon

from api.functions.metadata import file_name
from api.http.answers import answer
from api.http.bodies import json_object
from api.http.errors import RequestError
from api.identify import Identify
from api.limits.patience import SECONDS, patience_of
from catalog.errors import Missing
from catalog.jobs.jobs import Job, JobFailure, Jobs
from catalog.lists.shares import format_timestamp
from catalog.photos import Photo
from workers.devices import UnknownSize
from workers.prerender.starter import Starter

PhotosByIds = Callable[[Sequence[str]], Mapping[str, Photo]]

FIELDS: Mapping[str, type] = {"query": str, "sizes": list}
FAILURES = 100  # of a job that are listed
NUMBER = re.compile(r"[0-9]{1,18}")


def job_json(job: Job) -> dict[str, object]:
    """A job's fields: times as the Web API has them, `rate` in photos a second."""
    return {
        "id": job.id,
        "state": job.state,
        "total": job.total,
        "done": job.done,
        "skipped": job.skipped,
        "failed": job.failed,
        "rate": None if job.rate is None else round(job.rate, 2),
        "secondsLeft": job.seconds_left,
        "started": format_timestamp(job.started),
        "ended": None if job.ended is None else format_timestamp(job.ended),
        "origin": job.spec.origin,
        "query": job.spec.query,
        "sizes": list(job.spec.sizes),
        "bytes": job.bytes,
        "bytesNeeded": job.spec.need,
        "bytesOfCache": job.spec.room,
        "message": job.message,
    }


class JobsResource:
    """Jobs, one and all. `wake` tells whoever walks them that there is news; `photos` finds photos by their ids."""

    def __init__(
        self,
        identify: Identify,
        jobs: Jobs,
        starter: Starter,
        wake: Callable[[], None],
        photos: PhotosByIds,
        seconds: float = SECONDS,
    ) -> None:
        self._identify = identify
        self._photos = photos
        self._jobs = jobs
        self._starter = starter
        self._wake = wake
        self._seconds = seconds

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """Starts a job over the photos that a query finds, in some sizes: 201 and the job."""
        self._identify.admin(request, response, "Jobs are")
        body = json_object(request, FIELDS)
        sizes = body.get("sizes") or []
        if not isinstance(sizes, list) or not all(isinstance(each, str) for each in sizes):
            raise RequestError("malformed", "sizes is a list of names, or of sizes written as 256x256.")
        try:
            with patience_of(request, self._seconds) as patience:
                job = self._starter.start(str(body.get("query") or "*"), sizes, limit=patience)
        except UnknownSize as error:
            raise RequestError("malformed", str(error)) from None
        self._wake()
        response.status = 201
        self._answer(response, job)

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Every job, the newest first."""
        self._identify.admin(request, response, "Jobs are")
        answer(response, {"jobs": [job_json(job) for job in self._jobs.everyone()]})

    def on_get_one(self, request: falcon.Request, response: falcon.Response, number: str) -> None:
        """One job, with the photos of it that could not be rendered."""
        self._identify.admin(request, response, "Jobs are")
        self._answer(response, self._jobs.by_id(_number(number)))

    def on_post_pause(self, request: falcon.Request, response: falcon.Response, number: str) -> None:
        """Begins nothing new of it, until it is resumed."""
        self._turn(request, response, self._jobs.pause, number)

    def on_post_resume(self, request: falcon.Request, response: falcon.Response, number: str) -> None:
        """Goes on with it."""
        self._turn(request, response, self._jobs.resume, number)

    def on_post_cancel(self, request: falcon.Request, response: falcon.Response, number: str) -> None:
        """Ends it."""
        self._turn(request, response, self._jobs.cancel, number)

    def _turn(
        self, request: falcon.Request, response: falcon.Response, turn: Callable[[int], Job], number: str
    ) -> None:
        self._identify.admin(request, response, "Jobs are")
        job = turn(_number(number))
        self._wake()
        self._answer(response, job)

    def _answer(self, response: falcon.Response, job: Job) -> None:
        failures = self._jobs.failures(job.id, FAILURES) if job.failed else []
        photos = self._photos([each.photoid for each in failures])
        listed = [_failure(each, photos.get(each.photoid)) for each in failures]
        answer(response, job_json(job) | {"failures": listed})


def _failure(failure: JobFailure, photo: Photo | None) -> dict[str, str | None]:
    name = None if photo is None else file_name(photo)
    return {"photoID": failure.photoid, "fileName": name, "reason": failure.reason}


def _number(text: str) -> int:
    if not NUMBER.fullmatch(text):
        raise Missing(f"There is no job {text[:40]!r}.")
    return int(text)
