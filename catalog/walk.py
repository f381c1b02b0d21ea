"""Walks a photo root: every file whose name says that it is a photo, without opening any."""

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.files import stored_mtime

PICTURES = "jpg jpeg jpe jfif png webp tif tiff gif bmp heic heif hif avif"
RAW = "dng cr2 cr3 nef arw raf orf rw2"  # camera raw files
EXTENSIONS = frozenset(f"{PICTURES} {RAW}".split())


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that may be a photo: its path below the root, its size in bytes and its time of change."""

    path: str
    bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What can't be walked, and why. Where `folder` is true, nothing is known of what lies below the path."""

    path: str
    reason: str
    folder: bool


def walk(root: Path, follow_links: bool, without: Collection[tuple[int, int]] = ()) -> Iterator[Entry | Fault]:
    """What there is below a root, real folders first, then those that links lead to.

    Each folder is walked at most once, whatever links lead to it, so circles end. Names that begin with a dot are
    left out, and so are the folders of `without` (device and inode). What vanishes meanwhile is no fault.
    """
    visited = set(without)
    # Both are stacks: what was pushed last is walked next.
    folders, links = [""], list[str]()
    while folders or links:
        folder = folders.pop() if folders else links.pop(0)
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
            yield Fault(folder, _reason(error), folder=True)
            continue
        deeper: list[str] = []
        for entry in entries:
            yield from _look(entry, f"{folder}/{entry.name}" if folder else entry.name, deeper, links, follow_links)
        folders += reversed(deeper)


def _look(
    entry: "os.DirEntry[str]", path: str, folders: list[str], links: list[str], follow_links: bool
) -> Iterator[Entry | Fault]:
    """What one entry of a folder is; folders and links to folders go to the lists."""
    if entry.name.startswith("."):
        return
    link = entry.is_symlink()
    if link and not follow_links:
        return
    photo = os.path.splitext(entry.name)[1][1:].lower() in EXTENSIONS  # noqa: PTH122 - a Path costs ten times as much
    try:
        if not photo and not link and not entry.is_dir(follow_symlinks=False):
            return
        status = entry.stat()
    except FileNotFoundError as error:
        if link:
            # What a link leads to may be a disk that is not mounted.
            yield Fault(path, "the link leads to nothing" if photo else _reason(error), folder=not photo)
        return
    except OSError as error:
        yield Fault(path, _reason(error), folder=not photo)
        return
    if stat.S_ISDIR(status.st_mode):
        (links if link else folders).append(path)
    elif photo and stat.S_ISREG(status.st_mode):
        yield Entry(path, status.st_size, stored_mtime(status))
    elif photo:
        yield Fault(path, "it is no regular file", folder=False)


def _reason(error: OSError) -> str:
    """The system's own words."""
    return error.strerror or type(error).__name__
