"""Whose request is next: what everybody has had counts, and how many requests they have does not."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.connections import flows as module
from api.http.connections.flows import Flows


def served(flows: Flows[str], number: int, costs: dict[str, float]) -> list[str]:
    """Whose requests are served, one after the other."""
    order = []
    for _ in range(number):
        whose, _ = flows.next()
        flows.charge(whose, costs.get(whose, 1.0))
        order.append(whose)
    return order


def test_requests_of_one_come_in_their_order() -> None:
    flows: Flows[str] = Flows()
    for request in "abc":
        flows.add("ann", request)
    assert [flows.next() for _ in range(3)] == [("ann", "a"), ("ann", "b"), ("ann", "c")]
    assert len(flows) == 0
    with pytest.raises(IndexError):
        flows.next()


def test_who_asks_a_hundred_times_has_one_after_whoever_asks_once() -> None:
    flows: Flows[str] = Flows()
    for _ in range(100):
        flows.add("crowd", "")
    served(flows, 10, {})
    flows.add("ann", "")
    flows.add("bob", "")
    assert set(served(flows, 3, {})) == {"ann", "bob", "crowd"}
    assert served(flows, 5, {}) == ["crowd"] * 5


def test_it_is_time_that_is_shared_and_not_requests() -> None:
    flows: Flows[str] = Flows()
    for _ in range(1000):
        flows.add("dear", "")
        flows.add("cheap", "")
    had = Counter(served(flows, 550, {"dear": 10.0, "cheap": 1.0}))
    assert had["dear"] == pytest.approx(50, abs=2)


def test_nobody_saves_up_for_a_crowd_of_requests() -> None:
    flows: Flows[str] = Flows()
    flows.add("late", "")
    served(flows, 1, {})
    for _ in range(100):
        flows.add("ann", "")
    served(flows, 50, {})
    for _ in range(100):
        flows.add("late", "")
    assert Counter(served(flows, 20, {}))["late"] in (10, 11)


def test_fifty_who_ask_on_end_keep_nobody_waiting() -> None:
    """Who looks at something now and then has had less than each of them."""
    flows: Flows[str] = Flows()
    for number in range(500):
        flows.add(f"stranger {number % 50}", "")
    served(flows, 100, {})
    for _ in range(100):
        for whose in served(flows, 25, {}):
            flows.add(whose, "")
        flows.add("ann", "")
        assert served(flows, 1, {"ann": 0.001}) == ["ann"]


def test_what_is_served_meanwhile_counts_as_soon_as_it_is_known() -> None:
    flows: Flows[str] = Flows()
    for _ in range(3):
        flows.add("ann", "")
    flows.add("bob", "")
    first, _ = flows.next()
    second, _ = flows.next()
    assert (first, second) == ("ann", "bob")
    flows.charge("ann", 5.0)
    flows.charge("bob", 1.0)
    flows.add("bob", "")
    flows.add("bob", "")
    assert [flows.next()[0] for _ in range(2)] == ["bob", "bob"]


def test_out_of_turn_comes_who_has_had_no_more_than_others_who_wait() -> None:
    flows: Flows[str] = Flows()
    assert flows.take("crowd", 5.0)  # nobody waits
    for whose in ("crowd", "ann"):
        flows.add(whose, "")
    assert not flows.take("crowd", 0.001)
    assert flows.take("bob", 0.001)
    assert flows.take("ann", 0.001)
    served(flows, 1, {"ann": 10.0})
    assert flows.take("crowd", 0.001)  # by now only what is the crowd's own waits


def test_own_requests_keep_nobody_from_what_is_at_hand_and_that_is_charged() -> None:
    flows: Flows[str] = Flows()
    for _ in range(200):
        flows.add("ann", "")
    for _ in range(1000):
        assert flows.take("ann", 0.001)
    flows.add("bob", "")
    assert not flows.take("ann", 0.001)
    assert [flows.next()[0] for _ in range(2)] == ["bob", "ann"]


def test_of_whom_nothing_has_to_be_known_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_IDLE", 10)
    flows: Flows[str] = Flows()
    for number in range(10_000):
        flows.add(f"network {number}", "")
        served(flows, 1, {})
    flows.add("dear", "")
    served(flows, 1, {"dear": 100.0})
    for number in range(100):
        flows.add(f"other {number}", "")
        served(flows, 1, {})
    assert len(flows._flows) < 50
    flows.add("dear", "")
    flows.add("new", "")
    assert served(flows, 1, {}) == ["new"]


def test_what_is_taken_out_of_turn_is_no_more_than_a_newcomer_may_have() -> None:
    flows: Flows[str] = Flows()
    for _ in range(2):
        flows.add("waits", "")
    taken = 0
    while flows.take("takes", module.CREDIT / 8):
        taken += 1
    assert taken in (8, 9)  # of which the last begins below it
    flows.next()
    flows.charge("waits", 1.0)
    flows.next()  # time goes by with who is served
    assert flows.take("takes", module.CREDIT)


def test_what_was_taken_counts_when_requests_wait() -> None:
    flows: Flows[str] = Flows()
    assert flows.take("takes", 1.0)
    for _ in range(10):
        flows.add("takes", "")
        flows.add("asks", "")
    assert served(flows, 10, {"asks": 0.1, "takes": 0.1}) == ["asks"] * 10
    assert "takes" in served(flows, 1, {})


def test_of_those_who_take_and_have_nothing_ahead_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_IDLE", 10)
    flows: Flows[str] = Flows()
    assert flows.take("dear", 100.0)
    for number in range(1000):
        assert flows.take(f"network {number}", 0.001)
    assert len(flows._flows) <= 12
    flows.add("waits", "")
    assert not flows.take("dear", 0.001)


@given(st.lists(st.tuples(st.sampled_from(["add", "next", "charge", "take"]), st.sampled_from("abc"), st.floats(0, 5))))
def test_each_request_is_served_once_whatever_happens(steps: list[tuple[str, str, float]]) -> None:
    flows: Flows[int] = Flows()
    waiting: dict[str, list[int]] = {"a": [], "b": [], "c": []}
    running: list[str] = []
    for number, (step, whose, cost) in enumerate(steps):
        if step == "add":
            flows.add(whose, number)
            waiting[whose].append(number)
        elif step == "next" and len(flows):
            found, request = flows.next()
            assert request == waiting[found].pop(0)
            running.append(found)
        elif step == "charge" and running:
            flows.charge(running.pop(), cost)
        elif step == "take":
            assert flows.take(whose, cost) or any(waiting[other] for other in waiting if other != whose)
        assert len(flows) == sum(map(len, waiting.values()))
