"""Whose connections there are: each one's by themselves, and who has most of them."""

from collections.abc import Iterator
from typing import Generic, TypeVar

Each = TypeVar("Each")


class Shares(Generic[Each]):
    """What there is, by whose it is. To add and to remove take no longer where there is more of it."""

    def __init__(self) -> None:
        self._of: dict[str, dict[Each, None]] = {}
        self._sized: dict[int, dict[str, None]] = {}  # those who have so many
        self._most = 0

    def __len__(self) -> int:
        """How many have some."""
        return len(self._of)

    def add(self, whose: str, each: Each) -> None:
        """One more of somebody's."""
        share = self._of.setdefault(whose, {})
        before = len(share)
        share[each] = None
        self._move(whose, before, len(share))

    def remove(self, whose: str, each: Each) -> None:
        """One less."""
        share = self._of[whose]
        before = len(share)
        del share[each]
        self._move(whose, before, len(share))
        if not share:
            del self._of[whose]

    def of(self, whose: str) -> list[Each]:
        """Somebody's, in the order in which they came."""
        return list(self._of.get(whose, ()))

    def count(self, whose: str) -> int:
        """How many those are."""
        return len(self._of.get(whose, ()))

    def most(self) -> int:
        """How many whoever has most has."""
        return self._most

    def who_have(self, number: int) -> list[str]:
        """Those who have exactly so many."""
        return list(self._sized.get(number, ()))

    def by_size(self) -> Iterator[tuple[str, int]]:
        """Everybody, and how many they have; who has most first."""
        for size in range(self._most, 0, -1):
            for whose in self.who_have(size):
                yield whose, size

    def _move(self, whose: str, before: int, after: int) -> None:
        if before:
            del self._sized[before][whose]
            if not self._sized[before]:
                del self._sized[before]
        if after:
            self._sized.setdefault(after, {})[whose] = None
        if after > self._most or self._most not in self._sized:
            self._most = after  # it changes by one at a time
