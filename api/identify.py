"""Who calls, which photo is meant, and whether this caller may see it: the one place that every function asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import falcon

from api.http.cookies import READING, Cookies
from api.http.errors import RequestError
from api.http.params import Params, number, parse, required, text
from api.http.server import Recipe
from api.library import Library
from api.limits.allowances import Payer
from api.proxied import said
from api.vouched import Vouched
from catalog.errors import CatalogProblem, Forbidden
from catalog.people.access import NOBODY, Rights
from catalog.people.addresses import network_of
from catalog.photos import Photo

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


@dataclass(frozen=True, slots=True)
class Meant:
    """The photo that a request means, and with whose rights it is shown; its place, where it is named by one."""

    photo: Photo
    rights: Rights
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The photos of a view or a gallery: with whose rights they are shown, which snapshot they are, how many."""

    rights: Rights
    snapshot: int
    count: int


class Identify:
    """From parameters to the caller and the photo. `default_uid` is whose rights they have who name no session;
    `vouched` knows who stands for whom the proxy in front vouches for, where it does.
    """

    def __init__(
        self, library: Library, default_uid: str | None, cookies: Cookies, vouched: Vouched | None = None
    ) -> None:
        self._vouched = vouched
        self._sessions = library.sessions
        self._access = library.access
        self._views = library.views
        self._shares = library.shares
        self._photos = library.photos
        self._photo_by_id = library.photo_by_id
        self._default_uid = default_uid
        self._cookies = cookies

    def asked(self, request: falcon.Request, response: falcon.Response) -> Params:
        """The parameters of a request; where they name no session, that of whom the proxy in front vouches for is their
        `apisid`, else the one of its cookie.

        A cookie counts only while somebody is signed in to its session: else the request is as one without. What the
        proxy says counts for the one request: there is nothing to end where it says another user, or none.

        Raises:
            RequestError: malformed, as `parse` says.
            Forbidden: it changes something without naming a session, and may come from another site's page; or the
                proxy vouches for somebody for whom there is no user here.
            MalformedName: what the proxy says can be no user.
        """
        params = parse(request.query_string)
        if request.method not in READING and "HTTP_ORIGIN" in request.env and not self.knows(params.get("apisid", "")):
            # Whatever page a person on this network looks at could else change what the default user may.
            self._cookies.require_page(request)
        if "apisid" in params:
            return params
        if self._vouched is not None:
            apisid = self._proxied(self._vouched, request, response)
            if apisid is not None:
                return {**params, "apisid": apisid}
        if not self._cookies.enabled:
            return params
        # Also of who sends none: what a browser keeps from before it had one is not for who signs in to it.
        response.set_header("Vary", "Cookie")
        apisid = self._cookies.session(request)
        if apisid is None or not self._is_signed_in(apisid):
            return params
        if request.method not in READING:
            self._cookies.require_page(request)
        return {**params, "apisid": apisid}

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

    def admin(self, request: falcon.Request, response: falcon.Response, what: str) -> None:
        """Raises Forbidden where the caller is no admin; `what` begins the sentence: what is for admins alone."""
        self.caller(self.asked(request, response), request.remote_addr).rights.require_admin(what)

    def visitor(self, params: Params, address: str) -> Caller:
        """Who calls; NOBODY, where nobody has signed in to the session so far.

        Raises:
            Forbidden: there is no session.
        """
        try:
            return self.caller(params, address)
        except NotSignedIn:
            return Caller(NOBODY, address, required(params, "apisid"))

    def payer(self, params: Params, address: str) -> Payer:
        """On whose account a request goes. Who names a session, or a user whose password everybody knows, is nobody in
        particular: so is an `apisid` of which there is no session.
        """
        apisid = params.get("apisid")
        if apisid:
            try:
                uid = self._sessions.by_id(apisid).uid
            except Forbidden:
                uid = None
            if uid is not None and not self._access.is_open(uid):
                return Payer(f"session {apisid}", signed_in=True)
        return Payer(network_of(address))

    def session(self, caller: Caller) -> str:
        """The id of the caller's session; an implicit one is made where there is none."""
        return caller.apisid or self._sessions.implicit(caller.rights.uid, caller.address)

    def photo(self, params: Params, address: str, permission: str | None = None) -> Photo:
        """The photo that is meant; raises as `meant` does."""
        return self.meant(params, address, permission).photo

    def meant(self, params: Params, address: str, permission: str | None = None) -> Meant:
        """The photo that is meant, by the first of photoid, sid and vid that is given.

        Raises:
            RequestError: malformed: none is given, or no index.
            Forbidden: nobody calls, or the permission is missing.
            MalformedPhotoid, PhotoMissing, Missing: as the catalogue says. A photo that is not for this caller is not
                there either.
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
        self._access.require_sight(rights, photoid)
        return Meant(self._photo_by_id(photoid), rights, place)

    def listed(self, params: Params, address: str) -> Listing:
        """The gallery (by sid) or the view (by vid) that is meant.

        Raises:
            RequestError, Forbidden, Missing: as `meant` does.
        """
        if "sid" in params:
            share = self._shares.by_sid(required(params, "sid"))
            return Listing(self._access.owner(share.uid), share.snapshot, share.count)
        if "vid" not in params:
            raise RequestError("malformed", "Which photos? Name a vid or a sid.")
        caller = self.caller(params, address)
        view = self._views.of(self._session_there_is(caller), number(params, "vid"))
        return Listing(caller.rights, view.snapshot, view.count)

    def in_sight(self, rights: Rights, photoids: Sequence[str]) -> dict[str, Photo]:
        """Those of the photos that are there and that the user may see, by id."""
        return self._photos.by_ids(self._access.seen(rights, photoids))

    def remember(self, params: Params, address: str, recipe: Recipe, request: falcon.Request) -> None:
        """Of an answer to a request with these parameters, as `asked` gave them: which session it uses, and that the
        gallery has not expired, without a look into the catalogue. What has ended since it was looked up counts as it
        did for this one answer, and for no other.
        """
        apisid, by_view = params.get("apisid", ""), False
        try:
            if "photoid" not in params and "sid" in params:
                share = self._shares.by_sid(required(params, "sid"))
                recipe.holds.append(lambda: not self._shares.expired(share))
            elif "photoid" not in params:
                apisid, by_view = self._session_there_is(self.caller(params, address)), True
        except CatalogProblem:
            recipe.veto()
            return
        if self._sessions.has(apisid):
            recipe.holds.append(partial(self._sessions.is_known, apisid))
        elif by_view or self._names_a_session(apisid, request):
            recipe.veto()

    def is_proxied(self, request: falcon.Request) -> bool:
        """Whether the caller is whom the proxy in front vouches for, and names no session."""
        return (
            self._vouched is not None and said(request.env) is not None and "apisid" not in parse(request.query_string)
        )

    def knows(self, apisid: str) -> bool:
        """Whether there is a session of that id."""
        return self._sessions.has(apisid)

    def _proxied(self, vouched: Vouched, request: falcon.Request, response: falcon.Response) -> str | None:
        """The session of whom the proxy vouches for, at that address; None: it vouches for nobody."""
        response.set_header("Vary", "Cookie")
        told = said(request.env)
        if told is None:
            self._cookies.mark(request, response, "")
            return None
        if request.method not in READING:
            self._cookies.require_page(request)
        uid = vouched.uid(told)
        self._cookies.mark(request, response, uid)
        return self._sessions.implicit(uid, request.remote_addr)

    def _is_signed_in(self, apisid: str) -> bool:
        try:
            return self._sessions.by_id(apisid).uid is not None
        except Forbidden:
            return False

    def _names_a_session(self, apisid: str, request: falcon.Request) -> bool:
        """Whether a request names one, be there one or not, by this `apisid` or where that is "" by its cookie."""
        return not self._access.is_open(apisid) if apisid else self._cookies.session(request) is not None

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
