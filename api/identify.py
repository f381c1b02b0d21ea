"""Who calls, which photo is meant, and whether this caller may see it: the one place that every function asks."""

from collections.abc import Callable
from dataclasses import dataclass

from api.errors import RequestError
from api.params import Params, number, required, text
from catalog.access import NOBODY, Access, Rights
from catalog.errors import Forbidden
from catalog.photos import Photo
from catalog.sessions import Sessions
from catalog.shares import Shares
from catalog.views import Views

NO_SESSION = "There is no session: name one with apisid, from createWebApiSession."


class NotSignedIn(Forbidden):
    """There is a session, but no user in it yet."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: with which rights, from where, in which session; "" stands for the implicit one."""

    rights: Rights
    address: str
    apisid: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A photo's place in a view or a gallery, from 0, and how many photos that has."""

    index: int
    count: int


class Identify:
    """From parameters to the caller and the photo. `default_uid` is whose rights they have who name no session."""

    def __init__(
        self,
        sessions: Sessions,
        access: Access,
        views: Views,
        shares: Shares,
        photo_by_id: Callable[[str], Photo],
        default_uid: str | None,
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._views = views
        self._shares = shares
        self._photo_by_id = photo_by_id
        self._default_uid = default_uid

    def caller(self, params: Params, address: str, permission: str | None = None) -> Caller:
        """Who calls.

        Raises:
            Forbidden: nobody does; or the permission is missing.
        """
        apisid = text(params, "apisid")
        caller = self._stranger(address) if apisid is None else self._known(apisid, address)
        if permission is not None:
            caller.rights.require(permission)
        return caller

    def visitor(self, params: Params, address: str) -> Caller:
        """Who calls; NOBODY, where nobody has signed in to the session so far.

        Raises:
            Forbidden: there is no session.
        """
        try:
            return self.caller(params, address)
        except NotSignedIn:
            return Caller(NOBODY, address, required(params, "apisid"))

    def session(self, caller: Caller) -> str:
        """The id of the caller's session; an implicit one is made where there is none."""
        return caller.apisid or self._sessions.implicit(caller.rights.uid, caller.address)

    def photo(self, params: Params, address: str, permission: str | None = None) -> Photo:
        """The photo that is meant; raises as `placed` does."""
        return self.placed(params, address, permission)[0]

    def placed(self, params: Params, address: str, permission: str | None = None) -> tuple[Photo, Place | None]:
        """The photo that is meant, by the first of photoid, sid and vid that is given; and its place, where it is named
        by one.

        Raises:
            RequestError: malformed: none is given, or no index.
            Forbidden: nobody calls, the permission is missing, or the photo is not for this caller.
            MalformedPhotoid, PhotoMissing, Missing: as the catalogue says.
        """
        place: Place | None = None
        if "photoid" in params:
            caller = self.caller(params, address, permission)
            photoid = required(params, "photoid")
            rights = caller.rights
        elif "sid" in params:
            share = self._shares.by_sid(required(params, "sid"))
            rights = self._access.owner(share.uid)
            if permission is not None:
                rights.require(permission)
            place = Place(number(params, "index"), share.count)
            photoid = self._shares.photoid(share, place.index)
        elif "vid" in params:
            caller = self.caller(params, address, permission)
            vid, index = number(params, "vid"), number(params, "index")
            session = self._session_there_is(caller)
            photoid = self._views.photoid(session, vid, index)
            place = Place(index, self._views.count(session, vid))
            rights = caller.rights
        else:
            raise RequestError("malformed", "Which photo? Name its photoid, or vid and index, or sid and index.")
        photo = self._photo_by_id(photoid)
        self._access.require_sight(rights, photo.photoid)
        return photo, place

    def length(self, params: Params, address: str) -> int:
        """How many photos the gallery (by sid) or the view (by vid) has that is meant.

        Raises:
            RequestError, Forbidden, Missing: as `placed` does.
        """
        if "sid" in params:
            return self._shares.by_sid(required(params, "sid")).count
        return self._views.count(self._session_there_is(self.caller(params, address)), number(params, "vid"))

    def _session_there_is(self, caller: Caller) -> str:
        """The id of the caller's session; "" where the implicit one has not been made yet: there is no view in it."""
        return caller.apisid or self._sessions.find_implicit(caller.rights.uid, caller.address) or ""

    def _known(self, apisid: str, address: str) -> Caller:
        """The caller of a session; or, where `apisid` is the uid of an open user, that user."""
        if self._access.is_open(apisid) and not self._sessions.has(apisid):
            return Caller(self._access.rights(apisid), address)
        uid = self._sessions.by_id(apisid).uid
        if uid is None:
            raise NotSignedIn("Nobody has signed in to this session: see authorizeWebApiSession.")
        return Caller(self._access.rights(uid), address, apisid)

    def _stranger(self, address: str) -> Caller:
        uid = self._default_uid
        if not uid or not self._access.is_open(uid):
            raise Forbidden(NO_SESSION)
        return Caller(self._access.rights(uid), address)
