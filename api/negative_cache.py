"""Negative caching: a photo that could not be rendered is not tried again while its file is the same."""

from collections.abc import Iterator
from contextlib import contextmanager

from catalog.photos import Photo
from catalog.render_failures import RenderFailure, RenderFailures
from workers.errors import Damaged, RenderError, Unsupported

ERRORS: dict[str, type[RenderError]] = {error.kind: error for error in (Damaged, Unsupported)}


class NegativeCache:
    """The photos that are known to fail. Workers have no database: the side that hears of a failure notes it."""

    def __init__(self, render_failures: RenderFailures) -> None:
        self._render_failures = render_failures

    def has(self, photo: Photo) -> bool:
        """Whether it can't be rendered."""
        return self._render_failures.of(photo) is not None

    @contextmanager
    def recording(self, photo: Photo) -> Iterator[None]:
        """Around whatever tries a photo.

        Raises:
            Damaged, Unsupported: at once where that is known, else noted as it happens.
        """
        known = self._render_failures.of(photo)
        if known is not None:
            raise ERRORS[known.kind](known.reason)
        try:
            yield
        except (Damaged, Unsupported) as error:
            self._render_failures.try_remember(photo, RenderFailure(error.kind, str(error)))
            raise
