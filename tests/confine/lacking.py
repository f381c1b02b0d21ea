"""Runs inside of a confined process on a kernel that knows neither Landlock nor seccomp: see `hostile`."""

import socket
from collections.abc import Callable

from tests.confine import hostile


def prepare() -> None:
    """As `confine.zygote.Entry`."""


def begin(_kind: str) -> Callable[[socket.socket], None]:
    """As `confine.zygote.Entry`."""
    return hostile.begin("without both")
