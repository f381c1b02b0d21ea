"""`/api/sessions`: where one is signed in. One's own; for admins everybody's, with `uid`."""

import falcon

from api.functions.people.doorkeeper import Doorkeeper
from api.http.answers import answer
from catalog.generations import Generations
from catalog.lists.shares import format_timestamp
from catalog.people.open_sessions import OpenSession, OpenSessions, handle_of

OTHERS = "others"


class SessionsResource:
    """Lists them, ends one or all others."""

    def __init__(self, doorkeeper: Doorkeeper, open_sessions: OpenSessions, generations: Generations) -> None:
        self._doorkeeper = doorkeeper
        self._open_sessions = open_sessions
        self._generations = generations

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Each, the one that was used last first; by a handle, not by the id that opens it."""
        person = self._doorkeeper.person(request, response)
        listed = self._open_sessions.of_user(self._doorkeeper.whose(person))
        mine = handle_of(person.session.apisid)
        answer(response, {"sessions": [_shown(each, current=each.handle == mine) for each in listed]})

    def on_delete_one(self, request: falcon.Request, response: falcon.Response, handle: str) -> None:
        """Ends it, or with the handle `others` all but the one that this is asked in: 204."""
        person = self._doorkeeper.person(request, response)
        uid = self._doorkeeper.whose(person)
        if handle == OTHERS:
            self._open_sessions.end_others(uid, person.session.apisid, person.author)
        else:
            self._open_sessions.end(uid, handle, person.author)
        self._generations.look()
        response.status = 204


def _shown(session: OpenSession, *, current: bool) -> dict[str, object]:
    return {
        "id": session.handle,
        "address": session.address,
        "client": session.client,
        "created": format_timestamp(session.created) if session.created else None,
        "lastUsed": format_timestamp(session.last_used),
        "appPassword": session.app,
        "current": current,
    }
