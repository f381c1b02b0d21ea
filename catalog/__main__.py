"""`python -m catalog`: scans the photo roots, lists the photos and the files that can't be read.

Exit codes: 0 all is well; 1 a root was skipped or the catalogue can't be used; 2 wrong settings or usage.
"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence

from catalog.database import open_catalog
from catalog.errors import CatalogError
from catalog.photos import Failure, Photo, Photos
from catalog.progress import Silent, for_terminal
from catalog.scan import scan, sync_roots
from config import Settings, load_or_exit


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code."""
    chosen = _parser().parse_args(arguments)
    settings = load_or_exit()
    # Names may hold what the terminal's encoding can't.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = _scan(settings, chosen) if chosen.command == "scan" else _list(settings, chosen)
        sys.stdout.flush()
    except CatalogError as error:
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
    parser = argparse.ArgumentParser(prog="python -m catalog", description="What photos there are.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    scanning = commands.add_parser("scan", help="bring the catalogue up to what the photo roots hold")
    scanning.add_argument("--accept-empty", action="store_true", help="a root without any entry has been emptied")
    scanning.add_argument("--quiet", action="store_true", help="say only what went wrong")
    for name, text in (("photos", "list the photos"), ("failed", "list the files that can't be read, and why")):
        listing = commands.add_parser(name, help=text)
        listing.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser


def _scan(settings: Settings, chosen: argparse.Namespace) -> int:
    if not settings.roots:
        print("catalog: there is no photo root: set robot.root.0.path to a folder of photos", file=sys.stderr)
        return 1
    level = logging.WARNING if chosen.quiet else logging.INFO
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("darkroom").setLevel(level)
    engine = open_catalog(settings.data_dir)
    progress = Silent() if chosen.quiet else for_terminal()
    report = scan(engine, settings, progress, accept_empty=chosen.accept_empty)
    for alias, reason in report.skipped_roots.items():
        print(f"catalog: root {alias} was skipped, nothing of it is lost: {printable(reason)}", file=sys.stderr)
    if not report.skipped_roots and not Photos(engine).count():
        print("catalog: there is no photo in the photo roots yet", file=sys.stderr)
    return 1 if report.skipped_roots else 0


def _list(settings: Settings, chosen: argparse.Namespace) -> int:
    if not settings.roots:
        print("catalog: there is no photo root: set robot.root.0.path to a folder of photos", file=sys.stderr)
        return 1
    engine = open_catalog(settings.data_dir)
    sync_roots(engine, settings)
    known = Photos(engine)
    if chosen.command == "photos":
        for photo in known.everything():
            print(_photo_json(photo) if chosen.json else _photo_line(photo))
    else:
        for failure in known.failures():
            print(_failure_json(failure) if chosen.json else _failure_line(failure))
    return 0


def _photo_json(photo: Photo) -> str:
    names = ("photoid", "root", "path", "width", "height", "format", "version", "created")
    return json.dumps({name: getattr(photo, name) for name in names})


def _photo_line(photo: Photo) -> str:
    size = f"{photo.width}x{photo.height}"
    place = printable(f"{photo.root}/{photo.path}")
    return f"{photo.photoid}  {photo.created}  {photo.format:<4}  {size:>11}  {place}"


def _failure_json(failure: Failure) -> str:
    return json.dumps({name: getattr(failure, name) for name in ("root", "path", "reason", "since")})


def _failure_line(failure: Failure) -> str:
    return f"{failure.since}  {printable(f'{failure.root}/{failure.path}')}: {printable(failure.reason)}"


def printable(name: str) -> str:
    """A name for a terminal: bytes that are no text and characters that steer it are escaped."""
    return "".join(each if each.isprintable() else _escaped(each) for each in name)


def _escaped(character: str) -> str:
    raw = os.fsencode(character) if "\udc80" <= character <= "\udcff" else b""
    return f"\\x{raw[0]:02x}" if raw else character.encode("unicode_escape").decode("ascii")


if __name__ == "__main__":
    sys.exit(main())
