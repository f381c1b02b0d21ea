"""createWebApiSession, authorizeWebApiSession, getServerStatus."""

import hmac
from collections.abc import Callable

import falcon
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from api.functions.passwords import Proofs, sent_in
from api.http.answers import answer
from api.http.cookies import PAGE, Cookies
from api.http.errors import RequestError
from api.http.params import Params, flag, parse, required
from api.identify import Identify
from api.limits.allowances import Allowances, Payer
from api.limits.patience import client_of
from api.limits.session_keys import SessionKeys
from catalog.errors import Forbidden
from catalog.generations import Generations
from catalog.people.access import NOBODY, Access
from catalog.people.addresses import network_of
from catalog.people.app_passwords import AppPasswords
from catalog.people.sessions import Proof, Sessions

VERSION = (0, 1, 0)
WRONG = "The uid or the password is wrong."


class CreateSession:
    """`createWebApiSession`. `keys` makes those under which passwords come; None: they come as they are."""

    def __init__(
        self,
        sessions: Sessions,
        access: Access,
        cookies: Cookies,
        allowances: Allowances,
        *,
        default_uid: str | None,
        apikey: str,
        keys: SessionKeys | None,
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._cookies = cookies
        self._allowances = allowances
        self._default_uid = default_uid
        self._apikey = apikey
        self._keys = keys

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the session's id, and the key for the password.

        The page gets the id as a cookie, of a session in which nobody is, and without the apikey, which it could only
        have by telling it to everybody: it takes a password to do anything with it.
        """
        params = parse(request.query_string)
        by_page = self._cookies.is_page(request)
        if not by_page:
            _require_apikey(params, self._apikey)
        uid = None if by_page else self._default_uid
        if uid is not None and not self._access.is_open(uid):
            uid = None
        body: dict[str, object] = {"authorised": uid is not None, "algorithm": "none"}
        private_key = None
        old = self._cookies.session(request) if by_page else None
        if old is not None:
            self._sessions.end(old)  # it would be nobody's from now on, and take up one of the address's places
        address = request.remote_addr
        self._sessions.require_room(address, page=by_page)
        # The page has an account of its own: what other sites have browsers ask for is no reason to keep it waiting.
        self._allowances.session(Payer(f"{PAGE if by_page else ''} {network_of(address)}"))
        if self._keys is not None:
            with client_of(request).watched(lambda: None):  # others may be answered meanwhile
                key = self._keys.make()
            public = key.public_key().public_numbers()
            body |= {"algorithm": "RSA", "exponent": f"{public.e:x}", "modulus": f"{public.n:x}"}
            private_key = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        apisid = self._sessions.create(address, uid, private_key, request.user_agent or "", page=by_page)
        if by_page:
            self._cookies.give(request, response, apisid)
        answer(response, body if by_page else {"apisid": apisid} | body)


def _require_apikey(params: Params, apikey: str) -> None:
    """Raises where the server wants an apikey, and this is none, or another one."""
    if apikey:
        given = required(params, "apikey").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, apikey.encode()):
            raise Forbidden("The apikey is wrong.")


class AuthorizeSession:
    """`authorizeWebApiSession`: signs a user in to a session, where `on_page` to the page's, too.

    `apikey` as for `CreateSession`; `encrypted`: passwords come under the session's RSA key.
    """

    def __init__(
        self,
        sessions: Sessions,
        proofs: Proofs,
        app_passwords: AppPasswords,
        generations: Generations,
        cookies: Cookies,
        allowances: Allowances,
        *,
        apikey: str,
        encrypted: bool,
        on_page: bool = True,
    ) -> None:
        self._on_page = on_page
        self._allowances = allowances
        self._sessions = sessions
        self._cookies = cookies
        self._proofs = proofs
        self._app_passwords = app_passwords
        self._generations = generations
        self._apikey = apikey
        self._encrypted = encrypted

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the session's id and its user; a wrong password takes as long as a right one.

        Whoever comes by the cookie gets it anew, and no id: somebody else may have put it there, who knows it. No app
        password opens the page.
        """
        params = parse(request.query_string)
        cookie = None if "apisid" in params else self._cookies.session(request)
        if cookie is not None:
            self._cookies.require_page(request)
            if not self._on_page:
                raise Forbidden("Nobody signs in to the page by a password here (auth.local).")
        uid, returnatu = required(params, "uid"), flag(params, "returnatu")
        apisid = cookie or self._named(request, params)
        private_key = self._sessions.by_id(apisid).private_key if apisid else None
        sent = sent_in(request.query_string, params, private_key)
        prove = self._proofs.any if cookie is None else self._proofs.own
        proof = prove(uid, request.remote_addr, private_key, sent)
        if proof is None:
            raise Forbidden(WRONG)
        if cookie is not None:
            self._cookies.give(request, response, self._sessions.renew(cookie, uid, proof))
            body = {"uid": uid}
        else:
            apisid = apisid or self._sessions.create(request.remote_addr, None, None, request.user_agent or "")
            self._sessions.authorize(apisid, uid, proof)
            body = {"apisid": apisid, "uid": uid} | (self._atu(uid, proof) if returnatu else {})
        self._generations.look()
        answer(response, body)

    def _named(self, request: falcon.Request, params: Params) -> str | None:
        """The session that is named; None where one shall be made, as passwords come without its key.

        Raises:
            RequestError: malformed: none is named, though there is a key to be asked for.
            Forbidden: there can be no other session from this address, or not without another apikey.
            LimitReached: too many were made of late.
        """
        if "apisid" in params:
            return required(params, "apisid")
        if self._encrypted or self._cookies.is_page(request):
            raise RequestError(
                "malformed", "The parameter apisid is missing: createWebApiSession gives it, and the key for pw."
            )
        _require_apikey(params, self._apikey)
        self._sessions.require_room(request.remote_addr)
        self._allowances.session(Payer(network_of(request.remote_addr)))
        return None

    def _atu(self, uid: str, proof: Proof) -> dict[str, str]:
        """The user's access token, if there is one, to whoever has shown the user's own password."""
        atu = None if isinstance(proof, int) else self._app_passwords.atu(uid)
        return {} if atu is None else {"atu": atu}


Leave = Callable[[falcon.Request, str], str | None]
"""Says where a browser signs out elsewhere too, when a session ends; None: there is nothing to end elsewhere."""


class EndSession:
    """`DELETE /api/session`. `leave` says it of a provider; `proxy` is where whom the proxy in front vouches for signs
    out of that; empty: nowhere.
    """

    def __init__(
        self,
        identify: Identify,
        sessions: Sessions,
        generations: Generations,
        cookies: Cookies,
        leave: Leave | None = None,
        proxy: str = "",
    ) -> None:
        self._leave = leave
        self._proxy = proxy
        self._identify = identify
        self._sessions = sessions
        self._generations = generations
        self._cookies = cookies

    def on_delete(self, request: falcon.Request, response: falcon.Response) -> None:
        """Ends the caller's session: 204, also where there is none to end; 200 and where the browser has to go, where
        the session came of a sign-in elsewhere, which else would be one again at once.
        """
        params = self._identify.asked(request, response)
        place = self._elsewhere(request, params.get("apisid"))
        if "apisid" in params:
            # "" for who names an open user: that session is everybody's.
            self._sessions.end(self._identify.visitor(params, request.remote_addr).apisid)
            self._generations.look()
        cookie = self._cookies.session(request)
        if cookie is not None and params.get("apisid", cookie) == cookie:
            self._cookies.remove(request, response)
        if place is not None and self._cookies.is_page(request):
            answer(response, {"location": place})
        else:
            response.status = 204

    def _elsewhere(self, request: falcon.Request, apisid: str | None) -> str | None:
        if self._identify.is_proxied(request):
            return self._proxy or None
        return self._leave(request, apisid) if self._leave and apisid else None


class GetServerStatus:
    """`getServerStatus`: what this server is, and who the caller is to it."""

    def __init__(self, identify: Identify) -> None:
        self._identify = identify

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the version and the caller's user; nobody, where the session that is named has ended."""
        params = self._identify.asked(request, response)
        try:
            uid = self._identify.visitor(params, request.remote_addr).rights.uid
        except Forbidden:
            if "apisid" not in params:
                raise
            uid = NOBODY.uid
        body = {
            "version": "Darkroom " + ".".join(map(str, VERSION)),
            "versionMajor": VERSION[0],
            "versionMinor": VERSION[1],
            "versionReady": True,
            "isValid": bool(uid),
            "uid": uid,
            "name": uid,
            "canUpload": False,
            "uploadMaxFilesizeMB": "0",
            "supportedVideoTypes": [],
        }
        answer(response, body)
