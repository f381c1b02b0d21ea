"""`python -m bench.fuzz.child` reads paths from standard input, a line each, and answers each with what was found: a
line of JSON. A file may bring it down, use up its memory or never end: whoever started it looks at that.
"""

import importlib
import json
import logging
import sys
import warnings
from dataclasses import asdict
from pathlib import Path

from bench.fuzz.readers import READERS, findings
from workers.pipeline.limits import confine_memory

# As workers are by their default; what a picture of 4 megapixels takes is a part of that.
MEMORY = 2_000_000_000


def main() -> int:
    """Answers until nothing more comes."""
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    warnings.simplefilter("ignore")  # as in a server
    readers = READERS
    if len(sys.argv) > 1:  # others, as module:name
        module, _, name = sys.argv[1].partition(":")
        readers = getattr(importlib.import_module(module), name)
    confine_memory(MEMORY)
    for line in sys.stdin:
        found = [asdict(each) for each in findings(Path(line.rstrip("\n")), readers)]
        print(json.dumps(found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
