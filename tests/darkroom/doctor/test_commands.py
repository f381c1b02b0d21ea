"""`darkroom doctor`, as an operator sees it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cache.disk import DiskTier
from cache.key import RenderKey
from catalog.people.users import Users
from darkroom.doctor import looks as every
from darkroom.doctor import places
from darkroom.doctor.patience import Look, within
from tests.catalog.library import PROJECT, Library, jpeg, put
from tests.darkroom.conftest import Darkroom, Done
from tests.end_to_end.servers import serving

NEVER = threading.Event()
POWERLESS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
"""Root who is held to the modes of files, as everybody else is."""


Doctor = Callable[..., Done]


@pytest.fixture
def doctor(darkroom: Darkroom) -> Doctor:
    """Runs the command; on no port, where none is named."""
    return lambda *arguments, **settings: darkroom("doctor", *arguments, **({"SERVER_PORT": "0"} | settings))


@pytest.fixture
def filled(library: Library) -> Library:
    """A photo in each root, a user, and a render in the cache; nobody has any of it open."""
    put(library.a / "1.jpg", jpeg())
    put(library.b / "2.jpg", jpeg("blue"))
    library.scan()
    Users(library.engine).add("guest", "guest")
    tier = DiskTier(library.settings.data_dir / "renders")
    tier.put(RenderKey("A" * 22, "v", 1, 1, 70), b"\xff\xd8\xff\xd9")
    tier.close()
    library.engine.dispose()
    return library


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much else this machine has to do."""
    for name in ("patience.SECONDS", "library.SECONDS", "services.SECONDS", "looks.ASKING"):
        monkeypatch.setattr(f"darkroom.doctor.{name}", 60.0)


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Everything in a folder, folders too, with its bytes and its time of change."""
    return {
        str(each.relative_to(folder)): (each.read_bytes() if each.is_file() else b"", each.stat().st_mtime_ns)
        for each in [folder, *folder.rglob("*")]
    }


def test_all_is_well_and_not_a_byte_changes(filled: Library, doctor: Doctor) -> None:
    before = state(filled.folder)
    done = doctor()
    assert state(filled.folder) == before
    assert [line for line in done.out.splitlines() if line.startswith("✗")] == []
    assert (done.code, done.err) == (0, "")
    *findings, count = done.out.splitlines()
    well, apart = (sum(line.startswith(mark) for line in findings) for mark in "✓-")
    assert count == f"{well} well, 0 wrong, {apart} not for here"
    assert sum("photo root" in line for line in findings) == 2


def test_what_is_wrong_counts(filled: Library, doctor: Doctor) -> None:
    done = doctor(ROBOT_ROOT_1_PATH="/nowhere", ROBOT_ROOT_1_ALIAS="b")
    assert done.code == 1
    (line,) = (line for line in done.out.splitlines() if line.startswith("✗"))
    assert line == (
        "✗ photo root b: /nowhere is not there: is its disk mounted? Else name another folder (robot.root.N.path)"
    )
    assert " well, 1 wrong, " in done.out.splitlines()[-1]


def test_an_object_a_line(filled: Library, doctor: Doctor) -> None:
    done = doctor("--json")
    found = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 0
    assert all(set(each) == {"what", "state", "says", "todo"} for each in found)
    assert {each["state"] for each in found} == {"ok", "apart"}


def test_settings_that_can_t_be_used_are_no_dead_end(filled: Library, doctor: Doctor) -> None:
    done = doctor(SERVER_THREADS="many", CACHE_DISK_FREE="much")
    assert (done.code, done.err) == (2, "")
    assert [line.split(" (")[0] for line in done.out.splitlines() if line.startswith("✗")] == [
        "✗ settings: server.threads is 'many'",
        "✗ settings: cache.disk.free is 'much'",
    ]
    assert any(line.startswith("✓ catalogue: 2 photos") for line in done.out.splitlines())


@pytest.mark.parametrize("arguments", [["--quick"], ["more"], ["--data", "/no/such/folder"]])
def test_wrong_arguments(filled: Library, doctor: Doctor, arguments: list[str]) -> None:
    done = doctor(*arguments)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)


def test_nothing_is_there_yet_and_nothing_comes(doctor: Doctor, tmp_path: Path) -> None:
    new = {"DATA_DIR": str(tmp_path / "new/data"), "ROBOT_ROOT_0_PATH": "", "ROBOT_ROOT_1_PATH": ""}
    done = doctor(**new)
    assert [line for line in done.out.splitlines() if line.startswith("✗")] == []
    assert (done.code, (tmp_path / "new").exists()) == (0, False)


def test_a_photo_root_that_hangs(filled: Library, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "is_empty", lambda path: NEVER.wait(60) if path == filled.b else False)
    looks = every.looks
    monkeypatch.setattr(every, "looks", lambda *given: [*map(_hurried, looks(*given))])
    done = doctor()
    assert done.code == 1
    assert [line for line in done.out.splitlines() if line.startswith("✗")] == [
        "✗ photo root b: did not answer within 0.1 s: see that the disk or the network share answers (`ls` it)"
    ]
    assert any(line.startswith("✓ photo root a: ") for line in done.out.splitlines())


def _hurried(look: Look) -> Look:
    return replace(look, seconds=0.1) if look.name == "photo root b" else look


def test_settings_that_do_not_answer(library: Library, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe into which nobody writes is read for ever, as a file on a share that has gone."""
    os.mkfifo(library.settings.data_dir / "darkroom.toml")
    monkeypatch.setattr("darkroom.doctor.commands.within", lambda _, ask: within(0.1, ask))
    done = doctor()
    *_, line, count = done.out.splitlines()
    assert (done.code, line) == (
        2,
        "✗ settings: the files that they stand in did not answer within 60 s: see that the disk or the network share "
        "answers (`ls` it)",
    )
    assert " well, 1 wrong, " in count
    assert any(each.startswith("✓ JPEG: ") for each in done.out.splitlines())


@pytest.mark.parametrize(("what", "code"), [("files", 1), ("folder", 2)])  # whose settings can't be read either
def test_a_user_who_may_read_nothing(filled: Library, what: str, code: int) -> None:
    data = filled.settings.data_dir
    for each in [data] if what == "folder" else data.rglob("*"):
        each.chmod(0)
    filled.a.chmod(0)
    done = subprocess.run(
        [*POWERLESS, sys.executable, PROJECT / "darkroom/__main__.py", "doctor"],
        env=filled.environment() | {"SERVER_PORT": "0", "HOME": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    for each in (data, filled.a):
        each.chmod(0o755)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    wrong = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert any(line.startswith(f"✗ photo root a: {filled.a} can't be listed: Permission denied") for line in wrong)
    assert any("can't be written by this user (uid" in line for line in wrong)
    assert any(line.startswith("✗ catalogue: ") for line in wrong)


def test_a_server_that_runs_is_asked(library: Library, doctor: Doctor) -> None:
    put(library.a / "1.jpg", jpeg())
    port = {"SERVER_PORT": "0"}
    with serving(library.a, library.folder / "served", "embedded", **port) as server:
        number = server.url.rpartition(":")[2]
        done = doctor(
            DATA_DIR=server.environ["DATA_DIR"],
            SERVER_PORT=number,
            ROBOT_ROOT_0_PATH=str(library.a),
            ROBOT_ROOT_1_PATH="",
        )
        assert [line for line in done.out.splitlines() if line.startswith("✗")] == []
        assert f"✓ port {number}: a Darkroom runs there and is ready" in done.out.splitlines()
        assert done.code == 0
