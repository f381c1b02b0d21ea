"""Who may look at and change accounts: whoever has signed in, by a password of one's own, and shown that lately.

A user whose password is the uid has no account: anyone may come so, and would end the others' sessions. Nor does a
session that an app password was shown for: that one lies in a picture frame, and opens photos.
"""

from dataclasses import dataclass

import falcon

from api.http.params import Params
from api.identify import Identify
from api.library import Library
from catalog.errors import Forbidden
from catalog.people.access import Rights
from catalog.people.audit import Author
from catalog.people.sessions import Session

OPEN = (
    "Anyone may come as this user, whose password is the uid: there is no account to look at, and nothing to change. "
    "`darkroom user passwd` gives the user another one."
)
BY_APP = "An app password opens photos, and no account: sign in with the password of your own."
UNCONFIRMED = "Show your password once more first (POST /api/account/confirm), or sign in anew where you have none."


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in: with which rights, in which session, what was asked; and as what the log notes it."""

    rights: Rights
    session: Session
    params: Params
    author: Author

    @property
    def uid(self) -> str:
        """Who it is."""
        return self.rights.uid


class Doorkeeper:
    """Says who asks."""

    def __init__(self, identify: Identify, library: Library) -> None:
        self._identify = identify
        self._access = library.access
        self._sessions = library.sessions

    def person(self, request: falcon.Request, response: falcon.Response) -> Person:
        """Whoever asks about an account.

        Raises:
            Forbidden: nobody has signed in, or not so.
        """
        params = self._identify.asked(request, response)
        caller = self._identify.caller(params, request.remote_addr)
        if not caller.apisid or self._access.is_open(caller.rights.uid):
            raise Forbidden(OPEN)
        session = self._sessions.by_id(caller.apisid)
        if session.app_password is not None:
            raise Forbidden(BY_APP)
        return Person(caller.rights, session, params, Author(caller.rights.uid, caller.address))

    def admin(self, request: falcon.Request, response: falcon.Response, what: str) -> Person:
        """The same; raises Forbidden too where it is no admin. `what` begins the sentence."""
        person = self.person(request, response)
        person.rights.require_admin(what)
        return person

    def is_confirmed(self, person: Person) -> bool:
        """Whether the password was shown, or a provider has vouched, a short while ago; the proxy vouches each time."""
        return person.session.implicit or self._sessions.is_confirmed(person.session)

    def require_confirmed(self, person: Person) -> None:
        """Raises Forbidden where the password was not shown a short while ago: somebody else may sit there by now."""
        if not self.is_confirmed(person):
            raise Forbidden(UNCONFIRMED)

    def whose(self, person: Person) -> str:
        """About whose account it is asked: one's own, or where an admin names another, that one's.

        Raises:
            Forbidden: somebody names another, who is no admin.
        """
        uid = person.params.get("uid", person.uid)
        if uid != person.uid:
            person.rights.require_admin("Other people's accounts are")
        return uid
