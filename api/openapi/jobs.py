"""What OpenAPI says of jobs."""

from api.openapi.describe import (
    JSON,
    Described,
    array,
    integer,
    json_answer,
    nullable,
    obj,
    operation,
    parameter,
    ref,
    string,
)
from catalog.jobs.jobs import Origin, State

JOB_FIELDS = {
    "id": integer("the job"),
    "state": string("the last two are ends", enum=[each.value for each in State]),
    "total": integer("photos; as many as it started with", minimum=0),
    "done": integer("photos that were rendered", minimum=0),
    "skipped": integer("photos that were cached already", minimum=0),
    "failed": integer("photos that could not be rendered", minimum=0),
    "rate": {"type": ["number", "null"], "description": "photos a second, lately"},
    "secondsLeft": {
        "type": ["integer", "null"],
        "description": "seconds to the end at this rate, as far as it is known",
    },
    "started": string("as in 2015-07-02 14:35:33"),
    "ended": {"type": ["string", "null"], "description": "likewise"},
    "origin": string("why there is a job", enum=[each.value for each in Origin]),
    "query": string("which photos"),
    "sizes": array({"type": "string"}, "in which sizes"),
    "bytes": integer("of its renders that are cached", minimum=0),
    "bytesNeeded": integer("what it was thought to need as it started", minimum=0),
    "bytesOfCache": integer("what the cache might hold as it started", minimum=0),
    "message": string("a sentence on how it stands or has ended; or empty"),
    "failures": array(
        obj(
            {
                "photoID": string("the photo"),
                "fileName": nullable(string("its path inside its photo root; null: it is gone")),
                "reason": string("a sentence"),
            }
        ),
        "photos that could not be rendered, some",
    ),
}
JOB_SCHEMAS = {
    "Job": obj(JOB_FIELDS, optional=("failures",)),
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

APISID = parameter("apisid", string("a session of an admin; else the default user"))
NUMBER = parameter("number", integer("the job", minimum=0, maximum=10**18 - 1), required=True, where="path")


def _turn(summary: str) -> Described:
    answers = {"200": json_answer(ref("Job"), "The job.")}
    return {"post": operation(summary, answers, (400, 403, 404, 405, 409, 503), (NUMBER, APISID))}


JOB_PATHS: dict[str, Described] = {
    "/api/jobs": {
        "post": operation(
            "Renders photos in advance, for admins.",
            {"201": json_answer(ref("Job"), "The job.")},
            (400, 403, 405, 503),
            (APISID,),
            requestBody={"required": True, "content": {JSON: {"schema": ref("NewJob")}}},
        ),
        "get": operation(
            "Every job, the newest first, for admins.",
            {"200": json_answer(obj({"jobs": array(ref("Job"))}))},
            (400, 403, 405, 503),
            (APISID,),
        ),
    },
    "/api/jobs/{number}": {
        "get": operation(
            "How a job stands, for admins.",
            {"200": json_answer(ref("Job"), "The job.")},
            (400, 403, 404, 405, 503),
            (NUMBER, APISID),
        )
    },
    "/api/jobs/{number}/pause": _turn("Begins nothing new of a job until it is resumed."),
    "/api/jobs/{number}/resume": _turn("Goes on with a job."),
    "/api/jobs/{number}/cancel": _turn("Ends a job; what has begun is finished."),
}
