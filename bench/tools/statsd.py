"""What a server tells statsd, heard without one."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BUFFER = 1 << 22  # bytes of packets that wait to be heard
LOOK_UP = 0.1


@contextmanager
def counting(words: bytes) -> Iterator[tuple[int, Callable[[], float]]]:
    """A UDP port, and how many packets with these words came to it so far."""
    heard, ended = [0], threading.Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(LOOK_UP)

        def listen() -> None:
            while not ended.is_set():
                try:
                    heard[0] += words in listening.recv(4096)
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1], lambda: float(heard[0])
        finally:
            ended.set()
            thread.join()
