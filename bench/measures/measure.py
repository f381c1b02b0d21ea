"""What the measures have in common: how much is to be measured, in which sizes, and whose turn it is."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bench.data.library import Photo
from bench.reporting.results import Measured
from workers.sizing import Size

BOXES = {"256x256": Size(256, 256), "1920x1080": Size(1920, 1080), "2560x1600": Size(2560, 1600)}
EMBEDDED, DISTRIBUTED = "Darkroom", "Darkroom, distributed"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is to be measured: samples of each, seconds under load for each sample, and a time after which no
    other photo is begun. `say` is told how it goes on."""

    turns: int = 5
    load_seconds: int = 3
    budget: float = 200.0
    photos: int = 1000
    say: Callable[[str], None] = print
    began: float = field(default_factory=time.monotonic)

    def goes_on(self) -> bool:
        """Whether there is time for more."""
        return time.monotonic() - self.began < self.budget


T = TypeVar("T")
Measure = Callable[[Plan], Measured]


def in_turn(row: Sequence[T], number: int) -> list[T]:
    """The row begun at another place in each turn, so that nobody always comes after the same one."""
    start = number % len(row)
    return [*row[start:], *row[:start]]


def largest(some: list[Photo]) -> Photo:
    """The photo with the most pixels; of two the one of a camera, which is the larger file."""
    return max(some, key=lambda photo: (photo.pixels, photo.name.startswith("camera")))
