"""How long whoever asks waits for an answer: so many seconds, and for as long as he is there."""

import threading
import time
from collections.abc import Callable

import metrics
from catalog.errors import TryLater

RETRY_AFTER = 5  # seconds: what took too long is hardly quicker at once


class Patience:
    """What is left of it. A `catalog.database.Limit`: a statement under it ends when it does.

    It is measured by a clock that nobody sets. `seconds` are those of the setting `search.timeout`.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds
        self._woken = threading.Event()
        self.gone = False
        """Whether whoever asked is."""

    def give_up(self) -> None:
        """Whoever asked is gone. From any thread, as `wake`."""
        self.gone = True
        self.wake()

    def wake(self) -> None:
        """Has `sleep` end at once, or the next time that it is called."""
        self._woken.set()

    def sleep(self) -> None:
        """Waits until somebody calls `wake` or `give_up`, or the time is over."""
        self._woken.wait(max(0.0, self._end - self._clock()))
        self._woken.clear()

    def is_over(self) -> bool:
        """Whether nobody waits any more."""
        return self.gone or self._clock() >= self._end

    def problem(self) -> TryLater:
        """What is said of it, once it is over; counted."""
        if self.gone:
            metrics.shed.labels("hangup").inc()
            return TryLater("The client has hung up.", RETRY_AFTER)
        metrics.shed.labels("search_timeout").inc()
        said = f"This took longer than {self.seconds:g} seconds (search.timeout): ask for less at once, or later again."
        return TryLater(said, RETRY_AFTER)

    def check(self) -> None:
        """Raises TryLater where it is over: for what is no statement."""
        if self.is_over():
            raise self.problem()
