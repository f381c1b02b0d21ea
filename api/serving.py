"""A front end on waitress: serves from a socket until it is told to stop, and finishes what it has begun."""

import signal
import socket
import time
from types import FrameType
from typing import TYPE_CHECKING, Any

from waitress.server import TcpWSGIServer, create_server

from config import Settings

if TYPE_CHECKING:
    from api.app import App

DRAIN = 5.0  # seconds for what is under way when it is told to stop
LOOK_UP = 0.05


class FrontEnd:
    """`app` behind a listening socket, with the threads and the trusted proxy of the settings."""

    def __init__(self, app: "App", listening: socket.socket, settings: Settings) -> None:
        self._listening = listening
        self._stopping = False
        self._sockets: dict[int, Any] = {}
        self._server: TcpWSGIServer = create_server(  # type: ignore[assignment]  # as there is one socket
            app,
            map=self._sockets,
            sockets=[listening],
            threads=settings.server_threads,
            connection_limit=settings.server_threads * 8,
            asyncore_use_poll=True,
            max_request_body_size=1_000_000,
            # Reads on while a request is served: so it is seen when a client hangs up.
            channel_request_lookahead=1,
            ident="Darkroom",
            **_trusted_proxy(settings),
        )

    def run(self) -> None:
        """Serves until SIGTERM or SIGINT, and then for as long as anything is under way, but at most DRAIN seconds."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            self._turn(1.0)
        self._server.del_channel(self._sockets)
        self._listening.close()  # nobody comes in any more; beside other processes, they go there
        end = time.monotonic() + DRAIN
        while self._busy() and time.monotonic() < end:
            self._turn(LOOK_UP)

    def _turn(self, timeout: float) -> None:
        self._server.asyncore.loop(timeout=timeout, map=self._sockets, use_poll=True, count=1)

    def _busy(self) -> bool:
        channels: Any = self._server.active_channels
        return any(channel.requests or channel.total_outbufs_len for channel in channels.values())

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True
        self._server.pull_trigger()  # else it would wait for the next client


def _trusted_proxy(settings: Settings) -> dict[str, Any]:
    """What waitress wants to know of the proxy in front; whoever else says who calls is not believed."""
    if not settings.server_trusted_proxy:
        return {"clear_untrusted_proxy_headers": True}
    return {
        "trusted_proxy": settings.server_trusted_proxy,
        "trusted_proxy_count": settings.server_trusted_proxy_count,
        "trusted_proxy_headers": settings.trusted_proxy_headers,
        "clear_untrusted_proxy_headers": True,
    }
