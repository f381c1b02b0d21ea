"""Keeps the catalogue true to the photo roots while they change: scans all at the start, then what is heard of."""

import logging
import time
from collections.abc import Callable

from catalog.beneath.photo_files import PhotoFile
from catalog.database import opened_catalog
from catalog.errors import CatalogError
from catalog.metadata import Header
from catalog.metadata.confined import HeaderReader
from catalog.scan.names import LeftOut
from catalog.scan.progress import Progress
from catalog.scan.scan import Parts, Reader, ScanReport, StillWritten, scan
from catalog.scan.walk import Part, reduced
from catalog.watch.debounce import Debouncer
from catalog.watch.monitor import Monitor
from config import Settings

LOOK_EVERY = 2.0
"""Seconds between two looks whether the roots are still there."""

AGAIN_AFTER = 30.0
"""Seconds after which a scan that could not write to the catalogue is tried again; and, at first, what was not read."""

SELDOM = 3600.0
"""Seconds between two tries to read what can't be read for long."""

log = logging.getLogger("darkroom.watch")

Scan = Callable[[Parts | None], ScanReport]


class Watch:
    """Scans whenever there is a reason to. `monitor` is None where events are not listened to.

    `rescan` is how many seconds lie between two scans of everything, 0: there is none but the first.
    """

    def __init__(
        self,
        debouncer: Debouncer,
        monitor: Monitor | None,
        scan: Scan,
        rescan: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._debouncer = debouncer
        self._monitor = monitor
        self._scan = scan
        self._rescan = rescan
        self._clock = clock
        self._next = clock()  # when everything is scanned again
        self._unsettled: dict[str, set[Part]] = {}  # what a disk or a network did not give
        self._again, self._pause = (
            float("inf"),
            AGAIN_AFTER,
        )  # when that is tried again, and how long after the last try

    def run(self) -> None:
        """Goes on until the debouncer says that it is over, or there is nothing to wait for.

        Raises:
            CatalogError: of the kinds that no waiting mends.
        """
        while not self._debouncer.ended:
            if self._monitor is not None:
                self._monitor.check()  # listens before the first scan, so that nothing falls between
            if self._next <= self._clock():
                self._everything()
            elif self._again <= self._clock():
                self._unsettled_again()
            else:
                self._news()
            if self._monitor is None and not self._unsettled and self._next == float("inf"):
                return
            self._debouncer.wait(min(LOOK_EVERY, max(min(self._next, self._again) - self._clock(), 0)))

    def _everything(self) -> None:
        if self._monitor is not None:
            self._monitor.try_again()
        self._next = self._clock() + self._rescan if self._rescan else float("inf")
        self._unsettled = {}
        self._tried(None)

    def _news(self) -> None:
        parts = self._debouncer.take()
        if self._monitor is not None:
            for alias, some in parts.items():
                if any(part.deep for part in some):
                    self._monitor.listen(alias)
        if parts:
            self._tried(parts)

    def _unsettled_again(self) -> None:
        """Tries what could not be read for now, ever more seldom for as long as that is so."""
        parts = {alias: reduced(some) for alias, some in self._unsettled.items()}
        self._unsettled, self._again = {}, float("inf")
        self._pause = min(2 * self._pause, SELDOM)
        self._tried(parts)

    def _tried(self, parts: Parts | None) -> None:
        try:
            report = self._scan(parts)
            for alias, some in report.unsettled.items():
                self._unsettled.setdefault(alias, set()).update(some)
            if not self._unsettled:
                self._again, self._pause = float("inf"), AGAIN_AFTER
            elif self._again == float("inf"):
                self._again = self._clock() + self._pause
        except CatalogError as error:
            if error.reason == "newer":
                raise
            log.error("%s; trying again in %.0f s", error, AGAIN_AFTER)
            self._next = min(self._next, self._clock() + AGAIN_AFTER)


def watch(settings: Settings, debouncer: Debouncer, progress: Callable[[], Progress]) -> None:
    """Watches the roots of the settings until `debouncer` says that it is over.

    Raises:
        CatalogError: the catalogue was made by a newer Darkroom.
    """
    monitor = None
    if settings.robot_use_filesystem_monitor:
        monitor = Monitor(settings.roots, settings.data_dir, debouncer, LeftOut(settings.scan_ignore))
    reader = HeaderReader(settings)
    read = _patient(settings, debouncer, reader.read) if monitor else reader.read

    def run(parts: Parts | None) -> ScanReport:
        # Opened anew each time: between two scans the file may have been replaced by another.
        with opened_catalog(settings.data_dir) as engine:
            return scan(engine, settings, progress() if parts is None else None, read=read, parts=parts)

    try:
        Watch(debouncer, monitor, run, settings.robot_rescan_minutes * 60).run()
    finally:
        if monitor is not None:
            monitor.close()
        reader.close()


def _patient(settings: Settings, debouncer: Debouncer, read_header: Reader) -> Reader:
    """Reads headers by `read_header`, but not those of files that are being written, which are scanned when it is
    quiet."""
    roots = [(root.alias, root.path) for root in settings.roots]

    def read(file: PhotoFile) -> Header:
        path = file.place
        # The innermost root is the file's, where one lies in another.
        alias, root = max(
            ((alias, root) for alias, root in roots if path.is_relative_to(root)), key=lambda each: len(each[1].parts)
        )
        below = str(path.relative_to(root))
        if debouncer.busy(alias, below):
            raise StillWritten
        if _age(file) < debouncer.quiet:
            # Perhaps it was being written before we listened.
            time.sleep(debouncer.quiet)
            if _age(file) < debouncer.quiet:
                debouncer.written(alias, below)
                raise StillWritten
        return read_header(file)

    return read


def _age(file: PhotoFile) -> float:
    """Seconds since a file was changed; infinite where that lies in the future, by the clock of its file system."""
    age = time.time() - file.status().st_mtime
    return age if age >= 0 else float("inf")
