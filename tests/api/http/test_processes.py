"""Several processes under one parent, each a Python that prints, waits, or dies."""

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.end_to_end.servers import Process, children, eventually

# A parent of two processes, of which each says that it lives, and does what the command line says.
PARENT = """
import logging, os, signal, sys, time
import signals
from api.http.processes import Processes

def serve():
    if "slow" in sys.argv:
        os.write(1, b"starts\\n")
        time.sleep(1000)
    with signals.readable(*signals.STOPS) as stop:
        os.write(1, f"lives {os.getpid()}\\n".encode())  # at once: print may write it in parts
        if "fail" in sys.argv:
            return 3
        if "deaf" in sys.argv:
            stop = os.pipe()[0]
            os.write(1, b"deaf\\n")
        signals.wait(stop)
    return 0

logging.basicConfig()
import api.http.processes
if "deaf" in sys.argv:
    api.http.processes.PATIENCE = 0.2
with signals.readable(*signals.STOPS) as stop:
    if "told" in sys.argv:
        os.kill(os.getpid(), signal.SIGTERM)
    code = Processes(2, serve).run(stop)
print("the parent has ended", flush=True)
sys.exit(code)
"""


def parent(*arguments: str) -> Process:
    return Process([sys.executable, "-c", PARENT, *arguments], os.environ)


def lives(process: Process) -> int:
    return sum(line.startswith("lives") for line in process.lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_are_started_and_all_are_stopped(number: int) -> None:
    process = parent()
    eventually(lambda: lives(process), 2, 20)
    os.kill(process.process.pid, number)
    process.wait_for("the parent has ended")
    assert process.process.wait(20) == 0
    assert len(process.lines) == 3
    process.stop()


def test_who_is_told_before_starts_none() -> None:
    process = parent("told")
    process.wait_for("the parent has ended")
    assert process.end() == 0
    assert len(process.lines) == 1


def test_one_that_still_starts_ends_at_once() -> None:
    process = parent("slow")
    eventually(lambda: process.lines, ["starts\n"] * 2, 20)
    os.kill(process.process.pid, signal.SIGTERM)
    assert process.end() == 0
    assert process.lines[2:] == ["the parent has ended\n"]


def test_told_all_at_once_as_the_terminal_does_it_none_is_started_anew() -> None:
    process = parent()
    eventually(lambda: lives(process), 2, 20)
    assert process.stop(signal.SIGINT) == 0
    assert len(process.lines) == 3


def test_one_that_dies_is_started_anew() -> None:
    process = parent()
    eventually(lambda: lives(process), 2, 20)
    one, two = children(process.process.pid)
    os.kill(one, signal.SIGKILL)
    process.wait_for(f"front end {one} has ended with -9")
    eventually(lambda: lives(process), 3, 20)
    assert two in children(process.process.pid)
    os.kill(process.process.pid, signal.SIGTERM)
    process.wait_for("the parent has ended")
    process.stop()


def test_where_one_can_t_start_all_are_stopped() -> None:
    process = parent("fail")
    assert process.process.wait(20) == 3
    process.stop()


def test_one_that_does_not_end_is_killed() -> None:
    process = parent("deaf")
    eventually(lambda: sum("deaf" in line for line in process.lines), 2, 20)
    os.kill(process.process.pid, signal.SIGTERM)
    process.wait_for("does not end, and is killed")
    process.wait_for("the parent has ended")
    process.stop()


def test_without_their_parent_they_end() -> None:
    process = parent()
    eventually(lambda: lives(process), 2, 20)
    pids = children(process.process.pid)
    os.kill(process.process.pid, signal.SIGKILL)
    process.process.wait(20)
    eventually(lambda: [pid for pid in pids if alive(pid)], [], 20)
    process.stop()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"  # Z: nobody has waited for it yet
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture(autouse=True)
def _no_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
