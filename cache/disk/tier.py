"""The disk tier: one bare .jpg for each render, in sharded folders, seen by every process of the host."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import metrics
from cache.disk.files import Files, is_whole, key_of, path_of, remove
from cache.disk.index import Index
from cache.disk.reconcile import Chunk, reconcile
from cache.disk.rows import Count, Rows, Size, State
from cache.disk.space import FULL
from cache.errors import Held, NoRoom, TierError
from cache.key import RenderKey
from cache.tier import HURRIED, LARGEST_SHARE, PATIENT, PROMPT, Figures, IsCommon, all_common

EVICTING = 0.02  # seconds that one call evicts for
FEW = 6  # renders that give way at once where the filesystem takes no more: as many inodes as one needs, with its index
AHEAD_AT_ONCE = 1000  # rows whose last use lies ahead that are put right by one look
STEP = 16  # entries removed between two looks at the clock
TIDY_EVERY = 600.0  # seconds between two looks for empty folders, where inodes stay short
SHARDS_AT_ONCE = 8  # folders, of 256 others each, that are looked through for empty ones by one call
BATCH = 100  # last uses written in one transaction
MOST_USES = 50_000  # last uses kept in memory while they can't be written
RECONCILE_EVERY = 6 * 3600.0  # seconds

TEMPORARY_SECONDS = 600.0  # a put takes milliseconds: what is older was left by a process that was killed


@dataclass(frozen=True, slots=True)
class Budget:
    """What the tier may take: `bytes` of files and `entries` in all; `free` bytes of its filesystem stay free."""

    bytes: int = 10_000_000_000
    entries: int = 1_000_000
    free: int = 1_000_000_000


class DiskTier:
    """Keeps renders as files below `folder`, which is made when the first one comes, within `budget`.

    A get opens the file: no index, no lock. Whatever adds or removes files does so under the folder's lock, in step
    with the index, in an order by which the index never holds less than there is: a process killed at any instant
    leaves at worst a row without its file. Nothing is fsynced, since a render can be made again; what a power cut
    leaves torn is found when it is read, by its first and last bytes. The folder may be removed while this runs: it
    comes back with the next render. Methods raise TierError or OSError where the disk or the index is ill.
    """

    name = "disk"
    shared = True

    def __init__(self, folder: Path, budget: Budget | None = None, is_common: IsCommon = all_common) -> None:
        self._budget = budget or Budget()
        self._files = Files(folder)
        self._index = Index(self._files, is_common)
        self._uses: dict[str, tuple[int, RenderKey]] = {}
        self._reconciliation: Iterator[Chunk] | None = None
        self._parents: Iterator[Chunk] | None = None
        self._process = os.getpid()
        self._asked = False
        self._empty: Iterator[str] | None = None
        self._empty_looked_at = float("-inf")
        self._evictions = metrics.evictions.labels(self.name)

    def get(self, key: RenderKey) -> bytes | None:
        """The render; None where it is not here. A file that is no whole JPEG is removed and counts as not here."""
        path = key.path
        render = self._files.read(path)
        if render is None:
            return None
        if not is_whole(render):
            self._remove_torn(key)
            return None
        if len(self._uses) < MOST_USES:
            self._uses[path] = (_now(), key)
        return render

    def held(self, keys: Sequence[RenderKey]) -> dict[RenderKey, int]:
        """Which of these renders are here, with the bytes of each: asked of the files, as a get is, 6 µs each."""
        return {key: file.bytes for key in keys if (file := self._files.found(key.path)) is not None and file.bytes}

    def has(self, key: RenderKey) -> bool:
        """Whether there is a file for the render, whole or not."""
        return self._files.has(key.path)

    def put(self, key: RenderKey, render: bytes, *, patience: float = PROMPT) -> bool:
        """Keeps `render`, in the place of what was there under this key; False where it is too big for this tier.

        It takes twice `patience` seconds at most, as long as the disk itself is not slow.

        Raises:
            TierError: the disk doesn't take it (full, read-only, …), or there is no room for it yet; nothing is left.
        """
        if len(render) * LARGEST_SHARE > self._budget.bytes:
            return False
        try:
            try:
                self._keep(key, render, patience)
            except (OSError, NoRoom) as error:
                if not _is_full(error):
                    raise
                self._give_way(len(render), patience)
                self._keep(key, render, patience)
        except (OSError, TierError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise TierError(f"a render of {len(render)} bytes was not taken: {reason}") from error
        return True

    def drop(self, key: RenderKey) -> None:
        """Removes a render, if it is here."""
        with self._rows(PATIENT) as rows:
            self._remove(rows, [(key.photoid, key.name)])

    def drop_photo(self, photoid: str, keep_version: str | None = None) -> int:
        """Removes all renders of a photo but those of one version; gives how many."""
        removed = 0
        while True:
            with self._rows(PATIENT) as rows:
                found = [row[:2] for row in rows.of_photo(photoid, keep_version, STEP)]
                self._remove(rows, found)
            removed += len(found)
            if len(found) < STEP:
                return removed

    def drop_unused(self, seconds: float) -> int:
        """Removes the renders not used for so many seconds, or all of them where that is 0; gives how many."""
        removed, before = 0, _now() - int(seconds * 1e6) if seconds else None
        self.flush()
        while True:
            with self._rows(PATIENT) as rows:
                found = [row[:2] for row in rows.oldest(STEP, before)]
                self._remove(rows, found)
            removed += len(found)
            if len(found) < STEP:
                return removed

    def figures(self) -> Figures:
        """How much is in here, over all processes of the host."""
        state = self.state()
        return Figures(state.entries, state.bytes)

    def room(self) -> int:
        """Bytes that all renders together may have here: the budget's, or fewer where the filesystem has no more."""
        there = self._files.folder.is_dir()
        free = self._files.space().bytes - self._budget.free if there else self._budget.bytes
        return max(0, min(self._budget.bytes, self.figures().bytes + free))

    def state(self) -> State:
        """What the index says of itself."""
        if self._index.identity() is None:
            return State(0, 0, complete=not self._files.any_shard(), reconciled=0)
        with self._index.reading() as rows:
            return rows.state()

    def counts(self) -> dict[Count, int]:
        """The look-ups of this host by tier and result, over all its processes, those that ended too."""
        if self._index.identity() is None:
            return {}
        with self._index.reading() as rows:
            return rows.counts()

    def sizes(self, limit: int) -> list[Size]:
        """The most frequent sizes."""
        if self._index.identity() is None:
            return []
        with self._index.reading() as rows:
            return rows.sizes(limit)

    def flush(self, counts: Mapping[Count, int] | None = None) -> None:
        """Writes the last uses that gets have collected, and adds `counts` to the look-ups of this host.

        Where they can't be written, what was in hand is lost.
        """
        if counts:
            with self._rows(PATIENT) as rows:
                rows.add_counts(counts)
        while self._uses:
            uses = [self._uses.popitem()[1] for _ in range(min(BATCH, len(self._uses)))]
            with self._rows(PATIENT) as rows:
                rows.touch((used, key.photoid, key.name) for used, key in uses)

    def tend(self) -> bool:
        """A few milliseconds of upkeep; gives whether more is waiting to be done.

        Writes last uses, evicts what is over a budget that was lowered or for which inodes are short, and compares
        index and files: where the index is new, where it was asked for, and every few hours.
        """
        try:
            return self._tend()
        except (OSError, NoRoom) as error:
            if not _is_full(error):
                raise
            return self._give_way(0, PATIENT)

    def _tend(self) -> bool:
        self.flush()
        if self._find_inodes():
            return True
        with self._rows(PATIENT) as rows:
            # Noted while the clock was ahead: they would stay until it comes there, and what is used now would go.
            rows.bring_back(_now(), AHEAD_AT_ONCE)
            state = rows.state()
            if not self._make_room(rows, 0, 0) and state.entries:
                return True
        if self._process != os.getpid():
            # What a parent is at goes on there; ended here, it would take the parent's locks away.
            self._parents, self._reconciliation, self._process = self._reconciliation, None, os.getpid()
        if self._reconciliation is None:
            # What lies ahead was noted while the clock was wrong.
            if not self._asked and state.complete and 0 <= time.time() - state.reconciled < RECONCILE_EVERY:
                return False
            self._asked = False
            self.sweep(TEMPORARY_SECONDS)
            self._reconciliation = self.reconcile()
        reconciliation, self._reconciliation = self._reconciliation, None
        try:
            if next(reconciliation, None) is not None:
                self._reconciliation = reconciliation
        except Held:
            pass  # another process is at it
        return self._reconciliation is not None

    def ask_to_reconcile(self) -> None:
        """Lets `tend` compare index and files soon."""
        self._asked = True

    def reconcile(self, *, reading: bool = False, patience: float = 0) -> Iterator[Chunk]:
        """Makes index and files equal, chunk by chunk, as `cache.disk.reconcile` says."""
        return reconcile(self._files, self._index, reading=reading, patience=patience)

    def sweep(self, older_than: float) -> int:
        """Removes temporary files older than so many seconds; gives how many. See `Files.sweep`."""
        return self._files.sweep(older_than)

    def close(self) -> None:
        """Lets go of the index. What gets have collected is lost unless it was flushed."""
        self._reconciliation = self._empty = None
        if self._index.identity() is None:  # the folder is gone, or never was: no lock of it need be taken
            self._index.close()
            return
        with self._index.locked(PATIENT):
            self._index.close()

    @contextmanager
    def _rows(self, patience: float) -> Iterator[Rows]:
        with self._index.locked(patience), self._index.transaction() as rows:
            yield rows

    def _keep(self, key: RenderKey, render: bytes, patience: float) -> None:
        temporary: Path | None = None
        try:
            temporary = self._files.write(render)
            with self._index.locked(patience):
                self._take(key, len(render), temporary)
        except (OSError, TierError):
            if temporary:
                remove(temporary)
            raise

    def _take(self, key: RenderKey, size: int, temporary: Path) -> None:
        """Makes room, and moves the file to its place; the lock is held."""
        with self._index.transaction() as rows:
            room = self._make_room(rows, size, 1)
            before = rows.size_of(key)
            grows = before is None or size > before
            if room:
                rows.put(key, size, _now())
                if not grows:
                    self._files.move(temporary, key.path)
        if not room:
            raise TierError("there is no room yet, by its budget or on its filesystem")
        if grows:
            try:
                self._files.move(temporary, key.path)
            except OSError:
                with self._index.transaction() as rows:
                    rows.remove([(key.photoid, key.name)])
                raise

    def _make_room(self, rows: Rows, size: int, entries: int) -> bool:
        """Evicts the least recently used, until so many bytes and entries fit in; False where that takes too long.

        Where those in uncommon sizes have more than their part, of these. What was evicted has to be kept in any case,
        as the files are gone.
        """
        end = time.monotonic() + EVICTING
        state, budget, space = rows.state(), self._budget, self._files.space(entries)
        bytes_over = state.bytes + size - budget.bytes
        entries_over = state.entries + entries - budget.entries
        if budget.free:
            bytes_over = max(bytes_over, budget.free - space.bytes)
        if not state.complete:
            # How much there is in all is not known yet, so nothing may be added to it.
            bytes_over, entries_over = max(bytes_over, size), max(entries_over, entries)
        inodes_over = space.inodes_short
        evicted: list[tuple[str, str]]
        late = False
        while bytes_over > 0 or entries_over > 0 or inodes_over > 0:
            victims = [] if late else rows.first_to_go(STEP)
            if not victims:
                # That fewer inodes are free than should be is no reason to refuse: there may be enough for this one.
                return bytes_over <= 0 and entries_over <= 0
            evicted = []
            for photoid, name, length in victims:
                if bytes_over > 0 or entries_over > 0 or inodes_over > len(evicted):
                    evicted.append((photoid, name))
                    bytes_over -= length
                    entries_over -= 1
            inodes_over -= self._remove(rows, evicted, folders=space.inodes_short > 0)
            self._evictions.inc(len(evicted))
            late = time.monotonic() > end  # looked at after a step, so that a slow disk gets on too
        return True

    def _find_inodes(self) -> bool:
        """Removes folders that are empty where inodes are short, some at a time; gives whether there are more to look
        at.

        Where none are short they stay, as each is needed again soon.
        """
        if self._empty is None:
            if time.monotonic() < self._empty_looked_at + TIDY_EVERY or not self._files.folder.is_dir():
                return False
            space = self._files.space()
            if not (space.inodes_short or (space.no_inodes and not self._files.takes_more())):
                return False
            self._empty = iter(self._files.outer_shards())
        some = list(islice(self._empty, SHARDS_AT_ONCE))
        if not some:
            self._empty, self._empty_looked_at = None, time.monotonic()
            return False
        with self._index.locked(PATIENT):
            for outer in some:
                self._files.remove_empty_folders(outer)
        return True

    def _give_way(self, size: int, patience: float) -> bool:
        """Evicts a few renders, and twice `size` bytes, where the filesystem has taken no more; where there are none,
        their folders. Gives whether there were any. Without the index where there is no room for that either: its rows
        are mended later.
        """
        gone = freed = 0
        with self._index.locked(patience):
            try:
                with self._index.transaction() as rows:
                    while (gone < FEW or freed < 2 * size) and (victims := rows.first_to_go(FEW)):
                        self._remove(rows, [row[:2] for row in victims], folders=True)
                        gone += len(victims)
                        freed += sum(length for *_, length in victims)
            except NoRoom:
                self._asked = True
                renders = (found for found in self._files.walk() if key_of(found.path) is not None)
                while (gone < FEW or freed < 2 * size) and (found := next(renders, None)) is not None:
                    self._files.remove_with_folders(found.path)
                    gone += 1
                    freed += found.bytes
            self._evictions.inc(gone)
            outers = iter(() if gone else self._files.outer_shards())
            while gone < FEW and (outer := next(outers, None)) is not None:
                gone += self._files.remove_empty_folders(outer)
        return gone > 0

    def _remove(self, rows: Rows, names: Iterable[tuple[str, str]], *, folders: bool = False) -> int:
        """Removes renders, and with `folders` what is empty thereby; gives how many inodes are free again."""
        names, freed = list(names), 0
        for _, name in names:
            path = path_of(name)
            if path and folders:
                freed += self._files.remove_with_folders(path)
            elif path:  # else its file is found as strange
                self._files.remove(path)
                freed += 1
        rows.remove(names)
        return freed

    def _remove_torn(self, key: RenderKey) -> None:
        """Where another process has just put a good one in its place, that one goes: it costs one render."""
        try:
            with self._rows(HURRIED) as rows:
                self._remove(rows, [(key.photoid, key.name)])
        except (OSError, TierError):
            with suppress(OSError):
                self._files.remove(key.path)


def _is_full(error: Exception) -> bool:
    return isinstance(error, NoRoom) or (isinstance(error, OSError) and error.errno in FULL)


def _now() -> int:
    return time.time_ns() // 1000
