"""Looks that take no longer than they may: a network share that hangs holds up nobody but the thread that asked it."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import NoReturn, TypeVar

from darkroom.doctor.finding import Finding, wrong

SECONDS = 3.0  # that each may take, where nothing else is said

Answer = TypeVar("Answer")


class Silent(Exception):
    """No answer came in time."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look: its name, what finds, what to do where that does not answer, and the seconds that it may take."""

    name: str
    find: Callable[[], Iterable[Finding]]
    todo: str = ""
    seconds: float = field(default_factory=lambda: SECONDS)


def found(looks: Sequence[Look]) -> Iterator[Finding]:
    """What the looks find, in their order. All of them look at once, so that those that wait do so together."""
    for begun in [_Begun(look) for look in looks]:
        yield from begun.findings()


def within(seconds: float, ask: Callable[[], Answer]) -> Answer:
    """What `ask` gives or raises.

    Raises:
        Silent: it took longer.
    """
    answers: SimpleQueue[Callable[[], Answer]] = SimpleQueue()

    def run() -> None:
        try:
            answer = ask()
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits for it
            answers.put(_raiser(error))
        else:
            answers.put(lambda: answer)

    threading.Thread(target=run, daemon=True).start()
    try:
        return answers.get(timeout=seconds)()
    except Empty:
        raise Silent from None


def _raiser(error: BaseException) -> Callable[[], NoReturn]:
    def reraise() -> NoReturn:
        raise error

    return reraise


class _Begun:
    """A look under way, on a thread that nobody waits for at the end of the process."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._end = time.monotonic() + look.seconds
        self._found: SimpleQueue[Finding | None] = SimpleQueue()
        threading.Thread(target=self._run, name=look.name, daemon=True).start()

    def findings(self) -> Iterator[Finding]:
        """What it has found so far; what is missing at its end did not answer."""
        while True:
            try:
                finding = self._found.get(timeout=max(0.0, self._end - time.monotonic()))
            except Empty:
                yield wrong(self._look.name, f"did not answer within {self._look.seconds:g} s", self._look.todo)
                return
            if finding is None:
                return
            yield finding

    def _run(self) -> None:
        try:
            for finding in self._look.find():
                self._found.put(finding)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is what there is to say
            says = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self._found.put(wrong(self._look.name, f"can't be looked at: {says}", self._look.todo))
        self._found.put(None)
