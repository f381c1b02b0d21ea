"""The memory tier: its budget."""

from threading import Thread

from prometheus_client import REGISTRY

from cache.memory import ENTRY_OVERHEAD, MemoryTier
from tests.cache.keys import key, render

COST = 1000 + ENTRY_OVERHEAD


def kept(tier: MemoryTier, count: int) -> list[int]:
    return [number for number in range(count) if tier.get(key(number)) is not None]


def figure(name: str) -> float:
    return REGISTRY.get_sample_value(name, {"tier": "memory"}) or 0.0


def test_the_least_recently_used_goes_first() -> None:
    tier = MemoryTier(10 * COST)
    for number in range(10):
        tier.put(key(number), render())
    tier.get(key(0))
    tier.put(key(10), render())
    assert kept(tier, 11) == [0, 2, 3, 4, 5, 6, 7, 8, 9, 10]


def test_small_renders_cost_their_overhead() -> None:
    tier = MemoryTier(10 * COST)
    for number in range(100):
        tier.put(key(number), render(4))
    assert len(kept(tier, 100)) == 10 * COST // (4 + ENTRY_OVERHEAD)


def test_a_big_render_does_not_flush_the_others() -> None:
    tier = MemoryTier(16 * COST)
    for number in range(10):
        tier.put(key(number), render())
    assert not tier.put(key(10), render(2 * COST))
    assert kept(tier, 11) == list(range(10))


def test_a_big_render_takes_the_place_of_none() -> None:
    tier = MemoryTier(16 * COST)
    tier.put(key(), render())
    assert not tier.put(key(), render(2 * COST))
    assert tier.get(key()) is None


def test_figures() -> None:
    evictions = figure("darkroom_evictions_total")
    tier = MemoryTier(10 * COST)
    for number in range(12):
        tier.put(key(number), render())
    tier.put(key(11), render(500))
    assert figure("darkroom_cache_entries") == 10
    assert figure("darkroom_cache_bytes") == 9 * 1000 + 500
    assert figure("darkroom_evictions_total") - evictions == 2
    tier.drop(key(11))
    assert figure("darkroom_cache_bytes") == 9 * 1000


def test_the_account_stays_right_under_many_threads() -> None:
    tier = MemoryTier(20 * COST)

    def work(offset: int) -> None:
        for turn in range(500):
            number = (turn * 7 + offset) % 60
            tier.put(key(number), render(500 + number))
            tier.drop(key((number * 3) % 60))

    threads = [Thread(target=work, args=(offset,)) for offset in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = kept(tier, 60)
    assert figure("darkroom_cache_entries") == len(left)
    for number in left:
        tier.drop(key(number))
    assert figure("darkroom_cache_bytes") == 0
