"""The catalogue as it is, for who only looks: nothing is made, migrated or written, not a byte beside it either."""

import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, LargeBinary, Select, cast, create_engine, event, func, literal, or_, select
from sqlalchemy.pool import NullPool

from catalog import database, schema
from catalog.database import FILE, HEAD, trouble
from catalog.kinds.damage import SENTENCES
from catalog.photoid import source_version
from catalog.photos import Photo, still_failing
from catalog.search.words import folder

STEPS = Path(__file__).with_name("migrations") / "versions"
OFTEN = 10_000  # steps of SQLite's machine between two looks at the clock: some tenths of a millisecond
UNREAD = "unread"
MOST_BYTES = 4000  # of a folder's path: the system takes 4095, the root's own path among them
MOST_LEVELS = 900 if sys.version_info < (3, 12) else 0  # os.walk takes a call of Python's for each, up to 3.11


class TooSlow(Exception):
    """The catalogue has not answered in the time that there was."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How many photos of the roots in question, folders with such photos, and users there are."""

    photos: int
    folders: int
    users: int


@dataclass(frozen=True, slots=True)
class Failures:
    """Files that failed alike: `kind` is "unread", or that of a `RenderFailure`."""

    kind: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file could not be read, or a photo not be rendered, and since when (UTC): `kind` as of `Failures`.

    `path` is below the root, `photoid` what the photo is or was known by, `bytes` and `mtime_ns` are the file's as it
    was then; None: every scan tries it again.
    """

    kind: str
    path: str
    photoid: str | None
    reason: str
    since: str
    bytes: int | None
    mtime_ns: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue knows of a path below a photo root, whether its photos can be seen at present or not.

    `visible` says whether those of its root can be, `failures` are of the file, of the photo, or of a folder above.
    `damage` is of a photo that is shown as far as it goes: a `Failure` whose kind is a word of `catalog.kinds.damage`.
    `missing` is since when its photo has been missing, in Unix time.
    """

    photo: Photo | None
    visible: bool
    failures: tuple[Failure, ...]
    damage: Failure | None = None
    missing: int | None = None


def address(file: Path) -> str:
    """The URI by which SQLite opens one of our files without writing anything.

    Reading a database with a write-ahead log, SQLite makes the log's files where there are none. Then nobody has it
    open, and it can be read as if it could not change.
    """
    log = all(file.with_name(f"{file.name}{suffix}").exists() for suffix in ("-wal", "-shm"))
    return f"file:{quote(bytes(file))}?mode=ro&{'readonly_shm=1' if log else 'immutable=1'}"


@contextmanager
def opened_to_look(data_dir: Path, seconds: float = 3.0) -> Iterator[Engine]:
    """The catalogue in that folder, for reading alone; whatever is asked of it ends after so many seconds in all.

    Raises:
        CatalogError: it can't be read; its message names the file and what to do.
        TooSlow: it has not answered in time.
    """
    file, end = data_dir / FILE, time.monotonic() + seconds

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address(file), uri=True, timeout=seconds, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA query_only = ON")
        connection.set_progress_handler(lambda: time.monotonic() > end, OFTEN)
        return connection

    engine = create_engine(f"sqlite:///{file}", creator=connect, poolclass=NullPool)
    # Once any work is begun in it: a transaction, so that what is read is of one moment.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    event.listen(engine, "handle_error", lambda context: _explain(file, context.original_exception))
    try:
        yield engine
    except sqlite3.Error as error:
        _explain(file, error)
        raise
    finally:
        engine.dispose()


def revision(engine: Engine) -> str | None:
    """The migration that the catalogue is at; None where it has no tables yet."""
    with engine.connect() as connection:
        return database.revision(connection)


def is_older(revision: str | None) -> bool:
    """Whether a catalogue at that migration is brought up to date by the next command that uses it."""
    return revision is None or (revision != HEAD and (STEPS / f"{revision}.py").is_file())


def complaints(engine: Engine) -> list[str]:
    """What SQLite finds wrong with the file (`PRAGMA quick_check`), the first few; empty where all is well."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(3)").scalars().all()
    return [] if found == ["ok"] else [str(each) for each in found]


def figures(engine: Engine, aliases: Collection[str]) -> Figures:
    """How much there is, of the roots of these aliases."""
    photos = select(func.count(), func.count(schema.photos.c.folder_id.distinct()))
    with engine.connect() as connection:
        count, folders = connection.execute(photos.where(schema.photos.c.alias.in_(aliases))).one()
        users = connection.execute(select(func.count()).select_from(schema.users)).scalar_one()
    return Figures(count, folders, users)


def too_deep(engine: Engine, aliases: Collection[str]) -> list[str]:
    """Which of these roots have folders so deep in one another that the system does not listen to them."""
    name = schema.folders.c.name
    length = func.length(cast(name, LargeBinary))
    levels = func.length(name) - func.length(func.replace(name, "/", ""))
    deep = [length > MOST_BYTES, *([levels > MOST_LEVELS] if MOST_LEVELS else [])]
    with engine.connect() as connection:
        found = connection.execute(select(name).where(or_(*deep))).scalars().all()
    return [alias for alias in aliases if any(each.startswith(folder(alias, "")) for each in found)]


def failures(engine: Engine, aliases: Collection[str]) -> list[Failures]:
    """What failed, of the roots of these aliases: alike files together, the most frequent first."""
    known, read, rendered = schema.photos.c, schema.read_failures.c, schema.render_failures.c
    unread = (
        select(literal(UNREAD).label("kind"), read.reason.label("reason"))
        .select_from(schema.read_failures.join(schema.roots))
        .where(schema.roots.c.alias.in_(aliases))
    )
    unrendered = (
        select(rendered.kind, rendered.reason)
        .join(schema.photos, schema.photos.c.photoid == rendered.photoid)
        .where(known.alias.in_(aliases), *still_failing())
    )
    both = unread.union_all(unrendered).subquery()
    count = func.count()
    query = select(both.c.kind, both.c.reason, count).group_by(both.c.kind, both.c.reason)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(count.desc(), both.c.kind, both.c.reason))
        return [Failures(*row) for row in rows]


def damages(engine: Engine, aliases: Collection[str]) -> list[Failures]:
    """Photos of these roots that are damaged and shown as far as they go, by the words of `catalog.kinds.damage`."""
    known, photos = schema.damages.c, schema.photos.c
    query = select(known.damage, known.version, photos.bytes, photos.mtime_ns, photos.edits)
    query = query.select_from(schema.damages.join(schema.photos)).where(photos.alias.in_(aliases))
    with engine.connect() as connection:
        rows = connection.execute(query)
        counted = Counter(damage for damage, version, *file in rows if version == source_version(*file))
    return [Failures(damage, SENTENCES[damage], count) for damage, count in sorted(counted.items())]


def place_of(engine: Engine, photoid: str) -> tuple[str, str] | None:
    """The alias and the path of a photo, or of a file that was one while it could be read; None where there is none."""
    for table in (schema.photos, schema.read_failures, schema.missing):
        query = select(schema.roots.c.alias, table.c.path).select_from(table.join(schema.roots))
        with engine.connect() as connection:
            row = connection.execute(query.where(table.c.photoid == photoid)).first()
        if row is not None:
            return str(row[0]), str(row[1])
    return None


def known(engine: Engine, alias: str, path: str) -> Known:
    """What is known of a path below the root of that alias."""
    photos, roots, unread, unrendered = (
        table.c for table in (schema.photos, schema.roots, schema.read_failures, schema.render_failures)
    )
    names = path.split("/")
    above = ["/".join(names[:count]) for count in range(1, len(names) + 1)]
    columns = (photos.photoid, photos.alias, photos.path, photos.bytes, photos.mtime_ns)
    seen = (photos.width, photos.height, photos.format, photos.created, photos.edits)
    with engine.connect() as connection:
        visible = connection.execute(select(roots.active).where(roots.alias == alias)).scalar()
        query: Select[*tuple[Any, ...]] = select(*columns, *seen)
        row = connection.execute(query.where(photos.alias == alias, photos.path == path)).first()
        photo = None if row is None else Photo(*row)
        of_file = (unread.path, unread.photoid, unread.reason, unread.since, unread.bytes, unread.mtime_ns)
        not_read = (
            select(literal(UNREAD), *of_file)
            .select_from(schema.read_failures.join(schema.roots))
            .where(roots.alias == alias, unread.path.in_(above))
        )
        failures = [Failure(*each) for each in connection.execute(not_read)]
        damage = None
        if photo is not None:
            of_now = tuple(unrendered[name] == getattr(photo, name) for name in ("bytes", "mtime_ns", "edits"))
            not_rendered = select(unrendered.kind, unrendered.reason, unrendered.since).where(*of_now)
            for kind, reason, since in connection.execute(not_rendered.where(unrendered.photoid == photo.photoid)):
                failure = Failure(kind, path, photo.photoid, reason, since, photo.bytes, photo.mtime_ns)
                failures.append(failure)
            of_version = (schema.damages.c.photoid == photo.photoid, schema.damages.c.version == photo.version)
            query = select(schema.damages.c.damage, schema.damages.c.since).where(*of_version)
            for kind, since in connection.execute(query):
                damage = Failure(kind, path, photo.photoid, SENTENCES[kind], since, photo.bytes, photo.mtime_ns)
        gone = schema.missing.c
        since = select(func.max(gone.since)).join(schema.roots).where(roots.alias == alias, gone.path == path)
        missing = connection.execute(since).scalar() if photo is None else None
    return Known(photo, bool(visible), tuple(failures), damage, missing)


def last_written(data_dir: Path) -> float:
    """When the catalogue was last written at, in seconds of Unix time; 0 where nothing says it."""
    times = [0.0]
    for suffix in ("", "-wal"):
        with suppress(OSError):
            times.append((data_dir / f"{FILE}{suffix}").stat().st_mtime)
    return max(times)


def _explain(file: Path, error: BaseException | None) -> None:
    """Raises what an error of SQLite means for the operator."""
    if isinstance(error, sqlite3.Error):
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_INTERRUPT:
            raise TooSlow(f"the catalogue {file} did not answer in time") from None
        raise trouble(file, error) from error
