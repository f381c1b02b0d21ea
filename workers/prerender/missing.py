"""Which of a photo's common sizes are missing, as nobody has to render what is cached."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cache.key import RenderKey
from cache.render_cache import RenderCache
from catalog.jobs.progress import FailedPhoto, JobPhoto
from catalog.photos import Photo, Photos
from catalog.render_failures import RenderFailures
from workers.devices import Box
from workers.errors import TooLarge
from workers.sizing import DEFAULT_QUALITY, Size, output_size
from workers.versions import key_version

GONE = "The photo is no longer in the library."


@dataclass(frozen=True, slots=True)
class Pending:
    """A photo of a job of which renders are missing, and the keys of all that are wanted of it."""

    job_photo: JobPhoto
    photo: Photo
    keys: tuple[RenderKey, ...]


@dataclass(slots=True)
class Triage:
    """What was found out about photos; `bytes` are those of the renders of the ones that are cached."""

    cached: list[JobPhoto] = field(default_factory=list)
    missing: list[Pending] = field(default_factory=list)
    failed: list[FailedPhoto] = field(default_factory=list)
    bytes: int = 0


def keys_of(photo: Photo, boxes: Iterable[Box], max_side: int, thumbs_height: int) -> tuple[RenderKey, ...]:
    """The keys that getPhoto and getThumbnail have for a photo in these sizes, each once; a size beyond `max_side` is
    left out, unless it is the thumbnail's, which fits.
    """
    version, own = key_version(photo.version), Size(photo.width, photo.height)
    sizes: dict[Size, None] = {}
    for box in boxes:
        try:
            fits = box == Box(None, thumbs_height)
            sizes[output_size(own, box.width, box.height, max_side, fits=fits)] = None
        except TooLarge:  # of this photo's shape: getPhoto says no too
            continue
    return tuple(RenderKey(photo.photoid, version, size.width, size.height, DEFAULT_QUALITY) for size in sizes)


class MissingRenders:
    """Looks photos up: in the catalogue, among those that can't be rendered, in the cache. Hundreds at a time."""

    def __init__(
        self,
        photos: Photos,
        render_failures: RenderFailures,
        cache: RenderCache,
        *,
        max_side: int,
        thumbs_height: int,
    ) -> None:
        self._photos = photos
        self._render_failures = render_failures
        self._cache = cache
        self._max_side = max_side
        self._thumbs_height = thumbs_height

    def triage(self, job_photos: Sequence[JobPhoto], boxes: Sequence[Box]) -> Triage:
        """Sorts photos by what is to be done about them."""
        photos = self._photos.by_ids([each.photoid for each in job_photos])
        known = self._render_failures.among(photos)
        keys = {
            photoid: keys_of(photo, boxes, self._max_side, self._thumbs_height) for photoid, photo in photos.items()
        }
        held = self._cache.held([key for each in keys.values() for key in each])
        triage = Triage()
        for each in job_photos:
            photo = photos.get(each.photoid)
            if photo is None:
                triage.failed.append(FailedPhoto(each.place, each.photoid, GONE))
            elif held.keys() >= set(keys[photo.photoid]):
                triage.cached.append(each)
                triage.bytes += sum(held[key] for key in keys[photo.photoid])
            elif photo.photoid in known:
                triage.failed.append(FailedPhoto(each.place, photo.photoid, known[photo.photoid].reason))
            else:
                triage.missing.append(Pending(each, photo, keys[photo.photoid]))
        return triage

    def bytes(self, pending: Iterable[Pending]) -> int:
        """How many bytes the cache holds of these photos, in the sizes that are wanted."""
        return sum(self._cache.held([key for each in pending for key in each.keys]).values())
