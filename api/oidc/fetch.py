"""What is asked of a provider over HTTP: bounded in time and size, without redirects, over TLS that is looked at.

The bound of time is one for the whole exchange but for the look-up of the name: a provider that sends a byte a second
is as silent as one that sends none. Over TLS the system holds one read or write to it by itself.
"""

import base64
import http.client
import io
import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from api.oidc.errors import ProviderError

SECONDS = 10.0  # for one question and its answer
MOST_BYTES = 500_000  # of an answer
AGENT = "Darkroom"

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Client:
    """As whom the provider knows Darkroom; a public client has no secret."""

    id: str
    secret: str = ""


class Fetch:
    """Asks a provider. `ca` names a file of certificates that count beside the system's.

    Raises:
        ProviderError: that file can't be used.
    """

    def __init__(self, ca: str = "", seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self.date: str | None = None
        """When the last answer was given, as its server says it by `Date`; None: it has not said."""
        self._tls = ssl.create_default_context()
        if ca:
            try:
                self._tls.load_verify_locations(ca)
            except (OSError, ssl.SSLError) as error:
                said = getattr(error, "strerror", None) or error
                raise ProviderError(f"auth.oidc.ca names {ca}, which can't be used: {said}") from None

    def document(self, url: str, bearer: str | None = None) -> Answer:
        """The JSON object at an URL, asked for with an access token where one is given.

        Raises:
            ProviderError: there is no answer in time, or it is no such object.
        """
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        status, body = self._exchanged("GET", url, headers, None)
        if status != http.client.OK:
            raise ProviderError(f"{shown(url)} answers with {status}", away=status >= 500)
        return _parsed(url, body)

    def form(self, url: str, fields: Mapping[str, str], client: Client, *, basic: bool) -> tuple[int, Answer]:
        """The status and the JSON object that a form is answered with; with the client's secret, in a header by HTTP's
        Basic scheme, or in the form (RFC 6749, 2.3.1).

        Raises:
            ProviderError: there is no answer in time, or it is no such object.
        """
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        sent = dict(fields)
        if client.secret and basic:
            pair = f"{quote_plus(client.id)}:{quote_plus(client.secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            sent |= {"client_id": client.id} | ({"client_secret": client.secret} if client.secret else {})
        status, body = self._exchanged("POST", url, headers, urlencode(sent).encode())
        if status >= 500:
            raise ProviderError(f"{shown(url)} answers with {status}", away=True)
        return status, _parsed(url, body)

    def _exchanged(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, bytes]:
        deadline = time.monotonic() + self._seconds
        connection = _Connection(url, self._tls, deadline)
        sent = {"Accept": "application/json", "User-Agent": AGENT, "Connection": "close"} | dict(headers)
        try:
            connection.request(method, connection.target, body, sent)
            response = connection.getresponse()
            self.date = response.getheader("Date")
            if 300 <= response.status < 400:
                raise ProviderError(f"{shown(url)} sends elsewhere ({response.status}), where nothing is looked for")
            read = response.read(MOST_BYTES + 1)
            if response.length and len(read) <= MOST_BYTES:
                raise http.client.IncompleteRead(read, response.length)
        except TimeoutError:
            raise ProviderError(f"{shown(url)} does not answer within {self._seconds:g} s", away=True) from None
        except ssl.SSLError as error:
            why = getattr(error, "verify_message", None) or error.reason or error
            raise ProviderError(f"{shown(url)} is not to be trusted: TLS says: {why}") from None
        except OSError as error:
            why = error.strerror or str(error) or type(error).__name__
            raise ProviderError(f"{shown(url)} can't be reached: {why}", away=True) from None
        except (http.client.HTTPException, ValueError) as error:
            raise ProviderError(f"{shown(url)} answers with what is no HTTP ({type(error).__name__})") from None
        finally:
            connection.end()
        if len(read) > MOST_BYTES:
            raise ProviderError(f"{shown(url)} answers with more than {MOST_BYTES:,} bytes")
        return response.status, read


def shown(url: str) -> str:
    """An URL as it may be logged: without its query, in which a secret may be."""
    return url.partition("?")[0][:200]


def _parsed(url: str, body: bytes) -> Answer:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise ProviderError(f"{shown(url)} answers with what is no JSON") from None
    if not isinstance(found, dict):
        raise ProviderError(f"{shown(url)} answers with JSON that is no object")
    return found


class _Connection(http.client.HTTPConnection):
    """A connection to where an URL leads, all reads and writes of which end at `deadline`, by the monotonic clock."""

    def __init__(self, url: str, tls: ssl.SSLContext, deadline: float) -> None:
        parts = urlsplit(url)
        self._tls = tls if parts.scheme == "https" else None
        self._deadline = deadline
        self._made: socket.socket | None = None
        self.target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        port = parts.port or (443 if self._tls else 80)
        super().__init__(parts.hostname or "", port)

    def connect(self) -> None:
        """As http.client's, over TLS where the URL says so."""
        made = socket.create_connection((self.host, self.port), timeout=_left(self._deadline))
        try:
            if self._tls:
                made.settimeout(_left(self._deadline))
                made = self._tls.wrap_socket(made, server_hostname=self.host)
        except BaseException:
            made.close()
            raise
        self._made = made
        self.sock: Any = _Timed(made, self._deadline)

    def end(self) -> None:
        """Closes it, which http.client does before the answer is read."""
        self.close()
        if self._made is not None:
            self._made.close()


class _Timed:
    """A socket as http.client uses one, each call of which has what is left of the time."""

    def __init__(self, made: socket.socket, deadline: float) -> None:
        self._socket = made
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(_left(self._deadline))
        self._socket.sendall(data)

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        return io.BufferedReader(_Reads(self._socket, self._deadline))

    def close(self) -> None:
        pass  # see _Connection.end


class _Reads(io.RawIOBase):
    """What comes over a socket."""

    def __init__(self, made: socket.socket, deadline: float) -> None:
        super().__init__()
        self._socket = made
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(_left(self._deadline))
        return self._socket.recv_into(buffer)


def _left(deadline: float) -> float:
    """Seconds until the deadline.

    Raises:
        TimeoutError: it is over.
    """
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
