"""Confined processes, as their owner has them: one for each file that is read at a time, kept for the next.

Who owns them is a process with threads, or one that forks others, which share the zygote and have processes of their
own. A process that has died, was killed, or has met a file that was not sound is not used again.
"""

import json
import mmap
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confine.channel import Ear, Gone, Head, Nonsense

HOUSE = Path(__file__).resolve().parent.parent
# Of the environment: where Python and programs are, and how the machine's clock and letters are set.
KEPT = frozenset({"PATH", "TZ", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LD_PRELOAD", "PYTHONHOME"})
KEPT |= {"PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PILLOW_BLOCKS_MAX", "PILLOW_BLOCK_SIZE"}

START = 60.0  # seconds for a process, the first of which waits for all that is imported
LOOK_UP = 0.25  # seconds between two looks at one that is at work
END = 5.0  # seconds for the word of how one ended
MOST_THREADS = 64  # of a process: libraries make one for each processor, and some beside
WAITING_FOR_DISK = "D"


class Ended(Exception):
    """The process is gone. `code` is how, as `subprocess` has it; None where nobody could say."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class Late(Exception):
    """It took too long. `working` says that it has computed all the while; else it waited for something, and
    `reading` says for its file.
    """

    def __init__(self, *, working: bool, reading: bool) -> None:
        super().__init__(working, reading)
        self.working, self.reading = working, reading


class Closing(Exception):
    """The owner ends, and all its processes with it."""


class Unavailable(Exception):
    """There is no confined process to be had. `str(error)` says why, as a sentence."""


@dataclass(frozen=True, slots=True)
class _State:
    """Of a process, by /proc: its state as a letter, its threads, and the CPU seconds it has had."""

    letter: str
    threads: int
    cpu: float


class Deadline:
    """`seconds` of work, and `hung` seconds whatever it does; from now on."""

    def __init__(self, seconds: float, hung: float) -> None:
        self.seconds, self.hung = seconds, hung
        self.began = time.monotonic()


class _Ending:
    """Whether the owner ends: known to all that were forked from it, too."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 1)

    def set(self) -> None:
        self._shared[0] = 1

    def is_set(self) -> bool:
        return self._shared[0] == 1


class Process:
    """One process, for one thread at a time."""

    def __init__(self, job: socket.socket, lease: socket.socket, ending: _Ending) -> None:
        self._job, self._lease, self._ending = job, lease, ending
        self._ear = Ear(job, LOOK_UP)
        self._deadline: Deadline | None = None
        self._cpu = 0.0
        self.pid = 0
        self.missing: tuple[str, ...] = ()
        self.sound = True
        """Whether it may be given another file."""
        self.used = False
        """Whether it has had one before, of which its memory may keep something."""

    def greeted(self) -> None:
        """Waits for its first word.

        Raises:
            Ended, Late, Closing
        """
        self._deadline = Deadline(START, START)
        head, _ = self.hear(0)
        self.pid, self.missing = int(head["pid"]), tuple(map(str, head["missing"]))
        self._deadline = None

    def begin(self, deadline: Deadline, head: Mapping[str, Any], descriptor: int) -> None:
        """Gives it a file, open for reading, and says what is wanted of it.

        Raises:
            Ended, Late, Closing
        """
        state = _state(self.pid)
        self._deadline, self._cpu = deadline, 0.0 if state is None else state.cpu
        self.say(head, descriptor=descriptor)

    def say(self, head: Mapping[str, Any], body: bytes = b"", descriptor: int | None = None) -> None:
        """Sends it a frame.

        Raises:
            Ended, Late, Closing
        """
        try:
            self._ear.send(head, body, descriptor, self._look)
        except Gone as error:
            raise self._ended() from error

    def hear(self, most: int) -> tuple[Head, bytes]:
        """The next that it says, with a body of at most so many bytes.

        Raises:
            Ended, Late, Closing, Nonsense
        """
        try:
            return self._ear.hear(most, self._look)
        except Gone as error:
            raise self._ended() from error

    def kill(self) -> None:
        """Ends it at once."""
        self.sound = False
        self._lease.close()
        self._job.close()

    def _ended(self) -> Exception:
        self.sound = False
        if self._ending.is_set():
            return Closing()
        code: int | None = None
        poll = select.poll()
        with suppress(OSError, ValueError):
            poll.register(self._lease, select.POLLIN)
            if poll.poll(END * 1000) and (said := self._lease.recv(64)):
                code = int(json.loads(said))
        return Ended(code)

    def _look(self) -> None:
        """Whether it has had its time.

        Raises:
            Late, Closing, Nonsense
        """
        if self._ending.is_set():
            raise Closing
        if self._deadline is None:
            return
        passed = time.monotonic() - self._deadline.began
        state = _state(self.pid)
        if state is not None:
            if state.threads > MOST_THREADS:
                raise Nonsense(f"{state.threads} threads")
            if min(passed, state.cpu - self._cpu) >= self._deadline.seconds:
                raise Late(working=True, reading=False)
        if passed >= self._deadline.hung:
            letter = "" if state is None else state.letter
            raise Late(working=False, reading=letter == WAITING_FOR_DISK or _is_reading(self.pid))


class Processes:
    """The confined processes of this one, which load the module `entry` (a `zygote.Entry`) and may have `memory` bytes
    of addresses each; 0: any number.
    """

    def __init__(self, entry: str, memory: int = 0) -> None:
        self._entry, self._memory = entry, memory
        self._lock = threading.Lock()
        self._zygote: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._idle: dict[str, list[Process]] = {}
        self._busy: set[Process] = set()
        self._ending = _Ending()
        os.register_at_fork(after_in_child=self._forget)

    def start(self) -> None:
        """Starts the zygote, unless it runs.

        Raises:
            Unavailable: it can't be.
        """
        with self._lock:
            self._controlled()

    @contextmanager
    def process(self, kind: str = "", *, fresh: bool = False) -> Iterator[Process]:
        """A process of that kind; `fresh`: one that has had no file so far. Afterwards it is kept, where it is sound.

        Raises:
            Unavailable: there is none.
            Closing: the owner ends.
        """
        found = (None if fresh else self._taken(kind)) or self._made({"kind": kind})
        try:
            yield found
        except BaseException:
            found.sound = False
            raise
        finally:
            with self._lock:
                self._busy.discard(found)
                found.used = True
                keep = found.sound and not self._ending.is_set()
                if keep:
                    self._idle.setdefault(kind, []).append(found)
            if not keep:
                found.kill()

    def missing(self) -> tuple[str, ...]:
        """What the kernel lacks to shut every door, each a part of a sentence.

        Raises:
            Unavailable, Closing
        """
        with self.process() as one:
            return one.missing

    def run(self, arguments: Sequence[str], given: bytes, seconds: float, most: int) -> bytes | None:
        """What a program writes that is given so many bytes, at most `most`; None where it fails, or is not here.

        Raises:
            Late: it took longer than that.
            Nonsense: it is more.
            Closing: the owner ends.
        """
        end = time.monotonic() + seconds

        def look() -> None:
            if self._ending.is_set():
                raise Closing
            if time.monotonic() > end:
                raise Late(working=True, reading=False)

        with self._program(arguments) as (job, ended):
            ear = Ear(job, LOOK_UP)
            feeding = threading.Thread(target=_feed, args=(job, given), daemon=True)
            feeding.start()
            made = ear.hear_all(most, look)
            code = ended()
        return made if code == 0 else None

    @contextmanager
    def _program(self, arguments: Sequence[str]) -> Iterator[tuple[socket.socket, Callable[[], int | None]]]:
        process, job, lease = self._asked({"program": [*arguments]})
        try:

            def ended() -> int | None:
                error = process._ended()
                if isinstance(error, Ended):
                    return error.code
                raise error

            yield job, ended
        finally:
            with self._lock:
                self._busy.discard(process)
            with suppress(OSError):
                job.shutdown(socket.SHUT_RDWR)
            process.kill()
            lease.close()

    def close(self) -> None:
        """Ends all of them, whatever they do, those of forked processes too; who waits for one is told that the owner
        ends. To be called by whoever started it.
        """
        self._ending.set()
        with self._lock:
            self._drop_zygote()
            idle = [each for some in self._idle.values() for each in some]
            self._idle.clear()
        for each in idle:
            each.kill()

    def _taken(self, kind: str) -> Process | None:
        with self._lock:
            if self._ending.is_set():
                raise Closing
            some = self._idle.get(kind)
            while some:
                found = some.pop()  # the one that was used last is warm
                if not _is_gone(found):
                    self._busy.add(found)
                    return found
                found.kill()
        return None

    def _made(self, wanted: Mapping[str, Any]) -> Process:
        """A new process.

        Raises:
            Unavailable, Closing
        """
        for attempt in range(2):
            process, _, _ = self._asked(wanted)
            try:
                process.greeted()
            except (Ended, Late, Nonsense, KeyError, ValueError, TypeError) as error:
                process.kill()
                with self._lock:
                    self._busy.discard(process)
                self._end_zygote()
                if attempt:
                    raise Unavailable(
                        f"A confined process can't be started: {type(error).__name__} {error}."
                    ) from error
            except Closing:
                process.kill()
                raise
            else:
                return process
        raise AssertionError

    def _asked(self, wanted: Mapping[str, Any]) -> tuple[Process, socket.socket, socket.socket]:
        said = json.dumps(wanted).encode()
        job, inner_job = socket.socketpair()
        lease, inner_lease = socket.socketpair()
        with inner_job, inner_lease:
            for attempt in range(2):
                with self._lock:
                    if self._ending.is_set():
                        raise Closing
                    control = self._controlled()
                    try:
                        socket.send_fds(control, [said], [inner_job.fileno(), inner_lease.fileno()])
                    except OSError as error:
                        if attempt:
                            raise Unavailable(f"Confined processes can't be made: {error}.") from error
                        self._drop_zygote()  # it has died
                        continue
                    process = Process(job, lease, self._ending)
                    self._busy.add(process)
                    break
        return process, job, lease

    def _controlled(self) -> socket.socket:
        """The way to the zygote, which is started where there is none; the lock is held."""
        if self._control is None:
            ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with its:
                arguments = [sys.executable, "-m", "confine", str(its.fileno()), self._entry, str(self._memory)]
                try:
                    # A group of its own: what a terminal tells, or who stops a group, is for the owner to hear.
                    self._zygote = subprocess.Popen(
                        arguments,
                        env=_environment(),
                        stdin=subprocess.DEVNULL,
                        pass_fds=[its.fileno()],
                        cwd="/",
                        process_group=0,
                    )
                except OSError as error:
                    ours.close()
                    raise Unavailable(f"Confined processes can't be made: {error.strerror or error}.") from error
            self._control = ours
        return self._control

    def _end_zygote(self) -> None:
        """Has the next process made by a new one: this one makes none that work."""
        with self._lock:
            self._drop_zygote()

    def _drop_zygote(self) -> None:
        """Ends the zygote, and with it all that it has made, by their PDEATHSIG; the lock is held."""
        control, self._control = self._control, None
        zygote, self._zygote = self._zygote, None
        if control is not None:
            control.close()
        if zygote is not None:
            zygote.kill()
            zygote.wait()

    def _forget(self) -> None:
        """In a process that was forked from the owner: the zygote serves both, what it has made is the owner's."""
        self._lock = threading.Lock()
        for each in (*self._busy, *(one for some in self._idle.values() for one in some)):
            each.kill()
        self._idle, self._busy, self._zygote = {}, set(), None


def _feed(job: socket.socket, given: bytes) -> None:
    with suppress(OSError):  # it has ended, and says how
        job.sendall(given)
        job.shutdown(socket.SHUT_WR)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in KEPT or name.startswith("LC_")}
    others = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each not in ("", str(HOUSE))]
    threads = {"OPENBLAS_NUM_THREADS": "1"}  # else numpy starts some as it is imported, which no fork survives
    path = {"PYTHONPATH": os.pathsep.join([str(HOUSE), *others]), "PYTHONSAFEPATH": "1"}
    return kept | threads | path


def _is_gone(process: Process) -> bool:
    """Whether an idle process has ended, or says something that nobody has asked for."""
    poll = select.poll()
    poll.register(process._job, select.POLLIN)
    return bool(poll.poll(0))


def _state(pid: int) -> _State | None:
    try:
        # Behind the name, which may hold anything. proc(5): 3 state, 14 utime, 15 stime, 20 num_threads.
        fields = Path(f"/proc/{pid}/stat").read_text("latin-1").rpartition(")")[2].split()
        return _State(fields[0], int(fields[17]), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError, IndexError):
        return None


def _is_reading(pid: int) -> bool:
    """Whether it waits for its file, on a file system whose processes can be waited for in other ways than a disk."""
    try:
        number = Path(f"/proc/{pid}/syscall").read_text().split()[0]
    except (OSError, IndexError):
        return False
    return number in READS.get(os.uname().machine, ())


READS = {"x86_64": ("0", "17", "19"), "aarch64": ("63", "67", "65")}  # read, pread64, readv
