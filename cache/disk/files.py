"""The disk tier's files: each appears whole, by its rename, or not at all. Nothing of budgets or of the index."""

import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cache.disk.space import Space, space_of, takes_files
from cache.key import RenderKey

START_OF_IMAGE = b"\xff\xd8"
END_OF_IMAGE = b"\xff\xd9"
HEX = frozenset("0123456789abcdef")
SHARDS = 2  # folders in which each file lies


@dataclass(frozen=True, slots=True)
class Found:
    """A file in a shard: its path below the folder, its bytes, and its last use in microseconds of Unix time."""

    path: str
    bytes: int
    used: int


class Files:
    """The files below `folder`, which is made when the first one comes. Methods raise OSError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temporary = folder / "tmp"  # inside the folder, so on its filesystem: a rename must not copy
        self._prefix = f"{folder}/"

    def read(self, path: str) -> bytes | None:
        """The whole of a file; None where there is none."""
        try:
            descriptor = os.open(self._prefix + path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            return os.read(descriptor, os.fstat(descriptor).st_size)
        finally:
            os.close(descriptor)

    def has(self, path: str) -> bool:
        """Whether there is a file."""
        try:
            os.stat(self._prefix + path)  # noqa: PTH116 - half the time of a Path
        except FileNotFoundError:
            return False
        return True

    def write(self, render: bytes) -> Path:
        """Writes a temporary file, for `move`; where it can't be written, nothing is left."""
        path = self.temporary / f"{os.getpid()}-{secrets.token_hex(8)}"
        try:
            file = path.open("xb")
        except FileNotFoundError:
            self.temporary.mkdir(parents=True, exist_ok=True)
            file = path.open("xb")
        try:
            with file:
                file.write(render)
        except OSError:
            remove(path)
            raise
        return path

    def move(self, temporary: Path, path: str) -> None:
        """Puts a temporary file in its place, instead of what was there."""
        # Shards are made when they are missed, not looked for each time: soon all of them are there.
        target = self._prefix + path
        try:
            temporary.replace(target)
        except FileNotFoundError:
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(target)

    def remove(self, path: str) -> None:
        """Removes a file, if it is there."""
        with suppress(FileNotFoundError):
            os.unlink(self._prefix + path)  # noqa: PTH108 - half the time of a Path, and many are evicted at once

    def remove_with_folders(self, path: str) -> int:
        """Removes a file, if it is there, and each of its folders that is empty then; gives how many inodes are free
        thereby. Nobody may be moving a file there.
        """
        freed = 1
        self.remove(path)
        with suppress(OSError):  # as a rule, others are in it
            for _ in range(SHARDS):
                path = path.rpartition("/")[0]
                os.rmdir(self._prefix + path)  # noqa: PTH106 - as above
                freed += 1
        return freed

    def remove_empty_folders(self, outer: str) -> int:
        """Removes what is empty of one of `outer_shards`; gives how many folders that were. Nobody may be moving a file
        there.
        """
        removed = 0
        for shard in [*(f"{outer}/{inner}" for inner in _shards(f"{self._prefix}{outer}/")), outer]:
            with suppress(OSError):
                os.rmdir(self._prefix + shard)  # noqa: PTH106 - as above
                removed += 1
        return removed

    def outer_shards(self) -> list[str]:
        """The folders in which there are others with renders, in no order."""
        return _shards(self._prefix)

    def found(self, path: str) -> Found | None:
        """What there is at a path; None where there is no file."""
        try:
            status = os.stat(self._prefix + path)  # noqa: PTH116 - as above
        except (FileNotFoundError, NotADirectoryError):
            return None
        # Many filesystems note a read once a day at most; it is all that is left where the index is lost.
        used = max(status.st_mtime_ns, status.st_atime_ns) // 1000
        return Found(path, status.st_size, used) if stat.S_ISREG(status.st_mode) else None

    def walk(self) -> Iterator[Found]:
        """Every file in a shard, whatever its name."""
        for outer in _shards(self._prefix):
            for inner in _shards(f"{self._prefix}{outer}/"):
                for name in _names(f"{self._prefix}{outer}/{inner}"):
                    found = self.found(f"{outer}/{inner}/{name}")
                    if found is not None:
                        yield found

    def any_shard(self) -> bool:
        """Whether there may be a render."""
        return any(True for _ in _shards(self._prefix))

    def sweep(self, older_than: float) -> int:
        """Removes temporary files that were begun more than `older_than` seconds ago, by processes killed since.

        Gives how many there were. A put takes milliseconds: with a minute or more no living one is hit.
        """
        now = time.time()
        swept = 0
        with suppress(FileNotFoundError):
            for path in list(self.temporary.iterdir()):
                with suppress(OSError):  # another process sweeps too
                    # What lies ahead was begun before the clock was set back.
                    if not now - older_than < path.stat().st_mtime <= now + older_than:
                        path.unlink()
                        swept += 1
        return swept

    def space(self, entries: int = 0) -> Space:
        """What room the filesystem has, where so many renders more are to come."""
        return space_of(self.folder, entries)

    def takes_more(self) -> bool:
        """Whether the filesystem has room for a few files more."""
        return takes_files(self.temporary)


def is_whole(render: bytes) -> bool:
    """Whether this begins and ends as a JPEG does."""
    return render.startswith(START_OF_IMAGE) and render.endswith(END_OF_IMAGE)


def key_of(path: str) -> RenderKey | None:
    """The key whose render belongs at this path; None where no render does."""
    try:
        key = RenderKey.parse(Path(path).stem)
    except ValueError:
        return None
    return key if key.path == path else None


def path_of(name: str) -> str | None:
    """Where the render of that name belongs; None where only another Darkroom, newer or older, can read the name."""
    try:
        return RenderKey.parse(name).path
    except ValueError:
        return None


def remove(path: Path) -> None:
    """Removes a file where that is possible, and says nothing where it is not: there is a worse trouble to tell."""
    with suppress(OSError):
        path.unlink()


def _shards(folder: str) -> list[str]:
    return [name for name in _names(folder) if len(name) == 2 and HEX.issuperset(name)]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - as above
    except (FileNotFoundError, NotADirectoryError):
        return []
