"""Who gets a place where there are few."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from workers.flights.places import Place, Places


def taken(places: Places, caller: str, count: int) -> list[Place]:
    """So many places, all of which there have to be."""
    found = [places.take(caller) for _ in range(count)]
    assert all(found)
    return [each for each in found if each is not None]


def test_one_caller_may_have_all_and_no_more() -> None:
    places = Places(3)
    mine = taken(places, "a", 3)
    assert places.take("a") is None
    places.leave(mine[0])
    assert taken(places, "a", 1)
    assert not any(each.revoked for each in mine)


def test_who_has_fewer_takes_the_newest_of_who_has_the_most() -> None:
    places, woken = Places(4), list[Place]()
    many = taken(places, "many", 4)
    for each in many:
        each.wake = lambda each=each: woken.append(each)  # type: ignore[misc]
    few = taken(places, "few", 2)
    assert [each.revoked for each in many] == [False, False, True, True]
    assert woken == [many[3], many[2]]
    assert places.take("few") is None  # both have as many
    assert places.take("many") is None
    third = taken(places, "third", 1)
    assert [each.revoked for each in many + few + third].count(True) == 3
    for each in many + few + third:
        places.leave(each)
    assert len(taken(places, "any", 4)) == 4
    assert places.take("any") is None


@given(st.lists(st.sampled_from("aaaabc"), max_size=60), st.integers(1, 7))
def test_each_has_an_equal_part_or_all_that_he_wants(asked: list[str], count: int) -> None:
    places, held = Places(count), list[Place]()
    for caller in asked:
        place = places.take(caller)
        if place is not None:
            held.append(place)
    kept = Counter(place.caller for place in held if not place.revoked)
    wanted = Counter(asked)
    assert sum(kept.values()) == min(count, len(asked))
    for caller, number in wanted.items():
        if kept[caller] < number:
            assert kept[caller] + 1 >= max(kept.values())
    for place in held:
        places.leave(place)
    assert len(taken(places, "z", count)) == count
