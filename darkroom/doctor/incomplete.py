"""What is said where not even the commands can be loaded, as a part that they stand on is missing."""

import sys

from darkroom.doctor.finding import lines
from darkroom.doctor.readers import one_pillow, readers

TODO = "what is installed is not whole. In a source tree `make setup` mends it, elsewhere installing Darkroom anew"


def say(error: ImportError) -> int:
    """Says what could not be loaded, and what else is wrong with what reads photos; gives the exit code, 1."""
    print(f"darkroom: it can't start: {error}: {TODO}", file=sys.stderr)
    findings = (each for look in (readers, one_pillow) for each in look())
    for line in lines((each for each in findings if each.state == "wrong"), as_json=False):
        print(line, file=sys.stderr)
    return 1
