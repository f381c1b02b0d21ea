"""What only the registry in Redis can do: outlive those who speak to it."""

import pytest

from tests.end_to_end.servers import redis_server
from tests.workers.flights.test_registry import KEY, QUEUED, claim
from tests.workers.ways import wait_until
from workers.flights.redis import RedisFlights
from workers.flights.registry import DONE, Claim, Completion, FlightsDown, Leases, Start


@pytest.mark.parametrize("wanted", [True, False])
def test_three_deaths_are_enough(redis_flights: RedisFlights, wanted: bool) -> None:
    for _ in range(3):
        assert claim(redis_flights) is Claim.FIRST
        assert redis_flights.begin(KEY, wanted=wanted) is Start.BEGUN
        redis_flights.lost(KEY)
    if wanted:
        assert claim(redis_flights) is Claim.POISON
    assert redis_flights.begin(KEY, wanted=False) is Start.POISON
    assert claim(redis_flights, key="a.b.2x2.q70") is Claim.FIRST


def test_a_landing_makes_good_for_deaths(redis_flights: RedisFlights) -> None:
    for _ in range(4):
        for _ in range(2):
            redis_flights.begin(KEY, wanted=False)
            redis_flights.lost(KEY)
        assert redis_flights.begin(KEY, wanted=False) is Start.BEGUN
        redis_flights.land(Completion(KEY, DONE), None, kept=True)


def test_what_nobody_speaks_of_runs_out(redis_url: str, redis_flights: RedisFlights) -> None:
    brief = RedisFlights(redis_url, Leases(queued=0.05))
    assert claim(brief) is Claim.FIRST
    wait_until(lambda: not redis_flights._redis.keys("darkroom:flight:*"))
    assert redis_flights.begin(KEY, wanted=True) is Start.UNWANTED
    brief.close()


def test_a_worker_that_lives_keeps_its_flight_and_one_that_is_dead_does_not(
    redis_url: str, redis_flights: RedisFlights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RedisFlights, "SAY_AGAIN", 0.05)
    worker = RedisFlights(redis_url, Leases(begun=0.5))
    assert worker.begin(KEY, wanted=False) is Start.BEGUN
    redis_flights._redis.flushdb()  # it even says so to a Redis that has forgotten it
    wait_until(lambda: claim(redis_flights) is Claim.BEGUN)
    worker.close()  # as if it were dead
    wait_until(lambda: claim(redis_flights) in (Claim.FIRST, *QUEUED))


def test_a_redis_that_is_gone_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    with redis_server(tmp_path_factory.mktemp("redis")) as (url, _):
        registry = RedisFlights(url)
    with pytest.raises(FlightsDown):
        claim(registry)
    with pytest.raises(FlightsDown):
        registry.release(KEY, "one")
    with pytest.raises(FlightsDown):
        registry.begin(KEY, wanted=True)
    with pytest.raises(FlightsDown):
        registry.waiting()
    with pytest.raises(FlightsDown):
        registry.reserve(KEY, 10, 60)
    registry.land(Completion(KEY, DONE), None, kept=True)  # nobody can be told; nothing is raised
    registry.lost(KEY)
    registry.close()
