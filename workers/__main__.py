"""`python -m workers run` is a worker of the distributed way, `… beat` what wakes it by the clock; `… render` renders
one file, without any server; `… prerender` renders in advance what is missing."""

import sys
from collections.abc import Sequence

import config
from config.arguments import Parser
from workers.commands import arguments as commands


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code: 0, or 1 with a sentence, 2 for wrong arguments or settings."""
    parser = Parser(prog="python -m workers", description=__doc__)
    there = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_run(there.add_parser("run", help="render what the queues hold"))
    commands.add_beat(there.add_parser("beat", help="queue what has to be done by the clock"))
    commands.add_render(there.add_parser("render", help="render one file, and say how long each step took"))
    commands.add_prerender(there.add_parser("prerender", help="render in advance what is missing"))
    chosen = parser.parse_args(arguments)
    code: int = chosen.run(config.load_or_exit(), chosen)
    return code


if __name__ == "__main__":
    sys.exit(main())
