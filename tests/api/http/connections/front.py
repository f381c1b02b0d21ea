"""A front end in this process, on a real socket, with an app of the test's and a clock that stands still."""

import os
import select
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from api.http.connections.pace import Phase
from api.http.server import FrontEnd
from config import Settings
from tests.clock import Clock
from tests.end_to_end.servers import eventually

PATIENCE = 60.0  # seconds for what takes a moment where the machine has nothing else to do
BODY = bytes(range(251)) * 40_000  # 10 MB: more than the system takes for a client that reads nothing

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Front:
    """A front end that runs; `asked` are the paths that were asked for, in their order."""

    def __init__(
        self,
        app: App | None,
        listening: socket.socket,
        settings: Settings,
        generation: Callable[[], object] | None = None,
    ) -> None:
        self.asked: list[str] = []
        self.clients = ExitStack()
        self.clock = Clock()
        self.gate = threading.Event()  # what /wait waits for
        self.port = int(listening.getsockname()[1])
        self._app = app or self._by_path
        self.front_end = FrontEnd(self._note, [listening], settings, self.gate.set, self.clock, generation)

    def _note(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(environ["PATH_INFO"])
        return self._app(environ, start)

    def _by_path(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """`/large` is BODY, `/echo` what was sent, `/wait` comes when the gate opens; all else is a word."""
        path = environ["PATH_INFO"]
        if path == "/wait":
            self.gate.wait(PATIENCE)
        body = BODY if path == "/large" else environ["wsgi.input"].read() if path == "/echo" else b"ok"
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def connect(self, host: str = "127.0.0.1") -> socket.socket:
        """A connection from that address of this machine, whose client takes little at once."""
        client = self.clients.enter_context(socket.socket())
        client.settimeout(PATIENCE)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.bind((host, 0))
        client.connect(("127.0.0.1", self.port))
        return client

    def says(self, request: bytes, host: str = "127.0.0.1") -> socket.socket:
        """A connection on which that was sent."""
        client = self.connect(host)
        client.sendall(request)
        return client

    def healthy(self) -> bool:
        """Whether somebody else is answered."""
        with self.says(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as client:
            return everything(client).endswith(b"ok")

    def looked(self) -> None:
        """Returns once the door has looked at all there is, so that time counts for it from now on."""
        soon, look = self.front_end.loop.soon, self.front_end.door.look
        for _ in range(2):  # between which the loop reads what has come
            done = threading.Event()
            soon(look)
            soon(done.set)
            assert done.wait(PATIENCE)

    def passes(self, seconds: float, *, then: Callable[[], object], is_: object) -> None:
        """Lets time pass, and waits for what comes of it."""
        self.clock.now += seconds
        self.looked()
        eventually(then, is_, PATIENCE)

    def inside(self) -> int:
        """How many connections there are."""
        return len(self.front_end.door)

    def phases(self) -> list[Phase]:
        """What each of them is at."""
        return [each.sight().phase for each in self.front_end.door]

    def held(self) -> int:
        """How many bytes they hold together."""
        return self.front_end.door.held


def everything(client: socket.socket) -> bytes:
    """What comes until the server has closed it, or cut it off."""
    found = []
    with suppress(ConnectionError):
        while data := client.recv(1 << 20):
            found.append(data)
    return b"".join(found)


def ended(client: socket.socket) -> bool:
    """Whether the server has closed it, or cut it off; reads nothing."""
    poll = select.poll()
    poll.register(client, select.POLLRDHUP)
    return bool(poll.poll(0))


@contextmanager
def front(
    app: App | None = None, settings: Settings | None = None, generation: Callable[[], object] | None = None
) -> Iterator[Front]:
    """It runs on a thread of its own, and is stopped at the end."""
    read, write = os.pipe()
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        made = Front(app, listening, settings or Settings(server_threads=4), generation)
        thread = threading.Thread(target=made.front_end.run, args=(read,))
        thread.start()
        try:
            yield made
        finally:
            made.clients.close()
            made.gate.set()
            os.write(write, b"x")
            thread.join(PATIENCE)
            os.close(read)
            os.close(write)
            assert not thread.is_alive()
