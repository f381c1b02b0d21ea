"""`python -m catalog`: what photos there are, and who may see them.

Exit codes: 0 all is well; 1 with a sentence of what is in the way; 2 wrong settings or arguments.
"""

import sys
from collections.abc import Sequence

import loading
from config import load_or_exit
from config.arguments import Parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code."""
    with loading.uncollected():
        from catalog.commands import audit, backup, people, photos, shares, stats
        from catalog.commands.perform import perform
    parser = Parser(prog="python -m catalog", description="What photos there are, and for whom.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for family in (photos, people, shares, audit, stats, backup):
        family.add_to(commands)
    chosen = parser.parse_args(arguments)
    return perform(load_or_exit(), chosen)


if __name__ == "__main__":
    sys.exit(main())
