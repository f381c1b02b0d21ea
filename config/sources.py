"""The settings as they are given, before anyone has looked at what they say: by `darkroom.toml` and the environment."""

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.setting import Setting, folder

ROOT_NAME = re.compile(r"robot\.root\.(\d+)\.(path|alias)", re.IGNORECASE)
ALIAS = re.compile(r"[^/@\x00-\x1f]{1,64}")

Given = dict[str, tuple[str, Any, str]]
"""Lower-case name → (name, value, source)."""


@dataclass(frozen=True)
class Root:
    """A folder of photos: `alias` is its name everywhere, `path` (absolute) where this host has it."""

    alias: str
    path: Path


def from_toml(path: Path, problems: list[str], *, required: bool = False, source: str = "") -> Given:
    """What the file says: lower-case name → (name, value, source), the source being the file's name, where none is
    given.
    """
    try:
        tree = tomllib.loads(path.read_text("utf-8-sig"))  # some editors begin a file with a mark
    except (FileNotFoundError, NotADirectoryError):
        if required:
            problems.append(f"DARKROOM_TOML is {str(path)!r}: allowed is a file that exists")
        return {}
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path} is not TOML: {error}")
        return {}
    except (OSError, ValueError) as error:  # ValueError: it is not UTF-8, or its name can't be one
        problems.append(f"{path} can't be read: {error}")
        return {}
    return {name.lower(): (name, value, source or path.name) for name, value in flattened(tree)}


def flattened(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each name in a file of settings with its value: `[server]` with `port = 1` is `server.port`, as if dotted."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flattened(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def toml_value(value: bool | int | float | str) -> str:
    """A value as TOML writes it, which is as JSON does, but that TOML wants DEL escaped too.

    Raises:
        ValueError: a name that is no text (half of a surrogate pair), which TOML can't say.
    """
    text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(f"{value!a} is no text")
    return text


def from_environ(environ: Mapping[str, str], rows: Iterable[Setting], given: Given) -> None:
    """Lays what the environment says over `given`. An empty value counts as none."""
    for row in rows:
        for variable in ("PORT", row.environ) if row.name == "server.port" else (row.environ,):
            if environ.get(variable):
                given[row.name.lower()] = (row.name, environ[variable], f"environment: {variable}")
    for variable, value in environ.items():
        name = variable.lower().replace("_", ".")
        if value and variable.isupper() and ROOT_NAME.fullmatch(name):
            given[name] = (name, value, f"environment: {variable}")


def roots(given: Given, problems: list[str], sources: dict[str, str]) -> tuple[Root, ...]:
    """The photo roots in the order of their numbers; takes what it uses out of `given`."""
    parts: dict[int, dict[str, tuple[str, Any, str]]] = {}
    for lower in list(given):
        if match := ROOT_NAME.fullmatch(lower):
            parts.setdefault(int(match[1]), {})[match[2].lower()] = given.pop(lower)
    found: dict[str, Root] = {}
    for number, part in sorted(parts.items()):
        name = f"robot.root.{number}"
        if "path" not in part:
            problems.append(f"{name}.path is missing, though {name}.alias is set: name the folder, or drop the alias")
            continue
        path = folder(str(part["path"][1]))
        alias = str(part["alias"][1]) if "alias" in part else path.name or "photos"
        if not ALIAS.fullmatch(alias):
            problems.append(f"{name}.alias is {alias!r}: allowed are 1 to 64 characters without / and @")
        elif alias in found:
            problems.append(f"{name}.alias is {alias!r}, as another root's: give each root an alias of its own")
        else:
            found[alias] = Root(alias, path)
            sources[f"{name}.path"] = part["path"][2]
            sources[f"{name}.alias"] = part["alias"][2] if "alias" in part else "the folder's name"
    return tuple(found.values())


def unknown(name: str, source: str, rows: Iterable[Setting]) -> str:
    """The sentence on a name that no setting has."""
    near = difflib.get_close_matches(name, [row.name for row in rows], n=1)
    hint = f"did you mean {near[0]}?" if near else "`darkroom config` lists all there are"
    return f"{name} ({source}) is no setting: {hint}"
