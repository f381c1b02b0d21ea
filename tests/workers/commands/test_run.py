"""`python -m workers run`: what has no place in tests of whole servers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

AUTOGROUP = Path("/proc/self/autogroup")
PROGRAM = """
import logging
import os
import sys
from pathlib import Path
from workers.commands import run
logging.basicConfig(format="%(message)s")
run.AUTOGROUP = Path(sys.argv[1])
run.step_down(7)
print(os.getpriority(os.PRIO_PROCESS, 0))
"""


def stepped_down(group: Path, *, own_session: bool) -> str:
    """What the log says where a process steps down to 7, in a session of its own or in ours."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, group],
        capture_output=True,
        text=True,
        check=True,
        start_new_session=own_session,
    )
    assert int(done.stdout) == max(7, os.getpriority(os.PRIO_PROCESS, 0))
    return done.stderr


@pytest.mark.parametrize("own", [True, False])
def test_priority(tmp_path: Path, own: bool) -> None:
    """In a session of one's own the session steps down too; others' sessions are left as they are."""
    group = tmp_path / "autogroup"
    group.write_text("as it was")
    assert stepped_down(group, own_session=own) == ""
    assert group.read_text() == ("7" if own else "as it was")


def test_a_session_whose_priority_can_t_be_set_is_no_failure(tmp_path: Path) -> None:
    assert "the priority of this session stays as it is" in stepped_down(tmp_path, own_session=True)


def test_a_system_without_priorities_of_sessions(tmp_path: Path) -> None:
    assert stepped_down(tmp_path / "none", own_session=True) == ""


@pytest.mark.skipif(not (AUTOGROUP.exists() and AUTOGROUP.read_text()), reason="this process is in no autogroup")
def test_the_system_s_own_priorities_are_set_or_it_is_said_why_not() -> None:
    program = PROGRAM + "print(run.AUTOGROUP.read_text())"
    done = subprocess.run(
        [sys.executable, "-c", program, AUTOGROUP], capture_output=True, text=True, check=True, start_new_session=True
    )
    assert "nice 7" in done.stdout or "stays as it is" in done.stderr
