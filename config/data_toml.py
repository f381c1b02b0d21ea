"""The `darkroom.toml` of a data folder: what `serve` was told, so that every other command knows it too.

`serve` keeps the lines between two marks itself. Whatever else stands in the file is its owner's.
"""

import os
import tomllib
from pathlib import Path
from typing import Any

from config.setting import folder
from config.sources import ROOT_NAME, flattened, toml_value
from config.table import Settings

FILE = "darkroom.toml"
BEGIN = "# >>> What `darkroom serve` was last told. It keeps these lines itself; what stands below them is yours.\n"
END = "# <<<\n"
HEAD = """\
# Settings of Darkroom for this data folder: `darkroom config` lists all there are, with their values. The environment,
# and a darkroom.toml in the folder where a command is given, go before them.

"""
BELOW = """
# Yours, such as
# cache.disk.bytes = "50GB"
"""
PORT, DEFAULT_USER = "server.port", "webapi.default.uid"


class NotNoted(Exception):
    """What was told can't be written down; the message is a sentence that says why."""


class OtherRoots(NotNoted):
    """The file's owner names other photo roots in it than are in force."""


def note(settings: Settings) -> bool:
    """Writes down the photo roots, the port and the default user of these settings; gives whether anything was new.

    What the file's owner says of a port or a user outside of the marks stays.

    Raises:
        OtherRoots: the owner names other photo roots in it.
        NotNoted: it can't be read or written.
    """
    file = settings.data_dir / FILE
    try:
        text = file.read_text("utf-8-sig") if file.exists() else HEAD + BEGIN + END + BELOW
        head, noted, rest = _cut(text)
        owner = dict(flattened(tomllib.loads(head + rest)))
        told = "".join(f"{line}\n" for line in _lines(settings, _without_owners(settings, owner, file)))
        if file.exists() and tomllib.loads(noted) == tomllib.loads(told):
            return False
        _write(file, head + BEGIN + told + END + rest)
    except tomllib.TOMLDecodeError as error:
        raise NotNoted(f"{file} is not TOML: {error}") from None
    except (OSError, ValueError) as error:
        raise NotNoted(f"{file} can't be written: {getattr(error, 'strerror', None) or error}") from None
    return True


def _cut(text: str) -> tuple[str, str, str]:
    """What stands before the marks, between them, and behind. A file without marks is its owner's as a whole."""
    head, begin, more = text.partition(BEGIN)
    if not begin:
        return "", "", f"\n{text}"
    noted, end, rest = more.partition(END)
    if not end:
        raise ValueError(f"its line {END.strip()!r} is gone: put it where the lines of `darkroom serve` end")
    return head, noted, rest


def _without_owners(settings: Settings, owner: dict[str, Any], file: Path) -> set[str]:
    """The names of settings that the owner does not speak of."""
    names = {name.lower() for name in owner}
    left = {PORT, DEFAULT_USER} - names
    roots = {folder(str(value)) for name, value in owner.items() if name.lower().endswith(".path")}
    if not any(ROOT_NAME.fullmatch(name) for name in names):
        left.add("roots")
    elif {root.path for root in settings.roots} != roots:
        raise OtherRoots(f"{file} names other photo roots: change them there, or take them out there")
    return left


def _lines(settings: Settings, names: set[str]) -> list[str]:
    lines: list[str] = []
    for number, root in enumerate(settings.roots if "roots" in names else ()):
        lines.append(f"robot.root.{number}.path = {toml_value(str(root.path))}")
        lines.append(f"robot.root.{number}.alias = {toml_value(root.alias)}  # in every answer")
    if PORT in names and settings.server_port:
        lines.append(f"{PORT} = {settings.server_port}")
    if DEFAULT_USER in names and settings.webapi_default_uid:
        lines.append(f"{DEFAULT_USER} = {toml_value(settings.webapi_default_uid)}  # for who names no session")
    elif DEFAULT_USER in names:
        lines.append(f"# {DEFAULT_USER}: nobody, but guest where only this machine can call")
    return lines


def _write(file: Path, text: str) -> None:
    """In one step, so that a reader finds the old file or the new one."""
    new = file.with_name(f"{FILE}-{os.getpid()}")
    try:
        new.write_text(text, "utf-8")
        if file.exists():
            new.chmod(file.stat().st_mode & 0o777)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
