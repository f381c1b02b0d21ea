"""A decoder that was taken over tries every door."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from confine import doors, landlock
from confine.kernel import Lacking
from confine.processes import Deadline, Processes
from tests.confine import hostile

MEMORY = 2_000_000_000


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    before = os.environ.get("REDIS_URL")
    os.environ["REDIS_URL"] = "redis://:secret@127.0.0.1/0"
    made = Processes("tests.confine.hostile", MEMORY)
    try:
        yield made
    finally:
        made.close()
        os.environ.pop("REDIS_URL")
        if before is not None:
            os.environ["REDIS_URL"] = before


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "photo.jpg"
    path.write_bytes(b"a photo")
    return path


def tried(processes: Processes, photo: Path, what: str, kind: str = "") -> Any:
    """What came of an attack."""
    with processes.process(kind) as process, photo.open("rb") as file:
        process.begin(Deadline(60.0, 60.0), {"do": what}, file.fileno())
        return process.hear(1_000_000)[0]["came"]


def lacks_nothing(processes: Processes) -> bool:
    return not processes.missing()


@pytest.mark.parametrize("what", hostile.REFUSED)
def test_a_door_is_shut(processes: Processes, photo: Path, what: str) -> None:
    if not lacks_nothing(processes):
        pytest.skip("this kernel lacks Landlock or seccomp")
    assert tried(processes, photo, what) == "EPERM"
    assert photo.read_bytes() == b"a photo"


@pytest.mark.parametrize("what", hostile.REFUSED)
def test_seccomp_shuts_each_by_itself(processes: Processes, photo: Path, what: str) -> None:
    with processes.process("without Landlock") as process:
        missing = process.missing
    if "seccomp" in "".join(missing):
        pytest.skip("this kernel lacks seccomp")
    assert missing == ("Landlock",)
    assert tried(processes, photo, what, "without Landlock") == "EPERM"


@pytest.mark.parametrize("what", hostile.BY_PATH)
def test_landlock_shuts_every_path_by_itself(processes: Processes, photo: Path, what: str) -> None:
    try:
        landlock.version()
    except Lacking:
        pytest.skip("this kernel lacks Landlock")
    with processes.process("without seccomp") as process:
        assert process.missing == ("seccomp",)
    assert tried(processes, photo, what, "without seccomp") in ("EACCES", "EPERM", "ENOENT")


def test_a_kernel_without_both_is_told_of(processes: Processes, photo: Path) -> None:
    with processes.process("without both") as process:
        assert process.missing == ("Landlock", "seccomp")
    # What stands without a kernel's help still does.
    assert tried(processes, photo, "descriptors", "without both") == []
    assert tried(processes, photo, "takes memory", "without both") == "MemoryError"
    assert "REDIS_URL" not in tried(processes, photo, "environment", "without both")


def test_it_holds_nothing_but_its_photo_and_the_way_to_its_owner(processes: Processes, photo: Path) -> None:
    assert tried(processes, photo, "descriptors") == []
    null = Path(os.devnull).stat().st_rdev
    assert tried(processes, photo, "standard") == ["", null, null, null]


def test_its_environment_says_where_python_is_and_no_more(processes: Processes, photo: Path) -> None:
    known = {"PATH", "TZ", "LANG", "LANGUAGE", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHONDONTWRITEBYTECODE"}
    found = set(tried(processes, photo, "environment"))
    assert "REDIS_URL" not in found
    assert {each for each in found if not each.startswith("LC_")} <= known | {
        "OPENBLAS_NUM_THREADS",
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
        "PYTHONHOME",
        "PYTHONPYCACHEPREFIX",
        "PILLOW_BLOCKS_MAX",
        "PILLOW_BLOCK_SIZE",
    }


def test_its_bounds(processes: Processes, photo: Path) -> None:
    limits = tried(processes, photo, "limits")
    assert limits["AS"] == [MEMORY, MEMORY]
    assert limits["CORE"] == limits["FSIZE"] == [0, 0]
    assert limits["NOFILE"] == [doors.FILES, doors.FILES]
    assert limits["CPU"][0] <= doors.CPU_SECONDS
    assert tried(processes, photo, "takes memory") == "MemoryError"


def test_it_is_not_root(processes: Processes, photo: Path) -> None:
    uid, gid = tried(processes, photo, "who")
    if os.getuid() == 0 and uid == 0:
        pytest.skip("this container gives no other user")
    expected = (doors.NOBODY, doors.NOBODY) if os.getuid() == 0 else (os.getuid(), os.getgid())
    assert (uid, gid) == expected
