"""The disk tier: files, and what may happen to them."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cache.disk import DiskTier
from cache.errors import TierError
from tests.cache.keys import key, render

ROOT = Path(__file__).parents[2]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_render_is_one_bare_jpg_in_its_shard(tmp_path: Path) -> None:
    DiskTier(tmp_path).put(key(), render())
    assert files(tmp_path) == [tmp_path / key().path]
    assert (tmp_path / key().path).read_bytes() == render()


@pytest.mark.parametrize("torn", [b"", b"\xff\xd8", render()[:-1], b"\0" * 1000, render()[2:], render() + b"\0" * 512])
def test_a_torn_file_is_a_miss_and_is_removed(tmp_path: Path, torn: bytes) -> None:
    tier = DiskTier(tmp_path)
    tier.put(key(), render())
    (tmp_path / key().path).write_bytes(torn)
    assert tier.get(key()) is None
    assert files(tmp_path) == []


def test_the_folder_comes_back(tmp_path: Path) -> None:
    tier = DiskTier(tmp_path / "renders")
    tier.put(key(), render())
    shutil.rmtree(tmp_path / "renders")
    assert tier.get(key()) is None
    assert tier.put(key(), render())
    assert tier.get(key()) == render()


def test_a_lost_shard_comes_back(tmp_path: Path) -> None:
    tier = DiskTier(tmp_path)
    tier.put(key(), render())
    shutil.rmtree((tmp_path / key().path).parent)
    assert tier.put(key(), render())
    assert tier.get(key()) == render()


def test_what_is_not_taken_leaves_nothing(tmp_path: Path) -> None:
    tier = DiskTier(tmp_path)
    (tmp_path / key().path).mkdir(parents=True)  # a folder where the file should go
    with pytest.raises(TierError, match="1000 bytes"):
        tier.put(key(), render())
    assert files(tmp_path) == []


def test_sweep_takes_old_temporary_files_alone(tmp_path: Path) -> None:
    tier = DiskTier(tmp_path)
    assert tier.sweep(0) == 0
    tier.put(key(), render())
    old, new = tmp_path / "tmp" / "old", tmp_path / "tmp" / "new"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (1, 1))
    assert tier.sweep(60) == 1
    assert sorted(files(tmp_path)) == sorted([new, tmp_path / key().path])


PUTS_FOR_EVER = """
import sys
from pathlib import Path
from cache.disk import DiskTier
from tests.cache.keys import key, render
tier = DiskTier(Path(sys.argv[1]))
for turn in range(10**9):
    tier.put(key(turn % 5), render(3_000_000, b"ab"[turn % 2 : turn % 2 + 1]))
    print(turn, flush=True)
"""


def test_killed_in_the_middle_of_a_put(tmp_path: Path) -> None:
    whole = [render(3_000_000, fill) for fill in (b"a", b"b")]
    for _ in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", PUTS_FOR_EVER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        with writer.stdout:
            for _ in range(6):
                writer.stdout.readline()
            writer.send_signal(signal.SIGKILL)
            writer.wait()
    tier = DiskTier(tmp_path)
    left = files(tmp_path / "tmp")
    assert len(left) <= 5
    assert tier.sweep(0) == len(left)
    assert sorted(files(tmp_path)) == sorted(tmp_path / key(number).path for number in range(5))
    assert all(tier.get(key(number)) in whole for number in range(5))


def in_tmpfs(tmp_path: Path, script: str, prepare: str = "") -> str:
    """What a Python script prints whose argument is a tmpfs of 2 MB, in a mount namespace of its own."""
    mounts = f'mount -t tmpfs -o size=2m none "$1" && {prepare or "true"} && exec "$2" -c "$3" "$1"'
    command = ["unshare", "-Urm", "sh", "-c", mounts, "sh", str(tmp_path), sys.executable, script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no mount namespaces here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs Linux's unshare")
def test_a_full_disk_takes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from cache.disk import DiskTier
from cache.tiers import RenderCache
from tests.cache.keys import key, render
folder = Path(sys.argv[1]) / "renders"
cache = RenderCache([DiskTier(folder)])
taken = [cache.put(key(number), render(200_000)) for number in range(40)]
print(taken.count(True) in range(5, 11), taken[-1], len(list((folder / "tmp").iterdir())))
print(all((cache.get(key(number)) == render(200_000)) is took for number, took in enumerate(taken)))
"""
    assert in_tmpfs(tmp_path, script).split() == ["True", "False", "0", "True"]


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs Linux's unshare")
def test_a_read_only_disk_still_gives(tmp_path: Path) -> None:
    script = """
import subprocess, sys
from pathlib import Path
from cache.disk import DiskTier
from cache.tiers import RenderCache
from tests.cache.keys import key, render
folder = Path(sys.argv[1])
cache = RenderCache([DiskTier(folder)])
print(cache.put(key(0), render()))
cache.put(key(1), render())
(folder / key(1).path).write_bytes(b"torn")
subprocess.run(["mount", "-o", "remount,ro", sys.argv[1]], check=True)
print(cache.put(key(2), render()), cache.get(key(0)) == render(), cache.get(key(1)), cache.get(key(2)))
cache.drop(key(0))
"""
    assert in_tmpfs(tmp_path, script).split() == ["True", "False", "True", "None", "None"]
