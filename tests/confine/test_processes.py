"""Confined processes and their owner: what one does ends the work on its file, and another takes its place."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from confine.channel import Nonsense
from confine.processes import Closing, Deadline, Ended, Late, Process, Processes
from tests.end_to_end.servers import eventually

WHILE = 120.0  # seconds after which a test gives up


@pytest.fixture
def processes() -> Iterator[Processes]:
    made = Processes("tests.confine.hostile", 2_000_000_000)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"a photo")
    return path


def begin(process: Process, photo: Path, what: str, seconds: float = WHILE, hung: float = WHILE) -> None:
    with photo.open("rb") as file:
        process.begin(Deadline(seconds, hung), {"do": what}, file.fileno())


def done(processes: Processes, photo: Path, what: str = "nothing", **times: float) -> tuple[Any, int]:
    """What came of it, and which process it was in."""
    with processes.process() as process:
        begin(process, photo, what, **times)
        return process.hear(1_000_000)[0]["came"], process.pid


def ended(processes: Processes, photo: Path, what: str, **times: float) -> tuple[Exception, int]:
    """The error that came of it, and which process it was in."""
    pid = 0
    try:
        with processes.process() as process:
            pid = process.pid
            begin(process, photo, what, **times)
            process.hear(1_000_000)
    except (Ended, Late, Nonsense) as error:
        return error, pid
    raise AssertionError(what)


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_sound_process_is_used_again(processes: Processes, photo: Path) -> None:
    assert done(processes, photo) == done(processes, photo)


def test_one_for_each_that_is_at_work(processes: Processes, photo: Path) -> None:
    with processes.process() as one, processes.process() as other:
        assert one.pid != other.pid


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("dies", Ended),
        ("babbles", Nonsense),
        ("says no JSON", Nonsense),
        ("says too much", Nonsense),
        ("threads", Nonsense),
    ],
)
def test_what_it_does_ends_itself_alone(processes: Processes, photo: Path, what: str, error: type[Exception]) -> None:
    caught, pid = ended(processes, photo, what)
    assert isinstance(caught, error)
    eventually(lambda: gone(pid), True)
    came, other = done(processes, photo)
    assert came == "done"
    assert other != pid


def test_how_it_died_is_known(processes: Processes, photo: Path) -> None:
    with pytest.raises(Ended) as caught:
        done(processes, photo, "dies")
    assert caught.value.code == -signal.SIGSEGV


def test_one_that_says_more_than_it_was_asked_is_not_used_again(processes: Processes, photo: Path) -> None:
    came, pid = done(processes, photo, "says twice")
    assert came == "more"
    assert done(processes, photo)[1] != pid


def test_one_that_computes_for_too_long_is_killed(processes: Processes, photo: Path) -> None:
    caught, pid = ended(processes, photo, "computes", seconds=0.5)
    assert isinstance(caught, Late)
    assert caught.working
    eventually(lambda: gone(pid), True)
    assert done(processes, photo)[0] == "done"


def test_one_that_hangs_is_killed(processes: Processes, photo: Path) -> None:
    caught, pid = ended(processes, photo, "sleeps", hung=0.5)
    assert isinstance(caught, Late)
    assert not caught.working
    assert not caught.reading
    eventually(lambda: gone(pid), True)


def test_who_closes_waits_for_nobody(processes: Processes, photo: Path) -> None:
    caught = list[Exception]()
    begun = threading.Event()
    pids = list[int]()

    def work() -> None:
        try:
            with processes.process() as process:
                pids.append(process.pid)
                begin(process, photo, "computes")
                begun.set()
                process.hear(0)
        except Closing as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(WHILE)
    processes.close()
    thread.join(WHILE)
    assert len(caught) == 1
    eventually(lambda: gone(pids[0]), True)
    with pytest.raises(Closing), processes.process():
        pass


def test_a_zygote_that_was_killed_is_replaced(processes: Processes, photo: Path) -> None:
    _, pid = done(processes, photo)
    assert processes._zygote is not None
    processes._zygote.kill()
    processes._zygote.wait()
    eventually(lambda: gone(pid), True)  # they do not outlive it
    assert done(processes, photo)[0] == "done"


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of Python 3.12 and later
def test_who_is_forked_has_processes_of_its_own(processes: Processes, photo: Path) -> None:
    came, pid = done(processes, photo)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(write, f"{done(processes, photo)}".encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as said:
        theirs = said.read()
    os.waitpid(child, 0)
    assert theirs.startswith("('done'")
    assert str(pid) not in theirs
    assert done(processes, photo) == (came, pid)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of Python 3.12 and later
def test_its_processes_end_with_an_owner_that_was_killed(processes: Processes, photo: Path) -> None:
    processes.start()
    read, write = os.pipe()
    child = os.fork()
    if not child:
        with processes.process() as process:
            begin(process, photo, "computes")
            os.write(write, f"{process.pid}\n".encode())
            process.hear(0)
    os.close(write)
    with os.fdopen(read) as said:
        pid = int(said.readline())
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    eventually(lambda: gone(pid), True)


def test_a_program_is_run(processes: Processes) -> None:
    assert processes.run(["cat"], b"bytes" * 100_000, WHILE, 1_000_000) == b"bytes" * 100_000


@pytest.mark.parametrize(
    "program",
    [["no-such-program"], ["false"], ["cat", "/etc/passwd"], ["sh", "-c", "true | true"], ["touch", "/tmp/x"]],
)
def test_a_program_that_fails_or_reaches_out(processes: Processes, program: list[str]) -> None:
    if program[0] == "cat" and processes.missing():
        pytest.skip("this kernel lacks Landlock or seccomp")
    assert processes.run(program, b"", WHILE, 1000) is None


def test_a_program_that_takes_too_long(processes: Processes) -> None:
    with pytest.raises(Late):
        processes.run(["sleep", "1000"], b"", 0.5, 1000)


def test_a_program_that_writes_too_much(processes: Processes) -> None:
    with pytest.raises(Nonsense):
        processes.run(["cat"], bytes(5000), WHILE, 1000)
