"""Who starts jobs, and over which photos."""

from datetime import datetime

import pytest
from sqlalchemy import insert

from catalog import schema
from catalog.database import writing
from catalog.errors import MalformedQuery
from catalog.jobs.jobs import Origin
from catalog.lists.snapshots import Snapshots
from catalog.search.sql import Search
from config import Settings
from config.setting import Bytes
from tests.catalog.library import Library
from tests.catalog.sides import Side
from tests.clock import Clock
from tests.workers.prerender.played import House
from workers.devices import Box, Devices, UnknownSize
from workers.prerender.estimate import NO_CACHE, Estimator
from workers.prerender.starter import Starter


@pytest.fixture
def house(library: Library) -> House:
    return House(library)


def starter(house: House, clock: Clock, **settings: object) -> Starter:
    made = Settings(**settings)  # type: ignore[arg-type]
    estimator = Estimator(made, house.cache, house.missing)
    return Starter(made, house.jobs, Search(house.engine), estimator, Devices.of(made), clock)


def arrive(house: House, *photoids: str) -> None:
    with house.engine.connect() as connection, writing(connection):
        connection.execute(insert(schema.arrivals), [{"photoid": each} for each in photoids])


def test_a_job_has_the_newest_photos_first(house: House, here: Side, clock: Clock) -> None:
    job = starter(house, clock).start("dirall:@a", ["phone", "256x256"])
    assert (job.spec.origin, job.spec.query, job.spec.sizes) == (Origin.ASKED, "dirall:@a", ("1080x2340", "256x256"))
    newest = [photo.photoid for photo in sorted(house.photos, key=lambda each: (each.created, each.path), reverse=True)]
    assert Snapshots(house.engine, here.generations).everything(job.snapshot) == newest
    assert starter(house, clock).boxes(job) == (Box(1080, 2340), Box(256, 256))
    assert starter(house, clock).estimate(job).bytes == job.spec.need > 0
    assert job.message == ""


def test_without_sizes_it_has_the_default_ones(house: House, clock: Clock) -> None:
    assert starter(house, clock, prerender_sizes="100x, x50").start("*").spec.sizes == ("100x", "x50")


def test_what_can_not_be_asked_for(house: House, clock: Clock) -> None:
    with pytest.raises(MalformedQuery):
        starter(house, clock).start("(")
    with pytest.raises(UnknownSize):
        starter(house, clock).start("*", ["poster"])
    assert house.jobs.everyone() == []


def test_an_estimate_beyond_the_share_is_said_before_it_starts(library: Library, clock: Clock) -> None:
    from cache.disk import Budget, DiskTier
    from cache.render_cache import RenderCache

    house = House(library)
    house.cache = RenderCache([DiskTier(library.folder / "small", Budget(20_000, free=0))])
    library.closing.callback(house.cache.close)
    assert "more than 80 %" in starter(house, clock).start("*").message
    house.cache = RenderCache([])
    assert starter(house, clock, cache_disk_bytes=Bytes(0)).start("*").message == NO_CACHE


def test_arrivals_wait_until_no_more_of_them_come(house: House, clock: Clock) -> None:
    starting = starter(house, clock)
    assert starting.start_arrivals() is None
    first, second, *rest = [photo.photoid for photo in house.photos]
    arrive(house, first)
    assert starting.start_arrivals() is None
    arrive(house, second)
    assert starting.start_arrivals() is None  # another one came
    job = starting.start_arrivals()
    assert job is not None
    assert (job.total, job.spec.origin) == (2, Origin.ARRIVALS)
    arrive(house, *rest)
    assert [starting.start_arrivals() for _ in range(3)] == [None] * 3  # one at a time
    house.jobs.cancel(job.id)
    assert [starting.start_arrivals() is None for _ in range(3)] == [True, False, True]


def test_the_night_comes_once(house: House, clock: Clock) -> None:
    def at(day: int, hour: int) -> None:
        clock.now = datetime(2026, 5, day, hour, 30).timestamp()

    house.jobs._clock = clock
    at(1, 12)
    starting = starter(house, clock, prerender_hour=3)
    assert starting.start_nightly() is None
    at(2, 2)
    assert starting.start_nightly() is None
    at(2, 3)
    job = starting.start_nightly()
    assert job is not None
    assert (job.total, job.spec.origin) == (5, Origin.NIGHT)
    at(2, 4)
    assert starting.start_nightly() is None
    at(3, 4)
    assert starting.start_nightly() is None  # last night's still runs
    house.jobs.cancel(job.id)
    assert starting.start_nightly() is not None
    # A process that was not there at the hour makes up for it.
    house.jobs.cancel(house.jobs.everyone()[0].id)
    at(5, 1)
    assert starter(house, clock, prerender_hour=3).start_nightly() is not None


def test_a_night_that_was_begun_while_the_clock_was_wrong_keeps_none_from_coming(house: House, clock: Clock) -> None:
    house.jobs._clock = clock
    clock.now = datetime(2036, 5, 1, 12).timestamp()
    starting = starter(house, clock, prerender_hour=3)
    clock.now += 86_400
    job = starting.start_nightly()
    assert job is not None
    house.jobs.cancel(job.id)
    clock.now = datetime(2026, 5, 1, 12).timestamp()
    starting = starter(house, clock, prerender_hour=3)
    assert starting.start_nightly() is None
    clock.now += 86_400
    assert starting.start_nightly() is not None
