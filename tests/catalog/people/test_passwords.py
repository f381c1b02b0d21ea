"""The brake on guessing, and that nobody waits for a hash without end."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from catalog.errors import TryLater
from catalog.people import passwords
from catalog.people.passwords import FORGOTTEN_AFTER, FREE_GUESSES, LONGEST_WAIT, LoginThrottle
from tests.catalog.library import Library
from tests.clock import Clock


def waits(throttle: LoginThrottle, uid: str, address: str) -> int:
    """How long the next guess has to wait; 0 where it was counted."""
    try:
        throttle.begin(uid, address)
    except TryLater as error:
        return error.retry_after
    return 0


def test_ever_longer_waits_which_are_forgotten(library: Library) -> None:
    clock = Clock()
    throttle = LoginThrottle(library.engine, clock)
    assert [waits(throttle, "ann", f"10.0.0.{i}") for i in range(FREE_GUESSES)] == [0] * FREE_GUESSES
    assert waits(throttle, "ann", "10.9.9.9") == 1
    assert waits(throttle, "bob", "10.9.9.9") == 0
    seen = []
    for _ in range(9):
        wait = waits(throttle, "ann", "10.8.8.8")
        seen.append(wait)
        clock.now += wait
        assert waits(throttle, "ann", f"11.0.0.{wait}") == 0
    assert seen == [1, 2, 4, 8, 16, 32, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT]
    clock.now += FORGOTTEN_AFTER + 1
    assert waits(throttle, "ann", "10.0.0.1") == 0


def test_a_wait_is_no_shorter_where_a_second_ends_in_it(library: Library) -> None:
    clock = Clock(1_000_000.75)
    throttle = LoginThrottle(library.engine, clock)
    assert [waits(throttle, "ann", f"10.0.0.{i}") for i in range(FREE_GUESSES)] == [0] * FREE_GUESSES
    clock.now += 0.5
    assert waits(throttle, "ann", "10.9.9.9") == 1
    clock.now += 1
    assert waits(throttle, "ann", "10.9.9.9") == 0


@pytest.mark.parametrize("back", [1, 3600, 10 * 365 * 24 * 3600])
def test_a_clock_that_is_set_back_locks_nobody_out(library: Library, back: int) -> None:
    clock = Clock(2_000_000_000)
    throttle = LoginThrottle(library.engine, clock)
    assert [waits(throttle, "ann", "10.0.0.1") for _ in range(FREE_GUESSES)] == [0] * FREE_GUESSES
    clock.now -= back
    assert waits(throttle, "ann", "10.0.0.1") == 1
    clock.now += 1
    assert waits(throttle, "ann", "10.0.0.1") == 0
    assert waits(throttle, "ann", "10.0.0.1") == 2  # and is no way around the brake


def test_an_address_is_slowed_down_whomever_it_tries(library: Library) -> None:
    throttle = LoginThrottle(library.engine, Clock())
    assert [waits(throttle, f"user{i}", "10.0.0.1") for i in range(FREE_GUESSES + 1)] == [0] * FREE_GUESSES + [1]
    assert waits(throttle, "user0", "10.0.0.2") == 0


def test_a_right_one_forgives_the_uid_but_not_what_the_address_tried_elsewhere(library: Library) -> None:
    throttle = LoginThrottle(library.engine, Clock())
    for _ in range(FREE_GUESSES - 1):
        throttle.begin("ann", "10.0.0.1")
    throttle.begin("bob", "10.0.0.1")
    throttle.right("bob", "10.0.0.1")
    assert waits(throttle, "bob", "10.0.0.1") == 0
    assert waits(throttle, "bob", "10.0.0.1") == 1


def test_many_at_once_do_not_slip_through(library: Library) -> None:
    throttle = LoginThrottle(library.engine, Clock())
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: waits(throttle, "ann", "10.0.0.1"), range(40)))
    assert results.count(0) == FREE_GUESSES


def test_whoever_finds_no_place_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PLACES", threading.BoundedSemaphore(1))
    assert passwords.PLACES.acquire(blocking=False)
    with pytest.raises(TryLater, match="at once"):
        passwords.matches(None, "x")
    passwords.PLACES.release()
    assert not passwords.matches(None, "x")


@pytest.mark.parametrize("password", ["a", "pässwörd ☃", "\udcff\ud800", "x" * 200])
def test_hashes(password: str) -> None:
    kept = passwords.hashed(password)
    assert passwords.matches(kept, password)
    assert not passwords.matches(kept, password + " ")
    assert not passwords.matches("no hash at all", password)


def test_guesses_from_one_network_count_together(library: Library) -> None:
    throttle = LoginThrottle(library.engine, Clock())
    for number in range(FREE_GUESSES):
        throttle.begin(f"somebody {number}", f"2001:db8::{number}")
    with pytest.raises(TryLater):
        throttle.begin("another", "2001:db8::ffff")
    throttle.begin("another", "2001:db8:0:1::ffff")
