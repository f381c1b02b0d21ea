"""Brings the catalogue up to what the photo roots hold: walks them, compares, reads what is new or changed."""

import logging
import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Engine, false, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql.elements import ColumnElement

from catalog import metadata
from catalog.database import FILE, trouble, writing
from catalog.errors import Unreadable
from catalog.files import Identity, crosses_link, identity_of, is_empty, locked
from catalog.metadata import Header
from catalog.photos import Photo
from catalog.scan import diff, record
from catalog.scan.names import LeftOut
from catalog.scan.progress import Progress, Silent
from catalog.scan.walk import WHOLE, LinkedFolder, Part, walk
from catalog.schema import photos, read_failures, roots
from config import Root, Settings

log = logging.getLogger("darkroom.scan")

LOCK = "scan.lock"
BATCH = 200  # photos in one write, so that readers see progress …
SECONDS = 1.0  # … and at most so long between two
FOUND = 5000  # files noted at once during the walk

Reader = Callable[[Path], Header]
"""Reads the header of a file. Raises StillWritten where a later scan is to do it."""

Parts = Mapping[str, Collection[Part]]
"""Parts of roots, by alias; none of them inside another."""


class StillWritten(Exception):
    """A file is being written: what is known of it stays, until another scan reads it."""


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan did, in files. `failed` counts all that can't be read, `skipped_roots` says why, by alias."""

    added: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    unchanged: int = 0
    failed: int = 0
    skipped_roots: dict[str, str] = field(default_factory=dict)

    @property
    def news(self) -> bool:
        """Whether the catalogue is another one than before."""
        return bool(self.added or self.changed or self.moved or self.removed)


def in_sight(engine: Engine) -> set[str]:
    """The aliases of the roots whose photos are shown."""
    with engine.connect() as connection:
        return set(connection.execute(select(roots.c.alias).where(roots.c.active)).scalars())


def sync_roots(engine: Engine, settings: Settings) -> dict[str, int]:
    """Makes the catalogue's roots those of the settings, by alias; gives their ids.

    The photos of others are kept, out of sight, until the alias comes back.
    """
    wanted = {root.alias for root in settings.roots}
    query = select(roots.c.alias, roots.c.id, roots.c.active)
    with engine.connect() as connection:
        with connection.begin():
            known = connection.execute(query).all()
        # Nothing is written where nothing changed: front ends and scans come this way each time.
        if {alias for alias, _, active in known if active} != wanted:
            new = sorted(wanted - {alias for alias, _, _ in known})
            with writing(connection):
                if new:
                    row = upsert(roots).on_conflict_do_nothing()
                    connection.execute(row, [{"alias": alias, "active": True} for alias in new])
                connection.execute(update(roots).values(active=roots.c.alias.in_(wanted)))
                known = connection.execute(query).all()
    return {alias: number for alias, number, _ in known if alias in wanted}


def scan(
    engine: Engine,
    settings: Settings,
    progress: Progress | None = None,
    *,
    accept_empty: bool = False,
    read: Reader = metadata.read,
    parts: Parts | None = None,
) -> ScanReport:
    """Scans every root of the settings, or these parts of them. One scan at a time: a second one waits, and says so.

    What was committed stays, however it ends. `accept_empty`: a root without any entry has really been emptied,
    and is not a disk that is not mounted.

    Raises:
        CatalogError: the catalogue can't be written (read-only, disk full, …).
    """
    progress = progress or Silent()
    lock = settings.data_dir / LOCK
    try:
        with _one_at_a_time(lock), engine.connect() as connection:
            ids = sync_roots(engine, settings)
            diff.begin(connection)
            there, skipped = _walk(connection, settings, ids, progress, accept_empty, parts)
            count, unchanged = diff.compare(connection)
            progress.reading(count)
            report = _read(connection, settings, ids, progress, read, partial=parts is not None)
            report = replace(report, unchanged=unchanged, skipped_roots=skipped)
            report = _finish(connection, settings, ids, there, report)
    except OSError as error:
        raise trouble(settings.data_dir / FILE, error) from error
    finally:
        progress.close()
    # Of parts, in which mostly little happens, only what did.
    level = logging.INFO if parts is None or report.news else logging.DEBUG
    log.log(level, "scanned: %s", ", ".join(f"{getattr(report, name)} {name}" for name in ScanReport.__slots__[:-1]))
    return report


def refresh(engine: Engine, settings: Settings, photo: Photo, read: Reader = metadata.read) -> Photo | None:
    """Reads a photo's file again, now; gives the photo as it is, None where the file is gone.

    Only where its root is there and the file is not does the photo leave the catalogue.

    Raises:
        Unreadable: the file is no photo any more (the next scan will list it).
        OSError: the system does not give it.
    """
    root = settings.root_paths.get(photo.root)
    if root is None:
        return None
    key = (photos.c.root_id == select(roots.c.id).where(roots.c.alias == photo.root).scalar_subquery()) & (
        photos.c.path == photo.path
    )
    try:
        if not settings.robot_follow_links and crosses_link(root, photo.path):
            return None  # the next scan will not see it
        header = read(root / photo.path)
    except (FileNotFoundError, NotADirectoryError):
        if identity_of(root) is not None and not is_empty(root):
            with engine.connect() as connection, writing(connection):
                connection.execute(photos.delete().where(key, photos.c.photoid == photo.photoid))
        return None
    with engine.connect() as connection, writing(connection):
        root_id = connection.execute(select(photos.c.root_id).where(key)).scalar_one_or_none()
        if root_id is not None:
            record.photo(connection, root_id, photo.path, header, gone=false())
    names = ("bytes", "mtime_ns", "width", "height", "format", "created")
    return replace(photo, **{name: getattr(header, name) for name in names})


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with locked(lock, lambda: log.warning("another scan is under way: waiting for it to end")):
        yield


def _walk(
    connection: Connection,
    settings: Settings,
    ids: dict[str, int],
    progress: Progress,
    accept_empty: bool,
    parts: Parts | None,
) -> tuple[dict[str, Identity], dict[str, str]]:
    """Walks the roots that are there into the temporary tables; gives them, and why others were not walked."""
    there: dict[str, Identity] = {}
    skipped: dict[str, str] = {}
    for root in settings.roots:
        some = [WHOLE] if parts is None else parts.get(root.alias)
        if not some:
            continue
        identity = identity_of(root.path)
        reason = _why_not(connection, root, ids[root.alias], accept_empty)
        if reason or identity is None:
            skipped[root.alias] = reason or f"{root.path} is not there"
            log.warning("root %s is skipped, nothing of it is lost: %s", root.alias, skipped[root.alias])
            continue
        there[root.alias] = identity
        try:
            _walk_root(connection, settings, root, ids[root.alias], progress, some)
        except LinkedFolder:
            _walk_root(connection, settings, root, ids[root.alias], progress, [WHOLE])
    return there, skipped


def _walk_root(
    connection: Connection, settings: Settings, root: Root, root_id: int, progress: Progress, parts: Collection[Part]
) -> None:
    data = identity_of(settings.data_dir)  # cached renders are no photos
    left_out = LeftOut(settings.scan_ignore)
    found = walk(root.path, settings.robot_follow_links, [data] if data else [], parts, left_out)
    while some := list(islice(found, FOUND)):
        diff.add(connection, root_id, some)
        progress.found(len(some))
    diff.close_root(connection, root_id, parts)


def _why_not(connection: Connection, root: Root, root_id: int, accept_empty: bool) -> str:
    """Why a root can't be walked; empty where it can."""
    try:
        empty = is_empty(root.path)
    except OSError as error:
        return f"{root.path} can't be listed ({error.strerror})"
    if empty and not accept_empty:
        with connection.begin():
            known = connection.execute(
                select(func.count()).select_from(photos).where(photos.c.root_id == root_id)
            ).scalar_one()
        if known:
            return (
                f"{root.path} is empty, though {known} photos of it are known: is its disk mounted? "
                "(scan --accept-empty takes it as emptied)"
            )
    return ""


def _read(
    connection: Connection, settings: Settings, ids: dict[str, int], progress: Progress, read: Reader, *, partial: bool
) -> ScanReport:
    """Reads what is new or changed, and writes it down in transactions that are short.

    Where only parts were walked, a file may have come from outside them: what is not there any more counts as gone.
    """
    paths = {ids[alias]: path for alias, path in settings.root_paths.items()}
    counts = {"added": 0, "changed": 0, "moved": 0}
    gone = diff.gone()  # building the expression costs more than running it
    after = 0
    while items := diff.batch(connection, after, BATCH):
        results: list[tuple[diff.Todo, Header | Exception]] = []
        end = time.monotonic() + SECONDS
        for item in items:
            result = _try(read, paths[item.root_id] / item.path)
            results.append((item, result))
            if partial and isinstance(result, Header):
                diff.miss(connection, result.content_id, paths)
            if time.monotonic() > end:
                break
        with writing(connection):
            for item, result in results:
                outcome = _note(connection, item, result, gone)
                if outcome:
                    counts[outcome] += 1
        after = results[-1][0].number
        progress.read(len(results))
    return ScanReport(counts["added"], counts["changed"], counts["moved"])


def _try(read: Reader, path: Path) -> Header | Exception:
    try:
        return read(path)
    except (Unreadable, StillWritten, OSError) as error:
        return error
    except Exception as error:  # noqa: BLE001 - one odd file must not end the scan of others, nor is it worth a traceback
        log.error("reading %r failed: %s: %s", os.fspath(path), type(error).__name__, error)
        return Unreadable(f"reading it failed: {type(error).__name__}")


def _note(
    connection: Connection, item: diff.Todo, result: Header | Exception, gone: ColumnElement[bool]
) -> record.Outcome | None:
    """Writes down what reading a file gave."""
    if isinstance(result, Header):
        outcome = record.photo(connection, item.root_id, item.path, result, gone)
        if result.refused:
            log.warning("can't be rendered: %r: %s", item.path, result.refused)
            record.refusal(connection, item.root_id, item.path, result)
        return outcome
    if isinstance(result, StillWritten):
        return None
    if isinstance(result, FileNotFoundError | NotADirectoryError):
        diff.forget(connection, item)
    elif isinstance(result, OSError):
        # It may be the disk's or a permission's fault, which a later scan finds mended: not remembered as read.
        record.failure(connection, item.root_id, item.path, result.strerror or type(result).__name__)
    else:
        record.failure(connection, item.root_id, item.path, str(result), diff.as_seen(connection, item))
    return None


def _finish(
    connection: Connection, settings: Settings, ids: dict[str, int], there: dict[str, Identity], report: ScanReport
) -> ScanReport:
    """Removes what is gone, but of no root that went away during the scan, and lists what could not be walked."""
    skipped = dict(report.skipped_roots)
    for alias, identity in there.items():
        if identity_of(settings.root_paths[alias]) != identity:
            skipped[alias] = "it went away during the scan"
            log.warning("root %s: %s, so nothing of it is removed", alias, skipped[alias])
            diff.forget_root(connection, ids[alias])
    with writing(connection):
        for root_id, path, reason in diff.all_walk_failures(connection):
            log.warning("can't be read: %r: %s", path, reason)
            record.failure(connection, root_id, path, reason)
        removed = diff.sweep(connection)
        active = read_failures.join(roots)
        failed = connection.execute(select(func.count()).select_from(active).where(roots.c.active)).scalar_one()
    return replace(report, removed=removed, failed=failed, skipped_roots=skipped)
