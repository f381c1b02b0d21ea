"""What every tier does: one suite over all of them."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cache.disk import Budget, DiskTier
from cache.key import RenderKey
from cache.memory import ENTRY_OVERHEAD, MemoryTier
from cache.redis import RedisTier
from cache.tier import UNCOMMON_SHARE, Figures, Tier
from tests.cache.keys import key, render

UNCOMMON = 5000  # pixels of width, and more
PLACES = 10  # renders of 1000 bytes that a small tier holds


@pytest.fixture(params=["memory", "disk", "redis"])
def tier(request: pytest.FixtureRequest) -> Iterator[Tier]:
    """A tier with room for all that a test does."""
    made = make(request, 1_000_000, 2000)
    yield made
    made.close()


@pytest.fixture(params=["memory", "disk", "redis"])
def small(request: pytest.FixtureRequest) -> Iterator[Tier]:
    """A tier with ten places."""
    made = make(request, PLACES * 1000, PLACES)
    yield made
    made.close()


def make(request: pytest.FixtureRequest, size: int, entries: int) -> Tier:
    if request.param == "memory":
        return MemoryTier(size + entries * ENTRY_OVERHEAD, is_common)
    if request.param == "disk":
        folder: Path = request.getfixturevalue("tmp_path")
        return DiskTier(folder / "renders", Budget(size, entries, free=0), is_common)
    return RedisTier(request.getfixturevalue("redis_url"), size, ttl=600, is_common=is_common)


def is_common(key: RenderKey) -> bool:
    """Whether a render is in a common size."""
    return key.width < UNCOMMON


def uncommon(number: int) -> RenderKey:
    """The key of a render that nobody wants twice."""
    return key(number, width=UNCOMMON + number)


def kept(tier: Tier, count: int) -> list[int]:
    return [number for number in range(count) if tier.get(key(number)) is not None]


def written(tier: Tier) -> None:
    """What upkeep does in a running server: last uses that were collected are written."""
    if isinstance(tier, DiskTier):
        tier.flush()


def test_what_was_put_is_got(tier: Tier) -> None:
    assert tier.get(key()) is None
    assert tier.put(key(), render())
    assert tier.get(key()) == render()
    assert tier.get(key(1)) is None
    assert tier.get(key(width=257)) is None


def test_what_was_put_is_here(tier: Tier) -> None:
    assert not tier.has(key())
    tier.put(key(), render())
    assert tier.has(key())
    assert not tier.has(key(1))
    tier.drop(key())
    assert not tier.has(key())


def test_the_last_put_counts(tier: Tier) -> None:
    for length in (1000, 500, 2000):
        tier.put(key(), render(length, fill=b"a"))
        tier.put(key(), render(length, fill=b"b"))
        assert tier.get(key()) == render(length, fill=b"b")
        assert (tier.figures().entries, tier.figures().bytes) == (1, length)


def test_what_was_dropped_is_gone(tier: Tier) -> None:
    tier.put(key(), render())
    tier.drop(key())
    tier.drop(key(1))
    assert tier.get(key()) is None
    assert (tier.figures().entries, tier.figures().bytes) == (0, 0)


def test_it_can_be_used_after_it_was_closed(tier: Tier) -> None:
    tier.put(key(), render())
    tier.close()
    assert tier.get(key()) == render()
    assert tier.put(key(1), render())


def test_a_photo_goes_but_for_one_version(tier: Tier) -> None:
    old = [key(version=f"old-{number % 2}", width=number + 1) for number in range(40)]
    new = [key(version="new-1", width=number + 1) for number in range(3)]
    others = [key(number, version="old-1") for number in range(1, 4)]
    for each in old + new + others:
        assert tier.put(each, render())
    assert tier.drop_photo(key().photoid, "new-1") == 40
    assert [tier.get(each) for each in old] == [None] * 40
    assert None not in [tier.get(each) for each in new + others]
    assert tier.drop_photo(key().photoid) == 3
    assert tier.drop_photo(key().photoid) == 0
    assert tier.figures().entries == 3
    assert None not in [tier.get(each) for each in others]


def test_the_least_recently_used_goes_first(small: Tier) -> None:
    for number in range(PLACES):
        small.put(key(number), render())
    small.get(key(0))
    written(small)
    small.put(key(10), render())
    assert kept(small, 11) == [0, 2, 3, 4, 5, 6, 7, 8, 9, 10]


def test_a_render_that_would_push_out_all_others_is_not_taken(small: Tier) -> None:
    for number in range(5):
        small.put(key(number), render())
    assert not small.put(key(5), render(PLACES * 1000))
    assert kept(small, 6) == [0, 1, 2, 3, 4]


ACTS = st.lists(st.tuples(st.sampled_from(["put", "get", "drop"]), st.integers(0, 15), st.integers(4, 1100)))


@given(acts=ACTS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_is_done_the_budget_holds_and_the_account_is_right(
    small: Tier, acts: list[tuple[str, int, int]]
) -> None:
    seen = {number: small.get(key(number)) for number in range(16)}  # what earlier examples left
    sizes = {number: len(found) for number, found in seen.items() if found is not None}
    for act, number, length in acts:
        if act == "put":
            assert small.put(key(number), render(length))
            sizes[number] = length
        elif act == "get":
            found = small.get(key(number))
            assert found is None or found == render(sizes[number])
        else:
            small.drop(key(number))
        left = {each: small.get(key(each)) for each in range(16)}
        figures = small.figures()
        assert (
            figures.bytes
            == sum(len(found) for found in left.values() if found is not None)
            <= PLACES * 1000 + PLACES * 450
        )
        assert figures.entries == sum(found is not None for found in left.values())
        assert isinstance(small, MemoryTier) or figures.bytes <= PLACES * 1000


def test_a_reader_sees_a_whole_render(tier: Tier) -> None:
    renders = [render(90_000, fill) for fill in (b"a", b"b", b"c")]
    tier.put(key(), renders[0])

    stop = Event()

    def write() -> None:
        while not stop.is_set():
            for each in renders:
                tier.put(key(), each)

    writer = Thread(target=write)
    writer.start()
    seen: set[bytes | None] = set()
    for turn in range(1_000_000):
        seen.add(tier.get(key()))
        if turn >= 300 and seen >= set(renders):
            break
    stop.set()
    writer.join()
    assert seen == set(renders)


def test_what_is_held_is_told_with_its_bytes_and_not_used(tier: Tier) -> None:
    keys = [key(number) for number in range(700)]
    for number in (3, 650):
        tier.put(keys[number], render(1000 + number))
    assert tier.held(keys) == {keys[3]: 1003, keys[650]: 1650}
    assert tier.held([]) == {}


def test_uncommon_sizes_push_out_no_more_than_their_part_of_common_ones(small: Tier) -> None:
    for number in range(PLACES):
        small.put(key(number), render())
    for number in range(100, 160):
        small.put(uncommon(number), render())
    assert len(kept(small, PLACES)) >= PLACES - PLACES // UNCOMMON_SHARE - 1
    assert small.has(uncommon(159))
    assert sum(small.has(uncommon(number)) for number in range(100, 160)) <= PLACES // UNCOMMON_SHARE + 1


def test_what_nobody_else_wants_uncommon_sizes_may_have(small: Tier) -> None:
    for number in range(PLACES):
        small.put(uncommon(number), render())
    assert all(small.has(uncommon(number)) for number in range(PLACES))
    for number in range(PLACES):
        small.put(key(number), render())
        assert small.has(key(number))
    assert len(kept(small, PLACES)) >= PLACES - PLACES // UNCOMMON_SHARE - 1
    for number in range(100, 100 + PLACES):  # at last they are used like others
        small.put(key(number), render())
    assert all(small.has(key(number)) for number in range(104, 100 + PLACES))


def test_what_is_dropped_of_uncommon_sizes_counts_no_longer(small: Tier) -> None:
    for _ in range(3):
        for number in range(PLACES):
            small.put(uncommon(number), render(500))
            small.put(uncommon(number), render())
        for number in range(PLACES):
            small.drop(uncommon(number))
        small.put(key(1), render())
        small.put(uncommon(99), render())
        assert small.drop_photo(key(1).photoid) == small.drop_photo(uncommon(99).photoid) == 1
    assert small.figures() == Figures(0, 0)
    for number in range(PLACES):
        small.put(key(number), render())
    assert kept(small, PLACES) == list(range(PLACES))
