"""Hears from the system what happens in the photo roots, by watchdog (inotify), and passes it on."""

import errno
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from traceback import walk_tb

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.api import BaseObserver
from watchdog.observers.inotify import InotifyFullEmitter
from watchdog.observers.inotify_buffer import InotifyBuffer
from watchdog.observers.inotify_c import Inotify

from catalog.files import Identity, identity_of
from catalog.scan.names import LeftOut, is_mark, is_photo
from catalog.scan.walk import WHOLE, Part
from catalog.watch.debounce import Debouncer
from config import Root

# Not those of opening and reading: our own scans would keep us busy.
EVENT_TYPES: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
LIMITS = {errno.ENOSPC: "fs.inotify.max_user_watches", errno.EMFILE: "fs.inotify.max_user_instances"}
BY_RESCANS = "changes in root {alias} are not noticed as they happen, only by rescans (robot.rescan.minutes): "
ADVICE = (
    f"{BY_RESCANS}the system's limit {{limit}} is reached. Raise it by `sysctl {{limit}}={{more}}`, and for good in "
    "/etc/sysctl.d"
)
DEEP = (
    f"{BY_RESCANS}folders in it lie so deep in one another that the system does not listen to them. Move them, or have "
    "another root for what lies beside them"
)

log = logging.getLogger("darkroom.watch")


class TooDeep(OSError):
    """Folders lie deeper in one another than a path is long that the system takes, or than Python's stack is."""


class Reading(InotifyBuffer):
    """watchdog's reader of events, that ends where it meets what it can't follow: then all is looked at anew."""

    def run(self) -> None:
        """Until it is stopped. A folder that is made or moved may be too deep, or be gone before it is looked at."""
        try:
            super().run()
        except (OSError, RecursionError, KeyError) as error:
            log.debug("events are read no longer, and anew from now on: %s: %s", type(error).__name__, error)


class Emitter(InotifyFullEmitter):
    """watchdog's source of events, which says whether it still is one."""

    def on_thread_start(self) -> None:
        """Begins.

        Raises:
            TooDeep: not all of the root can be listened to.
            OSError: the system's limits are reached.
        """
        try:
            path, mask = os.fsencode(self.watch.path), self.get_event_mask_from_filter()
            self._inotify = Reading(path, recursive=self.watch.is_recursive, event_mask=mask)
        except (OSError, RecursionError) as error:
            _let_go(error)
            if isinstance(error, RecursionError) or error.errno == errno.ENAMETOOLONG:
                raise TooDeep(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG)) from None
            raise

    def queue_events(self, timeout: float, *, events: bool = True) -> None:  # type: ignore[override]
        """Passes on what comes. A folder that was moved may be deeper than can be looked through."""
        try:
            super().queue_events(timeout, events=events)
        except (OSError, RecursionError) as error:
            log.debug("events are passed on no longer, and anew from now on: %s", error)
            self.stop()

    @property
    def lives(self) -> bool:
        """Whether events still come: an error ends the thread that reads them, and nobody is told."""
        return self._inotify is not None and self._inotify.is_alive() and self.is_alive()


class Listener(FileSystemEventHandler):
    """Events of one root become parts that wait to be scanned. `folder` is the root's real path."""

    def __init__(
        self, root: Root, folder: str, data_dir: str, debouncer: Debouncer, left_out: LeftOut | None = None
    ) -> None:
        self._alias = root.alias
        self._left_out = left_out or LeftOut()
        self._folder = folder
        # The data folder may lie in a root; what happens in it is our own doing.
        self._data = f"{os.path.relpath(data_dir, folder)}/" if data_dir.startswith(f"{folder}/") else None
        self._debouncer = debouncer

    def dispatch(self, event: FileSystemEvent) -> None:
        """Watchdog calls it, on a thread of its own. Of a move out of the root or into it, one path is empty."""
        source, target = os.fsdecode(event.src_path), os.fsdecode(event.dest_path)
        kind = event.event_type
        for path in (source, target):
            self._marked(path)
        if kind in ("deleted", "moved") and source:
            self._gone(source, event.is_directory)
        if kind == "moved" and target:
            self._there(target, event.is_directory)
        elif kind in ("created", "modified", "closed"):
            self._there(source, event.is_directory, written=kind != "closed")

    def _marked(self, path: str) -> None:
        """Where a mark has come or gone, its folder is left out from now on, or no longer."""
        folder, _, name = path.rpartition("/")
        below = self._below(folder, folder=True) if is_mark(name) else None
        if below is not None:
            self._debouncer.note(self._alias, Part(below), "settled")

    def _gone(self, path: str, folder: bool) -> None:
        below = self._below(path, folder=folder)
        if below is not None:
            # What is no photo by its name may have been a link to a folder.
            self._debouncer.note(self._alias, Part(below, deep=folder or not is_photo(below)), "gone")

    def _there(self, path: str, folder: bool, *, written: bool = False) -> None:
        below = self._below(path, folder=folder)
        if below is None:
            return
        if folder:
            self._debouncer.note(self._alias, Part(below), "settled")
        elif not is_photo(below):
            if os.path.islink(path):  # noqa: PTH114 - never raises, however long the path is
                self._debouncer.note(self._alias, WHOLE, "settled")
        elif written and not os.path.islink(path):  # noqa: PTH114 - as above
            self._debouncer.written(self._alias, below)
        else:
            self._debouncer.note(self._alias, Part(below, deep=False), "settled")

    def _below(self, path: str, *, folder: bool) -> str | None:
        """The path below the root; None where a scan would not look at it."""
        below = path.removeprefix(self._folder).lstrip("/")
        *folders, name = below.split("/")
        hidden = name.startswith(".") or any(
            each in self._left_out for each in [*folders, name][: None if folder else -1]
        )
        ours = self._data is not None and f"{below}/".startswith(self._data)
        return None if hidden or ours or not below else below


@dataclass(slots=True)
class WatchedRoot:
    """What listens to a root, and which folder that was."""

    observer: BaseObserver
    identity: Identity

    @property
    def lives(self) -> bool:
        """Whether events still come."""
        emitters = [each for each in self.observer.emitters if isinstance(each, Emitter)]
        return self.observer.is_alive() and bool(emitters) and all(each.lives for each in emitters)


class Monitor:
    """Listens to the photo roots. A root that can't be listened to is left to rescans, and a warning says so."""

    def __init__(self, roots: Sequence[Root], data_dir: Path, debouncer: Debouncer, left_out: LeftOut) -> None:
        self._roots = {root.alias: root for root in roots}
        self._data_dir = os.path.realpath(data_dir)
        self._debouncer = debouncer
        self._left_out = left_out
        self._watched: dict[str, WatchedRoot] = {}
        self._unwatchable: set[str] = set()  # where limits were in the way: tried again by the next rescan
        self._said: dict[str, str] = {}
        self._checked = False

    def check(self) -> None:
        """Looks whether each root is still the folder that is listened to; where it is not, all of it is scanned.

        A root may be mounted, unmounted, or put in the place of another, without any event.
        """
        for alias, root in self._roots.items():
            identity, watched = identity_of(root.path), self._watched.get(alias)
            if watched is not None and (identity != watched.identity or not watched.lives):
                self._close(alias)
                self._debouncer.note(alias, WHOLE, "settled")
                watched = None
            # What happened before somebody listened is for a scan, but the first one comes anyway.
            if watched is None and alias not in self._unwatchable and self.listen(alias) and self._checked:
                self._debouncer.note(alias, WHOLE, "settled")
        self._checked = True

    def listen(self, alias: str) -> bool:
        """Listens to a root from now on, anew where it did: folders that were moved in are heard only then.

        Gives whether that could be done.
        """
        root, before = self._roots[alias], alias in self._watched
        identity = identity_of(root.path)
        if identity is None:
            return False
        try:
            observer = self._observer(root)
        except OSError as error:
            self._close(alias)
            if before:  # there may be room for one of the two
                self._debouncer.note(alias, WHOLE, "settled")
                return self.listen(alias)
            self._warn(alias, error)
            return False
        self._close(alias)  # not before the new one listens, so that nothing falls between
        self._watched[alias] = WatchedRoot(observer, identity)
        self._said.pop(alias, None)
        return True

    def try_again(self) -> None:
        """Limits may have been raised: what could not be listened to is listened to, where that is possible now."""
        unwatchable, self._unwatchable = self._unwatchable, set()
        for alias in unwatchable:
            self.listen(alias)

    def close(self) -> None:
        """Listens no longer."""
        for alias in list(self._watched):
            self._close(alias)

    def _observer(self, root: Root) -> BaseObserver:
        folder = os.path.realpath(root.path)
        observer = BaseObserver(Emitter)
        observer.start()
        try:
            listener = Listener(root, folder, self._data_dir, self._debouncer, self._left_out)
            observer.schedule(listener, folder, recursive=True, event_filter=EVENT_TYPES)
        except BaseException:
            observer.stop()
            observer.join()
            raise
        return observer

    def _close(self, alias: str) -> None:
        watched = self._watched.pop(alias, None)
        if watched is not None:
            watched.observer.stop()
            watched.observer.join()

    def _warn(self, alias: str, error: OSError) -> None:
        """Says why a root can't be listened to, once."""
        limit = LIMITS.get(error.errno or 0)
        if isinstance(error, TooDeep):
            self._unwatchable.add(alias)
            sentence = DEEP.format(alias=alias)
        elif limit is None:
            sentence = f"root {alias} can't be listened to ({error.strerror or error}): it is tried again"
        else:
            self._unwatchable.add(alias)
            sentence = ADVICE.format(alias=alias, limit=limit, more=4 * system_limit(limit))
        if self._said.get(alias) != sentence:
            log.warning("%s", sentence)
        self._said[alias] = sentence


def _let_go(error: Exception) -> None:
    """Closes what watchdog leaves open when it can't watch a tree: the watches it has would take all there are."""
    for frame, _ in walk_tb(error.__traceback__):
        half = frame.f_locals.get("self")
        if isinstance(half, Inotify) and hasattr(half, "_kill_w"):
            half._close_resources()
            return


def system_limit(name: str) -> int:
    """A limit of the system's, as it is now."""
    try:
        return int(Path("/proc/sys", *name.split(".")).read_text())
    except (OSError, ValueError):
        return 16_384
