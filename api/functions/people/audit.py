"""`GET /api/audit`: who changed what, for admins."""

import falcon

from api.functions.people.doorkeeper import Doorkeeper
from api.http.answers import answer
from api.http.errors import RequestError
from api.http.params import number, text
from catalog.lists.shares import format_timestamp
from catalog.people.audit import MOST_AT_ONCE, AuditLog, Entry

COUNT = 100


class AuditResource:
    """The log, the newest entries first."""

    def __init__(self, doorkeeper: Doorkeeper, log: AuditLog) -> None:
        self._doorkeeper = doorkeeper
        self._log = log

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """`count` entries, older than the one of the number `before`, `about` one user or group."""
        params = self._doorkeeper.admin(request, response, "The audit log is").params
        count = number(params, "count") if "count" in params else COUNT
        if not 1 <= count <= MOST_AT_ONCE:
            raise RequestError("malformed", f"The parameter count is {count}: 1 to {MOST_AT_ONCE} are given at once.")
        before = number(params, "before") if "before" in params else None
        found = self._log.entries(count, before, text(params, "about"))
        answer(response, {"entries": [_shown(each) for each in found]})


def _shown(entry: Entry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": format_timestamp(entry.at),
        "who": entry.who,
        "address": entry.address,
        "what": entry.what,
        "whom": entry.whom,
        "details": entry.details,
    }
