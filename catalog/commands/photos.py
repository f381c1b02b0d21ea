"""`scan`, `watch`, `photos`, `failed`, `retry`: what photos there are."""

import argparse
import json
import logging
import sys
from contextlib import closing

from catalog.database import opened_catalog
from catalog.errors import CatalogProblem
from catalog.metadata.confined import HeaderReader
from catalog.photos import FailedFile, Photo, Photos
from catalog.render_failures import RenderFailures
from catalog.scan.progress import Silent, for_terminal
from catalog.scan.scan import scan
from catalog.watch.debounce import Debouncer
from catalog.watch.monitor import system_limit
from catalog.watch.supervisor import supervise
from catalog.watch.watch import watch
from config import Settings
from config.arguments import Commands, printable
from confine.priority import step_back


def add_to(commands: Commands) -> None:
    """Adds these commands to those there are."""
    scanning = commands.add_parser("scan", help="bring the catalogue up to what the photo roots hold")
    scanning.add_argument(
        "--accept-empty", action="store_true", help="a root without any of its photos has been emptied"
    )
    scanning.add_argument("--accept-vanished", action="store_true", help="however much has vanished, it may go")
    scanning.add_argument("--quiet", action="store_true", help="say only what went wrong")
    scanning.set_defaults(run=_scan)
    watching = commands.add_parser("watch", help="scan, and go on while the photo roots change")
    watching.add_argument("--beside", action="store_true", help="end as soon as standard input does, and not before")
    watching.set_defaults(run=_watch)
    for name, text in (
        ("photos", "list the photos"),
        ("failed", "list what can't be read or rendered, or only in part, and why"),
    ):
        listing = commands.add_parser(name, help=text)
        listing.add_argument("--json", action="store_true", help="one JSON object a line")
        listing.set_defaults(run=_list)
    again = commands.add_parser("retry", help="try what failed again: rendering at once, reading by the next scan")
    again.add_argument("--photoid", help="this photo alone")
    again.set_defaults(run=_retry)


def _scan(settings: Settings, chosen: argparse.Namespace) -> int:
    if not settings.roots:
        return _no_root()
    _log(logging.WARNING if chosen.quiet else logging.INFO)
    progress = Silent() if chosen.quiet else for_terminal()
    with opened_catalog(settings.data_dir) as engine:
        words = {"accept_empty": chosen.accept_empty, "accept_vanished": chosen.accept_vanished}
        with closing(HeaderReader(settings)) as reader:
            report = scan(engine, settings, progress, read=reader.read, **words)
        for alias, reason in report.skipped_roots.items():
            print(f"darkroom: root {alias} was skipped, nothing of it is lost: {printable(reason)}", file=sys.stderr)
        for alias, reason in report.held_roots.items():
            print(f"darkroom: nothing was removed from root {alias}: {printable(reason)}", file=sys.stderr)
        kept = {**report.skipped_roots, **report.held_roots}
        if not kept and not Photos(engine).count():
            print("darkroom: there is no photo in the photo roots yet", file=sys.stderr)
    return 1 if kept else 0


def _watch(settings: Settings, chosen: argparse.Namespace) -> int:
    if not settings.roots:
        return _no_root()
    _log(logging.INFO)
    debouncer = Debouncer(many=system_limit("fs.inotify.max_queued_events") // 4)

    def run() -> int:
        try:
            watch(settings, debouncer, for_terminal)
        except CatalogProblem as error:
            print(f"darkroom: {error}", file=sys.stderr)
            return 1
        return 0

    if not chosen.beside:
        return run()
    step_back()
    return supervise(run)


def _no_root() -> int:
    print("darkroom: there is no photo root: set robot.root.0.path to a folder of photos", file=sys.stderr)
    return 1


def _log(level: int) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("darkroom").setLevel(level)


def _list(settings: Settings, chosen: argparse.Namespace) -> int:
    if not settings.roots:
        return _no_root()
    with opened_catalog(settings.data_dir) as engine:
        # Looking hides nothing from a server that may have other roots: which are in sight, scans say.
        known, aliases = Photos(engine), settings.root_paths
        if chosen.command == "photos":
            for photo in known.everything():
                if photo.root in aliases:
                    print(_photo_json(photo) if chosen.json else _photo_line(photo))
        else:
            for failure in known.failures():
                if failure.root in aliases:
                    print(_failure_json(failure) if chosen.json else _failure_line(failure))
    return 0


def _retry(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        count = RenderFailures(engine).forget(chosen.photoid)
    print(f"{count} files are tried again")
    return 0


def _photo_json(photo: Photo) -> str:
    names = ("photoid", "root", "path", "width", "height", "format", "version", "created")
    return json.dumps({name: getattr(photo, name) for name in names})


def _photo_line(photo: Photo) -> str:
    size = f"{photo.width}x{photo.height}"
    place = printable(f"{photo.root}/{photo.path}")
    return f"{photo.photoid}  {photo.created}  {photo.format:<4}  {size:>11}  {place}"


def _failure_json(failure: FailedFile) -> str:
    return json.dumps({name: getattr(failure, name) for name in ("root", "path", "reason", "since", "damage")})


def _failure_line(failure: FailedFile) -> str:
    return f"{failure.since}  {printable(f'{failure.root}/{failure.path}')}: {printable(failure.reason)}"
