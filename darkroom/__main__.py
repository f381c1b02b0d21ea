"""Where the command `darkroom` begins: it finds the rest of the house, wherever it is called from.

In the tree the house lies beside this package; a wheel has all of it inside of this package, so that nobody else's
`api` or `config` is in its way, nor it in theirs.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOUSE = HERE if (HERE / "api").is_dir() else HERE.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; gives the exit code, 1 where what is installed is not whole, which is said."""
    move_in()
    hears = signal.getsignal(signal.SIGINT)
    if hears is signal.default_int_handler:
        # A Ctrl-C in the midst of all that is imported is the end, and no error.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from darkroom.cli import run
    except ImportError as error:
        from darkroom.doctor import incomplete

        return incomplete.say(error)
    signal.signal(signal.SIGINT, hears)
    return run(arguments)


def move_in() -> None:
    """Has this process, and all that it starts, import the house and never what lies in the working directory."""
    house = str(HOUSE)
    if sys.path[0] != house:
        sys.path.insert(0, house)
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join([house, *(each for each in others if each not in ("", house))])
    os.environ["PYTHONSAFEPATH"] = "1"


if __name__ == "__main__":
    sys.exit(main())
