"""One suite over both registries of flights."""

import queue
from collections.abc import Callable, Iterator

import pytest

from tests.end_to_end.servers import redis_server
from workers.flights import DONE, Flights, FlightsDown, MemoryFlights, RedisFlights, Word

KEY = "a.b.1x1.q70"
WAIT = 20.0


@pytest.fixture(params=["memory", "redis"])
def flights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flights]:
    """An empty registry."""
    if request.param == "memory":
        yield MemoryFlights()
        return
    with redis_server(tmp_path_factory.mktemp("redis")) as (url, _):
        registry = RedisFlights(url)
        yield registry
        registry.close()


@pytest.fixture
def heard(flights: Flights) -> Callable[[], tuple[Word, bytes | None]]:
    """The next word on the channel."""
    words: queue.Queue[tuple[Word, bytes | None]] = queue.Queue()
    flights.listen(lambda word, render: words.put((word, render)))
    return lambda: words.get(timeout=WAIT)


def test_only_the_first_claims_until_it_lands(flights: Flights) -> None:
    assert flights.claim(KEY, 60)
    assert not flights.claim(KEY, 60)
    assert flights.under_way(KEY)
    flights.land(Word(KEY, DONE), b"jpeg", kept=True)
    assert not flights.under_way(KEY)
    assert flights.claim(KEY, 60)


def test_a_landing_is_heard(flights: Flights, heard: Callable[[], tuple[Word, bytes | None]]) -> None:
    flights.land(Word(KEY, "damaged", "It is broken."), None, kept=True)
    word, render = heard()
    assert (word.key, word.outcome, word.reason, render) == (KEY, "damaged", "It is broken.", None)


def test_a_render_that_no_cache_took_comes_with_the_word(
    flights: Flights, heard: Callable[[], tuple[Word, bytes | None]]
) -> None:
    flights.land(Word(KEY, DONE), b"jpeg", kept=False)
    word, render = heard()
    assert (word.outcome, render) == (DONE, b"jpeg")


def test_a_redis_that_is_gone_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    with redis_server(tmp_path_factory.mktemp("redis")) as (url, _):
        registry = RedisFlights(url)
    with pytest.raises(FlightsDown):
        registry.claim(KEY, 1)
    with pytest.raises(FlightsDown):
        registry.under_way(KEY)
    registry.land(Word(KEY, DONE), None, kept=True)  # nobody can be told; nothing is raised
    registry.close()
