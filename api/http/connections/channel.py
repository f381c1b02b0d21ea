"""A client's connection, on waitress's: one request at a time, and nothing more is read of a client who has not taken
what was sent.

What a client has to take stays in memory as the one answer that it is; `Door` bounds what all hold together, and how
long they may take.
"""

import fcntl
import io
import logging
import socket
import struct
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.channel import HTTPChannel

from api.http.connections.dispatcher import Dispatcher
from api.http.connections.door import Cut, Door
from api.http.connections.pace import Phase, Sight
from api.http.connections.parser import Parser
from api.http.connections.remembered import Recipe, Remembered
from api.http.connections.task import CACHED, Task
from api.http.loop import Loop

SMALL = 16_384  # bytes: what waitress may copy
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: what the client has not taken is dropped with the connection
TIMEOUT = b"The request did not come in time.\r\n"
TOO_LATE = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(TIMEOUT), TIMEOUT)
)

log = logging.getLogger("darkroom.api")

_serving = threading.local()


def being_served() -> "Channel | None":
    """The connection whose request this thread answers."""
    return getattr(_serving, "channel", None)


class Channel(HTTPChannel):
    """A client's connection."""

    task_class = Task
    parser_class = Parser

    server: Any
    request: Any
    requests: Any
    requests_lock: threading.Lock
    socket: Any
    _fileno: int | None

    def __init__(self, server: Any, sock: socket.socket, addr: Any, adj: Any, map: Any = None) -> None:
        self._door = cast("Door", server.door)
        self._loop = cast("Loop", server.loop)
        self._remembered = cast("Remembered | None", server.remembered)
        self._threads = cast("Dispatcher", server.task_dispatcher)
        self._ahead = b""  # what came behind the request that is being answered
        self._count = 0  # requests that came
        self._received = 0  # bytes that came
        self._given = 0  # bytes that the system took, to send them
        self._held = 0  # bytes, as the door knows
        self._whole = b""  # the request that is being answered, where it came in one piece
        self._refused = False  # whether the last request was none, so that more of it may be on its way
        self._lingering = False
        self.address = str(addr[0])
        self.environ: dict[str, Any] = {}  # of the request that is being answered
        self.cached = False
        self.quick = False  # whether the last request was answered at once
        self.pace = self._door.pace()
        super().__init__(server, sock, addr, adj, map)
        self._door.came(self)

    @property
    def number(self) -> int:
        """Its file descriptor; -1 once it is closed."""
        return -1 if self._fileno is None else self._fileno

    def payer(self) -> str:
        """Who has asked for what is to be answered."""
        return str(self.server.payers.of(self.address, getattr(self.requests[0], "headers", {})))

    def service(self) -> None:
        """On a thread of its own: whatever it changes, it tells the loop of."""
        _serving.channel = self
        try:
            super().service()
        finally:
            _serving.channel = None
            self.cached = CACHED in self.environ
            self.environ = {}
        if self._held and not self.total_outbufs_len:
            self._hold(0)
        if self._ahead:
            self._loop.soon(self._go_on)

    def add_channel(self, map: Any = None) -> None:
        """As waitress's."""
        super().add_channel(map)
        self._loop.changed(self.number)

    def del_channel(self, map: Any = None) -> None:
        """As waitress's."""
        self._loop.gone(self.number)
        self._door.left(self)
        super().del_channel(map)

    def readable(self) -> bool:
        """As waitress's; and not before what came ahead has been answered."""
        return not (
            self.requests or self.total_outbufs_len or self._ahead or self.close_when_flushed or self.will_close
        )

    def handle_read(self) -> None:
        """Reads what has come."""
        try:
            data = self.recv(self.adj.recv_bytes)
        except OSError:
            self.handle_close()
            return
        self._whole = b""
        if data and not self._lingering:
            self._received += len(data)
            self.quick = self._remembered is not None and self.request is None and self._answered_at_once(data)
            if not self.quick:
                self.received(data)

    def _answered_at_once(self, data: bytes) -> bool:
        """Answers what has come, here and now, where that is a request whose answer is remembered."""
        if not self.readable():
            return False
        remembered = cast("Remembered", self._remembered)
        answer = remembered.answer(data, self.address, self._threads.at_once)
        if answer is None:
            self._whole = data
            return False
        self._count += 1
        self._keep(answer, self._sent(*answer))  # nothing waits before it
        return True

    def recipe(self) -> Recipe | None:
        """How the answer to the request comes about that is being served, where it may be remembered."""
        if self._remembered is None or not self._whole:
            return None
        return self._remembered.begin(self._whole, self.address)

    def remember(self, recipe: Recipe, head: bytes) -> None:
        """The answer with that head was given, by that recipe."""
        if self._remembered is not None:
            self._remembered.keep(recipe, head, self.payer())

    def received(self, data: bytes) -> bool:
        """Takes one request of what has come, and keeps the rest until that one is answered."""
        with self.requests_lock:
            if self.will_close or self.close_when_flushed:
                return False
            if self.request is None:
                data = data.lstrip(b"\r\n")  # of clients that end a body with a line's end too (RFC 9112, 2.2)
            while data:
                if self.request is None:
                    self.request = Parser(self.adj)
                request = self.request
                data = data[request.received(data) :]
                if request.expect_continue and request.headers_finished and not self.sent_continue:
                    self.send_continue()
                if request.completed:
                    self.sent_continue = False
                    self.request = None
                    if not request.empty:
                        self._take_up(request, data)
                        return True
            if self.request is not None:
                self._hold(self.request.held())
        return True

    def _take_up(self, request: Parser, ahead: bytes) -> None:
        self._ahead, self._count, self._refused = ahead, self._count + 1, request.error is not None
        if ahead or request.body_rcv is not None:
            self._whole = b""
        if ahead or request.body_rcv is not None or self._held:
            self._hold(len(ahead) + request.held())
        self.requests.append(request)
        self.server.add_task(self)

    def _go_on(self) -> None:
        """Takes up what came ahead, if it is time."""
        if self._ahead and not (self.requests or self.total_outbufs_len or self._lingering):
            data, self._ahead = self._ahead, b""
            self.received(data)
            self._loop.changed(self.number)

    def handle_write(self) -> None:
        """Sends what the client takes."""
        if self.close_when_flushed and self._refused and not self.total_outbufs_len:
            self._linger()
            return
        super().handle_write()
        if self.connected and not self.total_outbufs_len:
            if self._held and not self.requests:
                self._hold(0)
            self._go_on()

    def _linger(self) -> None:
        """Says that no more comes, and reads what is on its way until the client says so too: were the connection
        closed before, the answer would be lost with it (RFC 9112, 9.6).
        """
        self.close_when_flushed, self._lingering, self._ahead = False, True, b""
        self._hold(0)
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:  # it is gone
            self.handle_close()

    def _flush_exception(self, flush: Callable[..., bool] | None, do_close: bool = True) -> tuple[bool, bool] | None:
        """As waitress's, which writes a traceback where a file has become shorter while it is sent."""
        if flush is None:
            return None
        try:
            return flush(do_close=do_close), False
        except OSError as error:
            if not self.will_close:
                log.warning("an answer could not be sent to its end: %s", error)
            self.will_close = True
            return False, True

    def write_soon(self, data: Any) -> int:
        """As waitress's, which puts all into a buffer first: see `write_all`."""
        if type(data) is not bytes or not data:
            return int(super().write_soon(data))
        self.write_all(data)
        return len(data)

    def write_all(self, *parts: bytes) -> None:
        """Sends these: what the socket takes at once needs no buffer, and the rest is not copied, as many clients that
        take nothing may be given the same bytes.
        """
        with self.outbuf_lock:
            sent = self._sent(*parts) if self.connected and not self.total_outbufs_len else 0
            self._keep(parts, sent)

    def _keep(self, parts: tuple[bytes, ...], sent: int) -> None:
        """Keeps what of these was not sent, until the client takes it."""
        size = sum(map(len, parts))
        if sent == size:
            return
        self._hold(self.total_outbufs_len + size)
        for part in parts:
            if sent < len(part):
                super().write_soon(_rest(part, sent))
            sent = max(0, sent - len(part))

    def _sent(self, *parts: bytes) -> int:
        """How many bytes the socket takes now; an error is met again by whoever sends the rest."""
        client: Any = self.socket
        try:
            sent = int(client.sendmsg(parts))
        except OSError:
            return 0
        self._given += sent
        return sent

    def send(self, data: bytes, do_close: bool = True) -> int:
        """As waitress's; a network that fails is a client that is gone."""
        try:
            sent = int(super().send(data, do_close))
        except OSError:
            self.will_close = True
            return 0
        self._given += sent
        return sent

    def phase(self) -> Phase:
        """As in `Connection`."""
        if self.total_outbufs_len:
            return Phase.TAKING
        if self.requests or self._ahead:
            return Phase.SERVED
        if self.request is not None:
            return Phase.BODY if self.request.headers_finished else Phase.HEAD
        return Phase.HEAD if self._lingering or not self._count else Phase.IDLE

    def sight(self) -> Sight:
        """As in `Connection`."""
        phase = self.phase()
        if phase is Phase.BODY:
            return Sight(phase, self._count, self._received)
        if phase is not Phase.TAKING:
            return Sight(phase, self._count, 0)
        if not self.outbuf_lock.acquire(blocking=False):  # a thread sends at this moment: no two figures would agree
            return Sight(Phase.SERVED, self._count, 0)
        try:
            return Sight(phase, self._count, self._given - self._not_taken())
        finally:
            self.outbuf_lock.release()

    def cut(self, why: Cut) -> None:
        """As in `Connection`."""
        with suppress(OSError):  # it is gone
            if self.total_outbufs_len:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            elif why is Cut.RECEIVE and self.request is not None and not self._lingering:
                self.socket.send(TOO_LATE)
        self.handle_close()

    def handle_close(self) -> None:
        """As waitress's."""
        request, self.request, self._ahead = self.request, None, b""
        if request is not None:
            request.close()
        super().handle_close()

    def _not_taken(self) -> int:
        """How many bytes the system has to send, or has sent and not heard that they came."""
        try:
            return int.from_bytes(fcntl.ioctl(self.number, termios.TIOCOUTQ, bytes(4)), "little", signed=True)
        except (OSError, ValueError):  # it is closed
            return 0

    def _hold(self, size: int) -> None:
        if size != self._held:
            self._held = size
            self._door.hold(self, size)


def _rest(part: bytes, sent: int) -> Any:
    """What of it was not sent, as waitress takes it without a copy, where it is worth that."""
    if len(part) - sent < SMALL:
        return part[sent:]
    rest: Any = ReadOnlyFileBasedBuffer(io.BytesIO(part))  # which takes the bytes as they are
    rest.seek(sent)
    rest.prepare()
    return rest
