"""The machine: versions, tools, the clock, how many files may be open and how many folders watched."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from catalog.database import FILE
from config import Root, Settings
from darkroom.doctor import machine
from darkroom.version import RELEASED, VERSION
from tests.catalog.beneath.deep import deep_folder, remove
from tests.catalog.library import Library, jpeg, put
from tests.darkroom.doctor.told import one, told

ZONE = timezone(timedelta(hours=2), "CEST")
SAYS = "#!/bin/sh\necho '{said}' >&2\nexit {code}\n"


def tool(folder: Path, name: str, said: str, code: int = 0) -> str:
    """A folder to look for tools in, with one that says this."""
    program = put(folder / "bin" / name, SAYS.format(said=said, code=code).encode())
    program.chmod(0o755)
    return str(program.parent)


def test_versions() -> None:
    darkroom, python = told(machine.versions())
    assert (darkroom, python[:10]) == (f"✓ Darkroom: {VERSION}", "✓ Python: ")


def test_a_python_that_is_too_old() -> None:
    assert told(machine.versions((3, 10, 4)))[1] == (
        "✗ Python: 3.10.4 is too old: install Python 3.11 or later, and Darkroom with it"
    )


def test_tools_are_here_with_their_versions(library: Library) -> None:
    assert one(machine.jpegtran())[:12] == "✓ jpegtran: "
    assert one(machine.redis_server(library.settings))[:16] == "✓ redis-server: "


def test_jpegtran_as_it_may_be(tmp_path: Path) -> None:
    folder = tool(tmp_path, "jpegtran", "libjpeg-turbo version 3.1.0 (build 2026)")
    assert one(machine.jpegtran(folder)) == f"✓ jpegtran: 3.1.0 ({folder}/jpegtran)"
    assert one(machine.jpegtran(tool(tmp_path, "jpegtran", "who knows"))) == f"✓ jpegtran: {folder}/jpegtran"
    assert "ends with 127: install it anew" in one(machine.jpegtran(tool(tmp_path, "jpegtran", "no library", 127)))
    assert one(machine.jpegtran(str(tmp_path))).startswith("✗ jpegtran: is missing: photos that lie on their side")


def test_a_tool_that_can_t_be_run(tmp_path: Path) -> None:
    folder = tool(tmp_path, "jpegtran", "")
    (tmp_path / "bin" / "jpegtran").write_bytes(b"\x7fELF of another machine")
    assert one(machine.jpegtran(folder)).startswith(f"✗ jpegtran: {folder}/jpegtran can't be run: ")


def test_redis_server_is_for_up_alone(tmp_path: Path) -> None:
    embedded = Settings()
    assert "`darkroom up` needs it" in one(machine.redis_server(embedded, str(tmp_path)))
    assert "not needed" in one(machine.redis_server(replace(embedded, redis_url="redis://nas"), str(tmp_path)))


def test_the_clock(library: Library) -> None:
    assert one(machine.clock(library.settings))[:9] == "✓ clock: "
    now = datetime.now(ZONE) + timedelta(hours=1)
    assert one(machine.clock(library.settings, now)).endswith(f"{now:%H:%M:%S} CEST (UTC+0200)")


@pytest.mark.parametrize(("after", "mark"), [(timedelta(hours=-1), "✓"), (timedelta(days=-2), "✗")])
def test_a_clock_before_the_release(tmp_path: Path, after: timedelta, mark: str) -> None:
    now = datetime.fromisoformat(RELEASED).replace(tzinfo=ZONE) + after
    line = one(machine.clock(Settings(data_dir=tmp_path), now))
    assert (line[0], "before this Darkroom was released" in line) == (mark, mark == "✗")


def test_a_clock_before_what_was_written(library: Library) -> None:
    later = datetime.now(ZONE) + timedelta(days=3)
    os.utime(library.settings.data_dir / FILE, (later.timestamp(), later.timestamp()))
    line = one(machine.clock(library.settings))
    assert line.startswith("✗ clock: ")
    assert "is before the catalogue was last written at" in line
    assert one(machine.clock(library.settings, later + timedelta(seconds=1)))[0] == "✓"


@pytest.mark.parametrize(
    ("allowed", "connections", "said"),
    [
        (20_000, 0, "✓ open files: 20000 may be open, of which 1024 connections of a front end take 2496"),
        (2496, 0, "✓ open files: 2496 may be open, of which 1024 connections of a front end take 2496"),
        (
            2495,
            0,
            "✗ open files: 2495 may be open, and 1024 connections take 2496: a front end has 1023 at once: raise "
            "LimitNOFILE (`ulimit -Hn`), or lower server.connections",
        ),
        (1024, 288, "✓ open files: 1024 may be open, of which 288 connections of a front end take 1024"),
        (
            256,
            20,
            "✗ open files: 256 may be open, and 20 connections take 488: a front end has 16 at once: raise LimitNOFILE "
            "(`ulimit -Hn`), or lower server.connections",
        ),
    ],
)
def test_how_many_files_may_be_open(allowed: int, connections: int, said: str) -> None:
    assert told(machine.open_files(Settings(server_connections=connections), lambda: allowed)) == [said]


LOOK = """
import resource
from config import Settings
from darkroom.doctor import machine
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 256))
(found,) = machine.open_files(Settings())
print(found.state, found.says, *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_what_may_be_raised_counts_and_nothing_is_raised() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("wrong 256 may be open, and 1024 connections take 2496: a front end has 16 at once")
    assert done.stdout.endswith(" 100 256\n")


def limits(folder: Path, watches: str, instances: str) -> Path:
    put(folder / "sys/fs/inotify/max_user_watches", watches.encode())
    put(folder / "sys/fs/inotify/max_user_instances", instances.encode())
    return folder / "sys"


@pytest.mark.parametrize(
    ("watches", "instances", "said"),
    [
        ("5\n", "3\n", ["✓ noticing changes: 5 folders may be watched, 5 are known"]),
        (
            "4\n",
            "3\n",
            [
                "✗ noticing changes: fs.inotify.max_user_watches is 4, and 5 are needed: changes are seen by rescans "
                "alone: `sysctl fs.inotify.max_user_watches=20`, and for good in /etc/sysctl.d"
            ],
        ),
        (
            "5\n",
            "2\n",
            [
                "✗ noticing changes: fs.inotify.max_user_instances is 2, and 3 are needed: changes are seen by rescans "
                "alone: `sysctl fs.inotify.max_user_instances=12`, and for good in /etc/sysctl.d"
            ],
        ),
        ("5\n", "many", ["- noticing changes: the system does not say what fs.inotify.max_user_instances is"]),
    ],
)
def test_how_many_folders_may_be_watched(
    library: Library, tmp_path: Path, watches: str, instances: str, said: list[str]
) -> None:
    for place in ("a/1.jpg", "a/x/2.jpg", "b/3.jpg"):
        put(library.folder / place, jpeg(size=(len(place), 9)))
    library.scan()
    assert told(machine.watches(library.settings, limits(tmp_path, watches, instances))) == said


def test_folders_too_deep_to_be_listened_to(library: Library, tmp_path: Path) -> None:
    put(library.b / "x/1.jpg", jpeg("blue"))
    deep_folder(library.a, 2100, {2100: jpeg()})
    try:
        library.scan()
    finally:
        remove(library.a)
    assert told(machine.watches(library.settings, limits(tmp_path, "100", "100")))[1:] == [
        "✗ noticing changes: folders of root a lie so deep in one another that changes in it are seen by rescans "
        "alone: move them, or have another root for what lies beside them"
    ]


def test_where_nothing_is_watched(library: Library, tmp_path: Path) -> None:
    without = replace(library.settings, robot_use_filesystem_monitor=False)
    assert one(machine.watches(without)) == (
        "- noticing changes: robot.use.filesystem.monitor is false: changes are noticed by rescans alone, each 60 "
        "minutes"
    )
    assert "not noticed at all" in one(machine.watches(replace(without, robot_rescan_minutes=0)))
    assert one(machine.watches(library.only())).startswith("- noticing changes: there is no photo root on a disk")


@pytest.mark.parametrize("content", [None, b"", b"this is no database" * 100])
def test_without_a_catalogue_roots_alone_are_known(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        put(tmp_path / "data" / FILE, content)
    settings = Settings(data_dir=tmp_path / "data", roots=(Root("a", tmp_path),))
    assert one(machine.watches(settings, limits(tmp_path, "100", "100"))).endswith(
        "100 folders may be watched, 1 are known"
    )
