"""`python -m cache`: what is in the cache, how often it helps, and ways to empty it and to look it through.

Exit codes: 0 all is well; 1 a tier can't be used, or something was wrong (and is mended); 2 wrong settings or
arguments.
"""

import sys
from collections.abc import Sequence

from cache.commands import add_arguments
from config import load_or_exit
from config.arguments import Parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code."""
    parser = Parser(prog="python -m cache", description="The cache of renders.")
    add_arguments(parser)
    chosen = parser.parse_args(arguments)
    code: int = chosen.run(load_or_exit(), chosen)
    return code


if __name__ == "__main__":
    sys.exit(main())
