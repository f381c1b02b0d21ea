"""What the system says of a photo's file, and whether a scan comes by it."""

import errno
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from catalog.beneath.photo_files import NoRegularFile, PhotoFile, crosses_link
from catalog.files import stored_mtime
from catalog.inspection import Known
from catalog.kinds.formats import KINDS, kind_of
from catalog.scan.names import EXTENSIONS, READ, LeftOut, is_mark
from config import Settings
from darkroom.doctor.finding import Finding, apart, well, wrong
from darkroom.doctor.machine import rescans, user
from darkroom.why.meant import Meant

SCAN = "`darkroom scan` reads it, as does the next scan of the server"


def file(photo: Meant) -> Iterator[Finding]:
    """Whether it is there, may be read, and is a photo by its bytes."""
    if photo.file is None:
        return  # its root is not in the settings, which is said below
    try:
        with PhotoFile(photo.file.parent, photo.file.name).open() as reading:
            status, kind = os.fstat(reading.fileno()), kind_of(reading)
    except NoRegularFile:
        yield wrong("file", f"{photo.file} is no regular file", "name a photo")
        return
    except (FileNotFoundError, NotADirectoryError):
        leads = "is a link that leads to nothing" if photo.file.is_symlink() else "is not there"
        yield wrong("file", f"{photo.file} {leads}", "is its disk mounted? Else put it back")
        return
    except OSError as error:
        if error.errno == errno.ELOOP:
            yield wrong("file", f"{photo.file} is a link that leads in a circle", "mend it")
            return
        yield wrong("file", f"{_closed(photo.file)} can't be read: {error.strerror or error}", f"let {user()} read it")
        return
    if kind is None:
        says = f"none of {', '.join(KINDS)} by its bytes" if status.st_size else "empty"
        yield wrong("file", f"{photo.file} is {says}", "put a photo in its place")
    else:
        changed = datetime.fromtimestamp(status.st_mtime).isoformat(" ", "seconds")
        yield well("file", f"{photo.file}: {kind}, {status.st_size:,} bytes, changed {changed}")


def root(photo: Meant, settings: Settings) -> Iterator[Finding]:
    """In which photo root it lies."""
    there = ", ".join(f"{alias} ({path})" for alias, path in settings.root_paths.items()) or "none"
    if not photo.alias:
        todo = f"name its folder in robot.root.N.path, or to `darkroom serve`; there are: {there}"
        yield wrong("photo root", "it lies in no photo root", todo)
    elif photo.alias not in settings.root_paths:
        todo = f"name it in the settings again: there are {there}"
        yield wrong("photo root", f"{photo.alias} is not in the settings: its photos are kept, out of sight", todo)
    else:
        yield well("photo root", f"{photo.alias} ({settings.root_paths[photo.alias]})")


def scanned(photo: Meant, settings: Settings) -> Iterator[Finding]:
    """Whether a scan comes by it, by all that lets it pass something over."""
    top = settings.root_paths.get(photo.alias)
    if top is None or photo.file is None:
        return
    reasons = [*_passed_over(photo, settings, top)]
    for says, todo in reasons:
        yield wrong("scan", says, todo)
    if not reasons:
        yield well("scan", "comes by it")


def changed(photo: Meant, known: Known, settings: Settings) -> Iterator[Finding]:
    """Whether it is still as the last scan saw it."""
    if known.photo is None or photo.file is None:
        return
    try:
        status = photo.file.stat()
    except OSError:
        return  # said above
    if (status.st_size, stored_mtime(status)) == (known.photo.bytes, known.photo.mtime_ns):
        yield well("since the last scan", "nothing has changed")
        return
    monitored = settings.robot_use_filesystem_monitor
    how = "a running server notices it, where the system tells of it" if monitored else rescans(settings)
    yield apart("since the last scan", f"the file has changed: {SCAN}; {how}")


def _passed_over(photo: Meant, settings: Settings, top: Path) -> Iterator[tuple[str, str]]:
    """Why a scan passes it over, and what to do."""
    names = photo.path.split("/")
    left_out = LeftOut(settings.scan_ignore)
    for name in names:
        if name.startswith("."):
            yield f"{name} begins with a dot, and is passed over", "rename it"
    for count, name in enumerate(names[:-1], 1):
        if name in left_out and not name.startswith("."):
            yield f"the folder {name} is passed over, as scan.ignore names it", "rename it, or set scan.ignore anew"
        mark = _mark(top.joinpath(*names[:count]))
        if mark:
            yield f"{mark} says that its folder is to be passed over", "remove that file"
    ending = os.path.splitext(names[-1])[1][1:].lower()  # noqa: PTH122 - as in `walk`
    if ending not in EXTENSIONS:
        said = f"its name ends with .{ending}" if ending else "its name has no ending"
        yield f"{said}, which is no photo's", f"rename it, if it is one: {' '.join(sorted(READ))}"
    data = settings.data_dir  # a root inside of it, such as the sample library, is walked like any other
    if data.is_relative_to(top) and (top / photo.path).is_relative_to(data):
        yield f"it lies in the data folder {data}, which is passed over", "put it elsewhere"
    above = (top, *(top.joinpath(*names[:count]) for count in range(1, len(names))))
    closed = next((folder for folder in above if not os.access(folder, os.R_OK | os.X_OK)), None)
    if closed is None:
        yield from _by_links(photo, settings, top, names)
    elif os.path.lexists(closed):  # of what is not there it is said that the file is not
        yield f"the folder {closed} can't be listed", f"let {user()} read it"


def _mark(folder: Path) -> Path | None:
    """The file that has a folder left out; None where there is none, or the folder can't be listed."""
    try:
        return next((folder / name for name in sorted(os.listdir(folder)) if is_mark(name)), None)  # noqa: PTH208
    except OSError:
        return None


def _by_links(photo: Meant, settings: Settings, top: Path, names: list[str]) -> Iterator[tuple[str, str]]:
    ways = [top.joinpath(*names[:count]) for count in range(1, len(names) + 1)]
    link = next((way for way in ways if way.is_symlink()), None)
    if link is None:
        return
    if not settings.robot_follow_links:
        yield f"{link} is a link, and robot.follow.links is false", "set it to true, or copy what the link leads to"
        return
    folder, real = "/".join(names[:-1]), Path(os.path.realpath(top))
    try:
        inside = crosses_link(top, folder) and Path(os.path.realpath(top / folder)).is_relative_to(real)
    except OSError:
        return
    if inside:
        other = Path(os.path.realpath(top / folder), names[-1]).relative_to(real)
        yield f"each folder is scanned once, and this one as {other.parent}", f"`darkroom why {photo.alias}/{other}`"


def _closed(file: Path) -> Path:
    """The first folder on the way to a file that this user may not enter, else the file."""
    ways = [each for each in reversed(file.parents) if not os.access(each, os.X_OK)]
    return ways[0] if ways else file
