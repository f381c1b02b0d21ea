"""What OpenAPI says of the functions that the gallery page needs beside those of the Web API."""

from api.functions.listings import COUNT, MOST
from api.http.cookies import HEADER, NAME, PAGE
from api.openapi.describe import (
    Described,
    answered,
    maybe,
    operation,
    parameter,
    record,
    several,
    shown,
    text,
    truth,
    whole,
)

ERRORS = (400, 403, 404, 405, 503)

APISID = parameter("apisid", text("a session, or the uid of a user whose password is the uid; else the cookie's user"))
PLACE = (
    parameter("vid", whole("a view of the session", minimum=0)),
    parameter("sid", text("a shared gallery, in the place of a view")),
    APISID,
)
BY_PAGE = parameter(HEADER, text("the session is a cookie, and no apisid is answered", enum=[PAGE]), where="header")
SECURITY = {
    "apisid": {"type": "apiKey", "in": "query", "name": "apisid"},
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": NAME,
        "description": f"Counts where no apisid is given. To change something takes the header {HEADER}: {PAGE} too.",
    },
}

PAGE_SCHEMAS: dict[str, Described] = {
    "Me": record(
        {
            "uid": maybe(text("who the caller is; null: nobody")),
            "signedIn": truth("whether that is by a session, and not as the default user"),
            "admin": truth("whether it is an admin"),
            "permissions": several({"type": "string"}, "what the caller may do"),
            "sizes": several(
                record(
                    {
                        "name": text("of a kind of device"),
                        "width": maybe(whole("pixels", minimum=1)),
                        "height": maybe(whole("pixels", minimum=1)),
                    }
                ),
                "the common sizes",
            ),
            "version": text("of Darkroom"),
        }
    ),
    "Timeline": record(
        {
            "count": whole("photos in all", minimum=0),
            "sections": several(
                record(
                    {
                        "month": text("as in 2015-07", pattern="^[0-9]{4}-[0-9]{2}$"),
                        "first": whole("the place of its first photo, from 0", minimum=0),
                        "count": whole("its photos", minimum=1),
                    }
                ),
                "in the order of the photos; none where they are not by date, or dates are not for the caller",
            ),
        }
    ),
    "SomePhotos": record(
        {
            "count": whole("photos in all", minimum=0),
            "first": whole("the place of the first of these, from 0", minimum=0),
            "photos": several(shown("PhotoInPlace")),
        }
    ),
    "PhotoInPlace": record(
        {
            "photoID": text("16 bytes in base64"),
            "gone": truth("that it is gone, or not for the caller; then nothing else is said"),
            "width": whole("pixels, as a person sees the photo", minimum=1),
            "height": whole("pixels, as a person sees the photo", minimum=1),
            "failed": maybe(text("why it can't be shown; null: nothing is known against it")),
            "fileName": text("as in Photo; this and what follows where the caller may see metadata"),
            "title": text("its title, or empty"),
            "creationDate": text("as in 2015-07-02T14:35:33"),
        },
        optional=("gone", "width", "height", "failed", "fileName", "title", "creationDate"),
    ),
    "Tier": record(
        {
            "name": text("the tier", enum=["memory", "disk", "redis"]),
            "entries": maybe(whole("renders in it; null where it can't be asked", minimum=0)),
            "bytes": maybe(whole("their bytes", minimum=0)),
            "mostEntries": maybe(whole("renders that it may hold; null: no bound", minimum=1)),
            "mostBytes": whole("bytes that it may hold", minimum=1),
            "hits": whole("look-ups of this host that found something", minimum=0),
            "misses": whole("those that did not", minimum=0),
        }
    ),
}

PAGE_PATHS: dict[str, Described] = {
    "/api/me": {"get": operation("Who the caller is.", {"200": answered(shown("Me"))}, (400, 405, 503), (APISID,))},
    "/api/session": {
        "delete": operation(
            "Ends the caller's session.",
            {"204": {"description": "It has ended, or there was none."}},
            (400, 403, 405, 503),
            (APISID,),
        )
    },
    "/api/timeline": {
        "get": operation(
            "The months of a view or a gallery that is sorted by date.",
            {"200": answered(shown("Timeline"))},
            ERRORS,
            PLACE,
        )
    },
    "/api/photos": {
        "get": operation(
            "Some photos of a view or a gallery, in order.",
            {"200": answered(shown("SomePhotos"))},
            ERRORS,
            (
                parameter("first", whole("the first place, from 0", minimum=0, default=0)),
                parameter("photoid", text("the photo to begin with, in the place of first")),
                parameter("count", whole("how many from there on", minimum=1, maximum=MOST, default=COUNT)),
                *PLACE,
            ),
        )
    },
    "/api/cache": {
        "get": operation(
            "How full the cache is, and how often it helps, for admins.",
            {"200": answered(record({"tiers": several(shown("Tier"), "the fastest first")}))},
            (400, 403, 405, 503),
            (APISID,),
        )
    },
}
