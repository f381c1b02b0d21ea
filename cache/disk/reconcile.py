"""Makes the disk tier's index and its files equal, a few milliseconds at a time, while others use both."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from cache.disk.files import Files, Found, is_whole, key_of, path_of
from cache.disk.index import Index
from cache.disk.lock import locked
from cache.disk.rows import Rows
from cache.errors import TierError

CHUNK = 100  # files or rows between two yields
PATIENCE = 5.0  # seconds that this waits for the lock

MISSING = "has a row, but no file"
UNKNOWN = "has a file, but no row"
RESIZED = "has another size than its row says"
STRANGE = "is no render's name"
TORN = "is no whole JPEG"


@dataclass(frozen=True, slots=True)
class Chunk:
    """So many files or rows were looked at; `wrong` has the path and the trouble of those that were mended."""

    looked: int
    wrong: tuple[tuple[str, str], ...]


def reconcile(files: Files, index: Index, *, reading: bool = False, patience: float = 0) -> Iterator[Chunk]:
    """Compares each file with its row and each row with its file; the files are right, except for torn ones.

    What differs is looked at again under the lock, since others put and evict meanwhile. With `reading`, each file
    is read, and removed where it is torn. A damaged index is made anew.

    Raises:
        Held: another process of the host is at this, and still after `patience` seconds.
        TierError, OSError: the tier is ill.
    """
    files.temporary.mkdir(parents=True, exist_ok=True)
    with locked(files.temporary, patience):
        began = time.time()
        identity = _sound_index(index)
        with index.reading() as rows:
            yield from _files(files, index, rows, reading=reading)
            yield from _rows(files, index, rows)
        with index.locked(PATIENCE):
            same = index.identity() == identity
            with index.transaction() as rows:
                if same:
                    rows.reconciled(began)


def _sound_index(index: Index) -> int | None:
    """Makes sure that there is an index without damage; gives its identity."""
    with index.locked(PATIENCE), index.transaction():
        pass
    identity = index.identity()
    sound = False
    with suppress(TierError), index.reading() as rows:
        sound = rows.is_sound()
    if not sound:
        with index.locked(PATIENCE):
            if index.identity() == identity:
                index.remove()
            with index.transaction():
                pass
            identity = index.identity()
    return identity


def _files(files: Files, index: Index, rows: Rows, *, reading: bool) -> Iterator[Chunk]:
    walk = files.walk()
    while batch := list(islice(walk, CHUNK)):
        suspects = [found.path for found in batch if _is_suspect(files, rows, found, reading=reading)]
        yield Chunk(len(batch), _heal(files, index, suspects, reading=reading))


def _is_suspect(files: Files, rows: Rows, found: Found, *, reading: bool) -> bool:
    key = key_of(found.path)
    if key is None:
        return found.path.endswith(".jpg")  # whatever else lies here was not put here by us
    if found.bytes != rows.size_of(key):
        return True
    return reading and not is_whole(files.read(found.path) or b"")


def _rows(files: Files, index: Index, rows: Rows) -> Iterator[Chunk]:
    last = 0
    while page := rows.page(last, CHUNK):
        last = page[-1][0]
        paths = [path_of(name) for _, _, name in page]
        strange = [row[1:] for row, path in zip(page, paths, strict=True) if path is None]
        if strange:
            with index.locked(PATIENCE), index.transaction() as writing:
                writing.remove(strange)
        suspects = [path for path in paths if path and files.found(path) is None]
        healed = _heal(files, index, suspects, reading=False)
        yield Chunk(len(page), tuple((name, STRANGE) for _, name in strange) + healed)


def _heal(files: Files, index: Index, suspects: list[str], *, reading: bool) -> tuple[tuple[str, str], ...]:
    """Looks at each again under the lock, and mends it; gives what was wrong indeed."""
    if not suspects:
        return ()
    with index.locked(PATIENCE), index.transaction() as rows:
        troubles = [(path, _mend(files, rows, path, reading=reading)) for path in suspects]
    return tuple((path, trouble) for path, trouble in troubles if trouble)


def _mend(files: Files, rows: Rows, path: str, *, reading: bool) -> str:
    key = key_of(path)
    if key is None:
        files.remove(path)
        return STRANGE
    found, noted = files.found(path), rows.size_of(key)
    if found is not None and reading and not is_whole(files.read(path) or b""):
        files.remove(path)
        rows.remove([(key.photoid, key.name)])
        return TORN
    if found is None:
        rows.remove([(key.photoid, key.name)])
        return "" if noted is None else MISSING
    if found.bytes == noted:
        return ""
    rows.put(key, found.bytes, found.used)
    return UNKNOWN if noted is None else RESIZED
