"""What a confined process and its owner say to each other: frames over one socket, each a head of JSON and a body.

Nothing that a confined process says is believed: it is JSON and bytes, never objects, and no longer than it may be.
"""

import array
import json
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

FRAME = struct.Struct("!IQ")
HEAD = 4_000_000  # bytes of a head, at most
BLOCK = 1 << 20
DESCRIPTOR = array.array("i", [0]).itemsize

Head = dict[str, Any]


class Nonsense(Exception):
    """What came is no frame, or too much."""


class Gone(Exception):
    """Nobody is at the other end."""


def send(number: int, head: Mapping[str, Any], body: bytes | bytearray = b"") -> None:
    """Sends a frame on a descriptor that blocks, from inside.

    Raises:
        OSError: it can't be sent.
    """
    said = json.dumps(head).encode()
    parts = [memoryview(FRAME.pack(len(said), len(body)) + said), memoryview(body)]
    while parts:
        sent = os.writev(number, parts)
        while parts and sent >= len(parts[0]):
            sent -= len(parts.pop(0))
        if parts:
            parts[0] = parts[0][sent:]


def receive(channel: socket.socket) -> tuple[Head, bytes, int | None] | None:
    """The next frame from the owner, with the descriptor that came with it; None where there is none any more."""
    start, ancillary, _, _ = channel.recvmsg(FRAME.size, socket.CMSG_SPACE(DESCRIPTOR))
    descriptor = None
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptor = array.array("i", data[:DESCRIPTOR])[0]
    if not start:
        return None
    number = channel.fileno()
    length, more = FRAME.unpack(start + _read(number, FRAME.size - len(start)))
    head = json.loads(_read(number, length))
    return head, _read(number, more), descriptor


def files(channel: socket.socket) -> Iterator[tuple[Head, int]]:
    """What is wanted of each file that the owner hands over, and its descriptor, until there is none any more.

    Raises:
        ValueError: one was wanted, and no file came with it.
    """
    while (got := receive(channel)) is not None:
        wanted, _, descriptor = got
        if descriptor is None:
            raise ValueError("a photo without a file")
        yield wanted, descriptor


def _read(number: int, length: int) -> bytes:
    parts, left = list[bytes](), length
    while left:
        part = os.read(number, min(left, BLOCK))
        if not part:
            raise EOFError
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


class Ear:
    """The owner's end: hears frames, and looks up meanwhile. `look` is called each `every` seconds that nothing comes,
    and raises where it has been long enough.
    """

    def __init__(self, channel: socket.socket, every: float) -> None:
        self._channel = channel
        self._every = every
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)

    def send(self, head: Mapping[str, Any], body: bytes, descriptor: int | None, look: Callable[[], None]) -> None:
        """Sends a frame.

        Raises:
            Gone: it can't be.
        """
        said = json.dumps(head).encode()
        rest = memoryview(FRAME.pack(len(said), len(body)) + said)
        beside = []
        if descriptor is not None:
            beside = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
        try:
            for part in (rest, memoryview(body)):
                left = part
                while left:
                    try:
                        sent = self._channel.sendmsg([left[:BLOCK]], beside, socket.MSG_NOSIGNAL | socket.MSG_DONTWAIT)
                    except BlockingIOError:
                        self._wait(select.POLLOUT, look)
                        continue
                    beside, left = [], left[sent:]
        except OSError as error:
            raise Gone from error

    def hear(self, most: int, look: Callable[[], None]) -> tuple[Head, bytes]:
        """The next frame, whose body has `most` bytes at most.

        Raises:
            Gone: none comes any more.
            Nonsense: it is none, or too much.
        """
        length, more = FRAME.unpack(self._read(FRAME.size, look))
        if length > HEAD or more > most:
            raise Nonsense(f"a frame of {length:,} and {more:,} bytes")
        try:
            head = json.loads(self._read(length, look))
        except (ValueError, RecursionError) as error:
            raise Nonsense("a head that is no JSON") from error
        if not isinstance(head, dict):
            raise Nonsense("a head without names")
        return head, self._read(more, look)

    def hear_all(self, most: int, look: Callable[[], None]) -> bytes:
        """All that comes until nobody is there any more.

        Raises:
            Nonsense: it is too much.
        """
        parts, length = list[bytes](), 0
        while part := self._some(BLOCK, look):
            parts.append(part)
            length += len(part)
            if length > most:
                raise Nonsense(f"more than {most:,} bytes")
        return b"".join(parts)

    def _read(self, length: int, look: Callable[[], None]) -> bytes:
        parts, left = list[bytes](), length
        while left:
            part = self._some(min(left, BLOCK), look)
            if not part:
                raise Gone
            parts.append(part)
            left -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _some(self, most: int, look: Callable[[], None]) -> bytes:
        while True:
            try:
                return self._channel.recv(most, socket.MSG_DONTWAIT)
            except BlockingIOError:
                self._wait(select.POLLIN, look)
            except OSError:
                return b""

    def _wait(self, what: int, look: Callable[[], None]) -> None:
        self._poll.modify(self._channel, what)
        end = time.monotonic() + self._every
        # A stream of single bytes must not keep it from looking up.
        if not self._poll.poll(self._every * 1000) or time.monotonic() >= end:
            look()
