"""The commands of `python -m config`: what the settings are, and `import`, which takes over those of PicApport."""

import argparse
import os
import sys

from config.arguments import existing_file, new_file
from config.loading import load_or_exit
from config.picapport import move_in
from config.table import Settings, every_setting


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tells the parser what these commands take."""
    parser.set_defaults(run_alone=_show)
    commands = parser.add_subparsers(dest="config_command", metavar="command")
    importing = commands.add_parser("import", help="make a darkroom.toml of PicApport's settings")
    importing.add_argument("properties", type=existing_file, help="a picapport.properties")
    importing.add_argument("--out", type=new_file, help="the file to write; standard output, where none is named")
    importing.add_argument("--force", action="store_true", help="replace that file, where it is there already")
    importing.set_defaults(run_alone=_import)


def _show(_: argparse.Namespace) -> int:
    try:
        print("\n".join(lines(load_or_exit())), flush=True)
    except BrokenPipeError:
        # Whoever reads had enough. What Python would still flush at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _import(chosen: argparse.Namespace) -> int:
    return move_in(chosen.properties, chosen.out, force=chosen.force)


def lines(settings: Settings) -> list[str]:
    """Each setting with its value, its source and its help, as `python -m config` prints them."""
    rows: list[tuple[str, str, str, str]] = []
    for row, column in every_setting():
        value = getattr(settings, column.name)
        shown = str(value).lower() if isinstance(value, bool) else str(value) if value != "" else "(unset)"
        if row.secret and value:
            shown = "(secret)"
        unit = f" ({row.unit})" if row.unit else ""
        rows.append((row.name, shown, settings.sources.get(row.name, "default"), row.help + unit))
    numbers = [name.removesuffix(".path") for name in settings.sources if name.endswith(".path")]
    for name, root in zip(numbers, settings.roots, strict=True):
        rows.append((f"{name}.path", str(root.path), settings.sources[f"{name}.path"], "a folder of photos"))
        rows.append((f"{name}.alias", root.alias, settings.sources[f"{name}.alias"], "its name in every answer"))
    if not settings.roots:
        rows.append(("robot.root.N.path", "(unset)", "default", "a folder of photos, N = 0, 1, …"))
        rows.append(("robot.root.N.alias", "(unset)", "default", "its name in answers; default: the folder's name"))
    wide = max(len(name) for name, *_ in rows)
    return [f"{name:<{wide}}  {shown}  [{source}]  {text}" for name, shown, source, text in rows]
