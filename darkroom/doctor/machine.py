"""The machine: versions, tools, the clock, how many files may be open and how many folders watched."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from api.http.connections import descriptors
from catalog.database import FILE
from catalog.errors import CatalogError
from catalog.inspection import figures, last_written, opened_to_look, too_deep
from config import Settings
from darkroom.doctor.file_systems import file_system, is_network
from darkroom.doctor.finding import Finding, apart, well, wrong
from darkroom.version import RELEASED, VERSION

T = TypeVar("T")

OLDEST_PYTHON = (3, 11)
SYSCTLS = Path("/proc/sys")
SKEW = 5.0  # seconds by which clocks may differ: file systems round, and a network takes its time
A_DAY = timedelta(days=1)  # a release has a date, and no hour


def versions(python: tuple[int, ...] = sys.version_info[:3]) -> Iterator[Finding]:
    """Of Darkroom, and of Python."""
    yield well("Darkroom", VERSION)
    written = ".".join(map(str, python))
    if python < OLDEST_PYTHON:
        yield wrong("Python", f"{written} is too old", "install Python 3.11 or later, and Darkroom with it")
    else:
        yield well("Python", f"{written} ({sys.executable}), {platform.system()} {platform.release()}")


def jpegtran(path: str | None = None) -> Iterator[Finding]:
    """The tool that turns JPEGs without loss; `path` is where tools are looked for, PATH where None."""
    found = shutil.which("jpegtran", path=path)
    if found is None:
        todo = "install libjpeg-turbo-progs (Debian)"
        yield wrong("jpegtran", "is missing: photos that lie on their side are decoded to be turned", todo)
    else:
        yield from _says_its_version("jpegtran", found, "-version", r"version (\S+)")


def redis_server(settings: Settings, path: str | None = None) -> Iterator[Finding]:
    """The program that `darkroom up` starts where `redis.url` is not set."""
    found = shutil.which("redis-server", path=path)
    if found is not None:
        yield from _says_its_version("redis-server", found, "--version", r"v=(\S+)")
    elif settings.distributed:
        yield apart("redis-server", "is not here, and not needed: redis.url names a Redis")
    else:
        yield apart(
            "redis-server", "is not here: `darkroom up` needs it (Debian: redis-server), `darkroom serve` does not"
        )


def _says_its_version(name: str, program: str, argument: str, pattern: str) -> Iterator[Finding]:
    try:
        done = subprocess.run(
            [program, argument], stdin=subprocess.DEVNULL, capture_output=True, timeout=2, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        yield wrong(name, f"{program} can't be run: {getattr(error, 'strerror', None) or error}", "install it anew")
        return
    said = re.search(pattern, (done.stdout + done.stderr).decode("utf-8", "replace"))
    if done.returncode:
        yield wrong(name, f"{program} ends with {done.returncode}", "install it anew")
    else:
        yield well(name, f"{said[1]} ({program})" if said else program)


def clock(settings: Settings, now: datetime | None = None) -> Iterator[Finding]:
    """Whether the clock can be right. `now` has the local time zone."""
    now = now or datetime.now().astimezone()
    shown = f"{now:%Y-%m-%d %H:%M:%S} {now.tzname()} (UTC{now:%z})"
    todo = "set it, or have it set (`timedatectl set-ntp true`)"
    if now < datetime.fromisoformat(RELEASED).replace(tzinfo=UTC) - A_DAY:
        yield wrong("clock", f"{shown} is before this Darkroom was released, on {RELEASED}", todo)
        return
    written = last_written(settings.data_dir)
    if now.timestamp() < written - SKEW:
        then = datetime.fromtimestamp(written, now.tzinfo)
        yield wrong("clock", f"{shown} is before the catalogue was last written at, {then:%Y-%m-%d %H:%M:%S}", todo)
        return
    yield well("clock", shown)


def open_files(settings: Settings, allowed: Callable[[], int] = descriptors.allowed) -> Iterator[Finding]:
    """Whether a front end that is started as this program was may open as many files as its connections take."""
    may, wanted = allowed(), descriptors.wanted(settings)
    needed = descriptors.needed(wanted, settings.server_threads)
    if may >= needed:
        yield well("open files", f"{may} may be open, of which {wanted} connections of a front end take {needed}")
        return
    fitting = descriptors.connections(may, settings.server_threads)
    says = f"{may} may be open, and {wanted} connections take {needed}: a front end has {fitting} at once"
    yield wrong("open files", says, "raise LimitNOFILE (`ulimit -Hn`), or lower server.connections")


def watches(settings: Settings, sysctls: Path = SYSCTLS) -> Iterator[Finding]:
    """Whether the system lets as many folders be watched as there are. `sysctls` is where its limits stand."""
    what = "noticing changes"
    roots = [root for root in settings.roots if not is_network(file_system(root.path))]
    if not settings.robot_use_filesystem_monitor:
        yield apart(what, f"robot.use.filesystem.monitor is false: {rescans(settings)}")
        return
    if not roots:
        yield apart(what, "there is no photo root on a disk of this machine")
        return
    folders = _known(settings, lambda engine: figures(engine, [root.alias for root in roots]).folders, 0)
    # Of each root, the folder itself; of all of them, an instance each, and what else this user runs has some.
    needed = {"max_user_watches": folders + len(roots), "max_user_instances": len(roots) + 1}
    limits = {name: _limit(sysctls / "fs/inotify" / name) for name in needed}
    missing = [name for name, limit in limits.items() if limit is None]
    if missing:
        yield apart(what, f"the system does not say what fs.inotify.{missing[0]} is")
        return
    yield from _compared(what, needed, {name: limit for name, limit in limits.items() if limit is not None})
    deep: list[str] = []
    for alias in _known(settings, lambda engine: too_deep(engine, [root.alias for root in roots]), deep):
        says = f"folders of root {alias} lie so deep in one another that changes in it are seen by rescans alone"
        yield wrong(what, says, "move them, or have another root for what lies beside them")


def _known(settings: Settings, ask: Callable[[Engine], T], nothing: T) -> T:
    """What the catalogue knows; what keeps it from being read is said where that is looked at."""
    if not os.path.isfile(settings.data_dir / FILE):  # noqa: PTH113 - never raises
        return nothing
    try:
        with opened_to_look(settings.data_dir) as engine:
            return ask(engine)
    except CatalogError:
        return nothing


def _compared(what: str, needed: Mapping[str, int], limits: Mapping[str, int]) -> Iterator[Finding]:
    low = {name: 4 * max(wanted, limits[name]) for name, wanted in needed.items() if limits[name] < wanted}
    for name, more in low.items():
        says = f"fs.inotify.{name} is {limits[name]}, and {needed[name]} are needed: changes are seen by rescans alone"
        yield wrong(what, says, f"`sysctl fs.inotify.{name}={more}`, and for good in /etc/sysctl.d")
    if not low:
        yield well(what, f"{limits['max_user_watches']} folders may be watched, {needed['max_user_watches']} are known")


def rescans(settings: Settings) -> str:
    """How changes are noticed that the system does not tell of."""
    minutes = settings.robot_rescan_minutes
    return (
        f"changes are noticed by rescans alone, each {minutes:g} minutes"
        if minutes
        else "changes are not noticed at all"
    )


def _limit(file: Path) -> int | None:
    try:
        return int(file.read_text("ascii"))
    except (OSError, ValueError):
        return None


def user() -> str:
    """Who asks, for sentences on what that user may."""
    return f"uid {os.geteuid()}"
