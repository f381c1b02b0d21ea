"""Who follows the changelog sees each change once, with what became of the photo."""

from catalog.changelog import Changelog
from catalog.jobs.jobs import Jobs
from catalog.lists.snapshots import ids as apart
from catalog.scan.scan import sync_roots
from tests.catalog.library import Library, jpeg, put


def test_changes_in_order(library: Library) -> None:
    log = Changelog(library.engine)
    assert log.next(10) == []
    file = put(library.a / "red.jpg", jpeg())
    put(library.b / "blue.jpg", jpeg("blue"))
    library.scan()
    red, blue = library.photos()["a/red.jpg"], library.photos()["b/blue.jpg"]
    found = log.next(10)
    assert [(change.photoid, change.version, change.there) for change in found] == [
        (photo.photoid, photo.version, True) for photo in (red, blue)
    ]
    assert log.next(1) == found[:1]
    log.followed(found[0].number)
    assert log.next(10) == found[1:]
    file.unlink()
    put(library.a / "green.jpg", jpeg("green"))
    library.scan(accept_vanished=True)
    log.followed(found[1].number)
    gone = next(change for change in log.next(10) if change.photoid == red.photoid)
    assert (gone.version, gone.there) == (red.version, False)  # it may come back
    assert gone.number > found[1].number
    log.followed(log.next(10)[-1].number)
    # A number is never used twice, though the table is empty.
    (library.b / "blue.jpg").write_bytes(jpeg("white"))
    library.scan()
    assert log.next(10)[0].number > gone.number
    sync_roots(library.engine, library.only("a"))
    assert (log.next(10)[0].version, log.next(10)[0].there) == (None, False)


def test_photos_that_arrived_wait_for_a_job(library: Library) -> None:
    log, jobs = Changelog(library.engine), Jobs(library.engine)
    put(library.a / "red.jpg", jpeg())
    library.scan()
    (change,) = log.next(10)
    for _ in range(2):
        log.followed(change.number, [change.photoid])
    assert apart(jobs.arrived()) == [change.photoid]
