"""The index's file: lost, damaged, made by others, shared with children."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cache.disk.files import Files
from cache.disk.index import FILE, Index
from cache.errors import TierError
from tests.cache.keys import key


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    made = Index(Files(tmp_path))
    yield made
    made.close()


def put(index: Index, number: int = 0) -> None:
    with index.locked(5), index.transaction() as rows:
        rows.put(key(number), 10, 1)


def entries(index: Index) -> int:
    with index.reading() as rows:
        return rows.state().entries


def test_what_is_done_is_kept_together_or_not_at_all(index: Index) -> None:
    put(index)

    def fail() -> None:
        with index.locked(5), index.transaction() as rows:
            rows.put(key(1), 10, 1)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert entries(index) == 1


def test_it_is_complete_where_there_was_no_render(index: Index, tmp_path: Path) -> None:
    with index.locked(5), index.transaction() as rows:
        assert rows.state().complete
    with index.locked(5):
        index.remove()
    (tmp_path / "ab/cd").mkdir(parents=True)
    with index.locked(5), index.transaction() as rows:
        assert not rows.state().complete


def zeros(file: Path) -> None:
    file.write_bytes(b"\0" * file.stat().st_size)


def nothing(file: Path) -> None:
    file.write_bytes(b"")


def another_make(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE entries (id)")


@pytest.mark.parametrize("harm", [zeros, nothing, another_make, lambda file: file.write_bytes(b"no index" * 1000)])
def test_a_damaged_one_is_made_anew(index: Index, tmp_path: Path, harm: Callable[[Path], None]) -> None:
    put(index)
    index.close()
    harm(tmp_path / FILE)
    try:
        put(index, 1)
    except TierError as error:
        assert "rebuilt" in str(error)
        put(index, 1)
    assert entries(index) == 1


def test_another_s_new_index_is_taken_up_and_not_harmed(index: Index, tmp_path: Path) -> None:
    put(index)
    other = Index(Files(tmp_path))
    with other.locked(5):
        other.remove()
    put(other, 1)
    index.close()  # must not take the new one's log away
    put(other, 2)
    put(index, 3)
    assert entries(index) == entries(other) == 3
    other.close()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of Python 3.12 and later
def test_a_child_opens_its_own(index: Index) -> None:
    put(index)
    child = os.fork()
    if not child:
        try:
            for number in range(1, 50):
                put(index, number)
            os._exit(0)
        finally:
            os._exit(1)
    for number in range(50, 100):
        put(index, number)
    assert os.waitpid(child, 0)[1] == 0
    assert entries(index) == 100


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError), Index(Files(tmp_path / "file" / "renders")).locked(1):
        pass


# The index of version 1, as it was: it told no sizes apart.
FIRST = """
CREATE TABLE entries (id INTEGER PRIMARY KEY, photoid TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, bytes INTEGER NOT NULL, used INTEGER NOT NULL,
    UNIQUE (photoid, name));
CREATE INDEX entries_by_use ON entries (used);
CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), entries INTEGER NOT NULL, bytes INTEGER NOT NULL,
    complete INTEGER NOT NULL, reconciled REAL NOT NULL, boot TEXT NOT NULL);
CREATE TRIGGER added AFTER INSERT ON entries BEGIN
    UPDATE state SET entries = entries + 1, bytes = bytes + new.bytes; END;
CREATE TRIGGER removed AFTER DELETE ON entries BEGIN
    UPDATE state SET entries = entries - 1, bytes = bytes - old.bytes; END;
CREATE TRIGGER replaced AFTER UPDATE OF bytes ON entries BEGIN
    UPDATE state SET bytes = bytes - old.bytes + new.bytes; END;
CREATE TABLE counts (tier TEXT NOT NULL, result TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (tier, result))
    WITHOUT ROWID;
INSERT INTO state VALUES (1, 0, 0, 1, 17, 'this');
INSERT INTO entries VALUES (1, 'a', 'a.1', '1', 9, 9, 100, 5);
PRAGMA user_version = 1;
"""


def test_an_index_of_the_first_version_goes_on_and_its_renders_count_as_common(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.executescript(FIRST)
    index = Index(Files(tmp_path), lambda key: key.width != 5000)
    with index.locked(5), index.transaction() as rows:
        assert (rows.state().entries, rows.state().bytes, rows.state().complete) == (1, 100, True)
        for number in range(4):
            assert [name for _, name, _ in rows.first_to_go(1)] == ["a.1"]
            rows.put(key(number), 100, 7)
        rows.put(key(9, width=5000), 100, 7)
        assert not rows.uncommon_have_more()
        rows.put(key(8, width=5000), 100, 6)
        assert [name for _, name, _ in rows.first_to_go(9)] == [key(8, width=5000).name, key(9, width=5000).name]
        rows.remove([("a", "a.1")])
        assert (rows.state().entries, rows.state().bytes) == (6, 600)
    index.close()
    again = Index(Files(tmp_path))
    assert entries(again) == 6
    put(again, 100)
    assert entries(again) == 7
    again.close()
