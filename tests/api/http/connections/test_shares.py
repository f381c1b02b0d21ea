"""Whose there are how many, whatever comes and goes."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from api.http.connections.shares import Shares


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 5))))
def test_who_has_most_is_known_whatever_comes_and_goes(steps: list[tuple[str, int]]) -> None:
    shares: Shares[tuple[str, int]] = Shares()
    there: dict[tuple[str, int], None] = {}
    for step in steps:
        if step in there:
            del there[step]
            shares.remove(step[0], step)
        else:
            there[step] = None
            shares.add(step[0], step)
        counts = Counter(whose for whose, _ in there)
        assert shares.most() == max(counts.values(), default=0)
        listed = list(shares.by_size())
        assert dict(listed) == counts
        assert [count for _, count in listed] == sorted(counts.values(), reverse=True)
        for number in range(1, 7):
            assert set(shares.who_have(number)) == {whose for whose, count in counts.items() if count == number}
        for whose in "abcd":
            assert shares.of(whose) == [each for each in there if each[0] == whose]
            assert shares.count(whose) == counts[whose]
