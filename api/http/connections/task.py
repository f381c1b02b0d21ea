"""An answer on its way to a client, and what can be known of that client meanwhile."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from waitress.task import WSGITask

from api.http.connections.dispatcher import Dispatcher
from api.http.connections.remembered import REMEMBER, Recipe
from api.http.loop import Loop

CLIENT = "darkroom.client"
"""Where in the environment of a request its `workers.flights.waits.Client` is."""
CACHED = "darkroom.cached"
"""What the app puts there where it answers from the cache."""


class Task(WSGITask):
    """An answer. waitress would close the connection after each 304, since that has no Content-Length; but an answer
    without a body ends where its head does (RFC 9112, 6.3), and who asks whether a copy is current asks again soon."""

    _recipe: Recipe | None = None
    _head = b""

    def get_environment(self) -> dict[str, Any]:
        """As waitress's, with the `Client`, with the path below which the browser sees Darkroom, and with whom the
        proxy in front vouches for.

        waitress can tell whether it has hung up, too, where it reads on while a request is served: that costs every
        request a tenth of its time (`channel_request_lookahead`), where this costs only those who ask.
        """
        environ: dict[str, Any] = super().get_environment()
        environ[CLIENT] = self
        channel: Any = self.channel
        channel.environ = environ
        self._recipe = channel.recipe()
        if self._recipe is not None:
            environ[REMEMBER] = self._recipe
        channel.server.mount.place(environ)
        if not channel.server.proxied.place(environ) and self._recipe is not None:
            self._recipe.veto()  # each such request is counted
        return environ

    def build_response_header(self) -> bytes:
        """As waitress's; its `Date` is now, and not when the request came: nothing that the answer says is later."""
        self.start_time = int(time.time())
        self._head = super().build_response_header()
        return self._head

    def finish(self) -> None:
        """As waitress's; what is whole by now may be remembered."""
        super().finish()
        if self._recipe is not None and self._recipe.body is not None and not self.close_on_finish:
            channel: Any = self.channel
            channel.remember(self._recipe, self._head)

    def write(self, data: bytes) -> None:
        """Writes a part of the body, the head before the first; where that is all of it, both at once.

        Each call to the system gives the GIL away, and a client that has read the head alone waits for the rest.
        """
        if self.wrote_header or self.chunked_response or not self.has_body or len(data) != self.content_length:
            super().write(data)
            return
        head = self.build_response_header()  # before it counts as written: what ends the connection is said in it
        self.wrote_header = True
        self.content_bytes_written = len(data)
        channel: Any = self.channel
        channel.write_all(head, data)

    def gone(self) -> bool:
        """As in `Client`."""
        client: Any = self.channel.socket
        if client is None:  # it is closed
            return True
        try:
            return bool(client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"")
        except BlockingIOError:
            return False
        except OSError:
            return True

    @contextmanager
    def watched(self, gone: Callable[[], None]) -> Iterator[None]:
        """As in `Client`."""
        channel: Any = self.channel
        loop, number = cast("Loop", channel.server.loop), channel.number
        loop.watch(number, gone)
        try:
            with cast("Dispatcher", channel.server.task_dispatcher).elsewhere():
                yield
        finally:
            loop.watch_no_more(number)

    def set_close_on_finish(self) -> None:
        """Closes the connection after this answer, unless nothing but the lack of a body speaks for it."""
        headers: dict[str, str] = getattr(self.request, "headers", {})  # what could not be read has none
        asked = headers.get("CONNECTION", "").lower()
        if self.has_body or self.version != "1.1" or asked == "close":
            super().set_close_on_finish()
