"""The access log: one line an answer, with nothing in it that lets anybody in."""

import logging
import re
import time
from collections import deque
from urllib.parse import unquote_plus

import falcon

from api.http.connections.remembered import REMEMBER, Recipe
from catalog.generations import PeriodicThread

WRITE_EVERY = 0.5  # seconds: lines are put together and written on another thread than the one that answers
MOST_LINES = 100_000  # that wait to be written; beyond them the oldest are lost, rather than an answer held up
LONGEST = 1000  # characters of a path or of a query string: who asks decides how many are sent, not how many are kept

SECRETS = frozenset({"pw", "apisid", "sid", "apikey", "code", "state"})
SHARE = re.compile(r"(?is)^(.*?/(?:api/shares|s)/).+")  # also below a path of which nobody has told
UNPRINTABLE = re.compile(r"[^\x21-\x7e]")

log = logging.getLogger("darkroom.access")


def masked(path: str, query: str) -> str:
    """A path and its query string as they may be logged: what lets anybody in (SECRETS) without its value."""
    shown = SHARE.sub(r"\1***", path)
    if query:
        shown += "?" + "&".join(map(_masked, query.split("&")))
    return UNPRINTABLE.sub(lambda each: "".join(f"%{byte:02X}" for byte in each[0].encode("utf-8", "replace")), shown)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _masked(parameter: str) -> str:
    name, equals, _ = parameter.partition("=")
    # Its name may be escaped: what is parsed as a secret is masked as one.
    return f"{name}=***" if equals and unquote_plus(name).lower() in SECRETS else parameter


class AccessLog:
    """Middleware that notes every answer: when, who, what, status, bytes, milliseconds."""

    def __init__(self) -> None:
        self._lines: deque[tuple[float, float, str, str, str, str, int, str]] = deque(maxlen=MOST_LINES)
        self._writer = PeriodicThread("access log", WRITE_EVERY, self.write)

    def start(self) -> None:
        """Begins to write."""
        self._writer.start()

    def close(self) -> None:
        """Writes what is left."""
        self._writer.close()
        self.write()

    def process_request(self, request: falcon.Request, _response: falcon.Response) -> None:
        """Notes when the request came."""
        request.context.began = time.monotonic()

    def process_response(
        self, request: falcon.Request, response: falcon.Response, _resource: object, _succeeded: bool
    ) -> None:
        """Notes what came of it."""
        took = time.monotonic() - request.context.began
        size = str(len(response.data)) if response.data is not None else "-"
        path, query = _cut(request.path), _cut(request.query_string)
        answer = (request.remote_addr, request.method, path, query, response.status_code, size)
        self._note(took, *answer)
        recipe: Recipe | None = request.env.get(REMEMBER)
        if recipe is not None:
            recipe.again.append(lambda: self._note(0.0, *answer))

    def _note(self, took: float, address: str, method: str, path: str, query: str, status: int, size: str) -> None:
        self._lines.append((time.time(), took, address, method, path, query, status, size))

    def write(self) -> None:
        """Writes the lines that wait."""
        while self._lines:
            at, took, address, method, path, query, status, size = self._lines.popleft()
            when = time.strftime("%F %T", time.localtime(at))
            log.info("%s %s %s %s %d %s %.1fms", when, address, method, masked(path, query), status, size, took * 1e3)
