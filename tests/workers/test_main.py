"""`python -m workers`: what has no place in its own tests elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest

AUTOGROUP = Path("/proc/self/autogroup")
PROGRAM = """
import os
from pathlib import Path
from workers.__main__ import step_down
step_down(7)
group = Path("/proc/self/autogroup")
print(os.nice(0), group.read_text().split()[-1] if group.exists() else "")
"""


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="the system has no autogroups")
@pytest.mark.parametrize("own", [True, False])
def test_priority(own: bool) -> None:
    """In a session of one's own the session steps down too; others' sessions are left as they are."""
    before = AUTOGROUP.read_text().split()[-1]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, start_new_session=own
    )
    assert done.stdout.split() == ["7", "7" if own else before]
