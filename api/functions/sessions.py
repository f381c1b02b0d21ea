"""createWebApiSession, authorizeWebApiSession, getServerStatus."""

import hmac
import re
import threading

import falcon
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from api.http.answers import answer
from api.http.cookies import Cookies
from api.http.errors import RequestError
from api.http.params import flag, parse, required
from api.identify import Identify
from catalog.errors import Forbidden, TryLater
from catalog.generations import Generations
from catalog.people.access import Access
from catalog.people.passwords import LoginThrottle
from catalog.people.sessions import Session, Sessions
from catalog.people.users import Users

KEY_BITS = 2048
EXPONENT = 65537
HEX = re.compile(rf"[0-9A-Fa-f]{{1,{KEY_BITS // 4}}}")
# A key costs a core 0.1 s: whoever asks for a hundred at once must leave threads and cores for cached photos.
AT_ONCE = threading.BoundedSemaphore(2)
PLACES = threading.BoundedSemaphore(12)
VERSION = (0, 1, 0)
WRONG = "The uid or the password is wrong."


class CreateSession:
    """`createWebApiSession`. `encrypted`: passwords come under the session's RSA key."""

    def __init__(
        self,
        sessions: Sessions,
        access: Access,
        cookies: Cookies,
        *,
        default_uid: str | None,
        apikey: str,
        encrypted: bool,
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._cookies = cookies
        self._default_uid = default_uid
        self._apikey = apikey
        self._encrypted = encrypted

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the session's id, and the key for the password.

        The page gets the id as a cookie, of a session in which nobody is, and without the apikey, which it could only
        have by telling it to everybody: it takes a password to do anything with it.
        """
        params = parse(request.query_string)
        by_page = self._cookies.is_page(request)
        if self._apikey and not by_page:
            given = required(params, "apikey").encode("utf-8", "surrogateescape")
            if not hmac.compare_digest(given, self._apikey.encode()):
                raise Forbidden("The apikey is wrong.")
        uid = None if by_page else self._default_uid
        if uid is not None and not self._access.is_open(uid):
            uid = None
        body: dict[str, object] = {"authorised": uid is not None, "algorithm": "none"}
        private_key = None
        old = self._cookies.session(request) if by_page else None
        if old is not None:
            self._sessions.end(old)  # it would be nobody's from now on, and take up one of the address's places
        if self._encrypted:
            self._sessions.require_room(request.remote_addr)
            key = _made_key()
            public = key.public_key().public_numbers()
            body |= {"algorithm": "RSA", "exponent": f"{public.e:x}", "modulus": f"{public.n:x}"}
            private_key = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        apisid = self._sessions.create(request.remote_addr, uid, private_key)
        if by_page:
            self._cookies.give(request, response, apisid)
        answer(response, body if by_page else {"apisid": apisid} | body)


def _made_key() -> rsa.RSAPrivateKey:
    """A new key.

    Raises:
        TryLater: too many are being made already.
    """
    if not PLACES.acquire(blocking=False):
        raise TryLater("Too many sessions are made at once: try again in a second.", 1)
    try:
        with AT_ONCE:
            return rsa.generate_private_key(EXPONENT, KEY_BITS)
    finally:
        PLACES.release()


class AuthorizeSession:
    """`authorizeWebApiSession`: signs a user in to a session."""

    def __init__(
        self, sessions: Sessions, users: Users, throttle: LoginThrottle, generations: Generations, cookies: Cookies
    ) -> None:
        self._sessions = sessions
        self._cookies = cookies
        self._users = users
        self._throttle = throttle
        self._generations = generations

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the session's id and its user; a wrong password takes as long as a right one.

        Whoever comes by the cookie gets it anew, and no id: somebody else may have put it there, who knows it.
        """
        params = parse(request.query_string)
        cookie = None if "apisid" in params else self._cookies.session(request)
        if cookie is not None:
            self._cookies.require_page(request)
        apisid = cookie or required(params, "apisid")
        uid, sent = required(params, "uid"), required(params, "pw")
        flag(params, "returnatu")  # access tokens are not ours: there is none to return
        session = self._sessions.by_id(apisid)
        _require_hexadecimal(session, sent)
        self._throttle.begin(uid, request.remote_addr)  # before anything that takes time
        proof = self._users.proof(uid, _password(session, sent))
        if proof is None:
            raise Forbidden(WRONG)
        self._throttle.right(uid, request.remote_addr)
        if cookie is None:
            self._sessions.authorize(apisid, uid, proof)
        else:
            self._cookies.give(request, response, self._sessions.renew(apisid, uid, proof))
        self._generations.look()
        answer(response, {"uid": uid} if cookie else {"apisid": apisid, "uid": uid})


def _require_hexadecimal(session: Session, sent: str) -> None:
    if session.private_key is not None and not HEX.fullmatch(sent):
        raise RequestError("malformed", "The parameter pw is wanted in hexadecimal, encrypted by the session's key.")


def _password(session: Session, sent: str) -> str:
    """The password that was sent; something that is none where it does not decrypt, so that no one can tell."""
    if session.private_key is None:
        return sent
    # We made the key: to look whether it is one would take 0.1 s.
    key = load_der_private_key(session.private_key, password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - `CreateSession` made it
    try:
        # Clients leave out leading zeros. PKCS #1 v1.5 is what the API has; OpenSSL answers wrong padding with noise.
        plain = key.decrypt(int(sent, 16).to_bytes(KEY_BITS // 8, "big"), padding.PKCS1v15())
    except (ValueError, OverflowError):
        plain = b""
    return plain.decode("utf-8", "surrogateescape")


class EndSession:
    """`DELETE /api/session`."""

    def __init__(self, identify: Identify, sessions: Sessions, generations: Generations, cookies: Cookies) -> None:
        self._identify = identify
        self._sessions = sessions
        self._generations = generations
        self._cookies = cookies

    def on_delete(self, request: falcon.Request, response: falcon.Response) -> None:
        """Ends the caller's session: 204, also where there is none to end."""
        params = self._identify.asked(request, response)
        if "apisid" in params:
            # "" for who names an open user: that session is everybody's.
            self._sessions.end(self._identify.visitor(params, request.remote_addr).apisid)
            self._generations.look()
        cookie = self._cookies.session(request)
        if cookie is not None and params.get("apisid", cookie) == cookie:
            self._cookies.remove(request, response)
        response.status = 204


class GetServerStatus:
    """`getServerStatus`: what this server is, and who the caller is to it."""

    def __init__(self, identify: Identify) -> None:
        self._identify = identify

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the version and the caller's user."""
        uid = self._identify.visitor(self._identify.asked(request, response), request.remote_addr).rights.uid
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
