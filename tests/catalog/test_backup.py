"""Backups of the catalogue and their way back, while it is in use."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from catalog import backup as module
from catalog.backup import backup, restore
from catalog.database import FILE
from catalog.errors import CatalogError
from catalog.generations import Generations
from catalog.people.audit import AuditLog
from catalog.people.users import Users
from tests.catalog.library import PROJECT, Library, jpeg, put


def uids(library: Library) -> list[str]:
    """The users there are."""
    return [user.uid for user in Users(library.engine).everyone()]


@pytest.fixture
def kept(library: Library, tmp_path: Path) -> Path:
    """A backup of a catalogue with one photo and the user ann; bob has come since."""
    put(library.a / "1.jpg", jpeg())
    library.scan()
    Users(library.engine).add("ann", "x")
    backup(library.settings, tmp_path / "kept")
    Users(library.engine).add("bob", "x")
    return tmp_path / "kept"


def test_what_was_kept_comes_back_and_what_was_replaced_is_kept(library: Library, kept: Path) -> None:
    photos, content = library.photos(), kept.read_bytes()
    generations = Generations(library.engine)
    before, photos_before = generations.access, generations.photos
    replaced = restore(library.settings, kept)
    generations.look()
    assert generations.access is not before
    assert generations.photos is not photos_before
    assert uids(library) == ["ann"]
    assert library.photos() == photos
    Users(library.engine).add("cy", "x")  # a writer that had the catalogue open
    assert uids(library) == ["ann", "cy"]
    assert replaced is not None
    assert replaced.stat().st_mode & 0o777 == 0o600
    restore(library.settings, replaced)
    assert uids(library) == ["ann", "bob"]
    assert kept.read_bytes() == content
    left = {each.name for each in library.settings.data_dir.iterdir() if not each.name.startswith(FILE)}
    assert {each for each in left if not each.startswith("catalog-replaced-")} <= {"scan.lock", "catalog.lock"}


def test_a_backup_is_one_file_for_its_owner_and_replaces_none(library: Library, kept: Path) -> None:
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in kept.parent.glob("*kept*")] == ["kept"]
    content = kept.read_bytes()
    with pytest.raises(FileExistsError):
        backup(library.settings, kept)
    assert kept.read_bytes() == content
    backup(library.settings, kept, force=True)
    restore(library.settings, kept)
    assert uids(library) == ["ann", "bob"]


def test_no_vid_is_used_again(library: Library, tmp_path: Path) -> None:
    backup(library.settings, tmp_path / "kept")
    with closing(sqlite3.connect(library.settings.data_dir / FILE)) as connection:
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('views', 5000000)")
        connection.commit()
    with closing(sqlite3.connect(tmp_path / "kept")) as connection:
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('views', 7)")
        connection.commit()
    restore(library.settings, tmp_path / "kept")
    with closing(sqlite3.connect(library.settings.data_dir / FILE)) as connection:
        (seq,) = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'views'").fetchone()
    assert seq > 5000000


def cut(file: Path) -> None:
    """Loses its second half."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def scribbled(file: Path) -> None:
    """Has nonsense in its midst."""
    content = bytearray(file.read_bytes())
    content[8192:40960] = b"\xa5" * 32768
    file.write_bytes(content)


def emptied(file: Path) -> None:
    """Holds nothing."""
    file.write_bytes(b"")


def text(file: Path) -> None:
    """Is no SQLite file."""
    file.write_text("no catalogue " * 1000)


def foreign(file: Path) -> None:
    """Is somebody else's SQLite file."""
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE photos (x)")


def newer(file: Path) -> None:
    """Was made by a later Darkroom."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


def missing(file: Path) -> None:
    """Is not there."""
    file.unlink()


@pytest.mark.parametrize("harm", [cut, scribbled, emptied, text, foreign, newer, missing])
def test_what_is_no_sound_catalogue_is_refused_and_nothing_lost(
    library: Library, kept: Path, harm: Callable[[Path], None]
) -> None:
    harm(kept)
    with pytest.raises(CatalogError):
        restore(library.settings, kept)
    assert uids(library) == ["ann", "bob"]
    assert list(library.settings.data_dir.glob("catalog-replaced-*")) == []
    assert not (library.settings.data_dir / ".restoring").exists()


@pytest.mark.parametrize("harm", [cut, emptied, text, missing])
def test_a_catalogue_that_is_lost_or_damaged_is_replaced(
    library: Library, kept: Path, harm: Callable[[Path], None]
) -> None:
    live = library.settings.data_dir / FILE
    generations = Generations(library.engine)
    library.engine.dispose()
    for ending in ("-wal", "-shm"):
        Path(f"{live}{ending}").unlink(missing_ok=True)
    harm(live)
    content = live.read_bytes() if live.exists() else None
    replaced = restore(library.settings, kept)
    generations.look()
    assert uids(library) == ["ann"]
    if content:
        assert replaced is not None
        assert replaced.read_bytes() == content


def test_a_failure_half_way_leaves_the_catalogue_as_it_was(
    library: Library, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGES", 1)

    def fails(left: int, total: int) -> None:
        if left < total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(library.settings, kept, fails)
    assert uids(library) == ["ann", "bob"]
    Users(library.engine).add("cy", "x")
    assert not (library.settings.data_dir / ".restoring").exists()
    with pytest.raises(KeyboardInterrupt):
        backup(library.settings, kept.with_name("other"), fails)
    assert [each.name for each in kept.parent.glob("*other*")] == []


def test_an_older_catalogue_is_migrated(library: Library, kept: Path, tmp_path: Path) -> None:
    kept.unlink()
    command = (
        "import sys; from alembic import command; from alembic.config import Config; import sqlalchemy;"
        "config = Config(); config.set_main_option('script_location', 'catalog/migrations');"
        "engine = sqlalchemy.create_engine('sqlite:///' + sys.argv[1]);"
        "connection = engine.connect(); connection.begin(); config.attributes['connection'] = connection;"
        "command.upgrade(config, '0001'); connection.commit()"
    )
    subprocess.run([sys.executable, "-c", command, str(kept)], cwd=PROJECT, check=True)
    restore(library.settings, kept)
    assert library.photos() == {}
    assert library.scan().added == 1


def test_a_writer_at_work_does_not_spoil_a_backup(library: Library, tmp_path: Path) -> None:
    users = Users(library.engine)
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            users.add(f"user{number}", "x")
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            backup(library.settings, tmp_path / f"kept{number}")
    finally:
        ended.set()
        writer.join(30)
    for number in range(3):
        restore(library.settings, tmp_path / f"kept{number}")


def test_the_commands(library: Library, kept: Path) -> None:
    other = kept.with_name("other")
    assert library.command("backup", str(kept)).returncode == 2
    done = library.command("backup", str(other))
    assert (done.returncode, done.stderr) == (0, "")
    done = library.command("restore", str(kept))
    assert (done.returncode, done.stderr) == (0, "")
    assert "the replaced one is kept in" in done.stdout
    assert uids(library) == ["ann"]
    done = library.command("restore", str(kept.with_name("nowhere")))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    shutil.rmtree(library.settings.data_dir)
    assert library.command("backup", "/no/such/folder/file").returncode == 2


def test_the_audit_log_outlasts_a_restore(library: Library, kept: Path) -> None:
    """What was done since the backup is undone, and not unsaid."""
    log = AuditLog(library.engine, days=30, most=1000)

    def told() -> list[tuple[str, str]]:
        return [(each.what, each.whom) for each in reversed(log.entries())]

    assert told() == [("user add", "ann"), ("user add", "bob")]
    for again in (1, 2):
        restore(library.settings, kept)
        assert told() == [("user add", "ann"), ("user add", "bob"), *[("catalogue restore", "")] * again]
    with closing(sqlite3.connect(library.settings.data_dir / FILE)) as connection:
        connection.execute("DROP TABLE audit")
        connection.commit()
    restore(library.settings, kept)
    assert told() == [("user add", "ann"), ("catalogue restore", "")]
