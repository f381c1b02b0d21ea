"""Who steps back."""

import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from confine.priority import STEP_BACK, step_back

PROJECT = Path(__file__).parent.parent.parent
OURS = ("api", "cache", "catalog", "config", "confine", "darkroom", "workers")
MAY_SAY = {
    "confine/priority.py",
    "workers/commands/run.py",  # as its --nice has it
}


def niceness() -> int:
    """Of the thread that asks."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_a_thread_steps_back_and_no_other() -> None:
    before = niceness()
    with ThreadPoolExecutor(1, initializer=step_back) as pool:
        assert pool.submit(niceness).result() == min(before + STEP_BACK, 19)
    assert niceness() == before


def test_one_place_knows_by_how_much() -> None:
    """Nobody sets a niceness by himself."""
    modules = [path for folder in OURS for path in (PROJECT / folder).rglob("*.py")]
    assert modules
    setting = re.compile(r"os\.(nice|setpriority)\b")
    found = {str(path.relative_to(PROJECT)) for path in modules if setting.search(path.read_text(encoding="utf-8"))}
    assert found == MAY_SAY
