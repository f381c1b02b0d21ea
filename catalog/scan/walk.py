"""Walks a photo root, or parts of it: every file whose name says that it is a photo, without opening any."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from catalog.files import stored_mtime
from catalog.scan.names import is_photo


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that may be a photo: its path below the root, its size in bytes and its time of change."""

    path: str
    bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class WalkFailure:
    """What can't be walked, and why. Where `folder` is true, nothing is known of what lies below the path."""

    path: str
    reason: str
    folder: bool


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A part of a photo root, by its path below the root: one file or, where `deep`, all that is below a folder."""

    path: str
    deep: bool = True


WHOLE = Part("")
"""All of a root."""


class LinkedFolder(Exception):
    """A link to a folder lies in a part: what is below it counts only where no other way leads there.

    Only a walk of the whole root knows that.
    """


def reduced(parts: Iterable[Part]) -> list[Part]:
    """The same parts, none of them inside another, in order."""
    kept: list[Part] = []
    deep: set[str] = set()
    for part in sorted(set(parts), key=lambda part: (part.path.count("/") if part.path else -1, part)):
        above = part.path.split("/")
        if not any("/".join(above[:count]) in deep for count in range(len(above) + (not part.deep))):
            kept.append(part)
            if part.deep:
                deep.add(part.path)
    return sorted(kept)


def walk(
    root: Path,
    follow_links: bool,
    without: Collection[tuple[int, int]] = (),
    parts: Collection[Part] = (WHOLE,),
) -> Iterator[Entry | WalkFailure]:
    """What there is below a root, real folders first, then those that links lead to.

    Each folder is walked at most once, whatever links lead to it, so circles end. Names that begin with a dot are
    left out, and so are the folders of `without` (device and inode). What vanishes meanwhile is no failure.
    No part may be inside another.

    Raises:
        LinkedFolder: in a part that is not the whole root, or on the way to it.
    """
    visited = set(without)
    for part in parts:
        links = list[str]()
        linked = _link_on_the_way(root, part)
        if linked and not follow_links:
            continue
        if linked:
            raise LinkedFolder(linked)
        if part.deep:
            yield from _tree(root, part.path, follow_links, visited, links)
        else:
            yield from _look(Single(root / part.path), part.path, [], links, follow_links)
        if part != WHOLE and links:
            raise LinkedFolder(links[0])
        while links:
            yield from _tree(root, links.pop(0), follow_links, visited, links)


def _link_on_the_way(root: Path, part: Part) -> str:
    """The first link that leads to a part, or to its folder where the part is one file; empty where there is none."""
    names = part.path.split("/")
    ways = ["/".join(names[:count]) for count in range(1, len(names) + part.deep)]
    return next((way for way in ways if way and (root / way).is_symlink()), "")


def _tree(
    root: Path, top: str, follow_links: bool, visited: set[tuple[int, int]], links: list[str]
) -> Iterator[Entry | WalkFailure]:
    """What there is in a folder and the real folders below it; links to folders go to the list."""
    folders = [top]  # what was pushed last is walked next
    while folders:
        folder = folders.pop()
        try:
            status = (root / folder).stat()
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(root / folder) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            yield WalkFailure(folder, _reason(error), folder=True)
            continue
        deeper: list[str] = []
        for entry in entries:
            yield from _look(entry, f"{folder}/{entry.name}" if folder else entry.name, deeper, links, follow_links)
        folders += reversed(deeper)


class Looked(Protocol):
    """What is asked of an entry of a folder: `os.DirEntry` has it."""

    @property
    def name(self) -> str:
        """Its name in the folder."""

    def is_symlink(self) -> bool:
        """Whether it is a link."""

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a folder."""

    def stat(self) -> os.stat_result:
        """Its status, or that of what it leads to."""


class Single:
    """One path, as an entry of its folder."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path

    def is_symlink(self) -> bool:
        """Whether it is a link."""
        return self._path.is_symlink()

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a folder."""
        return self._path.is_dir() and (follow_symlinks or not self.is_symlink())

    def stat(self) -> os.stat_result:
        """Its status, or that of what it leads to."""
        return self._path.stat()


def _look(
    entry: Looked, path: str, folders: list[str], links: list[str], follow_links: bool
) -> Iterator[Entry | WalkFailure]:
    """What one entry of a folder is; folders and links to folders go to the lists."""
    if entry.name.startswith("."):
        return
    link = entry.is_symlink()
    if link and not follow_links:
        return
    photo = is_photo(entry.name)
    try:
        if not photo and not link and not entry.is_dir(follow_symlinks=False):
            return
        status = entry.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        if link:
            # What a link leads to may be a disk that is not mounted.
            yield WalkFailure(path, "the link leads to nothing" if photo else _reason(error), folder=not photo)
        return
    except OSError as error:
        yield WalkFailure(path, _reason(error), folder=not photo)
        return
    if stat.S_ISDIR(status.st_mode):
        (links if link else folders).append(path)
    elif photo and stat.S_ISREG(status.st_mode):
        yield Entry(path, status.st_size, stored_mtime(status))
    elif photo:
        yield WalkFailure(path, "it is no regular file", folder=False)


def _reason(error: OSError) -> str:
    """The system's own words."""
    return error.strerror or type(error).__name__
