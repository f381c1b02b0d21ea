"""`darkroom completion SHELL`: a script by which a shell completes what is typed after `darkroom`."""

import argparse
import functools

import shtab

from config.arguments import Commands

SHELLS = ("bash", "zsh", "tcsh")
FOLDERS, FILES = {"data", "out", "photos"}, {"file", "photo", "properties"}


def add_to(commands: Commands, whole: argparse.ArgumentParser) -> None:
    """Adds this command to those there are, which `whole` parses."""
    parser = commands.add_parser("completion", help="print what makes a shell complete these commands")
    parser.add_argument("shell", choices=SHELLS, help="which: source <(darkroom completion bash)")
    parser.set_defaults(run_alone=functools.partial(_print, whole))


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script for that parser, in which what names a file or a folder is completed as one."""
    _complete_files(parser)
    return shtab.complete(parser, shell)


def _print(whole: argparse.ArgumentParser, chosen: argparse.Namespace) -> int:
    print(script(whole, chosen.shell))
    return 0


def _complete_files(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                _complete_files(each)
        elif action.dest in FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif action.dest in FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
