"""Signing in at an OpenID Connect provider: where a browser is sent there and comes back, and the provider calls."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

import falcon

from api.http.cookies import Cookies
from api.http.errors import RequestError
from api.http.params import Params, parse
from api.library import Library
from api.oidc.errors import ProviderError, SignInError
from api.oidc.flow import LASTS, LONGEST_BACK, Begun, Done, Flow
from api.page import Page
from catalog.errors import Conflict, Forbidden, MalformedName
from catalog.generations import Generations
from catalog.people.identities import Identities, NameTaken, NotLinked, Standing
from catalog.people.sessions import Sessions
from catalog.people.sign_ins import SignIns
from config import Settings, SettingsError
from config.sign_in import GroupMap

CALLBACK = "/auth/oidc/callback"
LARGEST_LOGOUT = 100_000  # bytes of what the provider sends where somebody has signed out there


@dataclass(frozen=True, slots=True)
class Door:
    """What lets people in whom a provider vouches for."""

    flow: Flow
    identities: Identities
    groups: GroupMap
    sessions: Sessions
    sign_ins: SignIns
    generations: Generations
    cookies: Cookies
    page: Page
    url: str

    def base(self, request: falcon.Request) -> str:
        """Where browsers find Darkroom, without a slash at its end: by the setting, the request or the proxy."""
        own: str = self.url.rstrip("/")
        return own or f"{request.scheme}://{request.netloc}{request.env['SCRIPT_NAME']}"

    def leave(self, request: falcon.Request, apisid: str) -> str | None:
        """Where the browser signs out at the provider too, where a session came of a sign-in there; None: nowhere."""
        sign_in = self.sign_ins.of(apisid)
        return None if sign_in is None else self.flow.end_session(sign_in, f"{self.base(request)}/")

    def shown(self, request: falcon.Request, response: falcon.Response, act: Callable[[Params], str]) -> None:
        """Sends the browser to where `act` says; where that is nowhere, shows the page that says why, to whoever takes
        pages, and answers others as ever.
        """
        response.set_header("Cache-Control", "no-store")
        try:
            place = act(parse(request.query_string))
        except SignInError as error:
            if "text/html" not in (request.get_header("Accept") or ""):
                raise
            self.page.tell(request, response, error)
            return
        response.status = 303
        response.set_header("Location", place)
        response.set_header("Referrer-Policy", "no-referrer")


def opened_door(settings: Settings, library: Library, identities: Identities, cookies: Cookies, page: Page) -> Door:
    """That of the settings.

    Raises:
        SettingsError: the file of certificates that they name can't be used.
    """
    try:
        flow = Flow.of(settings)
    except ProviderError as error:
        raise SettingsError([str(error)]) from None
    return Door(
        flow=flow,
        identities=identities,
        groups=GroupMap.of(settings),
        sessions=library.sessions,
        sign_ins=SignIns(library.engine),
        generations=library.generations,
        cookies=cookies,
        page=page,
        url=settings.auth_url,
    )


class BeginSignIn:
    """`GET /auth/oidc/login`: sends the browser to the provider. `back` is where it comes back to in the end."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """303 to the provider, with a cookie that knows this browser again."""

        def begin(params: Params) -> str:
            back = place_here(params.get("back", ""), request.env["SCRIPT_NAME"])
            place, begun = self._door.flow.begin(self._door.base(request) + CALLBACK, back)
            self._door.cookies.keep_sign_in(request, response, begun.written(), LASTS)
            return place

        self._door.shown(request, response, begin)


class EndSignIn:
    """`GET /auth/oidc/callback`: the browser is back from the provider."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """303 to where it was, with the cookie of a session."""
        self._door.shown(request, response, lambda params: self._end(params, request, response))

    def _end(self, params: Params, request: falcon.Request, response: falcon.Response) -> str:
        door = self._door
        kept = door.cookies.sign_in(request)
        done = door.flow.finish(params, Begun.read(kept or ""), door.base(request) + CALLBACK)
        uid = self._admitted(done)
        old = door.cookies.session(request)  # a browser sends it where the provider is of the same site
        if old is not None:
            door.sessions.end(old)
        try:
            door.sign_ins.spend(done.state, LASTS)
            client = request.user_agent or ""
            apisid = door.sessions.create(request.remote_addr, uid, None, client, page=True, vouched=True)
        except Conflict:
            raise SignInError("expired") from None
        except Forbidden:
            raise SignInError("many") from None
        door.sign_ins.note(apisid, done.sign_in)
        door.cookies.forget_sign_in(request, response)
        door.cookies.give(request, response, apisid)
        door.generations.look()
        return place_here(done.back, request.env["SCRIPT_NAME"])  # the cookie may be of anybody's making

    def _admitted(self, done: Done) -> str:
        standing = Standing()
        if done.groups is not None:
            standing = Standing(self._door.groups.groups(done.groups), self._door.groups.admin(done.groups))
        try:
            return self._door.identities.admit(done.identity, standing)
        except NotLinked:
            raise SignInError("unknown") from None
        except NameTaken:
            raise SignInError("taken") from None
        except MalformedName:
            raise SignInError("unnamed") from None


class EndedThere:
    """`POST /auth/oidc/logout`: the provider says that somebody has signed out there (back-channel logout)."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """Ends the sessions that came of that sign-in: 200, also where there are none; 400: it can't be believed."""
        response.set_header("Cache-Control", "no-store")
        body = request.bounded_stream.read(LARGEST_LOGOUT + 1)
        try:
            (token,) = parse_qs(body[: LARGEST_LOGOUT + 1].decode("ascii"), max_num_fields=10)["logout_token"]
            issuer, subject, sid = self._door.flow.logged_out(token)
        except (ValueError, KeyError):
            raise RequestError("malformed", "The logout token is missing.") from None
        except SignInError as error:
            if error.kind != "gateway":
                raise
            raise RequestError("malformed", "The logout token can't be believed.") from None
        self._door.sign_ins.end(issuer, subject, sid)
        self._door.generations.look()
        response.data = b""


def place_here(wanted: str, prefix: str) -> str:
    """A path of this server below `prefix`, as it is wanted; the first page, where it leads elsewhere. Pure.

    Browsers take backslashes for slashes, and two slashes at the beginning for another host; they leave out tabs and
    line ends.
    """
    first = f"{prefix}/"
    plain = wanted.isascii() and wanted.isprintable() and not set(wanted) & set(' \\"<>')
    here = wanted.startswith(first) and not wanted.startswith("//") and len(wanted) <= LONGEST_BACK
    parts = wanted.partition("#")[0].partition("?")[0].split("/")
    if not (plain and here) or ".." in parts or wanted[len(first) :].startswith(("auth/", "login", "/")):
        return first
    return wanted
