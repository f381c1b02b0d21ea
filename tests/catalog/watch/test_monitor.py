"""What becomes of events: which parts of a root wait to be scanned."""

import os
from pathlib import Path

import pytest
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
)

from catalog.scan.names import LeftOut
from catalog.scan.walk import WHOLE, Part
from catalog.watch.debounce import Debouncer
from catalog.watch.monitor import Listener, system_limit
from config import Root, Settings


@pytest.mark.parametrize(
    ("event", "parts"),
    [
        (FileClosedEvent("R/1.jpg"), [Part("1.jpg", deep=False)]),
        (FileClosedEvent("R/x/1.JPG"), [Part("x/1.JPG", deep=False)]),
        (FileClosedEvent("R/note.txt"), []),
        (FileClosedEvent("R/x/1.NRW"), [Part("x/1.NRW", deep=False)]),
        (FileCreatedEvent("R/x/.nomedia"), [Part("x")]),
        (FileDeletedEvent("R/x/y/.nomedia"), [Part("x/y")]),
        (FileMovedEvent("R/x/.nomedia", "R/z/.nomedia"), [Part("x"), Part("z")]),
        (FileCreatedEvent("R/.nomedia"), []),
        (FileCreatedEvent("R/x/@eaDir/.nomedia"), []),
        (FileClosedEvent("R/x/@eaDir/1.jpg/T.jpg"), []),
        (FileDeletedEvent("R/#recycle/1.jpg"), []),
        (FileMovedEvent("R/1.jpg", "R/#recycle/1.jpg"), [Part("1.jpg", deep=False)]),
        (DirCreatedEvent("R/#Recycle"), []),
        (DirMovedEvent("R/x", "R/#recycle"), [Part("x")]),
        (FileClosedEvent("R/.1.jpg"), []),
        (FileClosedEvent("R/.x/1.jpg"), []),
        (FileClosedEvent("R/data/renders/1.jpg"), []),
        (FileClosedEvent("R/database/1.jpg"), [Part("database/1.jpg", deep=False)]),
        (FileDeletedEvent("R/1.jpg"), [Part("1.jpg", deep=False)]),
        (FileDeletedEvent("R/link"), [Part("link")]),
        (FileMovedEvent("R/1.jpg", "R/x/2.jpg"), [Part("1.jpg", deep=False), Part("x/2.jpg", deep=False)]),
        (FileMovedEvent("R/.1.jpg.part", "R/1.jpg"), [Part("1.jpg", deep=False)]),
        (FileMovedEvent("", "R/1.jpg"), [Part("1.jpg", deep=False)]),
        (FileMovedEvent("R/1.jpg", ""), [Part("1.jpg", deep=False)]),
        (DirCreatedEvent("R/x"), [Part("x")]),
        (DirCreatedEvent("R/x.jpg"), [Part("x.jpg")]),
        (DirDeletedEvent("R/x"), [Part("x")]),
        (DirDeletedEvent("R"), []),
        (DirMovedEvent("R/x", "R/y"), [Part("x"), Part("y")]),
        (FileCreatedEvent("R/folders"), [WHOLE]),  # a link
        (FileClosedEvent(os.fsdecode(b"R/\xff.jpg")), [Part("\udcff.jpg", deep=False)]),
    ],
)
def test_what_is_scanned_after_an_event(tmp_path: Path, event: FileSystemEvent, parts: list[Part]) -> None:
    (tmp_path / "folders").symlink_to(tmp_path)
    debouncer = Debouncer(quiet=0, open_for=60)
    listener = Listener(
        Root("a", tmp_path), str(tmp_path), str(tmp_path / "data"), debouncer, LeftOut(Settings().scan_ignore)
    )
    for name in ("src_path", "dest_path"):
        path = str(getattr(event, name))
        setattr(event, name, f"{tmp_path}{path[1:]}" if path else "")
    listener.dispatch(event)
    assert debouncer.take() == ({"a": parts} if parts else {})


@pytest.mark.parametrize("kind", [FileCreatedEvent, FileModifiedEvent])
def test_a_file_that_is_written_waits(tmp_path: Path, kind: type[FileSystemEvent]) -> None:
    debouncer = Debouncer(quiet=0, open_for=60)
    listener = Listener(Root("a", tmp_path), str(tmp_path), "/elsewhere", debouncer)
    listener.dispatch(kind(f"{tmp_path}/1.jpg"))
    assert debouncer.take() == {}
    assert debouncer.busy("a", "1.jpg")


def test_limits_of_the_system() -> None:
    assert system_limit("fs.inotify.max_user_watches") > 0
    assert system_limit("no.such.limit") == 16_384
