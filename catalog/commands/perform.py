"""Runs a command of the catalogue, and says in a sentence what is in its way."""

import argparse
import os
import sys
from io import TextIOWrapper

from catalog.errors import CatalogProblem
from config import Settings

WRONG_ARGUMENT = ("malformed", "missing", "conflict", "forbidden")


def perform(settings: Settings, chosen: argparse.Namespace) -> int:
    """Runs `chosen.run`; gives the exit code.

    0 all is well; 1 with a sentence of what is in the way; 2 with one on an argument that can't be used, or names what
    is not there; 130 stopped.
    """
    # Names may hold what the terminal's encoding can't, and a password on standard input anything.
    for stream, errors in ((sys.stdout, "backslashreplace"), (sys.stdin, "surrogateescape")):
        if isinstance(stream, TextIOWrapper):  # it is None where whoever started this has closed it
            stream.reconfigure(errors=errors)
    try:
        code: int = chosen.run(settings, chosen)
        if sys.stdout is not None:
            sys.stdout.flush()
    except CatalogProblem as error:
        sentence = str(error)
        if error.kind == "malformed" and error.public != sentence:
            sentence = f"{sentence}. {error.public}"
        print(f"darkroom: {sentence}", file=sys.stderr)
        return exit_code(error)
    except BrokenPipeError:
        # Whoever reads had enough. What Python would still flush at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("darkroom: stopped; what was done so far is kept", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"darkroom: {error.filename or settings.data_dir}: {error.strerror or error}", file=sys.stderr)
        return 1
    return code


def exit_code(error: CatalogProblem) -> int:
    """2 where an argument was at fault, else 1."""
    return 2 if error.kind in WRONG_ARGUMENT else 1
