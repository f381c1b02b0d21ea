"""A house and a street: two network namespaces, joined by a cable; in the street are many addresses."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

NETWORK = "10.213.77"
HOUSE = f"{NETWORK}.1"
CLONE_NEWNET = 0x40000000


@dataclass(frozen=True)
class Street:
    """The addresses in the street, and how to run a program there: `go` is what stands before its command line."""

    addresses: tuple[str, ...]
    go: tuple[str, ...]


def possible() -> bool:
    """Whether this machine lets us make namespaces."""
    if os.geteuid() or not shutil.which("ip"):
        return False
    try:
        with _namespace("try"):
            return True
    except subprocess.CalledProcessError:
        return False


@contextmanager
def street(addresses: int) -> Iterator[Street]:
    """What this thread starts and connects in here is in the house, at HOUSE; the street has so many addresses."""
    others = tuple(f"{NETWORK}.{number}" for number in range(2, addresses + 2))
    with ExitStack() as closing:
        house, outside = closing.enter_context(_namespace("house")), closing.enter_context(_namespace("street"))
        ip("link", "add", "door", "netns", house, "type", "veth", "peer", "name", "door", "netns", outside)
        for namespace, own in ((house, (HOUSE,)), (outside, others)):
            for address in own:
                ip("-n", namespace, "address", "add", f"{address}/24", "dev", "door")
            for device in ("lo", "door"):
                ip("-n", namespace, "link", "set", device, "up")
        with _inside(Path("/run/netns") / house):
            yield Street(others, ("ip", "netns", "exec", outside))


@contextmanager
def _namespace(name: str) -> Iterator[str]:
    name = f"darkroom-{name}-{os.getpid()}"
    ip("netns", "add", name)
    try:
        yield name
    finally:
        ip("netns", "delete", name)


@contextmanager
def _inside(namespace: Path) -> Iterator[None]:
    """This thread, and what it starts, in that namespace."""
    with Path("/proc/thread-self/ns/net").open("rb") as home, namespace.open("rb") as there:
        _enter(there.fileno())
        try:
            yield
        finally:
            _enter(home.fileno())


def _enter(descriptor: int) -> None:
    """As `os.setns`, which Python has from 3.12 on."""
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def ip(*arguments: str) -> None:
    """`ip` of iproute2."""
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
