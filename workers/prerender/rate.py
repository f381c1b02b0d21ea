"""How fast a job goes, by its last half minute: cached photos pass by a hundred times as fast as others."""

import math

SECONDS = 30.0


class MovingRate:
    """Photos a second, each of them the less the longer ago it was."""

    def __init__(self, now: float) -> None:
        self._at = now
        self._photos = self._seconds = 0.0

    def add(self, photos: int, now: float) -> float | None:
        """So many more photos are counted at a time in seconds; gives the rate, None as long as there is none."""
        fade = math.exp((self._at - now) / SECONDS)
        self._photos = self._photos * fade + photos
        self._seconds = self._seconds * fade + SECONDS * (1 - fade)
        self._at = now
        return self._photos / self._seconds if self._seconds > 0 else None
