"""`python -m catalog`, as an operator sees it; and faults that need a process of their own."""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.catalog.library import PROJECT, Library, jpeg, put

NAMESPACE = ("unshare", "-Urm") if os.geteuid() else ("unshare", "-m")
POWERLESS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()


@cache
def can_mount() -> bool:
    """Whether this machine lets us mount a file system of our own."""
    return not subprocess.run(
        [*NAMESPACE, "mount", "-t", "tmpfs", "x", "/mnt"], capture_output=True, check=False
    ).returncode


def test_scan_and_lists(library: Library) -> None:
    put(library.a / os.fsdecode(b"\xff\n.jpg"), jpeg(size=(30, 20)))
    put(library.b / "broken.jpg", b"garbage")
    done = library.command("scan")
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 added" in done.stderr
    done = library.command("photos", "--json")
    (photo,) = map(json.loads, done.stdout.splitlines())
    assert set(photo) == {"photoid", "root", "path", "width", "height", "format", "version", "created"}
    assert os.fsencode(photo["path"]) == b"\xff\n.jpg"
    assert (photo["root"], photo["width"], photo["height"], photo["format"]) == ("a", 30, 20, "JPEG")
    (line,) = library.command("photos").stdout.splitlines()
    assert line.endswith("a/\\xff\\n.jpg")
    (failure,) = map(json.loads, library.command("failed", "--json").stdout.splitlines())
    assert (failure["root"], failure["path"]) == ("b", "broken.jpg")
    assert "b/broken.jpg: it is none of JPEG" in library.command("failed", LC_ALL="C", PYTHONUTF8="0").stdout


def test_quiet(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    done = library.command("scan", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_root_that_is_not_there(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    library.b.rmdir()
    done = library.command("scan", "--quiet")
    assert done.returncode == 1
    assert f"{library.b} can't be listed" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(library.ids()) == ["a/1.jpg"]


def test_accept_empty(library: Library) -> None:
    file = put(library.a / "1.jpg", jpeg())
    library.scan()
    file.unlink()
    assert library.command("scan", "--quiet").returncode == 1
    assert library.ids()
    assert library.command("scan", "--quiet", "--accept-empty").returncode == 0
    assert not library.ids()


@pytest.mark.parametrize("command", ["scan", "photos", "failed"])
def test_no_root(library: Library, command: str) -> None:
    done = library.command(command, ROBOT_ROOT_0_PATH="", ROBOT_ROOT_1_PATH="")
    assert done.returncode == 1
    assert "robot.root.0.path" in done.stderr


def test_wrong_settings_and_usage(library: Library) -> None:
    assert library.command("scan", SERVER_PORT="x").returncode == 2
    assert library.command("nonsense").returncode == 2


def test_a_damaged_catalogue(library: Library) -> None:
    library.engine.dispose()
    file = put(library.settings.data_dir / "catalog.sqlite", b"no database at all" * 100)
    done = library.command("scan")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(file) in done.stderr


def test_a_reader_who_has_had_enough(library: Library) -> None:
    for number in range(3):
        put(library.a / f"{number}.jpg", jpeg(size=(10 + number, 10)))
    library.scan()
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "catalog", "photos"],
        env=library.environment(),
        cwd=PROJECT,
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(bool(POWERLESS) and not shutil.which("setpriv"), reason="root may read anything here")
def test_a_folder_that_can_t_be_listed_keeps_its_photos(library: Library) -> None:
    put(library.a / "closed/deep/1.jpg", jpeg("red"))
    put(library.a / "closed.jpg", jpeg("green"))
    put(library.a / "open/2.jpg", jpeg("blue"))
    library.scan()
    before = library.ids()
    (library.a / "open/2.jpg").unlink()
    (library.a / "closed").chmod(0)
    done = library.command("scan", before=POWERLESS)
    (library.a / "closed").chmod(0o755)
    assert done.returncode == 0
    assert library.failed() == {"a/closed": "Permission denied"}
    assert set(library.ids()) == set(before) - {"a/open/2.jpg"}
    library.scan()
    assert library.failed() == {}


def in_tmpfs(library: Library, size: str, script: str) -> "subprocess.CompletedProcess[str]":
    """Runs a script where `data` is a file system of its own, with $SCAN as the command that scans."""
    data = library.settings.data_dir
    library.engine.dispose()
    shutil.rmtree(data)
    data.mkdir()
    # A scan's temporary tables go elsewhere; it is DATA that is full.
    script = f"set -e; mount -t tmpfs -o size={size} darkroom {data}; cd {PROJECT}; {script}"
    return subprocess.run(
        [*NAMESPACE, "sh", "-c", script],
        env={**library.environment(), "SCAN": f"{sys.executable} -m catalog scan --quiet", "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.skipif(not can_mount(), reason="no file system of our own can be mounted here")
@pytest.mark.parametrize("left", ["0", "200K"])
def test_a_full_disk(library: Library, left: str) -> None:
    put(library.a / "0.jpg", jpeg())
    new = library.folder / "new"
    for number in range(400):  # no copies: for each, a scan would look for an id beside those of all before it
        put(new / f"{number:03}{'x' * 200}.jpg", jpeg(size=(10 + number // 20, 10 + number % 20)))
    script = f"""
        $SCAN; head -c 100M /dev/zero > $DATA_DIR/filler 2>/dev/null || true; truncate -s -{left} $DATA_DIR/filler
        mv {new} $ROBOT_ROOT_0_PATH; $SCAN && exit 99; echo code $?; rm $DATA_DIR/filler
        $PYTHON -m catalog photos | grep -c /0.jpg; $SCAN; $PYTHON -m catalog photos | wc -l
    """
    done = in_tmpfs(library, "2m", script)
    assert "disk is full" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.split() == ["code", "1", "1", "401"]


@pytest.mark.skipif(not can_mount(), reason="no file system of our own can be mounted here")
def test_a_disk_that_is_full_from_the_start(library: Library) -> None:
    put(library.a / "0.jpg", jpeg())
    done = in_tmpfs(library, "16k", "head -c 1M /dev/zero > $DATA_DIR/filler 2>/dev/null || true; $SCAN")
    assert done.returncode == 1
    assert "disk is full" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not can_mount(), reason="no file system of our own can be mounted here")
def test_a_disk_that_can_only_be_read(library: Library) -> None:
    put(library.a / "0.jpg", jpeg())
    done = in_tmpfs(library, "4m", "$SCAN; mount -o remount,ro $DATA_DIR; $SCAN")
    assert done.returncode == 1
    assert "can't be written" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


def test_paths_are_below_the_root(library: Library) -> None:
    put(library.a / "x/y/1.jpg", jpeg())
    library.scan()
    (photo,) = map(json.loads, library.command("photos", "--json").stdout.splitlines())
    assert Path(photo["path"]) == Path("x/y/1.jpg")


def test_with_its_output_closed(library: Library) -> None:
    """As some schedulers start programs: nobody is there to be told, and nothing has to be."""
    put(library.a / "1.jpg", jpeg())
    library.scan()
    command = ("sh", "-c", 'exec "$0" -m catalog photos <&- >&-', sys.executable)
    done = subprocess.run(command, cwd=PROJECT, env=library.environment(), stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
