"""RSA keys of sessions, under which clients send passwords."""

import threading
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.asymmetric import rsa

from catalog.errors import TryLater
from confine.priority import step_back

KEY_BITS = 2048
EXPONENT = 65537
PLACES = 12  # keys that may be asked for at once


class SessionKeys:
    """Makes keys, one after the other. One takes a core a tenth of a second, and whoever has no account may ask for
    any number: all the others need the cores, too.
    """

    def __init__(self) -> None:
        self._maker = ThreadPoolExecutor(1, "session-keys", step_back)
        self._places = threading.BoundedSemaphore(PLACES)

    def make(self) -> rsa.RSAPrivateKey:
        """A new key, as soon as it is this one's turn.

        Raises:
            TryLater: too many are asked for already.
        """
        if not self._places.acquire(blocking=False):
            raise TryLater("Too many sessions are made at once: try again in a second.", 1)
        try:
            return self._maker.submit(rsa.generate_private_key, EXPONENT, KEY_BITS).result()
        finally:
            self._places.release()
