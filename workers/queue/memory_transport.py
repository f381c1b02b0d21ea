"""Celery's broker of the embedded way: kombu's queues in memory, of which whoever waits is told.

kombu's own transport looks for messages every so often: each worker then takes its share of the GIL from cached photos,
and a render waits for the next look. Here a message, and every place that becomes free for one, wakes the workers.
"""

import threading
import time
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, memory

# Nobody should have to wait for so long: it heals what was overlooked.
LOOK_AGAIN = 0.5

URL = "darkroom-memory://"
TRANSPORT_ALIASES["darkroom-memory"] = f"{__name__}:Transport"

_changed = threading.Condition()
_changes = 0


def _tell() -> None:
    global _changes
    with _changed:
        _changes += 1
        _changed.notify_all()


class Channel(memory.Channel):
    """A channel that tells when there may be something to deliver."""

    def _put(self, *message: Any, **options: Any) -> None:
        super()._put(*message, **options)  # type: ignore[no-untyped-call]
        _tell()

    # Each of these may make room for a message that waits.

    def basic_ack(self, *arguments: Any, **more: Any) -> None:
        """As kombu's."""
        super().basic_ack(*arguments, **more)  # type: ignore[no-untyped-call]
        _tell()

    def basic_reject(self, *arguments: Any, **more: Any) -> None:
        """As kombu's."""
        super().basic_reject(*arguments, **more)  # type: ignore[no-untyped-call]
        _tell()

    def basic_qos(self, *arguments: Any, **more: Any) -> None:
        """As kombu's."""
        super().basic_qos(*arguments, **more)  # type: ignore[no-untyped-call]
        _tell()


class Transport(memory.Transport):
    """Delivers messages as they come."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: Any = None, **_: Any) -> None:  # noqa: ARG002
        """Delivers one message, as soon as there is one.

        Raises:
            TimeoutError: there was none for `timeout` seconds.
        """
        end = None if timeout is None else time.monotonic() + timeout
        cycle: Any = self.cycle
        while True:
            seen = _changes
            try:
                cycle.get(self._deliver, timeout=timeout)
            except Empty:
                left = LOOK_AGAIN if end is None else min(LOOK_AGAIN, end - time.monotonic())
                if left <= 0:
                    raise TimeoutError from None
                with _changed:
                    _changed.wait_for(lambda seen=seen: _changes != seen, left)  # type: ignore[misc]
            else:
                return
