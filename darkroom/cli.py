"""Every command of `darkroom`: what it takes, and who does it."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import launch
from cache import commands as cache
from catalog.commands import audit, backup, people, photos, shares, stats
from catalog.commands.perform import perform
from config import commands as settings_commands
from config import load_or_exit
from config.arguments import Parser, address, folder_of_photos, new_folder, printable, whole
from config.data_folder import last_served, noted, own_folder
from config.loading import attempt
from darkroom import completion
from darkroom.doctor import commands as doctor
from darkroom.version import VERSION
from darkroom.why import commands as why
from workers.commands import arguments as workers

DESCRIPTION = "Hands out any photo of a library in any size, at once."
MAY_MAKE_DATA = {"serve", "up", "worker", "beat", "restore"}
"""Commands that make the data folder where it is not there yet."""
NEEDS_NONE = {"serve", "up", "worker", "beat", "render", "config", "doctor", "completion"}
"""Commands that are not about the catalogue or the cache of a server that has been there."""


class Command(Parser):
    """The parser of a command, each of which takes `--data`."""

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)  # type: ignore[arg-type]
        self.add_argument(
            "--data",
            type=new_folder,
            metavar="FOLDER",
            default=argparse.SUPPRESS,
            help="the data folder (else DARKROOM_DATA, data.dir, the last serve's)",
        )


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; gives the exit code.

    0 all is well; 1 with a sentence of what is in the way; 2 with one on an argument or a setting that can't be used;
    130 stopped.
    """
    parser = build()
    chosen = parser.parse_args(arguments)
    data: Path | None = getattr(chosen, "data", None)
    if data is not None:
        if chosen.command not in MAY_MAKE_DATA and not data.is_dir():
            parser.error(f"--data: {str(data)!r} is not there: `darkroom serve` makes a data folder")
        os.environ["DATA_DIR"] = str(data)
    elif last_served(os.environ) is None:
        gone = noted(os.environ)
        if gone and chosen.command not in NEEDS_NONE and "data.dir" not in attempt()[0].sources:
            says = f"{printable(str(gone))}, the data folder of the last serve, is not there (is its disk mounted?)"
            return launch.fail(f"{says}: --data names another")
        os.environ.setdefault("DARKROOM_DATA", str(own_folder(os.environ)))
    try:
        code: int = chosen.run_alone(chosen) if "run_alone" in chosen else perform(load_or_exit(), chosen)
    except KeyboardInterrupt:
        print("darkroom: stopped", file=sys.stderr)
        return 130
    return code


def build() -> Parser:
    """The parser of all commands."""
    parser = Command(prog="darkroom", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"darkroom {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    _add_start(commands.add_parser("serve", help="serve folders of photos, or what was served last"), "serve")
    _add_start(commands.add_parser("up", help="the same with Redis and worker processes"), "up")
    for add, name, help in _of_workers():
        add(commands.add_parser(name, help=help))
    for family in (photos, people, shares, audit, stats, backup):
        family.add_to(commands)
    cache.add_arguments(commands.add_parser("cache", help="what is in the cache of renders; ways to empty it"))
    settings_commands.add_arguments(commands.add_parser("config", help="every setting; taking over PicApport's"))
    doctor.add_to(commands)
    why.add_to(commands)
    completion.add_to(commands, parser)
    return parser


def _of_workers() -> Iterator[tuple[Callable[[argparse.ArgumentParser], None], str, str]]:
    yield workers.add_run, "worker", "render what the queues hold (with Redis)"
    yield workers.add_beat, "beat", "wake workers by the clock (with Redis)"
    yield workers.add_prerender, "prerender", "render in advance what is missing"
    yield workers.add_render, "render", "render one file, and say how long each step took"


def _add_start(parser: argparse.ArgumentParser, way: str) -> None:
    parser.add_argument("photos", nargs="*", type=folder_of_photos, metavar="PHOTOS", help="folders of photos")
    parser.add_argument("--port", type=whole(0, 65535), help="where to listen (server.port)")
    parser.add_argument("--host", type=address, help="on which address: 0.0.0.0 for the whole network (server.host)")
    if way == "serve":
        parser.add_argument("--processes", type=whole(1, 256), default=1, help="front ends, with Redis (%(default)s)")
    parser.set_defaults(run_alone=_start, way=way, processes=1)


def _start(chosen: argparse.Namespace) -> int:
    for name, value in (("SERVER_PORT", chosen.port), ("SERVER_HOST", chosen.host)):
        if value is not None:
            os.environ[name] = str(value)
    try:
        return launch.start(chosen.way, launch.Told(chosen.photos, processes=chosen.processes))
    except launch.InTheWay as error:
        return launch.fail(str(error))
