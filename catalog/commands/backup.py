"""`backup`, `restore`: copies of the catalogue, while the server runs."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from catalog.backup import Told, backup, restore
from config import Settings
from config.arguments import Commands, existing_file, new_file, printable

MAGIC = b"SQLite format 3\0"


def add_to(commands: Commands) -> None:
    """Adds these commands to those there are."""
    backing_up = commands.add_parser("backup", help="copy the catalogue into a file, also while the server runs")
    backing_up.add_argument("file", type=new_file, help="the file to write")
    backing_up.add_argument("--force", action="store_true", help="replace the file, where it is there already")
    backing_up.set_defaults(run=_backup)
    restoring = commands.add_parser("restore", help="make a backup the catalogue, also while the server runs")
    restoring.add_argument("file", type=_backup_file, help="what `backup` wrote")
    restoring.set_defaults(run=_restore)


def _backup_file(text: str) -> Path:
    file = existing_file(text)
    try:
        with file.open("rb") as opened:
            if opened.read(len(MAGIC)) == MAGIC:
                return file
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text!r} can't be read: {error.strerror}") from None
    raise argparse.ArgumentTypeError(f"{text!r} is no copy of a catalogue: `backup` writes such")


def _backup(settings: Settings, chosen: argparse.Namespace) -> int:
    try:
        with _progress("copying") as told:
            backup(settings, chosen.file, told, force=chosen.force)
    except FileExistsError:
        print(f"darkroom: {printable(str(chosen.file))} is there already: --force replaces it", file=sys.stderr)
        return 2
    print(f"the catalogue is in {printable(str(chosen.file))} ({chosen.file.stat().st_size / 1e6:.1f} MB)")
    return 0


def _restore(settings: Settings, chosen: argparse.Namespace) -> int:
    with _progress("restoring") as told:
        kept = restore(settings, chosen.file, told)
    print(f"{printable(str(chosen.file))} is the catalogue now; `darkroom scan` brings it up to date")
    if kept is not None:
        print(f"the replaced one is kept in {printable(str(kept))}")
    return 0


@contextmanager
def _progress(what: str) -> Iterator[Told]:
    """A bar on a terminal, nothing elsewhere."""
    with tqdm(desc=what, unit=" pages", file=sys.stderr, disable=not sys.stderr.isatty()) as bar:

        def told(left: int, total: int) -> None:
            bar.total = total
            bar.update(total - left - bar.n)

        yield told
