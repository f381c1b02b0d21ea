"""One suite over both registries of flights."""

import json
import queue
from collections.abc import Callable, Iterator

import pytest

from tests.workers.ways import wait_until
from workers.flights.memory import MemoryFlights
from workers.flights.redis import written
from workers.flights.registry import DONE, DROPPED, Claim, Completion, Flights, Start

KEY = "a.b.1x1.q70"
WAIT = 20.0


@pytest.fixture(params=["memory", "redis"])
def flights(request: pytest.FixtureRequest) -> Iterator[Flights]:
    """An empty registry."""
    if request.param == "memory":
        yield MemoryFlights()
        return
    yield request.getfixturevalue("redis_flights")


@pytest.fixture
def heard(flights: Flights) -> Callable[[], tuple[Completion, bytes | None]]:
    """The next completion on the channel."""
    completions: queue.Queue[tuple[Completion, bytes | None]] = queue.Queue()
    flights.listen(lambda completion, render: completions.put((completion, render)))
    return lambda: completions.get(timeout=WAIT)


def claim(flights: Flights, waiter: str = "one", key: str = KEY, room: int = 10) -> Claim:
    return flights.claim(key, waiter, room)


QUEUED = (Claim.QUEUED, Claim.ASTRAY)  # nothing is sent in these tests, so that the queue is empty


def test_only_the_first_claims_until_it_lands(flights: Flights) -> None:
    assert claim(flights) is Claim.FIRST
    assert claim(flights) in QUEUED
    assert claim(flights, "two") in QUEUED
    assert flights.begin(KEY, wanted=True) is Start.BEGUN
    assert claim(flights, "two") is Claim.BEGUN
    flights.land(Completion(KEY, DONE), b"jpeg", kept=True)
    assert claim(flights) is Claim.FIRST


def test_one_worker_begins_a_flight(flights: Flights) -> None:
    claim(flights)
    assert [flights.begin(KEY, wanted=True) for _ in range(2)] == [Start.BEGUN, Start.ELSEWHERE]
    assert flights.begin(KEY, wanted=False) is Start.ELSEWHERE


def test_a_flight_ends_with_the_last_who_waits(flights: Flights) -> None:
    claim(flights)
    claim(flights, "two")
    flights.release(KEY, "one")
    flights.release(KEY, "one")
    assert claim(flights, "two") in QUEUED
    flights.release(KEY, "two")
    assert flights.begin(KEY, wanted=True) is Start.UNWANTED
    assert claim(flights, "two") is Claim.FIRST


def test_who_hangs_up_ends_nothing_that_has_begun(flights: Flights) -> None:
    claim(flights)
    flights.begin(KEY, wanted=True)
    flights.release(KEY, "one")
    assert claim(flights) is Claim.BEGUN


def test_what_nobody_wants_is_begun_where_it_is_made_in_advance(flights: Flights) -> None:
    assert flights.begin(KEY, wanted=True) is Start.UNWANTED
    assert flights.begin(KEY, wanted=False) is Start.BEGUN
    assert claim(flights) is Claim.BEGUN  # and whoever comes waits for it


def test_a_queue_without_room_takes_no_other(flights: Flights) -> None:
    assert claim(flights, room=0) is Claim.FULL
    assert flights.begin(KEY, wanted=True) is Start.UNWANTED
    assert claim(flights) is Claim.FIRST
    assert claim(flights, "two", room=0) in QUEUED


def test_a_landing_is_heard(flights: Flights, heard: Callable[[], tuple[Completion, bytes | None]]) -> None:
    flights.land(Completion(KEY, "damaged", "It is broken."), None, kept=True)
    completion, render = heard()
    assert (completion.key, completion.outcome, completion.reason, render) == (KEY, "damaged", "It is broken.", None)


def test_a_death_is_heard_and_the_flight_claimed_anew(
    flights: Flights, heard: Callable[[], tuple[Completion, bytes | None]]
) -> None:
    claim(flights)
    flights.begin(KEY, wanted=True)
    flights.lost(KEY)
    assert heard()[0] == Completion(KEY, DROPPED)
    assert claim(flights) is Claim.FIRST


def test_a_render_that_no_cache_took_comes_with_the_completion(
    flights: Flights, heard: Callable[[], tuple[Completion, bytes | None]]
) -> None:
    flights.land(Completion(KEY, DONE), b"jpeg", kept=False)
    completion, render = heard()
    assert (completion.outcome, render) == (DONE, b"jpeg")


def test_who_waits_is_counted_until_the_end_and_only_once_a_render(flights: Flights) -> None:
    for key in (KEY, "a.b.2x2.q70"):
        claim(flights, "one", key)
        claim(flights, "two", key)
    assert flights.waiting() == 2
    flights.begin(KEY, wanted=True)
    assert flights.waiting() == 2
    flights.release(KEY, "one")
    assert flights.waiting() == 2
    flights.release(KEY, "two")
    assert flights.waiting() == 1
    assert claim(flights, "three") is Claim.BEGUN  # and waits from now on
    assert flights.waiting() == 2
    for key in (KEY, "a.b.2x2.q70"):
        flights.land(Completion(key, DONE), None, kept=True)
    assert flights.waiting() == 0


def test_what_is_made_in_advance_has_nobody_waiting(flights: Flights) -> None:
    flights.reserve(KEY, 10, 60)
    flights.begin("a.b.2x2.q70", wanted=False)
    assert flights.waiting() == 0


def test_a_render_is_reserved_once(flights: Flights) -> None:
    assert [flights.reserve(KEY, 10, 60) for _ in range(2)] == [Claim.FIRST, Claim.QUEUED]
    assert flights.begin(KEY, wanted=True) is Start.BEGUN
    assert flights.reserve(KEY, 10, 60) is Claim.BEGUN
    flights.land(Completion(KEY, DONE), b"jpeg", kept=True)
    assert flights.begin(KEY, wanted=True) is Start.UNWANTED
    assert flights.reserve(KEY, 10, 60) is Claim.FIRST


def test_what_people_wait_for_need_not_be_reserved(flights: Flights) -> None:
    claim(flights)
    assert flights.reserve(KEY, 10, 60) is Claim.QUEUED
    flights.release(KEY, "one")
    assert flights.begin(KEY, wanted=True) is Start.UNWANTED


def test_whoever_comes_to_wait_claims_what_is_reserved(flights: Flights) -> None:
    flights.reserve(KEY, 10, 60)
    assert claim(flights) is Claim.FIRST
    assert flights.begin(KEY, wanted=True) is Start.BEGUN
    assert flights.begin(KEY, wanted=True) is Start.ELSEWHERE


def test_a_claim_that_is_given_up_leaves_nothing_reserved(flights: Flights) -> None:
    flights.reserve(KEY, 10, 60)
    claim(flights)
    flights.release(KEY, "one")
    assert flights.begin(KEY, wanted=True) is Start.UNWANTED
    assert flights.reserve(KEY, 10, 60) is Claim.FIRST


def test_a_claim_that_finds_no_room_leaves_it_reserved(flights: Flights) -> None:
    flights.reserve(KEY, 10, 60)
    assert claim(flights, room=0) is Claim.FULL
    assert flights.begin(KEY, wanted=True) is Start.BEGUN


def test_a_lower_queue_without_room_takes_no_other(flights: Flights) -> None:
    assert flights.reserve(KEY, 0, 60) is Claim.FULL
    assert flights.begin(KEY, wanted=True) is Start.UNWANTED
    assert flights.reserve(KEY, 10, 60) is Claim.FIRST
    assert flights.reserve(KEY, 0, 60) is Claim.QUEUED


def test_what_was_reserved_runs_out(flights: Flights) -> None:
    assert flights.reserve(KEY, 10, 0.001) is Claim.FIRST
    wait_until(lambda: flights.reserve(KEY, 10, 60) is Claim.FIRST)


def test_what_was_dropped_is_no_longer_reserved(flights: Flights) -> None:
    flights.reserve(KEY, 10, 60)
    flights.land(Completion(KEY, DROPPED), None, kept=True)
    assert flights.reserve(KEY, 10, 60) is Claim.FIRST


def test_that_a_photo_is_damaged_is_heard(
    flights: Flights, heard: Callable[[], tuple[Completion, bytes | None]]
) -> None:
    claim(flights)
    flights.land(Completion(KEY, DONE, damage="truncated"), b"jpeg", kept=True)
    assert heard()[0].damage == "truncated"


def test_what_is_not_said_is_left_out() -> None:
    """A front end of an older version knows nothing of damages."""
    assert json.loads(written(Completion(KEY, DONE))) == {"key": KEY, "outcome": DONE}
