"""What OpenAPI says of the functions that the gallery page needs beside those of the Web API."""

from api.functions.listings import COUNT, MOST
from api.http.cookies import HEADER, NAME, PAGE
from api.openapi.describe import (
    Described,
    array,
    boolean,
    integer,
    json_answer,
    nullable,
    obj,
    operation,
    parameter,
    ref,
    string,
)
from catalog.kinds.damage import SENTENCES

ERRORS = (400, 403, 404, 405, 503)

APISID = parameter(
    "apisid", string("a session, or the uid of a user whose password is the uid; else the cookie's user")
)
PLACE = (
    parameter("vid", integer("a view of the session", minimum=0)),
    parameter("sid", string("a shared gallery, in the place of a view")),
    APISID,
)
BY_PAGE = parameter(HEADER, string("the session is a cookie, and no apisid is answered", enum=[PAGE]), where="header")
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
    "Me": obj(
        {
            "uid": nullable(string("who the caller is; null: nobody")),
            "signedIn": boolean("whether that is by a session, and not as the default user"),
            "admin": boolean("whether it is an admin"),
            "permissions": array({"type": "string"}, "what the caller may do"),
            "sizes": array(
                obj(
                    {
                        "name": string("of a kind of device"),
                        "width": nullable(integer("pixels", minimum=1)),
                        "height": nullable(integer("pixels", minimum=1)),
                    }
                ),
                "the common sizes",
            ),
            "signIn": obj(
                {
                    "password": boolean("whether the page signs in by a password"),
                    "provider": nullable(string("what the provider is called at which one signs in, if any")),
                }
            ),
            "signsOut": boolean("whether the caller can sign out here, and is not whom a proxy says for good"),
            "version": string("of Darkroom"),
            "vanished": array(
                obj(
                    {
                        "root": string("the photo root's alias"),
                        "count": integer("photos that have vanished", minimum=1),
                        "of": integer("how many there were", minimum=1),
                    }
                ),
                "for admins: photo roots from which too much has vanished at once to be let go without a word",
            ),
        },
        optional=("vanished",),
    ),
    "Timeline": obj(
        {
            "count": integer("photos in all", minimum=0),
            "sections": array(
                obj(
                    {
                        "month": string("as in 2015-07", pattern="^[0-9]{4}-[0-9]{2}$"),
                        "first": integer("the place of its first photo, from 0", minimum=0),
                        "count": integer("its photos", minimum=1),
                    }
                ),
                "in the order of the photos; none where they are not by date, or dates are not for the caller",
            ),
        }
    ),
    "SomePhotos": obj(
        {
            "count": integer("photos in all", minimum=0),
            "first": integer("the place of the first of these, from 0", minimum=0),
            "photos": array(ref("PhotoInPlace")),
        }
    ),
    "PhotoInPlace": obj(
        {
            "photoID": string("16 bytes in base64"),
            "version": string("another one where its renders have changed; in URLs, getPhoto's parameter of that name"),
            "gone": boolean("that it is gone, or not for the caller; then nothing else is said"),
            "width": integer("pixels, as a person sees the photo", minimum=1),
            "height": integer("pixels, as a person sees the photo", minimum=1),
            "failed": nullable(string("why it can't be shown; null: nothing is known against it")),
            "damaged": nullable(string(f"{' or '.join(SENTENCES)}, where only a part of it is shown; null: all of it")),
            "fileName": string("as in Photo; this and what follows where the caller may see metadata"),
            "title": string("its title, or empty"),
            "creationDate": string("as in 2015-07-02T14:35:33"),
        },
        optional=("gone", "width", "height", "failed", "damaged", "fileName", "title", "creationDate"),
    ),
    "Tier": obj(
        {
            "name": string("the tier", enum=["memory", "disk", "redis"]),
            "entries": nullable(integer("renders in it; null where it can't be asked", minimum=0)),
            "bytes": nullable(integer("their bytes", minimum=0)),
            "mostEntries": nullable(integer("renders that it may hold; null: no bound", minimum=1)),
            "mostBytes": integer("bytes that it may hold", minimum=1),
            "hits": integer("look-ups of this host that found something", minimum=0),
            "misses": integer("those that did not", minimum=0),
        }
    ),
}

SENT = {"303": {"description": "There.", "headers": {"Location": {"required": True, "schema": string("an URL")}}}}
SIGN_IN_PATHS: dict[str, Described] = {
    "/auth/oidc/login": {
        "get": operation(
            "Sends a browser to the OpenID Connect provider; 404 where there is none.",
            SENT,
            (400, 404, 405, 502, 503),
            (parameter("back", string("a path of this server, to which it comes back in the end")),),
        )
    },
    "/auth/oidc/callback": {
        "get": operation(
            "The browser is back from the provider, and is sent to where it was.",
            SENT,
            (400, 403, 404, 405, 502, 503),
            tuple(parameter(name, string("as the provider says")) for name in ("state", "code", "error", "iss")),
        )
    },
    "/auth/oidc/logout": {
        "post": operation(
            "The provider says that somebody has signed out there (back-channel logout).",
            {"200": {"description": "The sessions that came of it have ended."}},
            (400, 404, 405, 503),
            requestBody={
                "required": True,
                "content": {
                    "application/x-www-form-urlencoded": {"schema": obj({"logout_token": string("of the provider")})}
                },
            },
        )
    },
}
PAGE_PATHS: dict[str, Described] = {
    "/api/me": {"get": operation("Who the caller is.", {"200": json_answer(ref("Me"))}, (400, 405, 503), (APISID,))},
    "/api/session": {
        "delete": operation(
            "Ends the caller's session.",
            {
                "200": json_answer(
                    obj({"location": string("an URL")}), "It has ended; the page goes there to sign out elsewhere too."
                ),
                "204": {"description": "It has ended, or there was none."},
            },
            (400, 403, 405, 503),
            (APISID,),
        )
    },
    "/api/timeline": {
        "get": operation(
            "The months of a view or a gallery that is sorted by date.",
            {"200": json_answer(ref("Timeline"))},
            ERRORS,
            PLACE,
        )
    },
    "/api/photos": {
        "get": operation(
            "Some photos of a view or a gallery, in order.",
            {"200": json_answer(ref("SomePhotos"))},
            ERRORS,
            (
                parameter("first", integer("the first place, from 0", minimum=0, default=0)),
                parameter("photoid", string("the photo to begin with, in the place of first")),
                parameter("count", integer("how many from there on", minimum=1, maximum=MOST, default=COUNT)),
                *PLACE,
            ),
        )
    },
    "/api/cache": {
        "get": operation(
            "How full the cache is, and how often it helps, for admins.",
            {"200": json_answer(obj({"tiers": array(ref("Tier"), "the fastest first")}))},
            (400, 403, 405, 503),
            (APISID,),
        )
    },
}
