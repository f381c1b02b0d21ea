"""The arguments of commands: where one is wrong, a single sentence says which, what it is, and what is allowed."""

import argparse
import ast
import difflib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, Protocol

from config.addresses import bound
from config.paths import is_file, is_folder, is_there
from config.setting import folder
from config.table import Settings

CHOICE = re.compile(r"argument (?P<name>.+?): invalid choice: (?P<given>.+) \(choose from .*\)", re.DOTALL)
NUMBER = re.compile(r"[+-]?[0-9]{1,18}")


class Parser(argparse.ArgumentParser):
    """Of a command, or of a family of them: their parsers are of this class too."""

    def error(self, message: str) -> NoReturn:
        """Says in one line what is wrong with the arguments, and exits with 2."""
        if match := CHOICE.fullmatch(message):
            message = self._no_choice(ast.literal_eval(match["given"]))
        message = message.removeprefix("argument ").replace("\n", " ")
        self.exit(2, f"{self.prog}: {printable(message)} (`{self.prog} --help` says what it takes)\n")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does it; a text that is none in this machine's encoding is an error."""
        chosen, left = super().parse_known_args(args, namespace)
        for value in vars(chosen).values():
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str) and any("\ud800" <= character <= "\udfff" for character in text):
                    self.error(f"{text} is no text in this machine's encoding")
        return chosen, left

    def _no_choice(self, given: str) -> str:
        """The sentence on a word that is none of this parser's commands or choices."""
        there = [str(choice) for action in self._actions for choice in action.choices or ()]
        near = difflib.get_close_matches(given, there, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(there)}"
        return f"there is no {given!r}: {hint}"


Run = Callable[[Settings, argparse.Namespace], int]
"""A command; gives the exit code."""


class Commands(Protocol):
    """Where commands are added: argparse's own class for it has no public name."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:
        """The parser of one more command."""


def whole(low: int, high: int, unit: str = "") -> Callable[[str], int]:
    """Reads a whole number within these bounds, both of them allowed."""

    def read(text: str) -> int:
        if NUMBER.fullmatch(text) and low <= int(text) <= high:
            return int(text)
        counted = f" {unit}" if unit else ""
        raise argparse.ArgumentTypeError(f"{text!r} is not allowed: a whole number from {low} to {high}{counted} is")

    return read


def existing_file(text: str) -> Path:
    """Reads the name of a file that is there."""

    def wrong(path: Path) -> str:
        return "" if is_file(path) else "is no file" if is_there(path) else "is not there"

    return _unless(wrong, text, Path(text))


def new_file(text: str) -> Path:
    """Reads the name that a file is to have: in a folder that is there, and no folder's."""

    def wrong(path: Path) -> str:
        if is_folder(path):
            return "is a folder: name a file in it"
        return "" if is_folder(path.parent) else "is in no folder: make it first"

    return _unless(wrong, text, Path(text))


def folder_of_photos(text: str) -> Path:
    """Reads the name of a folder that is there, and can be listed."""

    def wrong(path: Path) -> str:
        if not is_folder(path):
            return "is no folder: name one with photos in it"
        with os.scandir(path):
            return ""

    return _unless(wrong, text, folder(text))


def new_folder(text: str) -> Path:
    """Reads the name of a folder that is there, or can be made."""

    def wrong(path: Path) -> str:
        if not text:
            return "is no name"
        nearest = next(each for each in (path, *path.parents) if is_there(each))
        return "" if is_folder(nearest) else "is no folder"

    return _unless(wrong, text, folder(text))


def _unless(wrong: Callable[[Path], str], text: str, path: Path) -> Path:
    """The path, unless `wrong` says what is wrong with it; one that can't be looked at is wrong too."""
    try:
        said = wrong(path)
    except (OSError, ValueError) as error:
        said = f"can't be looked at: {getattr(error, 'strerror', None) or error}"
    if said:
        raise argparse.ArgumentTypeError(f"{text!r} {said}")
    return path


def address(text: str) -> str:
    """Reads an address of this machine, or a name that stands for one."""
    try:
        for each in bound(text or "-", 0):
            each.close()
    except (OSError, ValueError):
        raise argparse.ArgumentTypeError(f"{text!r} is no address of this machine: 127.0.0.1 and 0.0.0.0 are") from None
    return text


def printable(name: str) -> str:
    """A name for a terminal: bytes that are no text and characters that steer it are escaped."""
    return "".join(each if each.isprintable() else _escaped(each) for each in name)


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
