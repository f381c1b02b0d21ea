"""Index and files made equal, whatever came between them."""

import os
import random
import shutil
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from cache.disk import DiskTier
from cache.disk.lock import locked
from cache.disk.reconcile import MISSING, RESIZED, STRANGE, TORN, UNKNOWN
from cache.errors import Held, TierError
from tests.cache.disks import ROOMY, assert_equal, in_index, on_disk
from tests.cache.keys import key, render


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tier's folder with 300 renders."""
    tier = DiskTier(tmp_path / "renders", ROOMY)
    for number in range(300):
        tier.put(key(number), render(100 + number))
    tier.close()
    return tmp_path / "renders"


def mended(folder: Path, *, reading: bool = False) -> Counter[str]:
    """How often each trouble was found."""
    tier = DiskTier(folder, ROOMY)
    found = Counter(trouble for chunk in tier.reconcile(reading=reading) for _, trouble in chunk.wrong)
    tier.close()
    return found


def test_all_is_well(folder: Path) -> None:
    assert mended(folder, reading=True) == {}
    assert_equal(folder)


def test_every_trouble_is_found_and_mended(folder: Path) -> None:
    paths = [folder / key(number).path for number in range(300)]
    paths[0].unlink()
    paths[1].write_bytes(render(7))
    paths[2].write_bytes(b"\0" * 102)
    paths[3].rename(paths[3].with_name("stranger.jpg"))
    (paths[4].parent / "lost+found").touch()  # not ours
    unknown = folder / key(999).path
    unknown.parent.mkdir(parents=True, exist_ok=True)
    unknown.write_bytes(render(50))
    shutil.rmtree(paths[5].parent)
    assert mended(folder) == {MISSING: 3, RESIZED: 1, STRANGE: 1, UNKNOWN: 1}
    assert mended(folder, reading=True) == {TORN: 1}
    assert_equal(folder)
    assert len(on_disk(folder)) == 300 - 4 + 1
    assert (paths[4].parent / "lost+found").exists()


def test_a_lost_index_is_rebuilt_with_the_order_of_use(folder: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        (folder / f"index.sqlite{suffix}").unlink(missing_ok=True)
    for number in range(300):
        os.utime(folder / key(number).path, (10**9 + number, 10**9 + number))
    os.utime(folder / key(0).path, (10**9 + 999, 10**9))  # read later
    assert mended(folder) == {UNKNOWN: 300}
    assert_equal(folder)
    tier = DiskTier(folder, ROOMY)
    assert tier.drop_unused(time.time() - (10**9 + 99.5)) == 99
    assert tier.get(key(0)) is not None
    tier.close()


def test_a_page_in_the_middle_of_the_index_is_damaged(folder: Path) -> None:
    file = folder / "index.sqlite"
    size = file.stat().st_size
    with file.open("r+b") as damaged:
        for page in range(1, size // 4096):
            damaged.seek(4096 * page)
            damaged.write(b"\xff" * 512)
    with pytest.raises(TierError, match="rebuilt"):
        mended(folder)
    assert mended(folder) == {UNKNOWN: 300}
    assert_equal(folder)
    assert len(on_disk(folder)) == 300


def test_rows_of_another_darkroom_go(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "index.sqlite")) as connection, connection:
        connection.execute("UPDATE entries SET name = name || '.new' WHERE id < 4")
    assert mended(folder) == {UNKNOWN: 3, STRANGE: 3}
    assert_equal(folder)
    assert len(on_disk(folder)) == 300


def test_one_at_a_time(folder: Path) -> None:
    with locked(folder / "tmp", 0), pytest.raises(Held):
        mended(folder)


def test_while_others_put_and_drop(folder: Path) -> None:
    stop = Event()
    refused = 0

    def work() -> None:
        nonlocal refused
        tier, dice = DiskTier(folder, ROOMY), random.Random(1)
        while not stop.is_set():
            number = dice.randrange(400)
            try:
                tier.put(key(number), render(100 + dice.randrange(900))) if dice.random() < 0.6 else tier.drop(
                    key(number)
                )
            except TierError:
                refused += 1
        tier.close()

    thread = Thread(target=work)
    thread.start()
    found = [mended(folder, reading=True) for _ in range(5)]
    stop.set()
    thread.join()
    # Whatever looked wrong was right when it was looked at under the lock.
    assert found == [{}] * 5
    assert_equal(folder)


def test_rows_of_an_index_that_was_replaced_meanwhile_are_not_called_complete(folder: Path) -> None:
    tier = DiskTier(folder, ROOMY)
    going = tier.reconcile()
    next(going)
    with tier._index.locked(1):
        tier._index.remove()
    list(going)
    assert not tier.state().complete
    list(tier.reconcile())
    assert tier.state().complete
    assert len(in_index(folder)) == 300
    tier.close()
