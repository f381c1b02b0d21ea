"""Processes that do nothing but take the cores from others."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

# Goes with the process that started it, however that one ends.
LOOP = "import os, sys\nwhile os.getppid() == int(sys.argv[1]): pass"


@contextmanager
def busy(number: int) -> Iterator[None]:
    """So many of them, until the end."""
    with ExitStack() as closing:
        for _ in range(number):
            loop = subprocess.Popen([sys.executable, "-c", LOOP, str(os.getpid())], stdin=subprocess.DEVNULL)
            closing.callback(loop.wait)
            closing.callback(loop.kill)
        yield
