"""The folders: that of the data, and those of the photos."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from cache.disk.index import FILE as INDEX
from cache.disk.rows import Rows, State
from cache.render_cache import RENDERS
from catalog.database import FILE
from catalog.files import is_empty
from catalog.inspection import address
from config import Root, Settings, data_toml
from darkroom.doctor.file_systems import MOUNTS, file_system, is_in_memory, is_network
from darkroom.doctor.finding import Finding, apart, well, wrong
from darkroom.doctor.machine import rescans, user

DATA = "data folder"
WRITTEN = (FILE, f"{FILE}-wal", f"{FILE}-shm", RENDERS, f"{RENDERS}/{INDEX}", "scan.lock", "prerender.lock", "metrics")
"""What Darkroom writes to in the data folder, where it is there."""

StatVfs = Callable[[Path], os.statvfs_result]


def data_folder(settings: Settings, mounts: Path = MOUNTS, statvfs: StatVfs = os.statvfs) -> Iterator[Finding]:
    """Whether it is there, this user's, and on a disk of this machine."""
    folder = settings.data_dir
    said = _kind_of(folder)
    if said == "missing":
        yield _to_be_made(folder)
        return
    if said:
        yield wrong(DATA, f"{folder} {said}", "name another one (data.dir, or `--data`)")
        return
    if statvfs(folder).f_flag & os.ST_RDONLY:
        yield wrong(DATA, f"{folder} lies on a file system that is mounted read-only", "mount it for writing")
    elif others := [name or "." for name in ("", *WRITTEN) if not _may_write(folder / name)]:
        todo = f"run Darkroom as its owner, or give it to this user (`chown -R {os.geteuid()} {folder}`)"
        yield wrong(DATA, f"{folder} can't be written by this user ({user()}): {', '.join(others)}", todo)
    else:
        yield well(DATA, f"{folder} ({settings.sources.get('data.dir', 'default')})")
    kind = file_system(folder, mounts)
    if is_network(kind):
        says = f"{folder} lies on {kind}: SQLite and the index of the cache do not work over a network"
        yield wrong(DATA, says, "put it on a disk of this machine")
    elif is_in_memory(kind):
        yield wrong(DATA, f"{folder} lies on {kind}, which a restart empties, of users too", "put it on a disk")
    elif kind:
        yield well("data folder's file system", kind)


def own_settings(settings: Settings) -> Iterator[Finding]:
    """The darkroom.toml in the data folder, which `serve` writes."""
    file = settings.data_dir / data_toml.FILE
    try:
        text = file.read_text("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        yield apart(data_toml.FILE, f"there is none in the data folder: `darkroom serve` writes {file}")
        return
    except (OSError, ValueError) as error:
        todo = f"see that this user ({user()}) may read it, and that it is UTF-8"
        yield wrong(data_toml.FILE, f"{file} can't be read: {getattr(error, 'strerror', None) or error}", todo)
        return
    if data_toml.BEGIN in text and data_toml.END not in text.partition(data_toml.BEGIN)[2]:
        says = f"the line {data_toml.END.strip()!r} is gone from {file}"
        yield wrong(data_toml.FILE, says, "put it where the lines of `darkroom serve` end")
        return
    count = list(settings.sources.values()).count(str(file))
    yield well(data_toml.FILE, f"{file}, {count} settings are of it")


def space(settings: Settings, statvfs: StatVfs = os.statvfs) -> Iterator[Finding]:
    """Whether the cache of renders has the space and the inodes that it may take."""
    try:
        disk = statvfs(_nearest(settings.data_dir))
    except OSError as error:
        yield wrong("disk space", f"the system does not say it: {error.strerror}", "")
        return
    if not (settings.cache_disk_bytes and settings.cache_disk_entries):
        yield apart("disk space", "the cache keeps nothing on disk: cache.disk.bytes or cache.disk.entries is 0")
        return
    renders = _renders(settings) or State(0, 0, complete=False, reconciled=0)
    yield _bytes(settings, renders, disk.f_bavail * disk.f_frsize)
    yield _inodes(settings, renders, disk)


def photo_root(root: Root, settings: Settings, mounts: Path = MOUNTS) -> Iterator[Finding]:
    """Whether a photo root is there and has anything in it."""
    what, path = f"photo root {root.alias}", root.path
    said = _kind_of(path)
    if said:
        told = "is not there" if said == "missing" else said
        yield wrong(what, f"{path} {told}", "is its disk mounted? Else name another folder (robot.root.N.path)")
        return
    try:
        empty = is_empty(path)
    except OSError as error:
        todo = f"let this user ({user()}) read it"
        yield wrong(what, f"{path} can't be listed: {error.strerror or error}", todo)
        return
    kind = file_system(path, mounts)
    if not os.access(path, os.X_OK):
        yield wrong(what, f"what is in {path} can't be opened by this user ({user()})", f"`chmod o+x {path}`")
    elif empty:
        yield wrong(what, f"{path} is empty", "is its disk mounted? Else put photos there")
    elif is_network(kind) and not settings.robot_rescan_minutes:
        says = f"{path} lies on {kind}, which tells of no changes, and robot.rescan.minutes is 0"
        yield wrong(what, says, "set robot.rescan.minutes")
    elif is_network(kind):
        yield well(what, f"{path}, on {kind}: {rescans(settings)}")
    else:
        yield well(what, f"{path}, on {kind}" if kind else str(path))


def photo_roots(settings: Settings) -> Iterator[Finding]:
    """Whether there is any."""
    if settings.roots:
        return
    todo = "`darkroom serve FOLDER …` serves folders of photos"
    if os.path.exists(settings.data_dir / FILE):  # noqa: PTH110 - never raises
        yield wrong("photo roots", "none is set", todo)
    else:
        yield apart("photo roots", f"none is set yet: {todo}, and without any a sample library")


def _to_be_made(folder: Path) -> Finding:
    nearest = _nearest(folder)
    if os.access(nearest, os.W_OK | os.X_OK):
        return apart(DATA, f"{folder} is not there yet: `darkroom serve` makes it")
    todo = "make it, or name another one (data.dir, or `--data`)"
    return wrong(DATA, f"{folder} is not there, and this user ({user()}) can't make it in {nearest}", todo)


def _nearest(folder: Path) -> Path:
    """The folder, or the lowest one above it that is there."""
    return next(each for each in (folder, *folder.parents) if os.path.isdir(each))  # noqa: PTH112 - never raises


def _kind_of(folder: Path) -> str:
    """Empty for a folder; "missing"; or what else it is."""
    try:
        folder.stat()
        with os.scandir(folder):
            return ""
    except NotADirectoryError:
        return "is no folder"
    except FileNotFoundError:
        return "missing"
    except PermissionError:
        return "" if os.path.isdir(folder) else "can't be looked at"  # noqa: PTH112 - never raises
    except OSError as error:
        return f"can't be looked at: {error.strerror or error}"
    except ValueError as error:
        return f"is no name of a folder: {error}"


def _may_write(path: Path) -> bool:
    """Whether this user may write there; of what is not there, yes: the folder it comes into is looked at itself."""
    mode = os.W_OK | os.R_OK | (os.X_OK if os.path.isdir(path) else 0)  # noqa: PTH112 - never raises
    return os.access(path, mode) or not os.path.lexists(path)


def _renders(settings: Settings) -> State | None:
    """How much the cache has on disk; None where nothing says it."""
    index = settings.data_dir / RENDERS / INDEX
    if not os.path.exists(index):  # noqa: PTH110 - never raises
        return None
    try:
        with closing(sqlite3.connect(address(index), uri=True, timeout=1)) as connection:
            return Rows(connection).state()
    except (sqlite3.Error, TypeError):  # damaged, or none of ours: the cache makes it anew
        return None


def _bytes(settings: Settings, renders: State, free: int) -> Finding:
    what, most, left = "disk space", settings.cache_disk_bytes, settings.cache_disk_free
    room = max(0, renders.bytes + free - left)
    says = f"{_giga(free)} are free, {_giga(renders.bytes)} are renders"
    if free < left:
        says = f"{says}: less is free than the {_giga(left)} of cache.disk.free, so renders give way"
        return wrong(what, says, "make room, or lower cache.disk.free")
    if room < most:
        return well(what, f"{says}: they may become {_giga(room)}, though cache.disk.bytes is {_giga(most)}")
    return well(what, f"{says}, of {_giga(most)} that they may become")


def _inodes(settings: Settings, renders: State, disk: os.statvfs_result) -> Finding:
    what, most = "inodes", settings.cache_disk_entries
    if not disk.f_files:
        return apart(what, "this file system has as many as there is space for")
    # However many there may be, no more fit into the bytes: 4 kB is the least that a render takes on most disks.
    needed = min(most, settings.cache_disk_bytes // 4096) - renders.entries
    if disk.f_favail < needed:
        says = f"{disk.f_favail:,} are free, and {needed:,} renders may still come (cache.disk.entries is {most:,})"
        return wrong(what, says, "lower cache.disk.entries")
    return well(what, f"{disk.f_favail:,} are free, {renders.entries:,} are renders, of {most:,} that they may become")


def _giga(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
