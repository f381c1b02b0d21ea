"""`python -m api`: see `api.command`."""

import sys

from api.command import main

if __name__ == "__main__":
    sys.exit(main())
