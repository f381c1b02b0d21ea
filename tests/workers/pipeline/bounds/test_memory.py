"""What Pillow keeps between renders. Each in a process of its own, as it is Pillow's for the whole process."""

import subprocess
import sys

import pytest

PROGRAM = """
import os, sys, time
from PIL import Image
from workers.pipeline.memory import Kept

kept = Kept(idle=float(sys.argv[1]))
print(Image.core.get_blocks_max())

def use():
    end = time.monotonic() + 30
    while time.monotonic() < end:  # on a busy machine it may be given back before it is looked at
        kept.used()
        Image.new("RGB", (4000, 3000))
        kept.used()
        if Image.core.get_stats()["blocks_cached"]:
            return True

print(use())
{more}
end = time.monotonic() + 30
while Image.core.get_stats()["blocks_cached"] and time.monotonic() < end:
    time.sleep(0.01)
print(Image.core.get_stats()["blocks_cached"])
"""


def said(idle: float, more: str = "", **environ: str) -> list[str]:
    """What a process says that uses it."""
    command = [sys.executable, "-c", PROGRAM.format(more=more), str(idle)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("more", ["", "time.sleep(0.2); print(use())", "if os.fork(): os._exit(0)\nprint(use())"])
def test_it_is_kept_and_given_back(more: str) -> None:
    """Also a second time, and after a fork."""
    heard = said(0.05, more)
    assert heard[0] == "8"
    assert set(heard[1:-1]) == {"True"}
    assert heard[-1] == "0"


def test_the_operator_has_the_last_word() -> None:
    assert said(0.05, PILLOW_BLOCKS_MAX="3")[0] == "3"
