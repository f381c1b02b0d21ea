"""What is known of damaged photos that are shown: for as long as their file is the same, and their renders are kept."""

import contextlib
import os
import sqlite3
from dataclasses import replace

from catalog.damages import Damages
from catalog.database import FILE
from catalog.generations import Generations
from catalog.kinds.damage import CORRUPT, SENTENCES, TRUNCATED
from catalog.photos import Photos
from tests.catalog.library import Library, jpeg, put


def test_it_is_one_version_s(library: Library) -> None:
    file = put(library.a / "red.jpg", jpeg())
    put(library.a / "blue.jpg", jpeg("blue"))
    library.scan()
    known = Damages(library.engine)
    photo = library.photos()["a/red.jpg"]
    assert known.of(photo) == ""
    known.hear(photo, TRUNCATED)
    for _ in range(2):
        assert known.of(photo) == TRUNCATED
        assert known.among({each.photoid: each for each in library.photos().values()}) == {photo.photoid: TRUNCATED}
        assert known.of(replace(photo, mtime_ns=photo.mtime_ns + 1)) == ""
        known.flush()
    (failed,) = Photos(library.engine).failures()
    assert (failed.path, failed.reason, failed.damage) == ("red.jpg", SENTENCES[TRUNCATED], TRUNCATED)
    os.utime(file, (1, 1))
    library.scan()
    assert known.of(library.photos()["a/red.jpg"]) == ""
    assert list(Photos(library.engine).failures()) == []
    os.utime(file, ns=(photo.mtime_ns, photo.mtime_ns))
    library.scan()
    assert known.of(photo) == TRUNCATED


def test_it_moves_with_the_photo_and_goes_with_it(library: Library) -> None:
    file = put(library.a / "red.jpg", jpeg())
    put(library.a / "blue.jpg", jpeg("blue"))
    library.scan()
    known = Damages(library.engine)
    known.hear(library.photos()["a/red.jpg"], CORRUPT)
    known.flush()
    file.rename(library.a / "moved.jpg")
    library.scan()
    assert known.of(library.photos()["a/moved.jpg"]) == CORRUPT
    photo = library.photos()["a/moved.jpg"]
    (library.a / "moved.jpg").unlink()
    library.scan()
    assert known.of(photo) == ""
    known.hear(photo, CORRUPT)  # heard late
    known.flush()
    assert list(Photos(library.engine).failures()) == []


def test_other_processes_see_it(library: Library) -> None:
    put(library.a / "red.jpg", jpeg())
    library.scan()
    photo, generations = library.photos()["a/red.jpg"], Generations(library.engine)
    other = Damages(library.engine, lambda: generations.render_failures)
    assert other.of(photo) == ""
    one = Damages(library.engine)
    one.hear(photo, TRUNCATED)
    one.flush()
    generations.look()
    assert other.of(photo) == TRUNCATED


def test_renders_of_another_revision_are_others(library: Library) -> None:
    put(library.a / "red.jpg", jpeg())
    library.scan()
    photo = library.photos()["a/red.jpg"]
    before = Damages(library.engine, revision="1")
    before.hear(photo, TRUNCATED)
    before.flush()
    now = Damages(library.engine, revision="2")
    assert (before.of(photo), now.of(photo)) == (TRUNCATED, "")
    for _ in range(2):
        now.forget_other_revisions()
        assert list(Photos(library.engine).failures()) == []


def test_a_catalogue_that_can_t_be_written_is_written_later(library: Library) -> None:
    put(library.a / "red.jpg", jpeg())
    library.scan()
    photo, known = library.photos()["a/red.jpg"], Damages(library.engine)
    known.hear(photo, TRUNCATED)
    library.make_impatient()
    with contextlib.closing(sqlite3.connect(library.settings.data_dir / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        known.flush()
        assert known.of(photo) == TRUNCATED
    known.flush()
    assert [each.damage for each in Photos(library.engine).failures()] == [TRUNCATED]
