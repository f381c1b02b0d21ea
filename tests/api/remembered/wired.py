"""The whole front end over a house on a real socket, with workers played; and who asks it over one connection."""

import http.client
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import metrics
from api.library import Library, open_library
from cache.key import RenderKey
from cache.memory import MemoryTier
from cache.render_cache import RenderCache
from cache.tier import Tier
from catalog.photos import Photo
from tests.api.front import app_of
from tests.api.house import House
from tests.api.http.connections.front import PATIENCE, Front, front
from tests.api.test_render_responder import Played
from tests.clock import Clock
from workers.flights.waits import UNKNOWN_CLIENT, Client
from workers.queue.app import INTERACTIVE

MEMORY = 1_000_000  # bytes

Answer = tuple[int, list[tuple[str, str]], bytes]
"""A status, the headers less their date, with names in lower case, a body."""


class Naming(Played):
    """Workers whose renders say of which version of which photo they are, with a mark of who made them."""

    mark = b""

    def render(
        self,
        photo: Photo,
        key: RenderKey,
        client: Client = UNKNOWN_CLIENT,
        *,
        queue: str = INTERACTIVE,
        caller: str = "",
    ) -> bytes:
        """As `Played`'s."""
        super().render(photo, key, client, queue=queue, caller=caller)
        render = key.name.encode() + self.mark
        self.cache.put(key, render)
        return render


@dataclass
class Wired:
    """A front end that runs, with its own knowledge of the catalogue, its cache and its workers."""

    front: Front
    library: Library
    workers: Naming
    connection: http.client.HTTPConnection

    def ask(self, target: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
        """An answer, over one connection for all."""
        self.connection.request(method, target, headers={"Host": "x"} | dict(headers or {}))
        answer = self.connection.getresponse()
        body = answer.read()
        told = [(name.lower(), value) for name, value in answer.getheaders() if name != "Date"]
        return answer.status, told, body

    def evict(self) -> None:
        """Has nothing in memory any more."""
        for key, _ in self._renders():
            self._memory().drop(key)

    def make_anew(self, more: bytes) -> None:
        """Has all in memory made by other workers: under the same names, with some bytes more."""
        for key, render in self._renders():
            self._memory().put(key, render + more)

    def _renders(self) -> list[tuple[RenderKey, bytes]]:
        return list(self._memory()._renders.items())

    def _memory(self) -> MemoryTier:
        tier = self.workers.cache.tiers[0]
        assert isinstance(tier, MemoryTier)
        return tier


@contextmanager
def wired(
    house: House, *, remember: bool, clock: Clock | None = None, memory: int = MEMORY, below: Sequence[Tier] = ()
) -> Iterator[Wired]:
    """A front end of that house, with so many bytes of memory and the tiers below; with a clock, sessions and galleries
    go by it.
    """
    with ExitStack() as closing:
        library = open_library(house.settings, closing)
        if clock is not None:
            tell_time(library, clock)
        workers = Naming(house, RenderCache([MemoryTier(memory), *below]))
        app = app_of(house, closing, workers, library)
        settings = replace(house.settings, server_threads=4, server_remember=remember)
        running = closing.enter_context(front(app, settings, app.generation))
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
        closing.callback(connection.close)
        yield Wired(running, library, workers, connection)


def given_again() -> float:
    """How many answers were given without the app so far, by all front ends of this process."""
    return float(metrics.remembered._value.get())


def tell_time(library: Library, clock: Clock) -> None:
    """Has its sessions and galleries go by that clock."""
    library.sessions._clock = library.shares._clock = clock
