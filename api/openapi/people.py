"""What OpenAPI says of accounts: one's own, and for admins everybody's."""

from collections.abc import Mapping

from api.functions.people.audit import COUNT
from api.openapi.describe import (
    JSON,
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
from catalog.people.audit import MOST_AT_ONCE

ERRORS = (400, 403, 405, 503)
FOUND = (400, 403, 404, 405, 503)
CHANGING = (400, 403, 404, 405, 409, 503)
DONE: Described = {"204": {"description": "It is done."}}

APISID = parameter("apisid", string("a session; else that of the cookie. Not the uid of an open user"))
WHOSE = parameter("uid", string("for admins: another user than the caller"))
OF_USER = parameter("uid", string("the user"), required=True)
OF_GROUP = parameter("name", string("the group"), required=True)
TIME = "as in 2015-07-02 14:35:33"
PW = string("a password, encrypted by the session's key, in hexadecimal")
TEXTS = {"type": ["array", "null"], "items": {"type": "string"}}
WHETHER = {"type": ["boolean", "null"]}

PEOPLE_SCHEMAS: dict[str, Described] = {
    "Account": obj(
        {
            "uid": string("who the caller is"),
            "admin": boolean("whether that is an admin"),
            "confirmed": boolean("whether the password was shown lately, as what changes accounts wants it"),
            "algorithm": string("how passwords are sent", enum=["RSA", "none"]),
            "exponent": string("of the RSA key, in hexadecimal"),
            "modulus": string("of the RSA key, in hexadecimal"),
        },
        optional=("exponent", "modulus"),
    ),
    "AppPassword": obj(
        {
            "id": integer("by which it is ended", minimum=1),
            "name": string("what for"),
            "created": string(TIME),
            "lastUsed": nullable(string(f"{TIME}; null: never")),
            "address": nullable(string("where from it was signed in with last")),
            "atu": boolean("whether it is the user's access token"),
        }
    ),
    "OpenSession": obj(
        {
            "id": string("by which it is ended; it opens nothing"),
            "address": string("where from it was begun"),
            "client": string("what its program calls itself"),
            "created": nullable(string(f"since when its user is in it, {TIME}; null: nobody knows")),
            "lastUsed": string(TIME),
            "appPassword": nullable(string("the app password that it was signed in to with; null: the user's own")),
            "current": boolean("whether this was asked in it"),
        }
    ),
    "User": obj(
        {
            "uid": string("who it is"),
            "admin": boolean("whether the user may do everything"),
            "open": boolean("whether the password is the uid, so that anyone may come as this user"),
            "groups": array({"type": "string"}, "the groups that the user is in"),
            "created": string("as in 2015-07-02T14:35:33Z"),
        }
    ),
    "Group": obj(
        {
            "name": string("its name"),
            "permissions": array({"type": "string"}, "what its members may do"),
            "filters": array({"type": "string"}, "queries of which they see what any finds; none: they see all"),
        }
    ),
    "AuditEntry": obj(
        {
            "number": integer("as before wants it", minimum=1),
            "at": string(TIME),
            "who": string("a user, or who ran a command; empty: nobody who is known"),
            "address": string("where from; empty: on the server's machine, by a command"),
            "what": string("what was done"),
            "whom": string("to which user or group, or whose gallery"),
            "details": string("what there is to say of it"),
        }
    ),
}


def body(properties: Mapping[str, Described], *required: str) -> Described:
    """What is sent, in JSON."""
    schema = {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }
    return {"required": True, "content": {JSON: {"schema": schema}}}


PASSWORD = body({"pw": PW}, "pw")

PEOPLE_PATHS: dict[str, Described] = {
    "/api/account": {
        "get": operation("The caller's account.", {"200": json_answer(ref("Account"))}, ERRORS, (APISID,))
    },
    "/api/account/confirm": {
        "post": operation("Shows the password once more.", DONE, ERRORS, (APISID,), requestBody=PASSWORD)
    },
    "/api/account/password": {
        "post": operation(
            "Gives the caller another password. All other sessions end.",
            DONE,
            FOUND,
            (APISID,),
            requestBody=PASSWORD,
        )
    },
    "/api/app-passwords": {
        "get": operation(
            "A user's app passwords, by name.",
            {"200": json_answer(obj({"appPasswords": array(ref("AppPassword"))}))},
            FOUND,
            (WHOSE, APISID),
        ),
        "post": operation(
            "Makes an app password, and tells it this once.",
            {"201": json_answer(obj({"name": string("what for"), "password": string("the password")}), "It is made.")},
            CHANGING,
            (WHOSE, APISID),
            requestBody=body({"name": string("what for"), "atu": WHETHER}, "name"),
        ),
    },
    "/api/app-passwords/{number}": {
        "delete": operation(
            "Ends an app password, with its sessions.",
            DONE,
            FOUND,
            (parameter("number", string("its id", minLength=1), required=True, where="path"), WHOSE, APISID),
        )
    },
    "/api/sessions": {
        "get": operation(
            "A user's sessions, the one that was used last first.",
            {"200": json_answer(obj({"sessions": array(ref("OpenSession"))}))},
            ERRORS,
            (WHOSE, APISID),
        )
    },
    "/api/sessions/{handle}": {
        "delete": operation(
            "Ends a session, or with the id others all but the one that this is asked in.",
            DONE,
            FOUND,
            (
                parameter("handle", string("its id, or others", minLength=1), required=True, where="path"),
                WHOSE,
                APISID,
            ),
        )
    },
    "/api/users": {
        "get": operation(
            "Every user, for admins.", {"200": json_answer(obj({"users": array(ref("User"))}))}, ERRORS, (APISID,)
        ),
        "post": operation(
            "Adds a user.",
            {"201": json_answer(obj({"uid": string("who it is")}), "The user is there.")},
            CHANGING,
            (APISID,),
            requestBody=body({"uid": string("who it is"), "pw": PW, "groups": TEXTS, "admin": WHETHER}, "uid", "pw"),
        ),
        "put": operation(
            "Puts a user into these groups alone, and makes an admin of the user, or none.",
            DONE,
            CHANGING,
            (OF_USER, APISID),
            requestBody=body({"groups": TEXTS, "admin": WHETHER}),
        ),
        "delete": operation("Removes a user.", DONE, CHANGING, (OF_USER, APISID)),
    },
    "/api/users/password": {
        "post": operation(
            "Gives a user another password. The user's sessions end.",
            DONE,
            FOUND,
            (OF_USER, APISID),
            requestBody=PASSWORD,
        )
    },
    "/api/users/name": {
        "post": operation(
            "Gives a user another uid.",
            DONE,
            CHANGING,
            (OF_USER, APISID),
            requestBody=body({"uid": string("the new one")}, "uid"),
        )
    },
    "/api/groups": {
        "get": operation(
            "Every group, for admins.",
            {
                "200": json_answer(
                    obj(
                        {"groups": array(ref("Group")), "askedFor": array({"type": "string"}, "permissions that count")}
                    )
                )
            },
            ERRORS,
            (APISID,),
        ),
        "post": operation(
            "Adds a group.",
            {"201": json_answer(obj({"name": string("its name")}), "The group is there.")},
            CHANGING,
            (APISID,),
            requestBody=body({"name": string("its name"), "permissions": TEXTS, "filters": TEXTS}, "name"),
        ),
        "put": operation(
            "Gives a group these permissions and filters in the place of what it had.",
            DONE,
            FOUND,
            (OF_GROUP, APISID),
            requestBody=body({"permissions": TEXTS, "filters": TEXTS}),
        ),
        "delete": operation("Removes a group; its members stay.", DONE, FOUND, (OF_GROUP, APISID)),
    },
    "/api/groups/name": {
        "post": operation(
            "Gives a group another name.",
            DONE,
            CHANGING,
            (OF_GROUP, APISID),
            requestBody=body({"name": string("the new one")}, "name"),
        )
    },
    "/api/audit": {
        "get": operation(
            "Who changed what, the newest first, for admins.",
            {"200": json_answer(obj({"entries": array(ref("AuditEntry"))}))},
            ERRORS,
            (
                parameter("count", integer("how many", minimum=1, maximum=MOST_AT_ONCE, default=COUNT)),
                parameter("before", integer("only entries that are older than the one of this number", minimum=0)),
                parameter("about", string("only what this user did, or was done to this user or group", minLength=1)),
                APISID,
            ),
        )
    },
}
