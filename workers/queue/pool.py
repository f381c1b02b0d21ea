"""A prefork worker's children: Celery's own, but for how they end.

A child ends when what it has said has been heard, or after 30 s. Celery's parent, as it ends, hears its children for as
long as it waits for a task of theirs, and it forgets those that it has handed over but not seen begun: where SIGTERM
came at that moment, the child made its render and then waited in vain for half a minute, and the task went back to the
queue though it was done.
"""

import logging
import os
import select
import signal
from contextlib import suppress
from typing import Any

from billiard.pool import RUN, TERMINATE, WorkersJoined
from celery.concurrency import asynpool, prefork

log = logging.getLogger("darkroom.worker")

LOOK_UP = 0.5  # seconds between two looks whether a task has had its time


class _Results(asynpool.ResultHandler):  # type: ignore[misc]
    """What children say, heard by the parent."""

    def on_stop_not_started(self) -> None:
        """Hears the children until the last has ended; called where the pool is joined."""
        while self._state != TERMINATE:
            if self.check_timeouts is not None:
                self.check_timeouts()
            try:
                self.join_exited_workers(shutdown=True)
            except WorkersJoined:
                return
            self._hear()

    def _hear(self) -> None:
        """Takes in what there is, as soon as there is something, or a child has ended."""
        living = {number: child for number, child in self.fileno_to_outq.items() if child.exitcode is None}
        if not living:
            return
        waiting = select.poll()
        for number, child in living.items():
            waiting.register(number, select.POLLIN)
            waiting.register(child._popen.sentinel, select.POLLIN)
        for number, _ in waiting.poll(LOOK_UP * 1000):
            if number in living:
                self._flush_outqueue(number, _nothing, self.fileno_to_outq, self.on_state_change)


class _Children(asynpool.AsynPool):  # type: ignore[misc]
    """The children, and the tasks that they have."""

    ResultHandler = _Results

    def flush(self) -> None:
        """Forgets the tasks that no child has; on a connection that is lost, also those that none is known to have
        begun, as Celery does.
        """
        handed_over = {ident: job for ident, job in self._cache.items() if job._write_to is not None}
        ending = self._state != RUN
        super().flush()
        if ending:
            self._cache.update(handed_over)


class Pool(prefork.TaskPool):  # type: ignore[misc]
    """The pool of a prefork worker."""

    Pool = _Children

    def kill(self) -> None:
        """Ends the children that there still are, whatever they do."""
        pool = self._pool  # gone as soon as all of them are
        for child in () if pool is None else list(pool._pool):
            log.error("a process of this worker does not end, and is killed: %d", child.pid)
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)


def _nothing(_: Any) -> None:
    """A pipe that is of no use any more ends with its child."""
