"""Passwords as they are sent, and whose they are."""

import re
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key

from api.http.errors import RequestError
from api.http.params import Params, required
from api.limits.session_keys import KEY_BITS
from catalog.people.app_passwords import AppPasswords
from catalog.people.passwords import LoginThrottle, readings
from catalog.people.sessions import Proof
from catalog.people.users import Users

HEX = re.compile(rf"[0-9A-Fa-f]{{1,{KEY_BITS // 4}}}")


class Proofs:
    """Whether a password is a user's own, or one of the user's app passwords; and a brake on guessing."""

    def __init__(self, users: Users, app_passwords: AppPasswords, throttle: LoginThrottle) -> None:
        self._users = users
        self._app_passwords = app_passwords
        self._throttle = throttle

    def own(self, uid: str, address: str, private_key: bytes | None, sent: str | bytes) -> str | None:
        """What shows that it is the user's own, for `Sessions`; None where it is wrong, after just as long.

        Raises:
            TryLater: wrong ones were too many, too lately; or too many are looked at already.
        """
        proof = self._proof(uid, address, private_key, sent, apps=False)
        assert not isinstance(proof, int)  # noqa: S101 - no app password was looked for
        return proof

    def any(self, uid: str, address: str, private_key: bytes | None, sent: str | bytes) -> Proof | None:
        """The same, for an app password too."""
        return self._proof(uid, address, private_key, sent, apps=True)

    def _proof(
        self, uid: str, address: str, private_key: bytes | None, sent: str | bytes, *, apps: bool
    ) -> Proof | None:
        self._throttle.begin(uid, address)  # before anything that takes time
        meant = readings(opened(private_key, sent))
        proof: Proof | None = None
        if apps:
            proof = next((number for text in meant if (number := self._app_passwords.match(uid, text))), None)
        if proof is None:
            proof = next((shown for text in meant if (shown := self._users.proof(uid, text))), None)
        if proof is not None:
            self._throttle.right(uid, address)
        return proof


def sent_in(query: str, params: Params, private_key: bytes | None) -> str | bytes:
    """The parameter `pw` of a query string: hexadecimal under that key, else the bytes that came, in any encoding.

    Raises:
        RequestError: malformed: it is missing, or no hexadecimal where that is wanted.
    """
    sent = required(params, "pw")
    if private_key is not None:
        require_hexadecimal(private_key, sent)
        return sent
    # As Latin-1 each byte is a character of its own; read as UTF-8, what is none would be lost.
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    return next(value for name, value in pairs if name.lower() == "pw").encode("latin-1", "replace")


def require_hexadecimal(private_key: bytes | None, sent: str) -> None:
    """Raises RequestError where a password can't have been encrypted by a session's key, if that has one."""
    if private_key is not None and not HEX.fullmatch(sent):
        raise RequestError("malformed", "pw is wanted in hexadecimal, encrypted by the session's key.")


def opened(private_key: bytes | None, sent: str | bytes) -> bytes:
    """The password that was sent, in whatever encoding; nothing where it does not decrypt, so that no one can tell."""
    if private_key is None:
        return sent if isinstance(sent, bytes) else sent.encode("utf-8", "surrogatepass")
    # We made the key: to look whether it is one would take 0.1 s.
    key = load_der_private_key(private_key, password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - `CreateSession` made it
    try:
        # Clients leave out leading zeros. PKCS #1 v1.5 is what the API has; OpenSSL answers wrong padding with noise.
        return key.decrypt(int(sent, 16).to_bytes(KEY_BITS // 8, "big"), padding.PKCS1v15())
    except (ValueError, OverflowError):
        return b""


def public_key(private_key: bytes | None) -> dict[str, str]:
    """How passwords are sent in a session of that key, as createWebApiSession tells it."""
    if private_key is None:
        return {"algorithm": "none"}
    key = load_der_private_key(private_key, password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - as above
    numbers = key.public_key().public_numbers()
    return {"algorithm": "RSA", "exponent": f"{numbers.e:x}", "modulus": f"{numbers.n:x}"}
