"""Who comes in and who goes, with connections that say of themselves what they are at."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

import metrics
from api.http.connections.door import EXCHANGE_EVERY, Bounds, Cut, Door, NoRoom, network
from api.http.connections.pace import Pace, Patience, Phase, Sight
from tests.clock import Clock

PATIENCE = Patience(receive=10, send=30, idle=120, rate=1000)


@dataclass(eq=False)
class Stand:
    """A connection that is at what the test says."""

    pace: Pace
    address: str = "192.0.2.1"
    at: Phase = Phase.HEAD
    moved: int = 0
    cuts: list[Cut] = field(default_factory=list)

    def sight(self) -> Sight:
        """As in `Connection`."""
        return Sight(self.at, 0, self.moved)

    def phase(self) -> Phase:
        """As in `Connection`."""
        return self.at

    def cut(self, why: Cut) -> None:
        """As in `Connection`."""
        self.cuts.append(why)


class House:
    """A door, and a clock."""

    def __init__(self, connections: int = 1000, per_address: int = 0, held: int = 10**9) -> None:
        self.clock = Clock()
        self.later: list[Callable[[], None]] = []
        self.door = Door(
            Bounds(connections, per_address, held),
            PATIENCE,
            lambda who: who == "10.0.0.1",
            self.later.append,
            self.clock,
        )

    def come(self, address: str = "192.0.2.1", phase: Phase = Phase.HEAD) -> Stand | None:
        """A client of that address comes; None: it is not let in."""
        try:
            if not self.door.admits(address):
                return None
        except NoRoom:
            return None
        stand = Stand(self.door.pace(), address, phase)
        self.door.came(stand)
        return stand

    def crowd(self, number: int, address: str = "192.0.2.1", phase: Phase = Phase.HEAD) -> list[Stand]:
        """So many, all of whom are let in, one after the other."""
        stands = []
        for _ in range(number):
            stand = self.come(address, phase)
            assert stand
            stands.append(stand)
            self.clock.now += 0.001
        self.door.look()
        return stands


def cut(stands: list[Stand]) -> list[int]:
    """Which of them had to go."""
    return [number for number, each in enumerate(stands) if each.cuts]


def test_who_does_nothing_makes_room_and_the_oldest_first() -> None:
    house = House(connections=32)
    heads = house.crowd(16)
    bodies = house.crowd(4, phase=Phase.BODY)
    idle = house.crowd(12, phase=Phase.IDLE)
    assert len(house.door) == 32
    newcomers = house.crowd(20, phase=Phase.SERVED)
    assert len(house.door) == 32
    assert cut(idle) == list(range(12))
    assert cut(heads) == list(range(8))
    assert cut(bodies) == []
    assert cut(newcomers) == []
    assert {why for each in idle + heads for why in each.cuts} == {Cut.TIGHT}


def test_one_of_whom_most_are_here_makes_room() -> None:
    house = House(connections=32)
    family = house.crowd(3, "192.0.2.1", Phase.IDLE)
    others = [house.crowd(number, f"198.51.100.{place}") for place, number in enumerate((9, 10, 10))]
    assert house.come("192.0.2.2") is not None
    assert [cut(each) for each in others] == [[], [0, 1], []]
    assert house.come("192.0.2.2") is not None  # in the place of the other one
    assert house.come("192.0.2.2") is not None
    assert [cut(each) for each in others] == [[], [0, 1], [0, 1]]
    assert not any(each.cuts for each in family)


def test_whoever_has_most_gets_no_more_at_the_cost_of_others_and_is_exchanged_now_and_then() -> None:
    house = House(connections=24)
    stands = {address: house.crowd(8, address) for address in ("198.51.100.1", "198.51.100.2", "198.51.100.3")}
    for _ in range(3):
        house.clock.now += EXCHANGE_EVERY
        assert house.come("198.51.100.2") is not None
        assert house.come("198.51.100.2") is None
        assert house.come("198.51.100.3") is not None
    assert [cut(each) for each in stands.values()] == [[], [0, 1, 2], [0, 1, 2]]
    assert house.come("192.0.2.1") is not None


def test_fifty_who_make_connections_on_end_shut_nobody_out_and_take_none_of_his() -> None:
    house = House(connections=200)
    for number in range(1000):
        house.come(f"198.51.100.{number % 50}")
    family = [house.come("192.0.2.1", Phase.IDLE) for _ in range(2)]
    for number in range(1000):
        house.come(f"198.51.100.{number % 50}")
    assert [each.cuts if each else None for each in family] == [[], []]


def test_it_looks_at_some_at_a_time() -> None:
    house = House()
    stands = house.crowd(10)
    house.clock.now += PATIENCE.receive + 1
    house.door.look(0.3)
    assert cut(stands) == [0, 1, 2]
    house.door.look(0.3)
    assert len(cut(stands)) == 6
    house.door.look()
    assert cut(stands) == list(range(10))


def test_a_thousand_that_drip_shut_nobody_out() -> None:
    house = House(connections=1024)
    house.crowd(1030, address="198.51.100.7")
    assert house.come() is not None


def test_who_is_served_is_not_sent_away_for_others() -> None:
    house = House(connections=8)
    stands = house.crowd(8, phase=Phase.SERVED)
    assert house.come() is None
    assert cut(stands) == []
    house.door.left(stands[3])
    assert house.come() is not None


def test_who_takes_an_answer_well_stays_and_who_dawdles_goes_last() -> None:
    house = House(connections=4)
    dawdling, brisk, idle, served = house.crowd(4, phase=Phase.TAKING)
    idle.at, served.at = Phase.IDLE, Phase.SERVED
    house.door.look()
    house.clock.now += 10
    dawdling.moved, brisk.moved = 90_000, 110_000
    assert house.come(phase=Phase.SERVED)
    assert cut([dawdling, brisk, idle, served]) == [2]
    assert house.come(phase=Phase.SERVED)
    assert cut([dawdling, brisk, idle, served]) == [0, 2]
    assert house.come() is None


def test_an_address_has_its_share() -> None:
    house = House(per_address=3)
    first = house.crowd(3, phase=Phase.SERVED)
    assert house.come() is None
    assert house.come("192.0.2.2") is not None
    first[1].at = Phase.IDLE
    assert house.come() is not None  # in the place of the one that does nothing
    assert [each.cuts for each in first] == [[], [Cut.SHARE], []]
    house.door.left(first[0])
    assert house.come() is not None
    assert house.come("192.0.2.1") is not None  # one of its own that has sent nothing so far makes room


def test_a_network_of_ipv6_shares_and_those_who_are_excepted_do_not() -> None:
    house = House(per_address=2)
    house.crowd(1, "2001:db8::1", Phase.SERVED)
    house.crowd(1, "2001:db8::ffff:2", Phase.SERVED)
    assert house.come("2001:db8::3") is None
    assert house.come("2001:db8:0:1::3") is not None
    house.crowd(50, "10.0.0.1", Phase.SERVED)


@pytest.mark.parametrize(
    ("address", "shared"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_which_addresses_are_one_client_s(address: str, shared: str) -> None:
    assert network(address) == shared


def test_who_is_too_slow_is_sent_away_and_counted_but_for_the_idle() -> None:
    def counted(why: str) -> float:
        return float(metrics.connections_cut.labels(why)._value.get())

    before = [counted(why) for why in ("receive", "send", "idle")]
    house = House()
    stands = [house.crowd(1, phase=phase)[0] for phase in Phase]
    house.door.look()
    house.clock.now += 120
    house.door.look()
    by_phase = {each.at: each.cuts for each in stands}
    assert by_phase == {
        Phase.IDLE: [Cut.IDLE],
        Phase.HEAD: [Cut.RECEIVE],
        Phase.BODY: [Cut.RECEIVE],
        Phase.TAKING: [Cut.SEND],
        Phase.SERVED: [],
    }
    assert [counted(why) for why in ("receive", "send", "idle")] == [before[0] + 2, before[1] + 1, before[2]]
    assert len(house.door) == 1


def test_it_is_said_at_most_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "darkroom.api")
    house = House(connections=16)
    for _ in range(100):
        house.crowd(20)
    house.door.look()
    assert len(caplog.records) == 1
    house.clock.now += 60
    house.door.look()
    assert len(caplog.records) >= 2
    said = [int(record.message.split()[1]) for record in caplog.records if "did nothing" in record.message]
    assert sum(said) == 2000 - 16


def test_who_is_served_keeps_what_it_holds() -> None:
    house = House(held=1000)
    served, taking, other = house.crowd(3, phase=Phase.TAKING)
    served.at = Phase.SERVED
    house.door.hold(served, 900)
    house.door.hold(taking, 100)
    assert house.later == []
    house.door.hold(other, 1)
    house.clock.now += 1
    other.moved = 5
    house.later.pop()()
    assert (served.cuts, taking.cuts, other.cuts) == ([], [Cut.BUFFERS], [Cut.BUFFERS])
    assert house.door.held == 900
    house.door.hold(served, 0)
    assert house.door.held == 0


def test_what_was_too_much_and_is_no_more_costs_nobody_the_connection() -> None:
    house = House(held=1000)
    one, two = house.crowd(2, phase=Phase.TAKING)
    house.door.hold(one, 900)
    house.door.hold(two, 900)
    house.door.hold(one, 0)
    house.later.pop()()
    assert cut([one, two]) == []
