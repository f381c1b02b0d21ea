"""What a tier is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cache.key import RenderKey

# A render above this share of a tier's budget is not taken: it would push out all the others.
LARGEST_SHARE = 8

# Uncommon renders have one of so many parts of what is in a tier, once others want their room.
UNCOMMON_SHARE = 4

IsCommon = Callable[[RenderKey], bool]
"""Whether a render is in a size that many want. Of others anybody can have any number made, wanted once."""


def all_common(_: RenderKey) -> bool:
    """Where no size is told from the others."""
    return True


# Seconds that a put may wait for its turn: where a request has its render already, after making one, in the background.
HURRIED, PROMPT, PATIENT = 0.025, 0.25, 5.0


@dataclass(frozen=True, slots=True)
class Figures:
    """How many renders there are in a tier, and their bytes."""

    entries: int
    bytes: int


class Tier(Protocol):
    """One place where renders are kept. Its methods may raise OSError or TierError."""

    @property
    def name(self) -> str:
        """The tier's name in metrics and logs."""

    @property
    def shared(self) -> bool:
        """Whether other processes see what is put here."""

    def get(self, key: RenderKey) -> bytes | None:
        """The render; None where it is not here."""

    def held(self, keys: Sequence[RenderKey]) -> dict[RenderKey, int]:
        """Which of these renders are here, with the bytes of each; none of them counts as used."""

    def has(self, key: RenderKey) -> bool:
        """Whether the render is here; that it was asked for is no use of it."""

    def put(self, key: RenderKey, render: bytes, *, patience: float = PROMPT) -> bool:
        """Keeps the render; False where this tier does not take one like it.

        One for which there is no place within `patience` seconds is rather not kept than late.
        """

    def drop(self, key: RenderKey) -> None:
        """Forgets the render, if it is here."""

    def drop_photo(self, photoid: str, keep_version: str | None = None) -> int:
        """Forgets all renders of a photo but those of one version; gives how many there were."""

    def figures(self) -> Figures:
        """How much is in here."""

    def close(self) -> None:
        """Lets go of files and connections; whoever uses the tier again opens them again."""
