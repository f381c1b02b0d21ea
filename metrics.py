"""Every metric of Darkroom: its name, labels and meaning. One table, one source.

Where `PROMETHEUS_MULTIPROC_DIR` names a folder (`config.share_metrics` sets it), the figures of all processes
that share it are added up; elsewhere they are this process's own. prometheus-client reads that variable when it
is imported, so it must be set before this module is.
"""

import os
import weakref
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second sample for each figure, which nobody asked for

requests = Counter("darkroom_requests", "Requests answered.", ["function", "status"])
remembered = Counter("darkroom_remembered", "Answers given again without the app; they are requests, too.")
cache_requests = Counter("darkroom_cache_requests", "Look-ups of a render, by tier.", ["tier", "result"])
cache_bytes = Gauge("darkroom_cache_bytes", "Bytes of the renders in a tier.", ["tier"], multiprocess_mode="livesum")
cache_entries = Gauge("darkroom_cache_entries", "Renders in a tier.", ["tier"], multiprocess_mode="livesum")
evictions = Counter("darkroom_evictions", "Renders dropped to keep a tier in its budget.", ["tier"])
renders = Counter("darkroom_renders", "Renders made or tried.", ["queue", "result"])
render_seconds = Histogram(
    "darkroom_render_seconds",
    "Seconds that a render took, without its time in the queue.",
    ["queue"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
)
flights = Gauge("darkroom_flights", "Flights: renders under way that somebody waits for.", multiprocess_mode="livesum")
untrusted_users = Counter(
    "darkroom_untrusted_users", "Requests that said who is signed in, and came from another than the trusted proxy."
)
shed = Counter("darkroom_shed", "Requests shed: refused with 503, by the reason.", ["reason"])
limited = Counter(
    "darkroom_limited", "Requests refused with 429, by the limit that their caller has reached.", ["limit"]
)
connections = Gauge("darkroom_connections", "Connections of clients.", multiprocess_mode="livesum")
connections_cut = Counter("darkroom_connections_cut", "Connections that were closed, by the reason.", ["reason"])


Figures = Callable[[], Mapping[str, tuple[int, int]]]
_shared: list["weakref.WeakMethod[Figures]"] = []


def watch_shared(figures: Figures) -> None:
    """Lets `figures`, a method, say at each scrape what the tiers hold that processes share: entries and bytes by tier.

    Every process would report the same of them, so a sum would be wrong. The last one that was given counts.
    """
    _shared[:] = [weakref.WeakMethod(figures)]


class _WithShared(Collector):
    """What `registry` collects, and of the cache also the tiers that processes share."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        """All metrics."""
        families = {metric.name: metric for metric in self._registry.collect()}
        for figures in filter(None, (reference() for reference in _shared)):
            for tier, values in figures().items():
                for gauge, value in zip((cache_entries, cache_bytes), values, strict=True):
                    (description,) = gauge.describe()
                    family = families.setdefault(description.name, description)
                    family.add_sample(description.name, {"tier": tier}, value)
        return families.values()


class QueueLengths(Collector):
    """`darkroom_queue_length{queue}`, asked of the broker when it is scraped."""

    def __init__(self, lengths: Iterable[tuple[str, int]]) -> None:
        self._lengths = lengths

    def collect(self) -> Iterable[Metric]:
        """One sample a queue."""
        metric = Metric("darkroom_queue_length", "Renders waiting in a queue.", "gauge")
        for queue, length in self._lengths:
            metric.add_sample("darkroom_queue_length", {"queue": queue}, length)
        return [metric]


class VanishedPhotos(Collector):
    """`darkroom_photos_held{root}` and `darkroom_photos_missing{root}`, asked of the catalogue when it is scraped."""

    def __init__(self, vanished: Iterable[tuple[str, int, int]]) -> None:
        self._vanished = vanished

    def collect(self) -> Iterable[Metric]:
        """Two samples a photo root; a root from which nothing has vanished has none."""
        held = Metric(
            "darkroom_photos_held", "Photos that vanished at once, shown until somebody lets them go.", "gauge"
        )
        missing = Metric(
            "darkroom_photos_missing", "Photos that have vanished, and are known if they come back.", "gauge"
        )
        for root, *counts in self._vanished:
            for metric, count in zip((held, missing), counts, strict=True):
                metric.add_sample(metric.name, {"root": root}, count)
        return [held, missing]


def exposition(queue_lengths: Iterable[tuple[str, int]] = (), vanished: Iterable[tuple[str, int, int]] = ()) -> bytes:
    """All metrics in the Prometheus text format, true over all processes of this host.

    `vanished` are photo roots, each with how many of its photos are held, and how many are missing.
    """
    registry = REGISTRY
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        _forget_the_dead(Path(folder))
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    whole = CollectorRegistry()
    whole.register(_WithShared(registry))
    whole.register(QueueLengths(queue_lengths))
    whole.register(VanishedPhotos(vanished))
    return generate_latest(whole)


def _forget_the_dead(folder: Path) -> None:
    """Removes the gauges of processes that are gone, which prometheus-client would count for ever."""
    for file in folder.glob("gauge_live*_*.db"):
        try:
            os.kill(int(file.stem.rpartition("_")[2]), 0)  # signal 0 asks, and does nothing
        except ProcessLookupError:
            file.unlink(missing_ok=True)
        except PermissionError:
            continue  # it lives, as another user's
