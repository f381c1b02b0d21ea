"""Who has asked, by the address and the head: as the app is told later."""

import pytest

from api.http.connections.payers import Payers

PROXY = "10.0.0.1"
CLIENT = "203.0.113.9"


@pytest.mark.parametrize(
    ("address", "head", "payer"),
    [
        (CLIENT, {}, CLIENT),
        ("2001:db8:1:2:3::4", {}, "2001:db8:1:2::"),
        (CLIENT, {"X_FORWARDED_FOR": "192.0.2.1"}, CLIENT),  # of which anybody could write anything
        (PROXY, {"X_FORWARDED_FOR": CLIENT}, CLIENT),
        (PROXY, {"X_FORWARDED_FOR": f"192.0.2.1, {CLIENT}"}, CLIENT),  # the client's own word stands before
        (PROXY, {"X_FORWARDED_FOR": f"{CLIENT}:4711"}, CLIENT),
        (PROXY, {"X_FORWARDED_FOR": "2001:db8:1:2:3::4"}, "2001:db8:1:2::"),
        (PROXY, {"X_FORWARDED_FOR": ""}, PROXY),
        (PROXY, {"FORWARDED": f"for={CLIENT};proto=https"}, CLIENT),
        (PROXY, {"FORWARDED": 'for="[2001:db8:1:2:3::4]:4711"'}, "2001:db8:1:2::"),
        (PROXY, {"FORWARDED": "nonsense"}, PROXY),
        (PROXY, {"USER_AGENT": "something"}, PROXY),
    ],
)
def test_who_has_asked(address: str, head: dict[str, str], payer: str) -> None:
    assert Payers(PROXY, 1, {"x-forwarded-for", "forwarded", "x-forwarded-proto"}).of(address, head) == payer


def test_as_many_hops_count_as_are_trusted() -> None:
    head = {"X_FORWARDED_FOR": f"192.0.2.1, {CLIENT}, 10.0.0.7"}
    assert Payers(PROXY, 2, {"x-forwarded-for"}).of(PROXY, head) == CLIENT


@pytest.mark.parametrize(
    ("proxy", "headers"), [("", {"x-forwarded-for"}), (PROXY, set[str]()), (PROXY, {"forwarded", "x-forwarded-host"})]
)
def test_nobody_is_believed_of_whom_that_is_not_said(proxy: str, headers: set[str]) -> None:
    assert Payers(proxy, 1, headers).of(PROXY, {"X_FORWARDED_FOR": CLIENT}) == PROXY


def test_where_any_proxy_counts_each_is_one() -> None:
    assert Payers("*", 1, {"x-forwarded-for"}).of("10.9.9.9", {"X_FORWARDED_FOR": CLIENT}) == CLIENT
