"""`python -m config`: what the settings are, and `… import FILE`: takes over those of PicApport."""

import sys

from config.arguments import Parser
from config.commands import add_arguments


def main() -> int:
    """Prints every setting, or takes over a picapport.properties; gives the exit code, 2 for what can't be used."""
    parser = Parser(prog="python -m config", description=__doc__)
    add_arguments(parser)
    chosen = parser.parse_args()
    code: int = chosen.run_alone(chosen)
    return code


if __name__ == "__main__":
    sys.exit(main())
