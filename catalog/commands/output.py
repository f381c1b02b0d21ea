"""What the commands print, and whom they belong to."""

import argparse
import os
from collections.abc import Callable
from typing import Protocol

from config import Settings


class Commands(Protocol):
    """Where commands are added: argparse's own class for it has no public name."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:
        """The parser of one more command."""


Run = Callable[[Settings, argparse.Namespace], int]
"""A command; gives the exit code."""


def printable(name: str) -> str:
    """A name for a terminal: bytes that are no text and characters that steer it are escaped."""
    return "".join(each if each.isprintable() else _escaped(each) for each in name)


def _escaped(character: str) -> str:
    raw = os.fsencode(character) if "\udc80" <= character <= "\udcff" else b""
    return f"\\x{raw[0]:02x}" if raw else character.encode("unicode_escape").decode("ascii")
