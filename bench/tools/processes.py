"""Programs under measurement: started, waited for, looked into, ended."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import httpx

PROJECT = Path(__file__).parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 10.0
LOOK_UP = 0.05
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


class NotStarted(Exception):
    """A program ended, or was silent, before it was ready."""


class Program:
    """A program in a process group of its own; what it prints goes to `log`."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def wait_for(self, words: str, *, seconds: float = START_SECONDS) -> None:
        """Waits until it has printed these words.

        Raises:
            NotStarted: it ended or took too long.
        """
        end = time.monotonic() + seconds
        while words not in self._log.read_text(errors="replace"):
            if self._process.poll() is not None or time.monotonic() > end:
                raise NotStarted(f"no {words!r} in what it printed:\n{self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(LOOK_UP)

    def tell(self) -> None:
        """Tells it to end, and does not wait for it."""
        self._signal(signal.SIGTERM)

    def stop(self) -> None:
        """Ends it and all that it has started."""
        self.tell()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self._signal(signal.SIGKILL)  # and whatever is left of what it has started
        self._process.wait()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):  # it has ended
            os.killpg(self.pid, number)


def environ(**more: str) -> dict[str, str]:
    """An environment with nothing of this one's but what programs need to run at all."""
    return {name: os.environ[name] for name in KEPT if name in os.environ} | more


def free_port() -> int:
    """A TCP port of loopback that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def wait_until_up(url: str) -> None:
    """Waits for a server that is starting.

    Raises:
        httpx.TransportError: it does not answer, after a minute.
    """
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(url, timeout=START_SECONDS)
        except httpx.TransportError:
            if time.monotonic() > end:
                raise
            time.sleep(LOOK_UP)
        else:
            return


def resident(pid: int) -> int:
    """Kilobytes of memory that a process holds now."""
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0])


def peaks(pid: int) -> list[int]:
    """The most memory that a process and each of those it has started ever held, in kilobytes; itself first."""
    found = []
    for each in (pid, *_children(pid)):
        try:
            status = Path(f"/proc/{each}/status").read_text()
        except OSError:
            continue  # it has ended meanwhile
        if "VmHWM:" in status:
            found.append(int(status.split("VmHWM:")[1].split()[0]))
    return found


def cpu(pids: Iterable[int]) -> float:
    """Milliseconds of CPU that processes, and those they have started and that live, have used; in steps of 10."""
    ticks = 0
    for pid in pids:
        for each in (pid, *_children(pid)):
            with suppress(OSError):  # it has ended meanwhile
                ticks += sum(map(int, Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> Iterable[int]:
    """Those that a process has started and that live, and theirs."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        direct = sorted({int(each) for task in tasks for each in (task / "children").read_text().split()})
    except OSError:
        return
    for child in direct:
        yield child
        yield from _children(child)
