"""Failures of renders that come when those who have waited are gone: they are told to the next who asks.

A render that has begun is finished, though it may take longer than anybody waits. Where it fails in the end, nobody
would hear of it, and each who asks would have it begun anew.
"""

import threading
from collections import OrderedDict
from typing import TypeVar

from cache.key import RenderKey
from workers.errors import Damaged, Unsupported
from workers.flights.registry import Completion

MOST = 1000  # renders, and photos, of which this is kept
OF_THE_PHOTO = (Damaged.kind, Unsupported.kind)  # what would come of it the next time too

Name = TypeVar("Name")
Value = TypeVar("Value")

Source = tuple[str, str]
"""A photo's id, and the version of its file with the pipeline's revision."""


class LateFailures:
    """What one front end keeps. Safe to use from many threads."""

    def __init__(self) -> None:
        self._expected: OrderedDict[str, Source] = OrderedDict()
        self._failed: OrderedDict[Source, Completion] = OrderedDict()
        self._lock = threading.Lock()

    def expect(self, key: RenderKey) -> None:
        """Nobody waits here for that render any more."""
        with self._lock:
            _keep(self._expected, key.name, (key.photoid, key.version))

    def heard(self, completion: Completion) -> None:
        """How a render went; kept where it was expected, and speaks against the photo."""
        if not self._expected:  # the usual case
            return
        with self._lock:
            source = self._expected.pop(completion.key, None)
            if source is not None and completion.outcome in OF_THE_PHOTO:
                _keep(self._failed, source, completion)

    def take(self, key: RenderKey) -> Completion | None:
        """What speaks against the photo of that render, in whatever size, and is forgotten: the caller tells of it."""
        if not self._failed:  # the usual case
            return None
        with self._lock:
            return self._failed.pop((key.photoid, key.version), None)


def _keep(kept: OrderedDict[Name, Value], name: Name, value: Value) -> None:
    kept[name] = value
    if len(kept) > MOST:
        kept.popitem(last=False)
