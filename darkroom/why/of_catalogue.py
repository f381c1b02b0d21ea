"""What the catalogue, and the cache of renders, say of a photo."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime

from cache.disk.index import FILE as INDEX
from cache.disk.rows import Rows
from cache.render_cache import RENDERS
from catalog.files import stored_mtime
from catalog.inspection import UNREAD, Failure, Known, address
from config import Settings
from darkroom.doctor.finding import Finding, apart, well, wrong
from darkroom.why.meant import Meant

MOST = 100_000  # renders of one photo that are counted


@dataclass(frozen=True, slots=True)
class Sight:
    """A user, whether that one sees the photo, and of which queries that one sees what any finds; None: everything."""

    uid: str
    sees: bool
    filters: tuple[str, ...] | None


def in_catalogue(photo: Meant, known: Known) -> Iterator[Finding]:
    """Whether it is in the catalogue, and as what."""
    found = known.photo
    if found is not None:
        size = f"{found.width}x{found.height} {found.format}"
        yield well("catalogue", f"photoid {found.photoid}, {size}, created {found.created}")
        if not known.visible:
            yield wrong("catalogue", "its root was not in the settings of the last command", "`darkroom scan`")
    elif known.failures:
        yield apart("catalogue", "it is no photo there, as it could not be read")
    elif known.missing is not None:
        since = datetime.fromtimestamp(known.missing).isoformat(" ", "seconds")
        says = f"its file has vanished, as was seen at {since}; the photo is kept out of sight"
        yield wrong("catalogue", says, "put the file back: it will have the same id (library.missing.days)")
    elif photo.alias:
        todo = "`darkroom scan` reads it, unless another thing is in its way"
        yield wrong("catalogue", "it is not in the catalogue", todo)


def failures(photo: Meant, known: Known) -> Iterator[Finding]:
    """Whether it could not be read or rendered, why, and how it is tried again."""
    for each in known.failures:
        if each.kind == UNREAD:
            name = "it" if each.path == photo.path else f"the folder {each.path}"
            yield wrong("reading", f"reading {name} failed at {each.since}: {each.reason}", _again(photo, each))
        else:
            says = f"rendering it failed at {each.since}, {each.kind}: {each.reason.rstrip('.')}"
            yield wrong("rendering", says, f"`darkroom retry --photoid {each.photoid}` tries it again")
    if known.damage is not None:
        says = f"since {known.damage.since}, {known.damage.kind}: {known.damage.reason.rstrip('.')}"
        yield apart("damaged", says)
    if known.photo is not None and not known.failures:
        yield well("reading and rendering", "nothing speaks against it")


def users(known: Known, sights: Sequence[Sight], default: str) -> Iterator[Finding]:
    """Who sees it, and who does not; `default` is who counts as whoever names no session."""
    if known.photo is None:
        return
    seeing = [f"{each.uid}{_without_session(each, default)}" for each in sights if each.sees]
    if not sights:
        yield wrong("users", "there is no user who could see it", "`darkroom user add NAME`")
    elif seeing:
        yield well("users who see it", ", ".join(seeing))
    else:
        todo = "`darkroom group set NAME --filter QUERY` gives a group other filters"
        yield wrong("users who see it", f"no user sees it: not {', '.join(each.uid for each in sights)}", todo)
    for each in sights:
        if not each.sees:
            queries = " or ".join(f"[{query}]" for query in each.filters or ()) or "nothing, being in no group"
            yield apart("users who don't", f"{each.uid}{_without_session(each, default)}, who sees {queries}")


def renders(known: Known, settings: Settings) -> Iterator[Finding]:
    """How many renders of it are on disk."""
    index = settings.data_dir / RENDERS / INDEX
    if known.photo is None:
        return
    found: list[tuple[str, str, int]] = []
    if index.exists():
        try:
            with closing(sqlite3.connect(address(index), uri=True, timeout=1)) as connection:
                found = Rows(connection).of_photo(known.photo.photoid, None, MOST)
        except sqlite3.Error as error:
            yield apart("renders on disk", f"the index of the cache does not say it: {error}")
            return
    yield well("renders on disk", f"{len(found)}, {sum(size for *_, size in found):,} bytes")


def _again(photo: Meant, failure: Failure) -> str:
    """How a file is read again that could not be."""
    if failure.bytes is None:
        return "mend that; every scan tries it again"
    status = None
    with suppress(OSError):
        status = photo.file.stat() if photo.file else None
    if status is not None and (status.st_size, stored_mtime(status)) != (failure.bytes, failure.mtime_ns):
        return "the file is another one by now: `darkroom scan` reads it again"
    which = f" --photoid {failure.photoid}" if failure.photoid else ""
    return f"`darkroom retry{which}` has the next scan try it again"


def _without_session(sight: Sight, default: str) -> str:
    return " (and whoever names no session)" if sight.uid == default else ""
