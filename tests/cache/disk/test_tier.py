"""The disk tier: files, the budget, and what may happen to them."""

import errno
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from cache.disk import Budget, DiskTier
from cache.disk.files import Files, is_whole
from cache.disk.lock import locked
from cache.errors import TierError
from cache.tier import HURRIED
from tests.cache.disks import ROOMY, assert_equal, in_index, on_disk
from tests.cache.keys import key, render

ROOT = Path(__file__).parents[3]


@pytest.fixture
def tier(tmp_path: Path) -> Iterator[DiskTier]:
    made = DiskTier(tmp_path, ROOMY)
    yield made
    made.close()


def tend(tier: DiskTier) -> None:
    """All the upkeep there is to do."""
    while tier.tend():
        pass


def test_a_render_is_one_bare_jpg_in_its_shard(tier: DiskTier, tmp_path: Path) -> None:
    tier.put(key(), render())
    assert on_disk(tmp_path) == {key().path: 1000}
    assert (tmp_path / key().path).read_bytes() == render()
    assert_equal(tmp_path)


@pytest.mark.parametrize("torn", [b"", b"\xff\xd8", render()[:-1], b"\0" * 1000, render()[2:], render() + b"\0" * 512])
def test_a_torn_file_is_a_miss_and_is_removed(tier: DiskTier, tmp_path: Path, torn: bytes) -> None:
    tier.put(key(), render())
    (tmp_path / key().path).write_bytes(torn)
    assert tier.get(key()) is None
    assert on_disk(tmp_path) == {}
    assert_equal(tmp_path)


def test_a_torn_file_is_removed_though_the_index_is_busy(tier: DiskTier, tmp_path: Path) -> None:
    tier.put(key(), render())
    (tmp_path / key().path).write_bytes(b"torn")
    with locked(tmp_path, 0):
        assert tier.get(key()) is None
    assert on_disk(tmp_path) == {}


def test_a_get_asks_neither_index_nor_lock(tier: DiskTier, tmp_path: Path) -> None:
    tier.put(key(), render())
    with locked(tmp_path, 0):
        (tmp_path / "index.sqlite").rename(tmp_path / "elsewhere")
        assert tier.get(key()) == render()
        assert tier.get(key(1)) is None


def test_a_put_does_not_wait_for_ever(tier: DiskTier, tmp_path: Path) -> None:
    tier.put(key(), render())
    with locked(tmp_path, 0), pytest.raises(TierError, match="1000 bytes was not taken: another process"):
        tier.put(key(1), render(), patience=HURRIED)
    assert_equal(tmp_path)


def test_the_folder_comes_back(tmp_path: Path) -> None:
    tier = DiskTier(tmp_path / "renders", ROOMY)
    tier.put(key(), render())
    shutil.rmtree(tmp_path / "renders")
    assert tier.get(key()) is None
    assert tier.put(key(), render())
    assert tier.get(key()) == render()
    assert_equal(tmp_path / "renders")
    tier.close()


def test_a_lost_shard_comes_back(tier: DiskTier, tmp_path: Path) -> None:
    tier.put(key(), render())
    shutil.rmtree((tmp_path / key().path).parent)
    assert tier.put(key(), render())
    assert tier.get(key()) == render()
    assert_equal(tmp_path)


def test_what_is_not_taken_leaves_nothing(tier: DiskTier, tmp_path: Path) -> None:
    (tmp_path / key().path).mkdir(parents=True)  # a folder where the file should go
    tend(tier)
    with pytest.raises(TierError, match="1000 bytes"):
        tier.put(key(), render())
    (tmp_path / key().path).rmdir()
    assert_equal(tmp_path)


def test_sweep_takes_old_temporary_files_alone(tier: DiskTier, tmp_path: Path) -> None:
    assert tier.sweep(0) == 0
    tier.put(key(), render())
    old, new = tmp_path / "tmp" / "old", tmp_path / "tmp" / "new"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (1, 1))
    assert tier.sweep(60) == 1
    assert list((tmp_path / "tmp").iterdir()) == [new]


def test_a_budget_that_was_lowered_is_reached_in_steps(tier: DiskTier, tmp_path: Path) -> None:
    for number in range(400):
        tier.put(key(number), render())
    tier.get(key(3))
    tier.flush()
    lowered = DiskTier(tmp_path, Budget(bytes=50_000, free=0))
    tend(lowered)
    assert lowered.figures().entries == 50
    assert lowered.get(key(3)) == render()
    assert lowered.get(key(2)) is None
    assert_equal(tmp_path)
    lowered.close()


def test_closed_in_the_middle_of_upkeep(tier: DiskTier) -> None:
    for number in range(300):
        tier.put(key(number), render())
    tier.ask_to_reconcile()
    thread = Thread(target=tier.tend)
    thread.start()
    thread.join()
    tier.close()
    assert sum(chunk.looked for chunk in tier.reconcile()) == 600  # nobody is at it any more


def test_the_entries_have_a_budget_too(tmp_path: Path) -> None:
    tier = DiskTier(tmp_path, Budget(entries=20, free=0))
    for number in range(60):
        tier.put(key(number), render(10))
        assert tier.figures().entries == min(number + 1, 20)
    assert_equal(tmp_path)
    tier.close()


def test_a_share_of_the_filesystem_stays_free(tier: DiskTier, tmp_path: Path) -> None:
    for number in range(50):
        tier.put(key(number), render())
    system = os.statvfs(tmp_path)
    greedy = DiskTier(tmp_path, Budget(free=system.f_blocks * system.f_frsize))  # all of it: more than there is
    with pytest.raises(TierError, match="no room"):
        greedy.put(key(99), render())
    tend(greedy)
    assert on_disk(tmp_path) == {}
    assert_equal(tmp_path)
    greedy.close()


def test_last_uses_are_kept_over_a_restart(tmp_path: Path) -> None:
    for turn in range(3):
        tier = DiskTier(tmp_path, Budget(entries=10, free=0))
        tier.put(key(turn), render())
        tier.get(key(0))
        tier.flush()
        tier.close()
    tier = DiskTier(tmp_path, Budget(entries=2, free=0))
    tend(tier)
    assert set(on_disk(tmp_path)) == {key(0).path, key(2).path}
    tier.close()


def test_unused_ones_go(tier: DiskTier) -> None:
    for number in range(40):
        tier.put(key(number), render())
    assert tier.drop_unused(3600) == 0
    assert tier.drop_unused(0) == 40
    assert tier.figures().entries == 0


def zeroed(folder: Path) -> None:
    file = folder / "index.sqlite"
    file.write_bytes(b"\0" * file.stat().st_size)


def gone(folder: Path) -> None:
    (folder / "index.sqlite").unlink()


@pytest.mark.parametrize("harm", [zeroed, gone])
@pytest.mark.parametrize("restarted", [False, True])
def test_the_index_is_rebuilt_while_serving(tmp_path: Path, harm: object, restarted: bool) -> None:
    budget = Budget(bytes=60_000, free=0)
    tier = DiskTier(tmp_path, budget)
    for number in range(50):
        tier.put(key(number), render())
    if restarted:
        tier.close()
        tier = DiskTier(tmp_path, budget)
    assert callable(harm)
    harm(tmp_path)
    for number in range(50, 150):
        assert tier.get(key(number - 50)) in (render(), None)
        try:
            tier.put(key(number), render())
        except TierError:
            tier.ask_to_reconcile()
            # One that finds the damage, and those that would have to evict what the index does not know yet.
        assert sum(on_disk(tmp_path).values()) <= budget.bytes
        try:
            tier.tend()
        except TierError as error:
            assert "rebuilt" in str(error)
    tend(tier)
    assert tier.state().complete
    assert_equal(tmp_path)
    assert 30 <= tier.figures().entries <= 60
    tier.close()


@pytest.mark.parametrize("rounds", [4, pytest.param(60, marks=pytest.mark.soak)])
def test_killed_at_any_instant(tmp_path: Path, rounds: int) -> None:
    folder, budget = tmp_path / "renders", 500_000
    dice = random.Random(rounds)
    for turn in range(rounds):
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.cache.hammer", str(folder), str(budget), f"{turn} {number}", "0"],
                cwd=ROOT,
                stdout=subprocess.PIPE,
            )
            for number in range(3)
        ]
        for each in running:
            assert each.stdout
            with each.stdout:
                for _ in range(dice.randrange(1, 40)):
                    each.stdout.readline()
                with suppress(subprocess.TimeoutExpired):
                    each.wait(dice.random() * 0.02)  # else it would always die at the beginning of a turn
                each.kill()
                each.wait()
        # No file is without its row, so the budget holds without any healing.
        rows, there = in_index(folder), on_disk(folder)
        assert [path for path, size in there.items() if size > rows.get(path, 0)] == []
        assert sum(rows.values()) <= budget
    tier = DiskTier(folder, Budget(budget, 10**6, free=0))
    left = len(list((folder / "tmp").iterdir()))
    assert left <= 3 * rounds
    assert tier.sweep(0) == left
    tier.ask_to_reconcile()
    tend(tier)
    assert_equal(folder)
    there = on_disk(folder)
    assert all(is_whole((folder / path).read_bytes()) for path in there)
    print(f"\n{3 * rounds} killed; {left} temporary files and {len(rows) - len(there)} rows without a file were left")
    tier.close()


def in_tmpfs(tmp_path: Path, script: str, size: int = 2, inodes: int = 0) -> str:
    """What a Python script prints whose argument is a tmpfs of so many MB and inodes (0: enough), in a mount namespace
    of its own.
    """
    mounts = f'mount -t tmpfs -o size={size}m,nr_inodes={inodes} none "$1" && exec "$2" -c "$3" "$1"'
    command = ["unshare", "-Urm", "sh", "-c", mounts, "sh", str(tmp_path), sys.executable, script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if not done.stdout and ("unshare" in done.stderr or "mount:" in done.stderr):
        pytest.skip(f"no mount namespaces here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return done.stdout


BEGIN = """
import sys
from pathlib import Path
from cache.disk import Budget, DiskTier
from cache.render_cache import RenderCache
from tests.cache.disks import assert_equal, on_disk
from tests.cache.keys import key, render
mount = Path(sys.argv[1])
folder = mount / "renders"
"""


IN_TMPFS = pytest.mark.skipif(shutil.which("unshare") is None, reason="needs Linux's unshare")


@IN_TMPFS
def test_on_a_disk_that_is_full_old_renders_give_way(tmp_path: Path) -> None:
    """What no free bytes are kept for, too: others may have filled it."""
    script = """
cache = RenderCache([DiskTier(folder, Budget(free=0))])
taken = [cache.put(key(number), render(200_000)) for number in range(40)]
print(all(taken), len(on_disk(folder)) in range(2, 11), len(list((folder / "tmp").iterdir())))
print(cache.get(key(39)) == render(200_000), cache.get(key(0)))
while cache.tend():
    pass
assert_equal(folder)
"""
    assert in_tmpfs(tmp_path, BEGIN + script).split() == ["True", "True", "0", "True", "None"]


@IN_TMPFS
def test_where_inodes_run_out_old_renders_give_way(tmp_path: Path) -> None:
    """Each render may take three: its own, and those of its folders."""
    script = """
cache = RenderCache([DiskTier(folder, Budget(free=0))])
print(all([cache.put(key(number), render()) for number in range(600)]), len(on_disk(folder)) in range(50, 140))
while cache.tend():
    pass
print(all([cache.put(key(number), render()) for number in range(600, 650)]), cache.get(key(649)) == render())
assert_equal(folder)
"""
    assert in_tmpfs(tmp_path, BEGIN + script, size=50, inodes=400).split() == ["True"] * 4


@IN_TMPFS
def test_empty_folders_give_way_where_inodes_are_short(tmp_path: Path) -> None:
    """Those that were left by renders that are gone; what is still needed stays."""
    script = """
cache = RenderCache([DiskTier(folder, Budget(free=0))])
print([cache.put(key(number), render()) for number in range(5)] == [True] * 5)
for number in range(10_000):
    try:
        (folder / f"{number % 256:02x}" / f"{number // 256:02x}").mkdir(parents=True, exist_ok=True)
    except OSError:
        break
while cache.tend():
    pass
kept = {path.parent for path in folder.rglob("*.jpg")}
print({path for path in folder.glob("??/??")} == kept, {path for path in folder.glob("??")} == {p.parent for p in kept})
print(len(kept), cache.put(key(9), render()))
assert_equal(folder)
"""
    # What was kept may have had to give way before the folders were looked at; one at least stays.
    printed = in_tmpfs(tmp_path, BEGIN + script, size=50, inodes=400).split()
    assert (printed[:3], printed[4]) == (["True"] * 3, "True")


@IN_TMPFS
def test_without_an_inode_for_the_index_s_log_renders_give_way_without_it(tmp_path: Path) -> None:
    script = """
def filled():
    for number in range(10_000):
        try:
            (mount / f"another's {number}").touch()
        except OSError:
            return
cache = RenderCache([DiskTier(folder, Budget(free=0))])
print(all([cache.put(key(number), render()) for number in range(60)]))
cache.close()  # which removes the log
filled()
again = RenderCache([DiskTier(folder, Budget(free=0))])
print(again.put(key(99), render()), again.get(key(99)) == render(), len(on_disk(folder)) in range(20, 60))
while again.tend():
    pass
again.close()
filled()
third = RenderCache([DiskTier(folder, Budget(free=0))])
while third.tend():  # by the upkeep alone, too
    pass
print(third.put(key(98), render()))
while third.tend():
    pass
assert_equal(folder)
"""
    assert in_tmpfs(tmp_path, BEGIN + script, size=50, inodes=400).split() == ["True"] * 5


@IN_TMPFS
def test_where_others_have_all_inodes_nothing_is_kept_until_they_give_some_back(tmp_path: Path) -> None:
    script = """
cache = RenderCache([DiskTier(folder, Budget(free=0))])
others = [mount / f"{number}" for number in range(1000)]
for each in others:
    try:
        each.touch()
    except OSError:
        break
print(cache.put(key(0), render()), cache.tend())
for each in others:
    each.unlink(missing_ok=True)
print(cache.put(key(0), render()), cache.get(key(0)) == render())
"""
    assert in_tmpfs(tmp_path, BEGIN + script, size=50, inodes=400).split() == ["False", "False", "True", "True"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_share_that_is_used_up_is_a_disk_that_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A quota counts files and bytes of one user, of which the filesystem itself says nothing."""
    write, quota = Files.write, 20

    def within_quota(self: Files, body: bytes) -> Path:
        if len(on_disk(tmp_path)) >= quota:
            raise OSError(number, os.strerror(number))
        return write(self, body)

    monkeypatch.setattr(Files, "write", within_quota)
    tier = DiskTier(tmp_path, ROOMY)
    for each in range(100):
        assert tier.put(key(each), render())
    assert tier.get(key(99)) == render()
    assert_equal(tmp_path)
    tier.close()


def test_a_disk_that_fails_otherwise_evicts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tier = DiskTier(tmp_path, ROOMY)
    for each in range(10):
        assert tier.put(key(each), render())

    def failing(*_: object) -> Path:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Files, "write", failing)
    with pytest.raises(TierError, match="Input/output error"):
        tier.put(key(11), render())
    assert len(on_disk(tmp_path)) == 10
    tier.close()


@IN_TMPFS
def test_a_disk_that_others_fill_is_given_room(tmp_path: Path) -> None:
    script = """
cache = RenderCache([DiskTier(folder, Budget(free=3_000_000))])
taken = [cache.put(key(number), render(100_000)) for number in range(60)]
print(all(taken), len(on_disk(folder)) in range(15, 31))
(mount / "another's").write_bytes(b"x" * 2_000_000)
while cache.tend():
    pass
print(cache.put(key(99), render(100_000)), len(on_disk(folder)) in range(1, 13))
assert_equal(folder)
"""
    assert in_tmpfs(tmp_path, BEGIN + script, size=6).split() == ["True"] * 4


@IN_TMPFS
def test_a_read_only_disk_still_gives(tmp_path: Path) -> None:
    script = """
import subprocess
cache = RenderCache([DiskTier(folder, Budget(free=0))])
print(cache.put(key(0), render()), flush=True)
cache.put(key(1), render())
(folder / key(1).path).write_bytes(b"torn")
cache.close()  # Linux makes nothing read-only that is open for writing
subprocess.run(["mount", "-o", "remount,ro", sys.argv[1]], check=True)
print(cache.put(key(2), render()), cache.get(key(0)) == render(), cache.get(key(1)), cache.get(key(2)))
cache.drop(key(0))
cache.tend()
cache.close()
again = RenderCache([DiskTier(folder, Budget(free=0))])
print(again.put(key(2), render()), again.get(key(0)) == render(), again.tend())
again.close()
"""
    expected = ["True", "False", "True", "None", "None", "False", "True", "False"]
    assert in_tmpfs(tmp_path, BEGIN + script).split() == expected


def test_a_clock_that_is_set_back_lets_nothing_stay_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    budget = replace(ROOMY, entries=20)
    with monkeypatch.context() as ahead:
        ahead.setattr("cache.disk.tier._now", lambda: time.time_ns() // 1000 + 10**12)
        for number in range(20):
            tier = DiskTier(tmp_path, budget)
            tier.put(key(number), render())
            tier.close()
    tier = DiskTier(tmp_path, budget)
    tend(tier)
    for number in range(20, 40):
        tier.put(key(number), render())
    kept = on_disk(tmp_path)
    assert not {key(number).path for number in range(10)} & kept.keys()
    assert key(39).path in kept
    tier.close()
