"""Memory for pixels is kept from one render to the next, and given back when none comes.

Pillow has it from the system for each image anew and gives it back: 28,000 pages for a photo of 20 megapixels, which
took a quarter of its render's time.
"""

import os
import threading
import time

from PIL.Image import core  # type: ignore[attr-defined]  # Pillow documents it by this name

BLOCKS = 8  # of 16 MiB each: a photo of 24 megapixels, and what is made of it
IDLE = 10.0  # seconds without a render after which the system has it back


class Kept:
    """What this process keeps: at most so many blocks, until it has rendered nothing for `idle` seconds."""

    def __init__(self, blocks: int = BLOCKS, idle: float = IDLE) -> None:
        self._idle = idle
        self._used = 0.0
        self._begin()
        os.register_at_fork(after_in_child=self._begin)  # the thread does not outlive it, and may have held the lock
        if not core.get_blocks_max():  # else PILLOW_BLOCKS_MAX says how many
            core.set_blocks_max(blocks)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._running = False

    def used(self) -> None:
        """A render begins, or has ended."""
        with self._lock:
            self._used = time.monotonic()
            if not self._running:
                self._running = True
                threading.Thread(target=self._give_back, name="memory", daemon=True).start()

    def _give_back(self) -> None:
        while True:
            with self._lock:
                left = self._used + self._idle - time.monotonic()
                if left <= 0:
                    core.clear_cache()
                    self._running = False
                    return
            time.sleep(left)
