"""Runs inside of a confined process, in the place of what renders: a decoder that holds its photo and never ends."""

import socket
from collections.abc import Callable

from confine import channel


def prepare() -> None:
    """As `confine.zygote.Entry`."""


def begin(_kind: str) -> Callable[[socket.socket], None]:
    """As `confine.zygote.Entry`."""
    return hold


def hold(job: socket.socket) -> None:
    """Takes a photo and computes."""
    if channel.receive(job) is not None:
        while True:
            pass
