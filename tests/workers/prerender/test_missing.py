"""Which renders of a photo are missing."""

from dataclasses import replace

from cache.key import RenderKey
from catalog.jobs.progress import JobPhoto
from catalog.photos import Photo
from catalog.render_failures import RenderFailure, RenderFailures
from tests.catalog.library import Library, jpeg
from tests.workers.prerender.played import BOXES, RENDER, House
from workers.devices import Box
from workers.prerender.missing import GONE, keys_of
from workers.versions import key_version

PHOTO = Photo("A" * 22, "a", "a.jpg", 1, 2, 4000, 3000, "JPEG", "2015-07-02T14:35:33")


def test_keys_are_those_of_the_same_requests() -> None:
    version = key_version(PHOTO.version)
    boxes = (Box(256, 256), Box(None, 160), Box(1080, 2340), Box(2340, 1080), Box(213, None))
    assert keys_of(PHOTO, boxes, 8192, 160) == (
        RenderKey(PHOTO.photoid, version, 256, 256, 70),
        RenderKey(PHOTO.photoid, version, 213, 160, 70),  # and of 213 wide, the same
        RenderKey(PHOTO.photoid, version, 1440, 1080, 70),  # a screen and the same one turned
    )
    assert keys_of(PHOTO, (Box(None, 160), Box(9000, None)), 8192, 160)[1:] == ()


def test_a_photo_however_long_has_its_thumbnail_in_advance() -> None:
    long = replace(PHOTO, width=30_000, height=40)
    (key,) = keys_of(long, (Box(None, 160), Box(None, 161)), 8192, 160)
    assert (key.width, key.height) == (8192, 11)


def test_photos_are_sorted_by_what_is_to_be_done(library: Library) -> None:
    house = House(library)
    cached, partly, bad, gone, missing = house.photos
    house.render([cached])
    house.cache.put(house.keys(partly)[0], RENDER)
    RenderFailures(house.engine).remember(bad, RenderFailure("damaged", "It is broken."))
    (library.a / gone.path).unlink()
    library.scan()
    job_photos = [JobPhoto(at, photo.photoid) for at, photo in enumerate((cached, partly, bad, gone, missing))]
    triage = house.missing.triage(job_photos, BOXES)
    assert triage.cached == job_photos[:1]
    assert [pending.job_photo for pending in triage.missing] == [job_photos[1], job_photos[4]]
    assert triage.missing[0].keys == house.keys(partly)
    assert [(each.place, each.reason) for each in triage.failed] == [(2, "It is broken."), (3, GONE)]
    assert triage.bytes == 2 * len(RENDER)
    assert house.missing.bytes(triage.missing) == len(RENDER)


def test_a_photo_that_was_mended_is_tried_again(library: Library) -> None:
    house = House(library, 1)
    RenderFailures(house.engine).remember(house.photos[0], RenderFailure("damaged", "It is broken."))
    (library.a / "000.jpg").write_bytes(jpeg("blue", (20, 20)))
    library.scan()
    assert len(house.missing.triage([JobPhoto(0, house.photos[0].photoid)], BOXES).missing) == 1


def test_what_is_too_large_for_every_size_is_nothing_to_do(library: Library) -> None:
    house = House(library, 1)
    triage = house.missing.triage([JobPhoto(0, house.photos[0].photoid)], [Box(9000, None)])
    assert (len(triage.cached), triage.missing) == (1, [])
