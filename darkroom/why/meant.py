"""Which photo somebody means, who names its file, its place as `darkroom photos` prints it, or its id."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from catalog import inspection
from catalog.errors import MalformedPhotoid
from catalog.photoid import parse_photoid
from config import Root, Settings
from config.arguments import printable
from config.paths import is_folder, is_there

ESCAPED = re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[nrt])")
"""What `printable` writes for a character that no terminal shows."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A file: by the alias of its root and its path below, both empty where it lies in none; and where it is."""

    alias: str
    path: str
    file: Path | None

    @property
    def name(self) -> str:
        """How it is called, for a terminal."""
        return printable(f"{self.alias}/{self.path}" if self.alias else str(self.file))


def meant(text: str, settings: Settings, engine: Engine | None) -> Meant | None:
    """The photo that is meant; None where the text names nothing. `engine` is None where there is no catalogue.

    A place counts where there is such a file, or the catalogue knows one.
    """
    found = _by_photoid(text, settings, engine)
    if found is not None:
        return found
    for name in (text, *unescaped(text)):
        for candidate in _candidates(name, settings):
            if _exists(candidate.file) or (candidate.alias and _is_known(engine, candidate)):
                return candidate
    return None


def in_root(file: Path, settings: Settings) -> tuple[Root, str] | None:
    """The photo root that a file lies in, and its path below; of roots in one another the innermost.

    As the file is named, else as its folder is called without links.
    """
    named = Path(os.path.abspath(file))  # noqa: PTH100 - which takes out `..` too
    real = Path(os.path.realpath(named.parent), named.name)
    roots = sorted(settings.roots, key=lambda root: len(root.path.parts), reverse=True)
    for path, places in ((named, [root.path for root in roots]), (real, [_real(root.path) for root in roots])):
        for root, place in zip(roots, places, strict=True):
            if path != place and path.is_relative_to(place):
                return root, str(path.relative_to(place))
    return None


def unescaped(text: str) -> Iterator[str]:
    """The names that `printable` would have made this text of, if it is of one that no terminal shows."""
    if ESCAPED.search(text):
        yield ESCAPED.sub(lambda match: _character(match[1], "surrogateescape"), text)
        yield ESCAPED.sub(lambda match: _character(match[1], "latin-1"), text)


def _character(escape: str, how: str) -> str:
    character = f"\\{escape}".encode("ascii").decode("unicode_escape")
    if how == "surrogateescape" and escape.startswith("x") and character >= "\x80":
        return character.encode("latin-1").decode("ascii", "surrogateescape")
    return character


def _by_photoid(text: str, settings: Settings, engine: Engine | None) -> Meant | None:
    if engine is None:
        return None
    try:
        place = inspection.place_of(engine, parse_photoid(text))
    except MalformedPhotoid:
        return None
    return None if place is None else _at(*place, settings)


def _candidates(name: str, settings: Settings) -> Iterator[Meant]:
    """What a name may be: a file's, or an alias with a path below that root."""
    try:
        place = in_root(Path(name), settings)
    except (OSError, ValueError):  # it can be no file's
        place = None
    else:
        yield Meant("", "", Path(os.path.abspath(name))) if place is None else _at(place[0].alias, place[1], settings)  # noqa: PTH100
    alias, _, path = name.partition("/")
    if alias and path and "\0" not in path:
        yield _at(alias, path, settings)


def _at(alias: str, path: str, settings: Settings) -> Meant:
    root = settings.root_paths.get(alias)
    return Meant(alias, path, None if root is None else root / path)


def _is_known(engine: Engine | None, candidate: Meant) -> bool:
    if engine is None:
        return False
    known = inspection.known(engine, candidate.alias, candidate.path)
    return bool(known.photo or known.failures) or known.missing is not None


def _exists(file: Path | None) -> bool:
    """Whether there is a file, or a link that leads to nothing, or something that this user may not look at."""
    try:
        return file is not None and (file.is_symlink() or is_there(file)) and not is_folder(file)
    except PermissionError:
        return True  # or so it may be
    except (OSError, ValueError):
        return False


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
