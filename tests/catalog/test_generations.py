"""What is remembered counts until the catalogue changes, whoever changed it."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.database import FILE
from catalog.errors import CatalogError
from catalog.generations import Generations, Memo
from catalog.people.groups import Group, Groups
from catalog.people.users import Users
from tests.catalog.library import Library, jpeg, put


def test_every_change_is_seen_for_what_it_is(library: Library) -> None:
    generations = Generations(library.engine)
    people, groups = Users(library.engine), Groups(library.engine)

    def scan(name: str) -> Callable[[], object]:
        def run() -> None:
            put(library.a / f"{name}.jpg", jpeg(name))
            library.scan(library.only("a"))

        return run

    library.scan()
    for change, of_access in (
        (lambda: people.add("ann", "x"), True),
        (lambda: people.set_password("ann", "y"), True),
        (lambda: groups.add(Group("sea", (), ())), True),
        (lambda: groups.replace(Group("sea", ("pap:access:share",), ("x" * 3,))), True),
        (lambda: people.set_groups("ann", ("sea",), admin=False), True),
        (lambda: people.remove("ann"), True),
        (lambda: library.scan(library.only("a")), True),
        (scan("red"), False),
        (scan("blue"), False),
    ):
        generations.look()
        access, photos = generations.access, generations.photos
        generations.look()
        assert (generations.access is access, generations.photos is photos) == (True, True)
        change()
        generations.look()
        assert generations.access is not access or generations.photos is not photos
        assert (generations.access is not access) == of_access


def test_a_removed_photo_is_a_change(library: Library) -> None:
    file = put(library.a / "red.jpg", jpeg())
    put(library.a / "blue.jpg", jpeg("blue"))
    library.scan()
    generations = Generations(library.engine)
    before = generations.photos
    file.unlink()
    library.scan()
    generations.look()
    assert generations.photos is not before


def test_while_the_catalogue_cannot_be_read_nothing_remembered_counts(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    generations = Generations(library.engine)
    library.engine.dispose()
    file = library.settings.data_dir / FILE
    content = file.read_bytes()
    seen = {generations.access}
    file.write_bytes(b"\0" * len(content))
    for leftover in library.settings.data_dir.glob(f"{FILE}-*"):
        leftover.unlink()
    for _ in range(3):
        generations.look()
        assert generations.access not in seen
        seen.add(generations.access)
    assert caplog.text.count("is damaged") == 1
    library.engine.dispose()
    file.write_bytes(content)
    generations.look()
    healed = generations.access
    assert healed not in seen
    generations.look()
    assert generations.access is healed


def test_an_answer_under_way_while_something_changes_is_not_kept(library: Library) -> None:
    generations = Generations(library.engine)
    people = Users(library.engine)
    asked = []

    def ask(key: str) -> int:
        asked.append(key)
        answer = len(people.everyone())
        if len(asked) == 1:  # between the answer and its being kept, another process adds a user, and it is noticed
            people.add("ann", "x")
            generations.look()
        return answer

    memo = Memo(lambda: generations.access, ask)
    assert memo("users") == 0
    assert memo("users") == 1
    assert memo("users") == 1
    assert len(asked) == 2


def test_a_memo_is_bounded_and_keeps_neither_errors_nor_what_is_not_there() -> None:
    generation = (1,)
    asked: list[int] = []

    def ask(key: int) -> int | None:
        asked.append(key)
        if key < 0:
            raise ValueError(key)
        return key or None

    memo = Memo(lambda: generation, ask, size=2)
    for key in (1, 2, 1, 2):
        assert memo(key) == key
    assert asked == [1, 2]
    for key in (3, 1, 2):
        memo(key)
    assert asked == [1, 2, 3, 1, 2]
    for _ in range(2):
        with pytest.raises(ValueError, match="-1"):
            memo(-1)
    assert asked[-2:] == [-1, -1]
    assert [memo(0), memo(0), *asked[-2:]] == [None, None, 0, 0]


def test_another_process_is_noticed(library: Library) -> None:
    generations = Generations(library.engine)
    before = generations.access
    other = sqlite3.connect(library.settings.data_dir / FILE)
    other.execute("INSERT INTO groups (name) VALUES ('new')")
    other.commit()
    other.close()
    generations.look()
    assert generations.access is not before


def test_a_catalogue_that_was_restored_is_the_one_that_counts(library: Library) -> None:
    people = Users(library.engine)
    people.add("ann", "x")
    file = library.settings.data_dir / FILE
    kept = file.with_name("kept")
    with contextlib.closing(sqlite3.connect(file)) as source, contextlib.closing(sqlite3.connect(kept)) as copy:
        source.backup(copy)
    people.add("bob", "x")
    generations = Generations(library.engine)
    before = generations.access
    for name in ("-wal", "-shm"):
        Path(f"{file}{name}").unlink()
    kept.replace(file)
    generations.look()
    assert generations.access is not before
    assert [user.uid for user in people.everyone()] == ["ann"]
    after = generations.access
    generations.look()
    assert generations.access is after
    people.add("cy", "x")
    generations.look()
    assert generations.access is not after


def test_a_catalogue_that_another_darkroom_migrated_is_said_to_be_newer(library: Library) -> None:
    generations, people = Generations(library.engine), Users(library.engine)
    with contextlib.closing(sqlite3.connect(library.settings.data_dir / FILE)) as other:
        other.executescript(
            "UPDATE alembic_version SET version_num = '9999'; ALTER TABLE users RENAME TO people; DROP TABLE access"
        )
    with pytest.raises(CatalogError, match=r"revision 9999.*start it anew"):
        people.everyone()
    before = generations.access
    for _ in range(2):
        generations.look()
        assert generations.access is not before  # nothing that is remembered counts
        before = generations.access
