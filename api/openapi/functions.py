"""`GET /api/openapi.json`: what every function takes and answers, in OpenAPI 3.1. One literal structure."""

import json
from functools import lru_cache

import falcon

from api.functions.route import NOT_OURS
from api.functions.sessions import VERSION
from api.openapi.describe import (
    ALWAYS,
    JSON,
    Described,
    array,
    boolean,
    integer,
    json_answer,
    obj,
    operation,
    parameter,
    ref,
    string,
)
from api.openapi.jobs import JOB_PATHS
from api.openapi.page import BY_PAGE, PAGE_PATHS, SECURITY, SIGN_IN_PATHS
from api.openapi.people import PEOPLE_PATHS
from api.openapi.schemas import GALLERY_FIELDS, SCHEMAS
from catalog.kinds.damage import SENTENCES
from catalog.search.sql import SORTS

BASE = "/picapportapi/1.0/"

APISID = parameter("apisid", string("a session, or the uid of a user whose password is the uid; else the default user"))
PHOTO = (
    parameter("photoid", string("22 characters of base64; with it, vid, sid and index are ignored")),
    parameter("sid", string("a shared gallery; with index")),
    parameter("vid", integer("a view of the session; with index", minimum=0)),
    parameter("index", integer("the photo's place in the view or the gallery, from 0", minimum=0)),
    parameter(
        "version", string("of the photo, as answers tell it: what comes may be kept for long, if it is that one")
    ),
    APISID,
)
SIZE = (
    parameter("width", integer("pixels; which sizes are for whom the setting render.sizes says", minimum=1)),
    parameter("height", integer("pixels; as much as width: exactly that square, cut", minimum=1)),
    parameter("quality", {"type": "number", "minimum": 0, "maximum": 1, "default": 0.7}),
)
LINK = {"Link": {"schema": string("where a place is named: the following photo, as rel=next and rel=prefetch")}}
DAMAGED = {
    "X-Darkroom-Damaged": {
        "schema": string("what is wrong with a photo, of which all is shown that there is", enum=list(SENTENCES))
    }
}
IMAGE = {"description": "Here it is.", "headers": LINK | DAMAGED, "content": {"image/jpeg": {}}}
PART = {"description": "The part of it that Range names."}
CURRENT = {"304": {"description": "The caller's copy is current."}}

FUNCTIONS: dict[str, Described] = {
    "createWebApiSession": operation(
        "Begins a session.",
        {
            "200": json_answer(
                obj(
                    {
                        "apisid": string("the session, unless it is a cookie"),
                        "authorised": boolean("whether there is a user in it already"),
                        "algorithm": string("how passwords are sent", enum=["RSA", "none"]),
                        "exponent": string("of the RSA key, in hexadecimal"),
                        "modulus": string("of the RSA key, in hexadecimal"),
                    },
                    optional=("apisid", "exponent", "modulus"),
                )
            )
        },
        ALWAYS,
        (parameter("apikey", string("where the server wants one; the page needs none")), BY_PAGE),
    ),
    "authorizeWebApiSession": operation(
        "Signs a user in to a session.",
        {
            "200": json_answer(
                obj(
                    {
                        "apisid": string("the session, unless it is a cookie"),
                        "uid": string("its user"),
                        "atu": string("the user's access token, where returnatu asks for it and there is one"),
                    },
                    optional=("apisid", "atu"),
                )
            )
        },
        ALWAYS,
        (
            parameter(
                "apisid", string("the session; else that of the cookie, or a new one, where passwords come as they are")
            ),
            parameter("uid", string("the user"), required=True),
            parameter(
                "pw",
                string("the password, or an app password, encrypted by the session's key, in hexadecimal"),
                required=True,
            ),
            parameter("returnatu", boolean("whether the user's access token is wanted")),
            parameter("apikey", string("where the server wants one, and no session is named")),
            BY_PAGE,
        ),
    ),
    "getServerStatus": operation(
        "What this server is, and who the caller is to it.",
        {
            "200": json_answer(
                obj(
                    {
                        "version": string("of Darkroom"),
                        "versionMajor": integer("its first number"),
                        "versionMinor": integer("its second number"),
                        "versionReady": boolean("whether it serves"),
                        "isValid": boolean("whether there is a user in the session"),
                        "uid": string("that user"),
                        "name": string("that user"),
                        "canUpload": boolean("never"),
                        "uploadMaxFilesizeMB": string("0"),
                        "supportedVideoTypes": array({"type": "string"}, "none"),
                    }
                )
            )
        },
        ALWAYS,
        (APISID,),
    ),
    "runQuery": operation(
        "Finds photos and keeps them, in their order, as a view.",
        {
            "200": json_answer(
                obj(
                    {
                        "apisid": string("the session, unless it is a cookie"),
                        "vid": integer("the view"),
                        "count": integer("photos in it", minimum=0),
                    },
                    optional=("apisid",),
                )
            )
        },
        ALWAYS,
        (
            parameter("query", string("see docs/queries.md; empty or *: every photo"), required=True),
            parameter("sort", string("the order", enum=sorted(SORTS), default="date")),
            APISID,
        ),
    ),
    "getSharedGallerys": operation(
        "The galleries that were shared as public.",
        {"200": json_answer(obj({"count": integer("how many", minimum=0), "gallerys": array(ref("Gallery"))}))},
        ALWAYS,
    ),
    "getGallery": operation(
        "A shared gallery.",
        {"200": json_answer(ref("Gallery"))},
        (*ALWAYS, 404),
        (
            parameter("sid", string("the gallery"), required=True),
            parameter("withmeta", boolean("whether its photos are described, where its user may see metadata")),
        ),
    ),
    "getPhoto": operation(
        "A photo in the size that is asked for; without width and height in its own, less its metadata.",
        {"200": IMAGE, "206": PART | {"content": {"image/jpeg": {}}}, **CURRENT},
        (*ALWAYS, 404, 416, 500, 501),
        (*PHOTO, *SIZE),
    ),
    "getThumbnail": operation(
        "A photo, thumbs.height pixels high, or less, where it is so long that it would be wider than render.max.side.",
        {"200": IMAGE, **CURRENT},
        (*ALWAYS, 404, 500, 501),
        PHOTO,
    ),
    "getPhotoMetadata": operation(
        "What is known of a photo.", {"200": json_answer(ref("Photo"))}, (*ALWAYS, 404), PHOTO
    ),
    "getOriginalFile": operation(
        "The stored file, byte for byte.",
        {
            "200": {"description": "Here it is.", "content": {"*/*": {}}},
            "206": PART | {"content": {"*/*": {}}},
            **CURRENT,
        },
        (*ALWAYS, 404, 416),
        PHOTO,
    ),
    **{name: operation("Not served: Darkroom changes no library.", {}, (403, 501)) for name in NOT_OURS},
}

PATHS: dict[str, Described] = {
    **{f"{BASE}{name}": {"get": described} for name, described in FUNCTIONS.items()},
    "/api/shares": {
        "get": operation(
            "The caller's galleries, the newest first.",
            {
                "200": json_answer(
                    obj(
                        {
                            "shares": array(
                                obj(GALLERY_FIELDS | {"public": boolean("whether getSharedGallerys lists it")})
                            )
                        }
                    )
                )
            },
            (400, 403, 405, 503),
            (parameter("all", boolean("for admins: everybody's")), APISID),
        ),
        "post": operation(
            "Shares the photos of a view, or those of a list.",
            {"201": json_answer(ref("Gallery"), "The gallery.")},
            (400, 403, 404, 405, 503),
            (APISID,),
            requestBody={"required": True, "content": {JSON: {"schema": ref("Share")}}},
        ),
    },
    "/api/shares/{sid}": {
        "delete": operation(
            "Ends a gallery of the caller's.",
            {"204": {"description": "It has ended."}},
            (400, 403, 404, 405, 503),
            (parameter("sid", string("the gallery", minLength=1), required=True, where="path"), APISID),
        )
    },
    "/api/prefetch": {
        "post": operation(
            "Has photos made in advance, and waits for none of them.",
            {"202": json_answer(ref("Prefetched"), "What comes of them.")},
            (400, 403, 404, 405, 503),
            (APISID,),
            requestBody={"required": True, "content": {JSON: {"schema": ref("Prefetch")}}},
        )
    },
    **PAGE_PATHS,
    **PEOPLE_PATHS,
    **SIGN_IN_PATHS,
    **JOB_PATHS,
    "/api/openapi.json": {"get": operation("This description.", {"200": json_answer({"type": "object"})}, (405,))},
    "/health": {
        "get": operation("This process lives.", {"200": json_answer(obj({"status": string("ok")}))}, (405,)),
    },
    "/ready": {
        "get": operation(
            "Whether the whole way of a request works, each part with its state.",
            {
                "200": json_answer(ref("Readiness"), "All of it works."),
                "503": json_answer(ref("Readiness"), "A part of it does not.")
                | {"headers": {"Retry-After": {"required": True, "schema": integer("seconds")}}},
            },
            (405,),
        )
    },
    "/metrics": {
        "get": operation(
            "All figures, in the Prometheus text format.",
            {"200": {"description": "Here they are.", "content": {"text/plain": {"schema": {"type": "string"}}}}},
            (405,),
        )
    },
}
DOCUMENT: Described = {
    "openapi": "3.1.0",
    "info": {
        "title": "Darkroom",
        "version": ".".join(map(str, VERSION)),
        "description": "Photos in any size. Functions and parameters go without regard to case. HEAD is answered "
        "wherever GET is, with the same status and headers.",
    },
    "servers": [{"url": "/"}],
    "paths": PATHS,
    "components": {"schemas": SCHEMAS, "securitySchemes": SECURITY},
    "security": [{}, *({name: []} for name in SECURITY)],
}


class OpenApi:
    """`GET /api/openapi.json`."""

    def __init__(self) -> None:
        self._data = lru_cache(16)(_document)

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers to anybody."""
        response.data = self._data(request.env["SCRIPT_NAME"])
        response.content_type = JSON


def _document(prefix: str) -> bytes:
    """The description, of functions below that path."""
    return json.dumps(DOCUMENT | {"servers": [{"url": prefix or "/"}]}, ensure_ascii=False).encode()
