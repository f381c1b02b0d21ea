"""A listening socket: lets clients in, as the door says, and waits where the system has no descriptors left."""

import errno
import logging
import socket
import time
from collections.abc import Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from api.http.connections.channel import Channel, being_served
from api.http.connections.dispatcher import Dispatcher
from api.http.connections.door import Door, NoRoom
from api.http.connections.payers import Payers
from api.http.connections.remembered import Remembered
from api.http.loop import Loop
from api.http.mount import Mount
from api.proxied import Proxied

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

SHORT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
PAUSE = 0.5  # seconds in which nobody is let in where the system, or the door, has no room
AT_A_TIME = 16  # clients are let in before those who are inside are heard again
CLEARED = 8  # connections that do nothing are closed at once where the system has no room for one

log = logging.getLogger("darkroom.api")


class Listener(TcpWSGIServer):
    """One of the sockets that a front end listens on; they share all but that."""

    channel_class = Channel
    quick = False  # as `Loop` asks

    def __init__(
        self,
        app: "WSGIApplication",
        listening: socket.socket,
        sockets: MutableMapping[int, Any],
        threads: Dispatcher,
        adjustments: Adjustments,
        door: Door,
        loop: Loop,
        mount: Mount,
        proxied: Proxied,
        payers: Payers,
        remembered: Remembered | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.door, self.loop, self.mount, self.proxied = door, loop, mount, proxied
        self.payers = payers
        self.remembered = remembered
        self._sockets = sockets
        self._clock = clock
        self._pause_until = float("-inf")
        self._short = False
        self._next: tuple[socket.socket, Any] | None = None  # who waits in front of the door
        super().__init__(
            app,
            sockets,
            True,
            listening,
            dispatcher=threads,
            adj=adjustments,
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
            bind_socket=False,
        )

    def readable(self) -> bool:
        """Whether somebody may come in now; whoever waits in front of the door does, if he may. What waitress does here
        besides is the door's.
        """
        if self._next is not None and self._clock() >= self._pause_until:
            self.handle_accept()
        return bool(self.accepting) and self._clock() >= self._pause_until

    def handle_accept(self) -> None:
        """Lets those in who wait, some of them at a time: each turn of the loop asks all who have something to say."""
        for _ in range(AT_A_TIME):
            if self._next is None:
                try:
                    self._next = self.accept()
                except OSError as error:
                    self._failed(error)
                    return
                if self._next is None:  # nobody waits any more; or he has gone, or to another process
                    return
                if self._short:
                    self._short = False
                    log.warning("connections are accepted again")
            client, address = self._next
            try:
                admitted = self.door.admits(str(address[0]))
            except NoRoom:
                self._pause()
                return
            self._next = None
            if admitted:
                self._let_in(client, address)
            else:
                client.close()

    def close(self) -> None:
        """As waitress's."""
        if self._next is not None:
            self._next[0].close()
            self._next = None
        super().close()

    def _let_in(self, client: socket.socket, address: Any) -> None:
        try:
            self.set_socket_options(client)
        except OSError:  # it is gone
            client.close()
            return
        self.channel_class(self, client, address, self.adj, map=self._sockets)

    def pull_trigger(self) -> None:
        """In place of waitress's, which has the loop ask every connection."""
        channel = being_served()
        if channel is not None:
            self.loop.served(channel.number)
        else:
            self.loop.wake()

    def _failed(self, error: OSError) -> None:
        """Where there are no descriptors left, to try at once again would fail at once again, and for ever."""
        if error.errno not in SHORT:
            return  # of that client's connection alone
        if not self._short:
            self._short = True
            log.error(
                "no connection can be accepted now (%s): raise LimitNOFILE (`ulimit -n`), or lower server.connections",
                error.strerror,
            )
        if not self.door.clear(CLEARED):
            self._pause()

    def _pause(self) -> None:
        self._pause_until = self._clock() + PAUSE
