"""Brings the catalogue up to what the photo roots hold: walks them, compares, reads what is new or changed."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, false, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql.elements import ColumnElement

from catalog.beneath.opening import CrossesLink
from catalog.beneath.photo_files import PhotoFile
from catalog.database import FILE, trouble, writing
from catalog.errors import Unreadable
from catalog.files import identity_of, is_empty, locked
from catalog.metadata import Header
from catalog.metadata.header import read_header
from catalog.photos import Photo
from catalog.scan import diff, missing, places, record, vanishing
from catalog.scan.names import LeftOut
from catalog.scan.places import Place
from catalog.scan.progress import Progress, Silent
from catalog.scan.vanishing import Words
from catalog.scan.walk import WHOLE, LinkedFolder, Mount, Part, walk
from catalog.schema import photos, read_failures, roots
from config import Root, Settings

log = logging.getLogger("darkroom.scan")

LOCK = "scan.lock"
BATCH = 200  # photos in one write, so that readers see progress …
SECONDS = 1.0  # … and at most so long between two
FOUND = 5000  # files noted at once during the walk

Reader = Callable[[PhotoFile], Header]
"""Reads the header of a file. Raises StillWritten where a later scan is to do it."""

Parts = Mapping[str, Collection[Part]]
"""Parts of roots, by alias; none of them inside another."""


COUNTED = ("added", "changed", "moved", "returned", "removed", "unchanged", "failed")


class StillWritten(Exception):
    """A file is being written: what is known of it stays, until another scan reads it."""


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan did, in files. `returned` were missing, `failed` counts all that can't be read.

    By alias, `skipped_roots` says why a root was not scanned, `held_roots` why nothing was removed from it, and
    `unsettled` what could not be read for now.
    """

    added: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    unchanged: int = 0
    failed: int = 0
    returned: int = 0
    skipped_roots: dict[str, str] = field(default_factory=dict)
    held_roots: dict[str, str] = field(default_factory=dict)
    unsettled: dict[str, list[Part]] = field(default_factory=dict, compare=False)

    @property
    def news(self) -> bool:
        """Whether the catalogue is another one than before."""
        return bool(self.added or self.changed or self.moved or self.removed or self.returned)


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
    accept_vanished: bool = False,
    read: Reader = read_header,
    parts: Parts | None = None,
) -> ScanReport:
    """Scans every root of the settings, or these parts of them. One scan at a time: a second one waits, and says so.

    What was committed stays, however it ends. `accept_empty`: a root, or a disk below one, that holds none of its
    photos has been emptied, and is not one that is not mounted. `accept_vanished`: what has vanished may go, however
    much it is.

    Raises:
        CatalogError: the catalogue can't be written (read-only, disk full, …).
    """
    progress = progress or Silent()
    lock = settings.data_dir / LOCK
    words = Words(accept_empty, accept_vanished, settings.scan_max_vanished)
    try:
        with _one_at_a_time(lock), engine.connect() as connection:
            ids = sync_roots(engine, settings)
            diff.begin(connection)
            before = diff.last_number(connection)
            walks, skipped = _walk(connection, settings, ids, progress, words, parts)
            count, unchanged = diff.compare(connection)
            progress.reading(count)
            report = _read(connection, settings, ids, progress, read, partial=parts is not None)
            report = replace(report, unchanged=report.unchanged + unchanged, skipped_roots=skipped)
            report = _finish(connection, settings, walks, report, before, words)
    except OSError as error:
        raise trouble(settings.data_dir / FILE, error) from error
    finally:
        progress.close()
    # Of parts, in which mostly little happens, only what did.
    level = logging.INFO if parts is None or report.news else logging.DEBUG
    log.log(level, "scanned: %s", ", ".join(f"{getattr(report, name)} {name}" for name in COUNTED))
    return report


def refresh(engine: Engine, settings: Settings, photo: Photo, read: Reader = read_header) -> Photo | None:
    """Reads a photo's file again, now; gives the photo as it is, None where the file is gone.

    Only where its root is there and the file is not does the photo leave the catalogue: it is missing.

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
        header = read(PhotoFile(root, photo.path, settings.robot_follow_links))
    except CrossesLink:
        return None  # the next scan will not see it
    except (FileNotFoundError, NotADirectoryError):
        with engine.connect() as connection:
            if _is_gone(connection, settings, photo):
                with writing(connection):
                    missing.keep(connection, key & (photos.c.photoid == photo.photoid))
        return None
    with engine.connect() as connection, writing(connection):
        root_id = connection.execute(select(photos.c.root_id).where(key)).scalar_one_or_none()
        if root_id is not None:
            record.photo(connection, root_id, photo.path, header, gone=false())
        edits = connection.execute(select(photos.c.edits).where(key)).scalar()
    names = ("bytes", "mtime_ns", "width", "height", "format", "created")
    return replace(photo, edits=edits or 0, **{name: getattr(header, name) for name in names})


def _is_gone(connection: Connection, settings: Settings, photo: Photo) -> bool:
    """Whether a photo's file is surely not there, though its disk is."""
    root = next(root for root in settings.roots if root.alias == photo.root)
    with connection.begin():
        root_id = connection.execute(select(roots.c.id).where(roots.c.alias == photo.root)).scalar_one_or_none()
    there = None if root_id is None else places.place(connection, root, root_id)
    return there is not None and there.lacks(photo.path)


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with locked(lock, lambda: log.warning("another scan is under way: waiting for it to end")):
        yield


@dataclass(frozen=True, slots=True)
class _Walked:
    """A walk that came to its end: where, whether it was the whole root, the disks below it that were there, and those
    that were not.
    """

    place: Place
    whole: bool
    mounts: tuple[Mount, ...] = ()
    away: frozenset[str] = frozenset()


def _walk(
    connection: Connection,
    settings: Settings,
    ids: dict[str, int],
    progress: Progress,
    words: Words,
    parts: Parts | None,
) -> tuple[list[_Walked], dict[str, str]]:
    """Walks the roots that are there into the temporary tables; gives the walks, and why others were not walked."""
    walks = list[_Walked]()
    skipped: dict[str, str] = {}
    for root in settings.roots:
        some: Collection[Part] = [WHOLE] if parts is None else parts.get(root.alias, ())
        if not some:
            continue
        place = places.place(connection, root, ids[root.alias])
        reason = _why_not(connection, root, place, words)
        if place is not None and not reason:
            walked = _walk_root(connection, settings, place, progress, places.widened(place, some), words)
            if isinstance(walked, str):
                reason = walked
            else:
                walks.append(walked)
        if reason:
            skipped[root.alias] = reason
            vanishing.unseen(connection, ids[root.alias])
            log.warning("root %s is skipped, nothing of it is lost: %s", root.alias, reason)
    return walks, skipped


def _walk_root(
    connection: Connection,
    settings: Settings,
    place: Place,
    progress: Progress,
    parts: Collection[Part],
    words: Words,
) -> _Walked | str:
    """Walks a root, or parts of it; a sentence where nothing counts of what was seen."""
    try:
        mounts = _listed(connection, settings, place, progress, parts)
    except LinkedFolder:
        parts = [WHOLE]
        mounts = _listed(connection, settings, place, progress, parts)
    if list(parts) != [WHOLE]:
        return _Walked(place, whole=False)
    reason = places.unbelievable(connection, place)
    if reason and not words.empty:
        diff.hide(connection, place.root_id)
        return reason
    away = places.away(connection, place)
    for path, why in away.items():
        if words.empty:
            diff.pass_over(connection, place.root_id, Part(path))
        else:
            diff.hide(connection, place.root_id, Part(path), why)
    return _Walked(place, whole=True, mounts=tuple(mounts), away=frozenset(away))


def _listed(
    connection: Connection, settings: Settings, place: Place, progress: Progress, parts: Collection[Part]
) -> list[Mount]:
    """Walks into the temporary tables; gives the disks that are mounted below."""
    data = identity_of(settings.data_dir)  # cached renders are no photos
    left_out = LeftOut(settings.scan_ignore)
    found = walk(place.root.path, settings.robot_follow_links, [data] if data else [], parts, left_out)
    mounts = list[Mount]()
    while some := list(islice(found, FOUND)):
        mounts += diff.add(connection, place.root_id, some)
        progress.found(len(some))
    diff.close_root(connection, place.root_id, parts)
    return mounts


def _why_not(connection: Connection, root: Root, place: Place | None, words: Words) -> str:
    """Why a root can't be walked; empty where it can."""
    try:
        empty = is_empty(root.path)
    except OSError as error:
        return f"{root.path} can't be listed ({error.strerror})"
    if place is None:
        return f"{root.path} is not there"
    known = diff.known_in(connection, place.root_id) if empty and not words.empty else 0
    if not known:
        return ""
    return f"{root.path} is empty, though {known} photos of it are known: is its disk mounted? {places.ACCEPT}"


def _read(
    connection: Connection, settings: Settings, ids: dict[str, int], progress: Progress, read: Reader, *, partial: bool
) -> ScanReport:
    """Reads what is new or changed, and writes it down in transactions that are short.

    Where only parts were walked, a file may have come from outside them: what is not there any more counts as gone.
    """
    paths = {ids[alias]: path for alias, path in settings.root_paths.items()}
    aliases = {number: alias for alias, number in ids.items()}
    there = _there(connection, settings, ids) if partial else {}
    tally, unstable = Counter[str](), _Inodes()
    unsettled: dict[str, list[Part]] = {}
    gone = diff.gone()  # building the expression costs more than running it
    after = 0
    while items := diff.batch(connection, after, BATCH):
        results: list[tuple[diff.Todo, Header | Exception]] = []
        end = time.monotonic() + SECONDS
        for item in items:
            result = _try(read, PhotoFile(paths[item.root_id], item.path, settings.robot_follow_links))
            results.append((item, result))
            if partial and isinstance(result, Header):
                for root_id, path in diff.twins(connection, result.content_id):
                    if root_id in there and there[root_id].lacks(path):
                        diff.close_path(connection, root_id, path)
            if time.monotonic() > end:
                break
        with writing(connection):
            for item, result in results:
                outcome = _note(connection, item, result, gone)
                if outcome is not None:
                    tally[outcome] += 1
                elif _is_passing(result):
                    unsettled.setdefault(aliases[item.root_id], []).append(Part(item.path, deep=False))
                unstable.learn(item, outcome)
        after = results[-1][0].number
        progress.read(len(results))
    unstable.note(connection)
    counted: dict[str, Any] = dict(tally)
    return replace(ScanReport(unsettled=unsettled), **counted)


def _there(connection: Connection, settings: Settings, ids: dict[str, int]) -> dict[int, Place]:
    """The roots that are there, by id."""
    found = (places.place(connection, root, ids[root.alias]) for root in settings.roots)
    return {place.root_id: place for place in found if place is not None}


class _Inodes:
    """Learns where files have other inodes with each look: there they would all be read with each scan."""

    ENOUGH = 20  # files whose inodes alone were others, none of which was another photo

    def __init__(self) -> None:
        self._asked = Counter[int]()
        self._told = set[int]()  # roots in which an inode once told the truth

    def learn(self, item: diff.Todo, outcome: record.Outcome | None) -> None:
        """What reading a file gave."""
        if item.by_inode:
            self._asked[item.root_id] += 1
            if outcome != "unchanged":
                self._told.add(item.root_id)

    def note(self, connection: Connection) -> None:
        """From now on inodes count no longer in roots where they say nothing."""
        vain = [root_id for root_id, count in self._asked.items() if count >= self.ENOUGH and root_id not in self._told]
        if vain:
            with writing(connection):
                connection.execute(update(roots).where(roots.c.id.in_(vain)).values(stable=False))


def _try(read: Reader, file: PhotoFile) -> Header | Exception:
    try:
        return read(file)
    except (Unreadable, StillWritten, OSError) as error:
        return error
    except Exception as error:  # noqa: BLE001 - one odd file must not end the scan of others, nor is it worth a traceback
        log.error("reading %r failed: %s: %s", str(file.place), type(error).__name__, error)
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
        # The disk's fault, the network's or a permission's: no word about the photo, which stays as it was.
        record.trouble(connection, item.root_id, item.path, result.strerror or type(result).__name__)
    else:
        record.failure(connection, item.root_id, item.path, str(result), diff.as_seen(connection, item))
    return None


def _is_passing(result: Header | Exception) -> bool:
    """Whether a file could not be read for a reason that has nothing to do with what is in it."""
    return isinstance(result, OSError) and not isinstance(result, FileNotFoundError | NotADirectoryError)


def _finish(
    connection: Connection, settings: Settings, walks: Sequence[_Walked], report: ScanReport, before: int, words: Words
) -> ScanReport:
    """Lets go what has vanished, where that can be believed, and lists what could not be walked."""
    skipped, held = dict(report.skipped_roots), dict[str, str]()
    stayed = list[_Walked]()
    for each in walks:
        alias = each.place.root.alias
        if identity_of(each.place.root.path) == each.place.identity:
            stayed.append(each)
            continue
        skipped[alias] = "it went away during the scan"
        log.warning("root %s: %s, so nothing of it is removed", alias, skipped[alias])
        diff.forget_root(connection, each.place.root_id)
    diff.find_vanished(connection)
    emptied: list[tuple[int, Part]] = []
    for each in stayed:
        alias, root_id = each.place.root.alias, each.place.root_id
        verdict = vanishing.judge(connection, root_id, before, words, whole=each.whole)
        if verdict.held:
            held[alias] = verdict.held
            log.warning("root %s: nothing of it is removed: %s", alias, verdict.held)
        elif each.whole:
            places.note(connection, each.place, each.mounts, () if words.empty else each.away)
        emptied += [(root_id, Part(path)) for path in each.away if words.empty]
        emptied += [(root_id, WHOLE)] if verdict.emptied else []
    report = replace(report, skipped_roots=skipped, held_roots=held)
    return _let_go(connection, settings, report, {each.place.root_id: each.place.root.alias for each in walks}, emptied)


def _let_go(
    connection: Connection,
    settings: Settings,
    report: ScanReport,
    aliases: Mapping[int, str],
    emptied: Sequence[tuple[int, Part]],
) -> ScanReport:
    """Writes down what has vanished, and what could not be walked; `emptied` is what will not come back."""
    unsettled = {alias: list(parts) for alias, parts in report.unsettled.items()}
    with writing(connection):
        for root_id, failure in diff.all_walk_failures(connection):
            log.warning("can't be read: %r: %s", failure.path, failure.reason)
            note = record.trouble if failure.passing else record.failure
            note(connection, root_id, failure.path, failure.reason)
            if failure.passing:
                unsettled.setdefault(aliases[root_id], []).append(Part(failure.path, deep=failure.folder))
        removed = missing.keep(connection, diff.has_vanished())
        for root_id, part in emptied:
            missing.forget(connection, root_id, *diff.range_of(part))
        missing.expire(connection, settings.library_missing_days)
        diff.sweep_failures(connection)
        active = read_failures.join(roots)
        failed = connection.execute(select(func.count()).select_from(active).where(roots.c.active)).scalar_one()
    return replace(report, removed=removed, failed=failed, unsettled=unsettled)
