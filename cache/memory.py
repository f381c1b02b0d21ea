"""The memory tier: the renders last asked for, inside this process."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import metrics
from cache.key import RenderKey
from cache.tier import LARGEST_SHARE, PROMPT, UNCOMMON_SHARE, Figures, IsCommon, all_common

# What an entry costs beside its render: key, strings, ints, and its places in the dictionary.
# tracemalloc counts 412 bytes an entry, over 50,000 of them on CPython 3.11; the rest is the allocator's.
ENTRY_OVERHEAD = 450


class MemoryTier:
    """Keeps renders up to `budget` bytes in all, their overhead included; the least recently used goes first, but where
    those in uncommon sizes have more than their part, of these the one that came first.

    Safe to use from many threads: the lock is held for dictionary work alone, below a microsecond.
    """

    name = "memory"
    shared = False

    def __init__(self, budget: int, is_common: IsCommon = all_common) -> None:
        self._budget = budget
        self._is_common = is_common
        self._uncommon: dict[RenderKey, int] = {}  # with their costs, in the order in which they came
        self._uncommon_used = 0
        self._renders: OrderedDict[RenderKey, bytes] = OrderedDict()
        self._used = 0
        self._lock = Lock()
        self._bytes = metrics.cache_bytes.labels(self.name)
        self._entries = metrics.cache_entries.labels(self.name)
        self._evictions = metrics.evictions.labels(self.name)

    def get(self, key: RenderKey) -> bytes | None:
        """The render, which thereby is the last to go; None where it is not here."""
        with self._lock:
            render = self._renders.get(key)
            if render is not None:
                self._renders.move_to_end(key)
            return render

    def held(self, keys: Sequence[RenderKey]) -> dict[RenderKey, int]:
        """Which of these renders are here, with the bytes of each."""
        with self._lock:
            return {key: len(self._renders[key]) for key in keys if key in self._renders}

    def has(self, key: RenderKey) -> bool:
        """Whether the render is here."""
        return key in self._renders

    def put(self, key: RenderKey, render: bytes, *, patience: float = PROMPT) -> bool:  # noqa: ARG002
        """Keeps `render`; False where it is too big for this tier."""
        if _cost(render) * LARGEST_SHARE > self._budget:
            self.drop(key)
            return False
        uncommon = not self._is_common(key)
        with self._lock:
            self._remove(key)
            self._renders[key] = render
            self._used += _cost(render)
            if uncommon:
                self._uncommon[key] = _cost(render)
                self._uncommon_used += _cost(render)
            evicted = self._make_room()
            self._report()
        if evicted:
            self._evictions.inc(evicted)
        return True

    def drop(self, key: RenderKey) -> None:
        """Forgets a render, if it is here."""
        with self._lock:
            self._remove(key)
            self._report()

    def drop_photo(self, photoid: str, keep_version: str | None = None) -> int:
        """Forgets all renders of a photo but those of one version; gives how many there were."""
        with self._lock:
            keys = list(self._renders)
        found = [key for key in keys if key.photoid == photoid and key.version != keep_version]
        for key in found:
            self.drop(key)
        return len(found)

    def figures(self) -> Figures:
        """How much is in here, in this process."""
        with self._lock:
            return Figures(len(self._renders), self._used - ENTRY_OVERHEAD * len(self._renders))

    def close(self) -> None:
        """Nothing: the memory goes with the process."""

    def _remove(self, key: RenderKey) -> None:
        render = self._renders.pop(key, None)
        if render is not None:
            self._used -= _cost(render)
            if self._uncommon:
                self._uncommon_used -= self._uncommon.pop(key, 0)

    def _make_room(self) -> int:
        evicted = 0
        while self._used > self._budget:
            over = self._uncommon_used * UNCOMMON_SHARE > self._used
            self._remove(next(iter(self._uncommon if over else self._renders)))
            evicted += 1
        return evicted

    def _report(self) -> None:
        self._bytes.set(self._used - ENTRY_OVERHEAD * len(self._renders))
        self._entries.set(len(self._renders))


def _cost(render: bytes) -> int:
    return len(render) + ENTRY_OVERHEAD
