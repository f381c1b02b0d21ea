"""`python -m catalog`: what photos there are, and who may see them.

Exit codes: 0 all is well; 1 with a sentence of what is in the way; 2 wrong settings or usage.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from catalog.commands import backup, people, photos, shares, stats
from catalog.errors import CatalogProblem
from config import load_or_exit


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code."""
    parser = _parser()
    given = sys.argv[1:] if arguments is None else arguments
    chosen = parser.parse_args(given)
    if any("\ud800" <= character <= "\udfff" for each in given for character in each):
        parser.error("an argument is no text in this machine's encoding")
    settings = load_or_exit()
    # Names may hold what the terminal's encoding can't, and a password on standard input anything.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdin.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]
    try:
        code: int = chosen.run(settings, chosen)
        sys.stdout.flush()
    except CatalogProblem as error:
        print(f"catalog: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever reads had enough. What Python would still flush at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("catalog: stopped; what was done so far is kept", file=sys.stderr)
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m catalog", description="What photos there are, and for whom.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for family in (photos, people, shares, stats, backup):
        family.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
