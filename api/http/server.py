"""A front end on waitress: serves from a socket until it is told to stop, and finishes what it has begun."""

import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer, create_server
from waitress.task import WSGITask

import metrics
from api.http.loop import Loop
from api.http.mount import HEADER, Mount
from api.proxied import Proxied
from config import Settings

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

CLIENT = "darkroom.client"
"""Where in the environment of a request its `workers.flights.waits.Client` is."""

DRAIN = 4.5  # seconds for what is under way when it is told to stop
LAST_WORDS = 0.5  # seconds for answers to those who still wait then
LOOK_UP = 0.05


class Task(WSGITask):
    """An answer. waitress would close the connection after each 304, since that has no Content-Length; but an answer
    without a body ends where its head does (RFC 9112, 6.3), and who asks whether a copy is current asks again soon."""

    def get_environment(self) -> dict[str, Any]:
        """As waitress's, with the `Client`, with the path below which the browser sees Darkroom, and with whom the
        proxy in front vouches for.

        waitress can tell whether it has hung up, too, where it reads on while a request is served: that costs every
        request a tenth of its time (`channel_request_lookahead`), where this costs only those who ask.
        """
        environ: dict[str, Any] = super().get_environment()
        environ[CLIENT] = self
        server = _server_of(self.channel)
        server.mount.place(environ)
        server.proxied.place(environ)
        return environ

    def build_response_header(self) -> bytes:
        """As waitress's; its `Date` is now, and not when the request came: nothing that the answer says is later."""
        self.start_time = int(time.time())
        head: bytes = super().build_response_header()
        return head

    def write(self, data: bytes) -> None:
        """Writes a part of the body, the head before the first; where that is all of it, both at once.

        Each call to the system gives the GIL away, and a client that has read the head alone waits for the rest.
        """
        if self.wrote_header or self.chunked_response or not self.has_body or len(data) != self.content_length:
            super().write(data)
            return
        self.wrote_header = True
        self.content_bytes_written = len(data)
        self.channel.write_soon(self.build_response_header() + data)

    def gone(self) -> bool:
        """As in `Client`."""
        client: Any = self.channel.socket
        try:
            return bool(client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"")
        except BlockingIOError:
            return False
        except OSError:
            return True

    @contextmanager
    def watched(self, gone: Callable[[], None]) -> Iterator[None]:
        """As in `Client`."""
        loop, number = _loop_of(self.channel), _socket_of(self.channel)
        loop.watch(number, gone)
        try:
            yield
        finally:
            loop.watch_no_more(number)

    def set_close_on_finish(self) -> None:
        """Closes the connection after this answer, unless nothing but the lack of a body speaks for it."""
        headers: dict[str, str] = getattr(self.request, "headers", {})  # what could not be read has none
        asked = headers.get("CONNECTION", "").lower()
        if self.has_body or self.version != "1.1" or asked == "close":
            super().set_close_on_finish()


_serving = threading.local()


class Channel(HTTPChannel):
    """A client's connection."""

    task_class = Task

    def service(self) -> None:
        """On a thread of its own: whatever it changes, it tells the loop of."""
        _serving.channel = self
        try:
            super().service()
        finally:
            _serving.channel = None

    def add_channel(self, map: Any = None) -> None:
        """As waitress's."""
        super().add_channel(map)
        _loop_of(self).changed(_socket_of(self))

    def del_channel(self, map: Any = None) -> None:
        """As waitress's."""
        _loop_of(self).gone(_socket_of(self))
        super().del_channel(map)

    def write_soon(self, data: Any) -> int:
        """As waitress's, which puts all into a buffer first: what the socket takes at once needs none."""
        rest = data
        if type(data) is bytes and self.connected:
            with self.outbuf_lock:
                if not self.total_outbufs_len:
                    rest = data[self._sent(data) :]
        if rest or not data:
            super().write_soon(rest)
        return len(data)

    def _sent(self, data: bytes) -> int:
        """How many bytes the socket takes now; an error is met again by whoever sends the rest."""
        client: Any = self.socket
        try:
            return int(client.send(data))
        except OSError:
            return 0


def _server_of(channel: Any) -> Any:
    return channel.server


def _loop_of(channel: Any) -> Loop:
    return cast("Loop", channel.server.loop)


def _socket_of(channel: Any) -> int:
    return -1 if channel._fileno is None else int(channel._fileno)  # it may be closed already, and again


class FrontEnd:
    """`app` behind listening sockets, with the threads and the trusted proxy of the settings.

    `give_up` has all that wait for something answered soon: it is called where the server ends before they have it.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        listening: Sequence[socket.socket],
        settings: Settings,
        give_up: Callable[[], None] = lambda: None,
    ) -> None:
        self._listening = listening
        self._give_up = give_up
        self._stopping = False
        self._sockets: dict[int, Any] = {}
        create_server(
            app,
            map=self._sockets,
            sockets=list(listening),
            threads=settings.server_threads,
            connection_limit=settings.server_threads * 8,
            max_request_body_size=1_000_000,
            ident="Darkroom",
            **_trusted_proxy(settings),
        )
        self._loop = Loop(self._sockets, tuple(each.fileno() for each in listening))
        # One for each socket, and one for all threads.
        self._servers: list[Any] = [each for each in self._sockets.values() if isinstance(each, TcpWSGIServer)]
        mount = Mount(settings.server_prefix, lambda peer: _says_prefix(settings, peer))
        proxied = Proxied(
            settings.auth_proxy_header,
            settings.auth_proxy_groups,
            lambda peer: settings.server_trusted_proxy == peer,
            metrics.untrusted_users.inc,
        )
        for server in self._servers:
            server.channel_class, server.loop, server.pull_trigger = Channel, self._loop, self._changed
            server.mount, server.proxied = mount, proxied

    def run(self, stop: int) -> None:
        """Serves until there is something to read from `stop`, and then for as long as anything is under way, but at
        most DRAIN seconds. Who waits longer is told to come again.
        """
        self._loop.expect(stop, self._stop)
        # What is here now stays: the collector need not walk through half a million objects again and again.
        gc.collect()
        gc.freeze()
        while not self._stopping:
            self._loop.turn(1.0)
        for server, listening in zip(self._servers, self._listening, strict=True):
            self._loop.gone(listening.fileno())
            server.del_channel(self._sockets)
            listening.close()  # nobody comes in any more; beside other processes, they go there
        self._drain(DRAIN)
        if self._busy():
            self._give_up()
            self._drain(LAST_WORDS)

    def _drain(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self._busy() and time.monotonic() < end:
            self._loop.turn(LOOK_UP)

    def _changed(self) -> None:
        """In place of waitress's `pull_trigger`, which has the loop ask every connection."""
        channel = getattr(_serving, "channel", None)
        if channel is not None:
            self._loop.changed(_socket_of(channel))
        else:
            self._loop.wake()

    def _busy(self) -> bool:
        channels = [channel for server in self._servers for channel in server.active_channels.values()]
        return any(channel.requests or channel.total_outbufs_len for channel in channels)

    def _stop(self) -> None:
        self._stopping = True


def _trusted_proxy(settings: Settings) -> dict[str, Any]:
    """What waitress wants to know of the proxy in front; whoever else says who calls is not believed."""
    headers = settings.trusted_proxy_headers - {HEADER.lower()}  # which waitress does not know
    if not settings.server_trusted_proxy or not headers:
        return {"clear_untrusted_proxy_headers": True}
    return {
        "trusted_proxy": settings.server_trusted_proxy,
        "trusted_proxy_count": settings.server_trusted_proxy_count,
        "trusted_proxy_headers": headers,
        "clear_untrusted_proxy_headers": True,
    }


def _says_prefix(settings: Settings, peer: str) -> bool:
    """Whether who has that address may say below which path Darkroom is seen."""
    return settings.server_trusted_proxy in ("*", peer) and HEADER.lower() in settings.trusted_proxy_headers
