"""What OpenAPI says of jobs."""

from api.openapi.describe import (
    JSON,
    Described,
    answered,
    maybe,
    operation,
    parameter,
    record,
    several,
    shown,
    text,
    whole,
)
from catalog.jobs.jobs import Origin, State

JOB_FIELDS = {
    "id": whole("the job"),
    "state": text("the last two are ends", enum=[each.value for each in State]),
    "total": whole("photos; as many as it started with", minimum=0),
    "done": whole("photos that were rendered", minimum=0),
    "skipped": whole("photos that were cached already", minimum=0),
    "failed": whole("photos that could not be rendered", minimum=0),
    "rate": {"type": ["number", "null"], "description": "photos a second, lately"},
    "secondsLeft": {
        "type": ["integer", "null"],
        "description": "seconds to the end at this rate, as far as it is known",
    },
    "started": text("as in 2015-07-02 14:35:33"),
    "ended": {"type": ["string", "null"], "description": "likewise"},
    "origin": text("why there is a job", enum=[each.value for each in Origin]),
    "query": text("which photos"),
    "sizes": several({"type": "string"}, "in which sizes"),
    "bytes": whole("of its renders that are cached", minimum=0),
    "bytesNeeded": whole("what it was thought to need as it started", minimum=0),
    "bytesOfCache": whole("what the cache might hold as it started", minimum=0),
    "message": text("a sentence on how it stands or has ended; or empty"),
    "failures": several(
        record(
            {
                "photoID": text("the photo"),
                "fileName": maybe(text("its path inside its photo root; null: it is gone")),
                "reason": text("a sentence"),
            }
        ),
        "photos that could not be rendered, some",
    ),
}
JOB_SCHEMAS = {
    "Job": record(JOB_FIELDS, optional=("failures",)),
    "NewJob": {
        "type": "object",
        "properties": {
            "query": {"type": ["string", "null"], "description": "the photos, as runQuery finds them; else every one"},
            "sizes": {
                "type": ["array", "null"],
                "items": {"type": "string"},
                "description": "names of devices, or as 256x256; else prerender.sizes",
            },
        },
        "additionalProperties": False,
    },
}

APISID = parameter("apisid", text("a session of an admin; else the default user"))
NUMBER = parameter("number", whole("the job", minimum=0, maximum=10**18 - 1), required=True, where="path")


def _turn(summary: str) -> Described:
    answers = {"200": answered(shown("Job"), "The job.")}
    return {"post": operation(summary, answers, (400, 403, 404, 405, 409, 503), (NUMBER, APISID))}


JOB_PATHS: dict[str, Described] = {
    "/api/jobs": {
        "post": operation(
            "Renders photos in advance, for admins.",
            {"201": answered(shown("Job"), "The job.")},
            (400, 403, 405, 503),
            (APISID,),
            requestBody={"required": True, "content": {JSON: {"schema": shown("NewJob")}}},
        ),
        "get": operation(
            "Every job, the newest first, for admins.",
            {"200": answered(record({"jobs": several(shown("Job"))}))},
            (400, 403, 405, 503),
            (APISID,),
        ),
    },
    "/api/jobs/{number}": {
        "get": operation(
            "How a job stands, for admins.",
            {"200": answered(shown("Job"), "The job.")},
            (400, 403, 404, 405, 503),
            (NUMBER, APISID),
        )
    },
    "/api/jobs/{number}/pause": _turn("Begins nothing new of a job until it is resumed."),
    "/api/jobs/{number}/resume": _turn("Goes on with a job."),
    "/api/jobs/{number}/cancel": _turn("Ends a job; what has begun is finished."),
}
