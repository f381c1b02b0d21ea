"""The folder's lock: over threads, processes, forks, and a folder that is replaced."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from cache.disk.lock import locked
from cache.errors import Held

HOLDS = """
import sys
from pathlib import Path
from cache.disk.lock import locked
with locked(Path(sys.argv[1]), 1):
    print("held", flush=True)
    sys.stdin.read()
"""
ROOT = Path(__file__).parents[3]


def test_one_thread_at_a_time(tmp_path: Path) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(200):
            with locked(tmp_path, 30):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (inside, most) == (0, 1)


def test_another_process_holds_it_until_it_is_killed(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout
        holder.stdout.readline()
        with pytest.raises(Held), locked(tmp_path, 0.01):
            pass
        holder.send_signal(signal.SIGSTOP)  # a stopped one stops nobody else for longer than their patience
        with pytest.raises(Held), locked(tmp_path, 0.01):
            pass
        holder.kill()
        holder.wait()
        with locked(tmp_path, 0):
            pass


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of Python 3.12 and later
def test_a_child_forked_while_it_is_held_does_not_keep_it(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with locked(tmp_path, 0):
        child = os.fork()
        if not child:
            os.close(writing)
            os.read(reading, 1)
            os._exit(0)
    with locked(tmp_path, 0):
        pass
    os.close(writing)
    os.close(reading)
    os.waitpid(child, 0)


def test_a_folder_made_again_has_a_lock_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with locked(folder, 0):
        shutil.rmtree(folder)
        folder.mkdir()
        with locked(folder, 0):
            pass


def test_it_is_let_go_of_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError), locked(tmp_path, 0):
        raise KeyError
    with locked(tmp_path, 0):
        pass
    with pytest.raises(FileNotFoundError), locked(tmp_path / "none", 0):
        pass
