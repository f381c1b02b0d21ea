"""Peer: the protocol behind which a server is measured; and those that this machine has, started and stopped."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from bench.data.library import PEERS
from workers.sizing import Size

# libjpeg's quality of all that is compared: what Darkroom's clients get where they name none.
QUALITY = 70


class Peer(Protocol):
    """A server that renders photos, or hands them out. `name` is what tables call it."""

    @property
    def name(self) -> str: ...

    def lacking(self) -> str:
        """What it needs and this machine does not have, as a sentence; empty: it can be started."""

    def start(self, photos: Path, folder: Path) -> str:
        """Starts it over a folder of photos, with all that it keeps in `folder`; gives its URL when it is ready.

        Raises:
            NotStarted, httpx.TransportError: it does not start.
        """

    def url(self, photo: str, size: Size, quality: int = QUALITY) -> str:
        """Where a photo is to be had, by its path in `photos`: in exactly that size; equal sides are the square from
        its middle, any other size is of the photo's own shape."""

    def pids(self) -> Mapping[str, int]:
        """Its processes by what they do, without those that they have started."""

    def stop(self) -> None:
        """Ends it, if it runs."""


def at_hand(peers: Sequence[Peer]) -> tuple[list[Peer], list[str]]:
    """Those that can be started, and a sentence about each other one."""
    said = {peer.name: peer.lacking() for peer in peers}
    return [peer for peer in peers if not said[peer.name]], [f"{name}: {why}" for name, why in said.items() if why]


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for a run, on the filesystem of the photos, since copies of these are hard links; removed afterwards."""
    PEERS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="run-", dir=PEERS) as folder:
        yield Path(folder)


@contextmanager
def running(peers: Sequence[Peer], photos: Path, folder: Path) -> Iterator[list[str]]:
    """All of them started, each in a folder of its own; gives their URLs, and stops them afterwards."""
    with ExitStack() as stack:
        urls = []
        for number, peer in enumerate(peers):
            stack.callback(peer.stop)
            own = folder / f"peer-{number}"
            own.mkdir(exist_ok=True)
            urls.append(peer.start(photos, own))
        yield urls
