"""Moving in: `python -m config import picapport.properties` makes a darkroom.toml of what has the same meaning here."""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_type_hints

from config.properties import MalformedProperties, decode, parse
from config.setting import Bytes, convert, expanded
from config.sources import ALIAS, ROOT_NAME, toml_value
from config.table import Settings, every_setting

SHARED = (
    "server.port",
    "robot.rescan.minutes",
    "robot.use.filesystem.monitor",
    "thumbs.height",
    "webapi.enabled",
    "webapi.apikey",
    "webapi.default.uid",
    "webapi.max.sessions.per.ip",
    "webapi.DISABLE.PASSWORD.ENCRYPTION",
)
"""Settings, beside the photo roots, that PicApport and Darkroom have under one name and with one meaning."""

WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


@dataclass(frozen=True)
class Move:
    """What was taken over, by name, in the file's order; why each other key was not; what to look at."""

    taken: dict[str, bool | int | float | str]
    left: dict[str, str]
    remarks: tuple[str, ...]


def take_over(properties: Mapping[str, str]) -> Move:
    """What Darkroom can take over of PicApport's settings."""
    names = {name.lower(): name for name in SHARED}
    taken: dict[str, bool | int | float | str] = {}
    left: dict[str, str] = {}
    remarks: list[str] = []
    for key, value in properties.items():
        try:
            if ROOT_NAME.fullmatch(key):
                taken[key.lower()] = _of_root(key.lower(), value.strip(), properties, remarks)
            elif key.lower() in names:
                name = names[key.lower()]
                taken[name] = _value(name, value.strip())
            else:
                left[key] = "Darkroom has no setting of this name and meaning"
        except ValueError as error:
            left[key] = str(error)
    return Move(taken, left, tuple(remarks))


def as_toml(move: Move) -> str:
    """A darkroom.toml of what was taken over."""
    lines = [f"{name} = {toml_value(value)}" for name, value in move.taken.items()]
    return "\n".join(["# Taken over from PicApport.", *lines]) + "\n"


def move_in(source: Path, out: Path | None, *, force: bool) -> int:
    """The command: writes the file, or to standard output; says on standard error what was not taken over, and why.

    Gives the exit code: 0; 1 with a sentence of what is in the way; 2 with one on a file that can't be used.
    """
    try:
        move = take_over(parse(decode(source.read_bytes())))
        text = as_toml(move)
        if out is None:
            sys.stdout.write(text)
        else:
            _write(out, text, force=force)
    except MalformedProperties as error:
        return _fail(f"{source}: {error}", 2)
    except FileExistsError:
        return _fail(f"{out} is there already: --force replaces it", 2)
    except OSError as error:
        return _fail(f"{error.filename or source}: {error.strerror or error}")
    for remark in move.remarks:
        _say(remark)
    for key, reason in move.left.items():
        _say(f"not taken over: {_shown(key)}: {reason}")
    return 0


def _write(out: Path, text: str, *, force: bool) -> None:
    if not force:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
        return
    # Whole or not at all: it may be the settings of a server that runs.
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        temporary.write_text(text, "utf-8")
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)


def _of_root(name: str, value: str, properties: Mapping[str, str], remarks: list[str]) -> str:
    """The path or the alias of a photo root.

    Raises:
        ValueError: it can't be one; the message says why.
    """
    if name.endswith(".alias"):
        path = f"{name.removesuffix('.alias')}.path"
        if not any(key.lower() == path and value.strip() for key, value in properties.items()):
            raise ValueError(f"there is no {path} that it would be the alias of")
        if not ALIAS.fullmatch(value):
            raise ValueError("allowed are 1 to 64 characters without / and @")
        return value
    if not value:
        raise ValueError("it names no folder")
    if WINDOWS.match(value):
        remarks.append(f"{name} is {value!r}, a folder of Windows: write in its place where it is on this machine")
    elif not expanded(value).is_absolute():
        remarks.append(f"{name} is {value!r}: Darkroom looks for it from the folder that it is started in")
    return value


def _value(name: str, value: str) -> bool | int | float | str:
    """The value of a setting, as TOML has it.

    Raises:
        ValueError: Darkroom does not allow it; the message says what it does.
    """
    row, column = next((row, column) for row, column in every_setting() if row.name == name)
    kind = get_type_hints(Settings)[column.name]
    try:
        found = convert(kind, value, row)
    except ValueError as error:
        shown = "(secret)" if row.secret else _shown(repr(value))
        raise ValueError(f"it is {shown}: allowed is {error}") from None
    if isinstance(found, Bytes):
        return int(found)
    assert isinstance(found, bool | int | float | str)  # noqa: S101 - no shared setting is of another type
    return found


def _shown(text: str) -> str:
    return "".join(each if each.isprintable() else "�" for each in text)


def _say(sentence: str) -> None:
    print(f"config: {sentence}", file=sys.stderr)


def _fail(sentence: str, code: int = 1) -> int:
    _say(sentence)
    return code
