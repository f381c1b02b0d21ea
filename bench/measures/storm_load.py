"""A storm: hits while misses arrive far faster than they can be rendered."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.clients.crowd import Client
from bench.clients.wrk import Load, load_meanwhile
from bench.data.library import MAX_SIDE, Photo
from bench.peers.peer import QUALITY, Peer
from workers.sizing import output_size

CLIENTS = 200
MISSES_A_SECOND = 300  # several times of what two cores can render
CONNECTIONS = 16  # of the hits
AHEAD = 1.0  # seconds for which it has raged when the hits begin: queues are full


@dataclass(slots=True)
class Misses:
    """How the misses of a storm were answered: by status, and the slowest in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0


def misses(peer: Peer, photos: Sequence[Photo], below: str = "") -> Iterator[str]:
    """URLs without end, never one twice; the photos' paths are `below` and their names."""
    for number in itertools.count():
        for photo in photos:
            size = output_size(photo.size, 300 + number % 500, None, MAX_SIDE)
            yield peer.url(f"{below}{photo.name}", size, QUALITY - number // 500 % 50)


def storm(hit: str, asked: Iterator[str], seconds: int, patience: float) -> tuple[Load, Misses]:
    """Hits of one URL for so many seconds while 200 clients ask for what nobody was asked for before. Those that still
    wait then are given `patience` seconds, and hang up.

    Raises:
        LoadError: no hit was answered at all.
        OSError, EOFError: a connection broke.
    """
    return asyncio.run(_storm(hit, asked, seconds, patience))


async def _storm(hit: str, asked: Iterator[str], seconds: int, patience: float) -> tuple[Load, Misses]:
    told, ended = Misses(), asyncio.Event()
    clients = [asyncio.create_task(_client(hit, asked, told, ended)) for _ in range(CLIENTS)]
    await asyncio.sleep(AHEAD)
    measured = await load_meanwhile(hit, CONNECTIONS, seconds)
    ended.set()
    done, waiting = await asyncio.wait(clients, timeout=patience)
    for client in waiting:
        client.cancel()
    if waiting:
        await asyncio.wait(waiting)
    for client in done:
        client.result()
    return measured, told


async def _client(base: str, asked: Iterator[str], told: Misses, ended: asyncio.Event) -> None:
    client = Client(base)
    try:
        while not ended.is_set():
            answer = await client.get(f"/{next(asked).split('/', 3)[3]}")
            told.statuses[answer.status] += 1
            told.slowest = max(told.slowest, answer.seconds)
            await asyncio.sleep(max(0.0, CLIENTS / MISSES_A_SECOND - answer.seconds))
    finally:
        client.hang_up()
