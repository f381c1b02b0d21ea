"""The catalogue follows the photo roots: real files, real inotify."""

import errno
import logging
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers.inotify_buffer import InotifyBuffer
from watchdog.observers.inotify_c import Inotify

from catalog.errors import CatalogError
from catalog.scan.progress import Silent
from catalog.scan.scan import Parts, ScanReport
from catalog.scan.walk import Part
from catalog.watch.debounce import Debouncer
from catalog.watch.watch import Watch, watch
from config import Root, Settings
from tests.catalog.beneath.deep import below, deep_folder, remove
from tests.catalog.library import Library, jpeg, put, without_regard_to_case
from tests.clock import Clock
from tests.end_to_end.servers import PATIENCE, Process, eventually


@contextmanager
def watching(
    library: Library,
    settings: Settings | None = None,
    *,
    many: int = 4000,
    open_for: float = 0.6,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Debouncer]:
    """Watches on a thread, less patiently than in earnest; begins when the first scan is over."""
    debouncer = Debouncer(quiet=0.2, open_for=open_for, many=many, clock=clock)
    first = threading.Event()

    class Told(Silent):
        def close(self) -> None:
            """The first scan is over."""
            first.set()

    thread = threading.Thread(target=watch, args=(settings or library.settings, debouncer, Told))
    thread.start()
    try:
        assert first.wait(PATIENCE)
        yield debouncer
    finally:
        debouncer.end()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def expect(library: Library, *places: str) -> None:
    """Waits until these photos are in the catalogue, and no others."""
    eventually(lambda: sorted(library.ids()), sorted(places))


def open_descriptors() -> int:
    """How many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def colours(count: int) -> Iterator[bytes]:
    """JPEGs that differ from each other."""
    return (jpeg("red", (10 + number % 100, 10 + number // 100)) for number in range(count))


def test_files_come_change_move_and_go(library: Library) -> None:
    put(library.a / "old.jpg", jpeg())
    with watching(library):
        expect(library, "a/old.jpg")
        new = put(library.a / "new.jpg", jpeg("green"))
        put(library.a / ".hidden.jpg", jpeg("blue"))
        put(library.a / "note.txt", b"no photo")
        expect(library, "a/old.jpg", "a/new.jpg")
        photoid = library.ids()["a/new.jpg"]
        put(new, jpeg("blue", (40, 30)))
        eventually(lambda: library.photos()["a/new.jpg"].width, 40)
        assert library.ids()["a/new.jpg"] == photoid
        new.rename(library.a / "moved.jpg")
        expect(library, "a/old.jpg", "a/moved.jpg")
        assert library.ids()["a/moved.jpg"] == photoid
        (library.a / "moved.jpg").rename(library.b / "other.jpg")  # the other root listens for itself
        expect(library, "a/old.jpg", "b/other.jpg")
        assert library.ids()["b/other.jpg"] == photoid
        (library.b / "other.jpg").unlink()
        put(library.b / "keep.jpg", jpeg("white"))
        expect(library, "a/old.jpg", "b/keep.jpg")


def test_folders_come_move_and_go(library: Library) -> None:
    put(library.a / "old.jpg", jpeg())
    outside = library.folder / "outside"
    put(outside / "deep/1.jpg", jpeg("green"))
    with watching(library):
        expect(library, "a/old.jpg")
        outside.rename(library.a / "in")
        expect(library, "a/old.jpg", "a/in/deep/1.jpg")
        photoid = library.ids()["a/in/deep/1.jpg"]
        put(library.a / "in/deep/2.jpg", jpeg("blue"))  # in a folder that nobody saw being made
        expect(library, "a/old.jpg", "a/in/deep/1.jpg", "a/in/deep/2.jpg")
        (library.a / "in").rename(library.a / "there")
        expect(library, "a/old.jpg", "a/there/deep/1.jpg", "a/there/deep/2.jpg")
        assert library.ids()["a/there/deep/1.jpg"] == photoid
        put(library.a / "there/deep/3.jpg", jpeg("white"))
        expect(library, "a/old.jpg", *(f"a/there/deep/{number}.jpg" for number in (1, 2, 3)))
        shutil.rmtree(library.a / "there")
        expect(library, "a/old.jpg")


def test_a_file_that_is_being_written_is_not_read_half(library: Library) -> None:
    whole = jpeg("green", (400, 300))
    with watching(library, open_for=60), (library.a / "slow.jpg").open("wb") as file:
        file.write(whole[:200])
        file.flush()
        put(library.a / "quick.jpg", jpeg("blue"))
        expect(library, "a/quick.jpg")
        assert library.failed() == {}
        file.write(whole[200:])
        file.close()
        expect(library, "a/quick.jpg", "a/slow.jpg")
        assert library.failed() == {}


def test_a_burst_is_few_scans(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "darkroom.scan")
    clock = Clock()
    paths = {f"{number % 5}/{number}.jpg": content for number, content in enumerate(colours(500))}

    def in_catalogue() -> int:
        clock.now += 1  # quiet it is only from now on, however long they took to be written
        return len(library.ids())

    with watching(library, clock=clock) as debouncer:
        for path, content in paths.items():
            put(library.a / path, content)
        eventually(lambda: all(debouncer.busy("a", path) for path in paths), True)
        eventually(in_catalogue, 500, 60)
        assert library.failed() == {}
    assert caplog.text.count("scanned: ") < 10


def test_more_events_than_the_system_keeps(library: Library) -> None:
    with watching(library, many=20):
        for number, content in enumerate(colours(50)):
            put(library.a / f"{number}.jpg", content)
        eventually(lambda: len(library.ids()), 50)


def test_a_root_that_vanishes_and_comes_back_loses_nothing(
    library: Library, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.watch.watch.LOOK_EVERY", 0.1)
    put(library.a / "1.jpg", jpeg())
    with watching(library):
        expect(library, "a/1.jpg")
        library.a.rename(library.folder / "away")
        eventually(lambda: "root a is skipped, nothing of it is lost" in caplog.text, True)
        put(library.folder / "away/2.jpg", jpeg("blue"))
        assert list(library.ids()) == ["a/1.jpg"]
        (library.folder / "away").rename(library.a)
        expect(library, "a/1.jpg", "a/2.jpg")
        put(library.a / "3.jpg", jpeg("green"))
        expect(library, "a/1.jpg", "a/2.jpg", "a/3.jpg")


def test_a_file_or_a_folder_is_renamed_by_case_alone(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    without_regard_to_case(monkeypatch)
    file, folder = put(library.a / "IMG.JPG", jpeg()), put(library.a / "Sea/deep/1.jpg", jpeg("blue")).parents[1]
    with watching(library):
        expect(library, "a/IMG.JPG", "a/Sea/deep/1.jpg")
        ids = library.ids()
        file.rename(library.a / "img.jpg")
        expect(library, "a/img.jpg", "a/Sea/deep/1.jpg")
        folder.rename(library.a / "sea")
        expect(library, "a/img.jpg", "a/sea/deep/1.jpg")
        assert list(library.ids().values()) == list(ids.values())


def test_a_folder_is_marked_and_no_longer(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    put(library.a / "private/2.jpg", jpeg("blue"))
    with watching(library):
        expect(library, "a/1.jpg", "a/private/2.jpg")
        ids = library.ids()
        mark = put(library.a / "private/.nomedia", b"")
        put(library.a / "@eaDir/1.jpg/T.jpg", jpeg("green"))
        put(library.a / "private/3.jpg", jpeg("green"))
        expect(library, "a/1.jpg")
        mark.unlink()
        expect(library, "a/1.jpg", "a/private/2.jpg", "a/private/3.jpg")
        assert ids.items() <= library.ids().items()


def test_links(library: Library) -> None:
    put(library.folder / "outside/1.jpg", jpeg())
    put(library.a / "old.jpg", jpeg("blue"))
    with watching(library):
        expect(library, "a/old.jpg")
        (library.a / "link").symlink_to(library.folder / "outside")
        (library.a / "one.jpg").symlink_to(library.folder / "outside/1.jpg")
        expect(library, "a/old.jpg", "a/one.jpg", "a/link/1.jpg")
        # A folder with a link in it, to what is there already: counted once, as by a scan of everything.
        (library.a / "folder").mkdir()
        (library.a / "folder/again").symlink_to(library.a / "folder")
        put(library.a / "folder/2.jpg", jpeg("green"))
        expect(library, "a/old.jpg", "a/one.jpg", "a/link/1.jpg", "a/folder/2.jpg")
        (library.a / "link").unlink()
        expect(library, "a/old.jpg", "a/one.jpg", "a/folder/2.jpg")


def test_the_data_folder_in_a_root_is_not_listened_to(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    settings = replace(library.settings, roots=(Root("all", library.folder),))
    with watching(library, settings):
        put(library.settings.data_dir / "renders/x.jpg", jpeg("blue"))
        put(library.a / "2.jpg", jpeg("green"))
        expect(library, "all/a/1.jpg", "all/a/2.jpg")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE])
def test_limits_are_a_warning_and_rescans_go_on(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    add = Inotify._add_watch

    def limited(self: Inotify, path: bytes, mask: int) -> int:
        if path.endswith(b"full"):
            raise OSError(number, "inotify limit reached")
        return add(self, path, mask)

    monkeypatch.setattr(Inotify, "_add_watch", limited)
    put(library.a / "full/1.jpg", jpeg())
    open_files = open_descriptors()
    with watching(library, replace(library.settings, robot_rescan_minutes=0.02)):
        expect(library, "a/full/1.jpg")
        put(library.a / "2.jpg", jpeg("green"))
        put(library.b / "3.jpg", jpeg("blue"))
        expect(library, "a/full/1.jpg", "a/2.jpg", "b/3.jpg")
    names = {errno.ENOSPC: "fs.inotify.max_user_watches", errno.EMFILE: "fs.inotify.max_user_instances"}
    warnings = [record.message for record in caplog.records if record.name == "darkroom.watch"]
    assert len(warnings) == 1  # though it was tried again with each rescan
    assert f"sysctl {names[number]}=" in warnings[0]
    assert "root a " in warnings[0]
    assert open_descriptors() <= open_files + 2


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the watch has warned of."""
    return [record.message for record in caplog.records if record.name == "darkroom.watch"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("depth", [1100, 2100])
def test_a_root_too_deep_to_be_listened_to_is_rescanned_and_others_are_watched(
    library: Library, caplog: pytest.LogCaptureFixture, depth: int
) -> None:
    deep_folder(library.a, depth, {depth: jpeg()})
    open_files = open_descriptors()
    try:
        with watching(library, replace(library.settings, robot_rescan_minutes=0.02)):
            expect(library, f"a/{below(depth, 'x.jpg')}")
            put(library.a / "2.jpg", jpeg("green"))
            put(library.b / "3.jpg", jpeg("blue"))
            expect(library, "a/2.jpg", f"a/{below(depth, 'x.jpg')}", "b/3.jpg")
            if sys.version_info < (3, 12) or depth > 2000:
                (warning,) = said(caplog)  # though it was tried again with each rescan
                assert "in root a are not noticed as they happen, only by rescans" in warning
                assert "deep in one another" in warning
            remove(library.a)
            expect(library, "a/2.jpg", "b/3.jpg")
        assert open_descriptors() <= open_files + 2
    finally:
        remove(library.a)


def test_a_deep_folder_that_comes_and_goes_ends_nothing(
    library: Library, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.watch.watch.LOOK_EVERY", 0.1)
    put(library.a / "1.jpg", jpeg())
    outside = library.folder / "outside"
    outside.mkdir()
    deep_folder(outside, 2100, {2100: jpeg("blue")})
    inside = f"a/d/{below(2099, 'x.jpg')}"
    try:
        with watching(library, replace(library.settings, robot_rescan_minutes=0.02)):
            expect(library, "a/1.jpg")
            (outside / "d").rename(library.a / "d")
            expect(library, "a/1.jpg", inside)
            eventually(lambda: len(said(caplog)), 1)
            put(library.b / "2.jpg", jpeg("green"))
            expect(library, "a/1.jpg", inside, "b/2.jpg")
            (library.a / "d").rename(outside / "d")
            expect(library, "a/1.jpg", "b/2.jpg")
    finally:
        remove(outside)
        remove(library.a)


LIMITED = ("unshare", "-Ur", "sh", "-c", 'echo 3 > /proc/sys/user/max_inotify_watches && exec "$@"', "sh")


def can_limit() -> bool:
    """Whether this machine lets us have limits of our own."""
    return shutil.which("unshare") is not None and not subprocess.run([*LIMITED, "true"], check=False).returncode


@pytest.mark.skipif(not can_limit(), reason="no limits of our own here")
def test_the_real_limit(library: Library) -> None:
    for name in "cdefg":
        put(library.a / name / "1.jpg", jpeg("red", (ord(name), 10)))
    environ = library.environment() | {"ROBOT_RESCAN_MINUTES": "0.02", "PYTHONUNBUFFERED": "1"}
    process = Process([*LIMITED, sys.executable, "-W", "error", "-m", "catalog", "watch"], environ)
    try:
        process.wait_for(r"root a are not noticed .*sysctl fs\.inotify\.max_user_watches=")
        process.wait_for("^scanned: 5 added")
        put(library.a / "c/2.jpg", jpeg("blue"))
        eventually(lambda: len(library.ids()), 6)
    finally:
        process.stop()
    assert "Traceback" not in "".join(process.lines)


def test_a_listener_that_died_is_put_in_place_again(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("catalog.watch.watch.LOOK_EVERY", 0.1)
    read = Inotify.read_events
    fell: list[int] = []

    def falls(self: Inotify, **options: Any) -> Any:
        events = read(self, **options)
        if not fell and any(event.name == b"trap.jpg" for event in events):
            fell.append(1)
            reading = threading.current_thread()
            assert isinstance(reading, InotifyBuffer)
            reading.stop()
        return events

    monkeypatch.setattr(Inotify, "read_events", falls)
    with watching(library):
        put(library.a / "trap.jpg", jpeg())
        expect(library, "a/trap.jpg")
        put(library.a / "2.jpg", jpeg("blue"))
        expect(library, "a/trap.jpg", "a/2.jpg")
    assert fell


def test_without_events_and_rescans_there_is_one_scan(library: Library) -> None:
    put(library.a / "1.jpg", jpeg())
    settings = replace(library.settings, robot_use_filesystem_monitor=False, robot_rescan_minutes=0.0)
    watch(settings, Debouncer(), Silent)
    assert list(library.ids()) == ["a/1.jpg"]


def test_rescans_alone(library: Library) -> None:
    settings = replace(library.settings, robot_use_filesystem_monitor=False, robot_rescan_minutes=0.005)
    with watching(library, settings):
        put(library.a / "1.jpg", jpeg())
        expect(library, "a/1.jpg")


def test_what_could_not_be_read_for_now_is_tried_again_ever_more_seldom() -> None:
    clock = Clock()
    ill, other = Part("nas"), Part("1.jpg", deep=False)
    answers = [{"a": [ill, other]}, {"a": [ill]}, {"a": [ill]}, {}]
    asked: list[tuple[float, Parts | None]] = []

    class Passing(Debouncer):
        def wait(self, seconds: float) -> None:
            """Time goes by."""
            clock.now += seconds
            if len(asked) == 4 and clock.now > began + 1000:
                self.end()

    def scan(parts: Parts | None) -> ScanReport:
        asked.append((clock.now - began, parts))
        return ScanReport(unsettled=answers.pop(0))

    debouncer, began = Passing(), clock.now
    Watch(debouncer, None, scan, 1e9, clock).run()
    assert [parts for _, parts in asked] == [None, {"a": [other, ill]}, {"a": [ill]}, {"a": [ill]}]
    pauses = [after[0] - before[0] for before, after in pairwise(asked)]
    assert pauses == pytest.approx([30, 60, 120])


def test_a_scan_that_fails_is_tried_again_and_a_newer_catalogue_ends_it(caplog: pytest.LogCaptureFixture) -> None:
    debouncer = Debouncer(quiet=0)
    errors = [CatalogError("full", "the disk is full"), None, CatalogError("newer", "it is newer")]
    asked: list[Parts | None] = []
    now = count(step=100.0)

    def scan(parts: Parts | None) -> ScanReport:
        asked.append(parts)
        error = errors.pop(0)
        if error:
            raise error
        debouncer.note("a", Part("1.jpg", deep=False), "settled")
        return ScanReport()

    with pytest.raises(CatalogError, match="newer"):
        Watch(debouncer, None, scan, 3600, lambda: next(now)).run()
    assert asked == [None, None, {"a": [Part("1.jpg", deep=False)]}]
    assert "the disk is full; trying again in 30 s" in caplog.text
