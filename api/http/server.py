"""A front end on waitress: serves from a socket until it is told to stop, and finishes what it has begun."""

import gc
import logging
import socket
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments

import metrics
from api.http.connections import descriptors
from api.http.connections.channel import Channel
from api.http.connections.dispatcher import Dispatcher
from api.http.connections.door import Bounds, Door
from api.http.connections.listener import Listener
from api.http.connections.pace import Patience
from api.http.connections.payers import Payers
from api.http.connections.remembered import REMEMBER as REMEMBER
from api.http.connections.remembered import Recipe as Recipe
from api.http.connections.remembered import Remembered
from api.http.connections.task import CACHED as CACHED
from api.http.connections.task import CLIENT as CLIENT
from api.http.loop import Loop
from api.http.mount import HEADER, Mount
from api.proxied import Proxied
from config import Settings
from config.addresses import is_loopback

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

DRAIN = 4.5  # seconds for what is under way when it is told to stop
LAST_WORDS = 0.5  # seconds for answers to those who still wait then
LOOK_UP = 0.05

LARGEST_HEAD = 65_536  # bytes of a request
LARGEST_BODY = 1_000_000  # bytes of a request
STREAMED = 1_048_576  # bytes that an app may give in pieces before the client has taken some of them

log = logging.getLogger("darkroom.api")


class FrontEnd:
    """`app` behind listening sockets, with the threads and the trusted proxy of the settings.

    `give_up` has all that wait for something answered soon: it is called where the server ends before they have it.
    `generation` gives what compares as another after each change of what answers depend on; without it, none is kept.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        listening: Sequence[socket.socket],
        settings: Settings,
        give_up: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        generation: Callable[[], object] | None = None,
    ) -> None:
        self._listening = listening
        self._give_up = give_up
        self._stopping = False
        self._sockets: dict[int, Any] = {}
        self.loop = Loop(self._sockets, tuple(each.fileno() for each in listening), lambda part: self.door.look(part))
        self.door = Door(
            _bounds(settings), _patience(settings), lambda who: _excepted(settings, who), self.loop.soon, clock
        )
        adjustments = _adjustments(settings)
        self._threads = Dispatcher()
        self._threads.set_thread_count(settings.server_threads)
        mount = Mount(settings.server_prefix, lambda peer: _says_prefix(settings, peer))
        proxied = Proxied(
            settings.auth_proxy_header,
            settings.auth_proxy_groups,
            lambda peer: settings.server_trusted_proxy == peer,
            metrics.untrusted_users.inc,
        )
        payers = Payers(
            settings.server_trusted_proxy, settings.server_trusted_proxy_count, settings.trusted_proxy_headers
        )
        remembered = None
        if generation is not None and settings.remembered_bytes:
            counting = frozenset({settings.auth_proxy_header, settings.auth_proxy_groups})
            remembered = Remembered(settings.remembered_bytes, generation, counting)
        self._listeners = [
            Listener(
                app,
                each,
                self._sockets,
                self._threads,
                adjustments,
                self.door,
                self.loop,
                mount,
                proxied,
                payers,
                remembered,
            )
            for each in listening
        ]

    def run(self, stop: int) -> None:
        """Serves until there is something to read from `stop`, and then for as long as anything is under way, but at
        most DRAIN seconds. Who waits longer is told to come again.
        """
        self.loop.expect(stop, self._stop)
        # What is here now stays: the collector need not walk through half a million objects again and again.
        gc.collect()
        gc.freeze()
        while not self._stopping:
            self.loop.turn(1.0)
        for listener, listening in zip(self._listeners, self._listening, strict=True):
            self.loop.gone(listening.fileno())
            listener.del_channel(self._sockets)
            listening.close()  # nobody comes in any more; beside other processes, they go there
        self._drain(DRAIN)
        if self._busy():
            self._give_up()
            self._drain(LAST_WORDS)
        self._threads.set_thread_count(0)  # each ends once it has nothing to do
        for each in list(self._sockets.values()):
            each.close()
        self.loop.close()

    def _drain(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self._busy() and time.monotonic() < end:
            self.loop.turn(LOOK_UP)

    def _busy(self) -> bool:
        channels = [each for each in self._sockets.values() if isinstance(each, Channel)]
        return any(channel.requests or channel.total_outbufs_len for channel in channels)

    def _stop(self) -> None:
        self._stopping = True


def _bounds(settings: Settings) -> Bounds:
    """How many connections there may be: as many as are wanted, or as fit into the descriptors that there are."""
    allowed = descriptors.raised()
    wanted = descriptors.wanted(settings)
    fitting = descriptors.connections(allowed, settings.server_threads)
    if fitting < wanted:
        log.warning(
            "a front end has at most %d connections at once, not %d, as this process may open %d files: "
            "raise LimitNOFILE (`ulimit -n`)",
            fitting,
            wanted,
            allowed,
        )
    return Bounds(min(wanted, fitting), settings.server_connections_per_address, settings.server_buffer_bytes)


def _patience(settings: Settings) -> Patience:
    return Patience(
        receive=settings.server_receive_timeout,
        send=settings.server_send_timeout,
        idle=settings.server_idle_timeout,
        rate=settings.server_least_rate,
    )


def _excepted(settings: Settings, who: str) -> bool:
    """Whether an address may have any number of connections: a proxy calls for many people, this machine may be one."""
    return settings.server_trusted_proxy in ("*", who) or is_loopback(who)


def _adjustments(settings: Settings) -> Adjustments:
    """What waitress wants to know. What it could put into temporary files stays in memory, where it is bounded."""
    return Adjustments(
        threads=settings.server_threads,
        ident="Darkroom",
        max_request_header_size=LARGEST_HEAD,
        max_request_body_size=LARGEST_BODY,
        inbuf_overflow=2 * LARGEST_BODY,
        outbuf_overflow=2**62,
        outbuf_high_watermark=STREAMED,
        log_socket_errors=False,
        **_trusted_proxy(settings),
    )


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
