"""Photos that could not be rendered are remembered for as long as their file is the same."""

import os
from dataclasses import replace

import pytest
from sqlalchemy.event import listen

from catalog.errors import MalformedPhotoid, Missing
from catalog.generations import Generations
from catalog.photos import Photos
from catalog.render_failures import RenderFailure, RenderFailures
from tests.catalog.library import Library, jpeg, put

DAMAGED = RenderFailure("damaged", "The photo's file is damaged: it can't be decoded.")


def test_a_failure_is_one_version_s(library: Library) -> None:
    file = put(library.a / "red.jpg", jpeg())
    put(library.b / "none.jpg", b"garbage")
    library.scan()
    known = RenderFailures(library.engine)
    photo = library.photos()["a/red.jpg"]
    assert known.of(photo) is None
    known.remember(photo, RenderFailure("unsupported", "Too large."))
    known.remember(photo, DAMAGED)
    assert known.of(photo) == DAMAGED
    assert known.of(replace(photo, mtime_ns=photo.mtime_ns + 1)) is None
    assert list(library.failed()) == ["a/red.jpg", "b/none.jpg"]
    assert library.failed()["a/red.jpg"] == DAMAGED.reason
    os.utime(file, (1, 1))
    library.scan()
    assert known.of(library.photos()["a/red.jpg"]) is None
    assert list(library.failed()) == ["b/none.jpg"]
    known.remember(library.photos()["a/red.jpg"], DAMAGED)
    file.unlink()
    put(library.a / "blue.jpg", jpeg("blue"))
    library.scan(accept_vanished=True)
    assert list(library.failed()) == ["b/none.jpg"]


def test_a_failure_under_another_setup_is_tried_again(library: Library) -> None:
    """With a reader that was not there, say, or under a limit that has been raised."""
    put(library.a / "red.jpg", jpeg())
    library.scan()
    photo = library.photos()["a/red.jpg"]
    before = RenderFailures(library.engine, setup="without")
    before.remember(photo, DAMAGED)
    assert (before.of(photo), before.among({photo.photoid: photo})) == (DAMAGED, {photo.photoid: DAMAGED})
    now = RenderFailures(library.engine, setup="with")
    assert (now.of(photo), now.among({photo.photoid: photo})) == (None, {})
    now.remember(photo, DAMAGED)
    assert (now.of(photo), before.of(photo)) == (DAMAGED, None)
    assert list(library.failed()) == ["a/red.jpg"]


def test_what_failed_under_another_setup_is_told_of_no_longer(library: Library) -> None:
    put(library.a / "red.jpg", jpeg())
    put(library.a / "blue.jpg", jpeg("blue"))
    library.scan()
    now = RenderFailures(library.engine, setup="now")
    RenderFailures(library.engine, setup="before").remember(library.photos()["a/red.jpg"], DAMAGED)
    now.remember(library.photos()["a/blue.jpg"], DAMAGED)
    for _ in range(2):
        now.forget_other_setups()
        assert [each.path for each in Photos(library.engine).failures()] == ["blue.jpg"]


def test_a_file_that_could_not_be_read_is_so_again_with_other_readers(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(library.a / "a.jpg", b"garbage")
    library.scan()
    assert library.opened == ["a/a.jpg"]
    library.scan()
    assert library.opened == []
    monkeypatch.setattr("catalog.metadata.header.fingerprint", lambda: "others")
    library.scan()
    assert library.opened == ["a/a.jpg"]
    library.scan()
    assert library.opened == []


def test_what_is_tried_again(library: Library) -> None:
    put(library.a / "red.jpg", jpeg())
    put(library.a / "blue.jpg", jpeg("blue"))
    put(library.b / "none.jpg", b"garbage")
    library.scan()
    known = RenderFailures(library.engine)
    red, blue = (library.photos()[f"a/{name}.jpg"] for name in ("red", "blue"))
    for photo in (red, blue):
        known.remember(photo, DAMAGED)
    assert known.forget(red.photoid.replace("+", "-").replace("/", "_")) == 1
    assert (known.of(red), known.of(blue)) == (None, DAMAGED)
    with pytest.raises(Missing):
        known.forget(red.photoid)
    with pytest.raises(MalformedPhotoid):
        known.forget("no id")
    library.scan()
    assert library.opened == []
    done = library.command("retry")
    assert (done.returncode, done.stdout) == (0, "2 files are tried again\n")
    library.scan()
    assert library.opened == ["b/none.jpg"]
    assert known.of(blue) is None


def test_failures_among_photos_are_those_of_their_versions(library: Library) -> None:
    for name in ("red", "blue"):
        put(library.a / f"{name}.jpg", jpeg(name))
    library.scan()
    known = RenderFailures(library.engine)
    red, blue = library.photos()["a/red.jpg"], library.photos()["a/blue.jpg"]
    for photo in (red, blue):
        known.remember(photo, RenderFailure("damaged", photo.path))
    edited = replace(blue, bytes=blue.bytes + 1)
    assert known.among({red.photoid: red, blue.photoid: edited}) == {red.photoid: RenderFailure("damaged", "red.jpg")}
    assert known.among({}) == {}


def test_what_others_note_counts_as_soon_as_the_catalogue_is_looked_at(library: Library) -> None:
    put(library.a / "red.jpg", jpeg())
    put(library.a / "blue.jpg", jpeg("blue"))
    library.scan()
    generations = Generations(library.engine)
    asked = list[str]()
    known = RenderFailures(library.engine, lambda: generations.render_failures)
    other = RenderFailures(library.engine)
    listen(library.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    red, blue = (library.photos()[f"a/{name}.jpg"] for name in ("red", "blue"))
    known.remember(red, DAMAGED)
    assert known.of(red) == DAMAGED  # one's own at once
    asked.clear()
    assert known.of(blue) is None
    assert asked == []  # what nothing is known of costs no question
    other.remember(blue, DAMAGED)
    generations.look()
    assert known.of(blue) == DAMAGED
    other.forget()
    assert known.of(blue) is None
    generations.look()
    assert known.of(red) is None
