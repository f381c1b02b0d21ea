"""A process that is kept alive: real forks, since that is what it is about."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.busy import busy

PROGRAM = """
import os, signal, sys, time
import catalog.watch.supervisor as supervisor

supervisor.PAUSE = 0

def run():
    number = len(os.read(lives, 100))
    os.lseek(lives, 0, os.SEEK_END)
    os.write(lives, b"x")
    os.lseek(lives, 0, os.SEEK_SET)
    print("life", number, os.getpid(), flush=True)
    {each}

lives = os.memfd_create("lives")
sys.exit(supervisor.supervise(run))
"""


@contextmanager
def running(each: str) -> Iterator[subprocess.Popen[str]]:
    """A process that keeps another alive, which does `each` in each of its lives."""
    command = [sys.executable, "-c", PROGRAM.format(each=each)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def life(process: subprocess.Popen[str]) -> tuple[int, int]:
    """The number of the life that has begun, and of its process."""
    assert process.stdout
    _, number, pid = process.stdout.readline().split()
    return int(number), int(pid)


def is_gone(process: subprocess.Popen[str]) -> bool:
    """Waits until nobody is left who could write to it."""
    assert process.stdout
    return process.stdout.read() == ""


@pytest.mark.parametrize(
    ("each", "lives", "code"),
    [
        ("return 0", 1, 0),
        ("return 1", 1, 1),  # it has said what is in the way
        ("raise ValueError if number < 2 else KeyboardInterrupt", 3, 130),
        ("os.kill(os.getpid(), signal.SIGKILL) if number < 2 else None; return 3", 3, 3),
    ],
)
def test_how_lives_end(each: str, lives: int, code: int) -> None:
    with running(each) as process:
        assert [life(process)[0] for _ in range(lives)] == list(range(lives))
        assert process.wait(60) == code


def test_it_ends_with_its_input() -> None:
    with running("time.sleep(1000)") as process:
        life(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait(60) == 0
        assert is_gone(process)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGKILL, -9)])
def test_the_child_ends_with_its_parent(number: int, code: int) -> None:
    with running("time.sleep(1000)") as process:
        first = life(process)[1]
        os.kill(first, signal.SIGKILL)
        assert life(process)[0] == 1
        os.kill(process.pid, number)
        assert process.wait(60) == code
        assert is_gone(process)


@pytest.mark.soak
def test_stopped_at_any_instant_it_neither_hangs_nor_complains() -> None:
    """A thousand times, on busy cores; the child dies and is begun anew all the time, so that each instant comes up."""
    with busy(3):
        for number in range(1000):
            command = [sys.executable, "-c", PROGRAM.format(each="os.kill(os.getpid(), signal.SIGKILL)")]
            pipe = subprocess.PIPE
            with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
                for _ in range(1 + number % 3):
                    life(process)
                process.send_signal(signal.SIGTERM)
                _, said = process.communicate(timeout=60)
            assert (process.returncode, "Traceback" in said) == (0, False), said
