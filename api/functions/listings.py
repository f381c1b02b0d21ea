"""`GET /api/timeline`, `GET /api/photos`: what is in a view or a gallery, for a grid that shows some of it."""

from collections.abc import Sequence
from functools import partial

import falcon

from api.functions.metadata import MetadataOf, file_name
from api.http.answers import answer
from api.http.errors import RequestError
from api.http.params import Params, number, required
from api.identify import Identify, Listing
from api.limits.patience import SECONDS, patience_of
from catalog.damages import Damages
from catalog.errors import Missing
from catalog.generations import Generations, Memo
from catalog.lists.snapshots import Snapshots
from catalog.lists.timeline import Section, sections
from catalog.metadata import Metadata
from catalog.people.access import METADATA
from catalog.photoid import parse_photoid
from catalog.photos import Photo
from catalog.render_failures import RenderFailure, RenderFailures
from catalog.search.patience import Patience
from catalog.search.turns import Turns
from workers.versions import key_version

COUNT, MOST = 100, 500  # photos of an answer: where nothing is said, and at most
REMEMBERED = 256  # lists whose months are remembered
AT_ONCE, PLACES = 2, 16  # lists whose months are looked for, and those who wait for it, where nothing else is said


class Timeline:
    """`GET /api/timeline`: the months of a view or a gallery that is sorted by date."""

    def __init__(
        self,
        identify: Identify,
        snapshots: Snapshots,
        generations: Generations,
        turns: Turns | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._identify = identify
        self._snapshots = snapshots
        self._turns = turns or Turns(AT_ONCE, PLACES)
        self._seconds = seconds
        # Two thousand photos are looked at for it, which everybody who comes to the page would have to wait for.
        self._sections = Memo(lambda: generations.photos, self._find, REMEMBERED)

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Where each month begins; no months where it is not sorted so, or where dates are not for the caller."""
        listing = self._identify.listed(self._identify.asked(request, response), request.remote_addr)
        found = self._found(request, listing) if listing.rights.may(METADATA) else []
        shown = [{"month": each.month, "first": each.first, "count": each.count} for each in found]
        answer(response, {"count": listing.count, "sections": shown})

    def _found(self, request: falcon.Request, listing: Listing) -> list[Section]:
        known = self._sections.remembered(listing)
        if known is not None:
            return known
        with patience_of(request, self._seconds) as patience, self._turns.taken(patience):
            return self._sections(listing, partial(self._find, patience=patience))

    def _find(self, listing: Listing, patience: Patience | None = None) -> list[Section]:
        def months_at(places: Sequence[int]) -> list[str | None]:
            if patience is not None:
                patience.check()
            photoids = [self._snapshots.photoid(listing.snapshot, place) for place in places]
            photos = self._identify.in_sight(listing.rights, photoids)
            return [photo.created[:7] if (photo := photos.get(each)) else None for each in photoids]

        return sections(listing.count, months_at)


class SomePhotos:
    """`GET /api/photos`: a range of a view or a gallery."""

    def __init__(
        self,
        identify: Identify,
        snapshots: Snapshots,
        render_failures: RenderFailures,
        damages: Damages,
        metadata: MetadataOf,
    ) -> None:
        self._identify = identify
        self._snapshots = snapshots
        self._render_failures = render_failures
        self._damages = damages
        self._metadata = metadata

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Photos from a place on, or from a photo on, in order; one that is gone or out of sight keeps its place."""
        params = self._identify.asked(request, response)
        listing = self._identify.listed(params, request.remote_addr)
        count = _count(params)
        first = self._first(params, listing)
        photoids = self._snapshots.some(listing.snapshot, first, count) if first < listing.count else []
        photos = self._identify.in_sight(listing.rights, photoids)
        failures = self._render_failures.among(photos)
        told = listing.rights.may(METADATA)
        known = self._metadata(list(photos)) if told else {}
        shown = [
            _shown(photo, failures.get(each), self._damages.of(photo)) | (_told(photo, known.get(each)) if told else {})
            if (photo := photos.get(each))
            else {"photoID": each, "gone": True}
            for each in photoids
        ]
        answer(response, {"count": listing.count, "first": first, "photos": shown})

    def _first(self, params: Params, listing: Listing) -> int:
        """The first place that is wanted: as it is given, or where the photo is that is given."""
        if "photoid" not in params:
            return number(params, "first") if "first" in params else 0
        place = self._snapshots.index(listing.snapshot, parse_photoid(required(params, "photoid")))
        if place is None:
            raise Missing("This photo is not among those of the view or the gallery.")
        return place


def _count(params: Params) -> int:
    count = number(params, "count") if "count" in params else COUNT
    if not 1 <= count <= MOST:
        raise RequestError("malformed", f"The parameter count is {count}: 1 to {MOST} photos can be asked for.")
    return count


def _shown(photo: Photo, failure: RenderFailure | None, damage: str) -> dict[str, object]:
    """What everybody is told of a photo that he may see."""
    failed = failure.reason if failure else None
    version = key_version(photo.version)
    size = {"width": photo.width, "height": photo.height}
    return {"photoID": photo.photoid, "version": version, **size, "failed": failed, "damaged": damage or None}


def _told(photo: Photo, known: Metadata | None) -> dict[str, object]:
    """What is told to those who may see metadata."""
    return {
        "fileName": file_name(photo),
        "title": known.title if known else "",
        "creationDate": photo.created,
    }
