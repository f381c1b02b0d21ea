"""Walks a photo root, or parts of it: every file whose name says that it is a photo, without opening any."""

import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from catalog.beneath.opening import CrossesLink, open_beneath
from catalog.files import Identity, identity, stored_ctime, stored_inode, stored_mtime
from catalog.scan.names import LeftOut, is_mark, is_photo

LONGEST = 16_384
"""Bytes of a folder's path below its root: what lies deeper is passed over, as paths of any length could be made."""

TOO_DEEP = f"its path is longer than {LONGEST} bytes"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that may be a photo: its path below the root, its size in bytes, its time of change; and when the system
    itself last changed anything about it, and its inode, which tell of a change that kept the former two.
    """

    path: str
    bytes: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class WalkFailure:
    """What can't be walked, and why. Where `folder` is true, nothing is known of what lies below the path.

    `passing`: it may be over by the next scan, as what a disk or a network says; until then what is known stays.
    """

    path: str
    reason: str
    folder: bool
    passing: bool = True


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A folder that is left out, by its name or by a mark in it, with all that is below."""

    path: str


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder on another disk than the one that it lies in, and which folder that is."""

    path: str
    identity: Identity


Found = Entry | WalkFailure | PassedOver | Mount


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
    without: Collection[Identity] = (),
    parts: Collection[Part] = (WHOLE,),
    left_out: LeftOut | None = None,
) -> Iterator[Found]:
    """What there is below a root, real folders first, then those that links lead to.

    Each folder is walked at most once, whatever links lead to it, so circles end. Names that begin with a dot are
    passed over, as are the folders of `left_out`, those with a mark in them but the root itself, and the folders of
    `without` (device and inode). What vanishes meanwhile is no failure. No part may be inside another.

    Raises:
        LinkedFolder: in a part that is not the whole root, or on the way to it.
    """
    walked = _Walk(root, follow_links, left_out or LeftOut(), set(without))
    for part in parts:
        yield from walked.whole() if part == WHOLE else walked.part(part)


class _Walk:
    """One walk through a root, or through parts of it."""

    def __init__(self, root: Path, follow_links: bool, left_out: LeftOut, visited: set[Identity]) -> None:
        self._root = root
        self._follow_links = follow_links
        self._left_out = left_out
        self._visited = visited
        self._names: dict[str, frozenset[str]] = {}  # of folders that lie on the way to parts

    def whole(self) -> Iterator[Found]:
        """All of the root."""
        links = list[str]()
        try:
            device = self._root.stat().st_dev
        except OSError as error:
            yield WalkFailure("", _reason(error), folder=True)
            return
        yield from self._tree("", links, device)
        while links:
            yield from self._tree(links.pop(0), links, device)

    def part(self, part: Part) -> Iterator[Found]:
        """A part, if it is there, and nothing on the way to it is left out."""
        links = list[str]()
        try:
            passed, there = self._on_the_way(part)
            linked = there and self._is_linked(part)
        except OSError as error:
            yield WalkFailure(part.path, _reason(error), folder=True)
            return
        if passed:
            yield PassedOver(passed)
        elif linked and self._follow_links:
            raise LinkedFolder(part.path)
        elif there and not linked:
            if part.deep:
                yield from self._tree(part.path, links, None)
            else:
                yield from self._file(part.path, links)
            if links:
                raise LinkedFolder(links[0])

    def _on_the_way(self, part: Part) -> tuple[str, bool]:
        """The folder that is left out on the way to a part, empty where none is; and whether the part is there, by the
        very name that its folder has for it: where case counts for nothing, a file is found by its former name too.

        Raises:
            OSError: a folder on the way can't be listed.
        """
        names = part.path.split("/")
        for count, name in enumerate(names):
            folder = "/".join(names[:count])
            try:
                listed = self._listed(folder)
            except (FileNotFoundError, NotADirectoryError):
                return "", False
            if folder and any(map(is_mark, listed)):
                return folder, False
            if (part.deep or count < len(names) - 1) and name in self._left_out:
                return "/".join(names[: count + 1]), False
            if name not in listed:
                return "", False
        return "", True

    def _listed(self, folder: str) -> frozenset[str]:
        """The names in a folder, asked for once a walk."""
        names = self._names.get(folder)
        if names is None:
            with self._opened(folder) as descriptor, os.scandir(descriptor) as listing:
                names = self._names[folder] = frozenset(entry.name for entry in listing)
        return names

    def _is_linked(self, part: Part) -> bool:
        """Whether a link leads to a part, or to its folder where the part is one file.

        Raises:
            OSError: the system does not say.
        """
        try:
            with self._opened(part.path if part.deep else _folder_of(part.path), os.O_PATH, links=False):
                return False
        except CrossesLink:
            return True
        except (FileNotFoundError, NotADirectoryError):
            return False

    @contextmanager
    def _opened(
        self, folder: str, flags: int = os.O_RDONLY | os.O_DIRECTORY, *, links: bool | None = None
    ) -> Iterator[int]:
        """What is at a path below the root, open: what is looked at in it is in no other folder of that name."""
        links = self._follow_links if links is None else links
        descriptor = open_beneath(self._root, folder, flags, links=links)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _file(self, path: str, links: list[str]) -> Iterator[Found]:
        """One file, by its folder."""
        try:
            with self._opened(_folder_of(path), os.O_PATH | os.O_DIRECTORY) as folder:
                yield from self._look(Single(path.rpartition("/")[2], folder), path, [], links)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            yield WalkFailure(path, _reason(error), folder=False)

    def _tree(self, top: str, links: list[str], device: int | None) -> Iterator[Found]:
        """What there is in a folder and the real folders below it; links to folders go to the list.

        `device` is that of the folder above, None where it does not matter.
        """
        folders = [(top, device)]  # what was pushed last is walked next
        while folders:
            folder, above = folders.pop()
            if len(folder) > LONGEST // 4 and len(os.fsencode(folder)) > LONGEST:
                yield WalkFailure(folder, TOO_DEEP, folder=True, passing=False)
                continue
            deeper: list[tuple[str, int]] = []
            try:
                with self._opened(folder) as descriptor:
                    yield from self._in_folder(folder, descriptor, above, deeper, links)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                if not self._was_visited(folder):
                    yield WalkFailure(folder, _reason(error), folder=True)
                continue
            folders += reversed(deeper)

    def _in_folder(
        self, folder: str, descriptor: int, above: int | None, deeper: list[tuple[str, int]], links: list[str]
    ) -> Iterator[Found]:
        """What there is in a folder that is open; folders in it, with its device, and links go to the lists."""
        try:
            status = os.fstat(descriptor)
            here = identity(status)
            if here in self._visited:
                return
            self._visited.add(here)
            with os.scandir(descriptor) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            yield WalkFailure(folder, _reason(error), folder=True)
            return
        if folder and any(is_mark(entry.name) for entry in entries if entry.name[0] == "."):
            yield PassedOver(folder)
            return
        if above is not None and status.st_dev != above:
            yield Mount(folder, here)
        below = list[str]()
        for entry in entries:
            yield from self._look(entry, f"{folder}/{entry.name}" if folder else entry.name, below, links)
        deeper += [(each, status.st_dev) for each in below]

    def _was_visited(self, folder: str) -> bool:
        """Whether a folder that can't be opened was met by another way; from now on it was."""
        with suppress(OSError), self._opened(folder, os.O_PATH) as descriptor:
            here = identity(os.fstat(descriptor))
            known = here in self._visited
            self._visited.add(here)
            return known
        return False

    def _look(self, entry: "Looked", path: str, folders: list[str], links: list[str]) -> Iterator[Found]:
        """What one entry of a folder is; folders and links to folders go to the lists."""
        if entry.name.startswith("."):
            return
        photo, link = is_photo(entry.name), False
        try:
            link = entry.is_symlink()
            if link and not self._follow_links:
                return
            if not photo and not link and not entry.is_dir(follow_symlinks=False):
                return
            status = entry.stat(follow_symlinks=self._follow_links)
        except (FileNotFoundError, NotADirectoryError) as error:
            if link:
                # What a link leads to may be a disk that is not mounted.
                yield WalkFailure(path, "the link leads to nothing" if photo else _reason(error), folder=not photo)
            return
        except OSError as error:
            yield WalkFailure(path, _reason(error), folder=not photo)
            return
        if stat.S_ISDIR(status.st_mode):
            if entry.name in self._left_out:
                yield PassedOver(path)
            else:
                (links if link else folders).append(path)
        elif photo and stat.S_ISREG(status.st_mode):
            yield Entry(path, status.st_size, stored_mtime(status), stored_ctime(status), stored_inode(status))
        elif photo and not stat.S_ISLNK(status.st_mode):  # which it has become meanwhile
            yield WalkFailure(path, "it is no regular file", folder=False, passing=False)


def _folder_of(path: str) -> str:
    """The folder that a path lies in; empty: the root."""
    return path.rpartition("/")[0]


class Looked(Protocol):
    """What is asked of an entry of a folder: `os.DirEntry` has it."""

    @property
    def name(self) -> str:
        """Its name in the folder."""

    def is_symlink(self) -> bool:
        """Whether it is a link."""

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a folder."""

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """Its status, or that of what it leads to."""


class Single:
    """One name, as an entry of its folder, which is open."""

    def __init__(self, name: str, folder: int) -> None:
        self.name = name
        self._folder = folder

    def is_symlink(self) -> bool:
        """Whether it is a link."""
        return self._is(stat.S_ISLNK, follow_symlinks=False)

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a folder."""
        return self._is(stat.S_ISDIR, follow_symlinks=follow_symlinks)

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """Its status, or that of what it leads to."""
        return os.stat(self.name, dir_fd=self._folder, follow_symlinks=follow_symlinks)

    def _is(self, kind: Callable[[int], bool], *, follow_symlinks: bool) -> bool:
        """Whether it is of a kind; of what is not there, no."""
        try:
            return kind(self.stat(follow_symlinks=follow_symlinks).st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return False


def _reason(error: OSError) -> str:
    """The system's own words."""
    return error.strerror or type(error).__name__
