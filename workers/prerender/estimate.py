"""What a job will need of the cache, and what there is for it. Pure functions, but for `Estimator`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cache.disk import DiskTier
from cache.disk.rows import Size
from cache.errors import TierError
from cache.key import RenderKey
from cache.render_cache import RenderCache
from catalog.jobs.progress import JobPhoto
from catalog.lists.snapshots import ids
from catalog.photoid import SIZE
from config import Settings
from workers.devices import Box
from workers.prerender.missing import MissingRenders

# A job stops here, rather than evict what it has just rendered; the rest is for what people ask for.
SHARE = 0.8

# Bytes of a render at the usual quality, where none of its size is cached: so many, and so many for each pixel.
# Measured on photos of 3 to 20 megapixels.
FIXED, EACH_PIXEL = 4000, 0.1
SAMPLED = 400  # photos of a job that are looked at for its estimate
FEWEST = 20  # cached renders of about a size from which its bytes are told

NO_CACHE = "There is no cache to render into: cache.disk.bytes or cache.disk.entries is 0, and there is no Redis."


@dataclass(frozen=True, slots=True)
class Estimate:
    """Bytes that a job is thought to need, of `room` that the cache may hold in all; `renders` are at most so many."""

    bytes: int
    room: int
    renders: int

    @property
    def limit(self) -> int:
        """The bytes at which a job stops."""
        return int(self.room * SHARE)


def render_bytes(pixels: int, cached: Iterable[Size]) -> float:
    """What a render of so many pixels is thought to take, by the cached ones of half to twice as many."""
    near = [
        size for size in cached if pixels <= 2 * size.width * size.height and size.width * size.height <= 2 * pixels
    ]
    if sum(size.entries for size in near) < FEWEST:
        return FIXED + EACH_PIXEL * pixels
    per_pixel = sum(size.bytes for size in near) / sum(size.entries * size.width * size.height for size in near)
    return per_pixel * pixels


def sample(photoids: Sequence[str]) -> list[JobPhoto]:
    """Photos from all over a list, SAMPLED at most."""
    step = max(1, len(photoids) // SAMPLED)
    return [JobPhoto(place, photoids[place]) for place in range(0, len(photoids), step)]


def human_bytes(size: float) -> str:
    """A number of bytes for people."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"


class Estimator:
    """Says what jobs will need, and what there is for them."""

    def __init__(self, settings: Settings, cache: RenderCache, missing: MissingRenders) -> None:
        self._settings = settings
        self._cache = cache
        self._missing = missing

    def of(self, photoids: bytes, boxes: Sequence[Box]) -> Estimate:
        """What rendering these photos (ids of 16 bytes) in these sizes takes; told from a sample of them."""
        looked_at = sample(ids(photoids))
        missing = [key for each in self._missing.triage(looked_at, boxes).missing for key in each.keys]
        held = self._cache.held(missing)
        cached = self._sizes()
        size = sum(self._estimated(key, cached) for key in missing if key not in held)
        factor = len(photoids) / SIZE / max(1, len(looked_at))
        return self.now(round(size * factor))

    def now(self, size: int) -> Estimate:
        """A job that needs so many bytes, and what there is for it now."""
        return Estimate(size, self._room(), self._renders())

    def _room(self) -> int:
        """Bytes that the lowest tier with a budget may hold; on disk no more than there is beside other programs."""
        settings, disk = self._settings, self._disk()
        if disk is not None:
            try:
                return disk.room()
            except (OSError, TierError):
                return settings.cache_disk_bytes
        return settings.cache_redis_bytes if settings.distributed else 0

    def _renders(self) -> int:
        return int(self._settings.cache_disk_entries * SHARE) if self._disk() is not None else 10**9

    def _disk(self) -> DiskTier | None:
        return next((tier for tier in self._cache.tiers if isinstance(tier, DiskTier)), None)

    def _sizes(self) -> list[Size]:
        disk = self._disk()
        try:
            return disk.sizes(1000) if disk is not None else []
        except (OSError, TierError):
            return []  # an index that can't be read is told of elsewhere

    @staticmethod
    def _estimated(key: RenderKey, cached: list[Size]) -> float:
        return render_bytes(key.width * key.height, cached)
