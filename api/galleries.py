"""Shared galleries: getSharedGallerys (the vendor's spelling), getGallery, and sharing."""

from collections.abc import Callable, Mapping, Sequence

import falcon

from api.answers import answer
from api.bodies import json_object
from api.errors import RequestError
from api.identify import Caller, Identify
from api.metadata import MetadataOf, described
from api.params import flag, parse, required
from catalog.access import METADATA, SHARE, Access
from catalog.changes import Changes
from catalog.errors import PhotoMissing
from catalog.metadata import Metadata
from catalog.photoid import decode, parse_photoid
from catalog.photos import Photo
from catalog.shares import Share, Shares, Terms, timestamp, written
from catalog.views import Views

TYPES: Mapping[str, type] = {
    "vid": int,
    "ranges": list,
    "photoids": list,
    "name": str,
    "description": str,
    "expires": str,
    "indexmarked": int,
    "public": bool,
}

PhotoById = Callable[[str], Photo]


def shown(share: Share) -> dict[str, object]:
    """A gallery's fields, as the Web API has them."""
    return {
        "sid": share.sid,
        "uid": share.uid,
        "name": share.terms.name,
        "description": share.terms.description,
        "count": share.count,
        "indexmarked": share.terms.indexmarked,
        "created": written(share.created),
        "expires": written(share.terms.expires),
    }


class GetSharedGallerys:
    """`getSharedGallerys`: those that were shared as public."""

    def __init__(self, shares: Shares) -> None:
        self._shares = shares

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers to anybody."""
        parse(request.query_string)
        gallerys = [shown(share) for share in self._shares.public()]
        answer(response, {"count": len(gallerys), "gallerys": gallerys})


class GetGallery:
    """`getGallery`: one gallery, to whoever has its sid."""

    def __init__(self, shares: Shares, access: Access, photo_by_id: PhotoById, metadata: MetadataOf) -> None:
        self._shares = shares
        self._access = access
        self._photo_by_id = photo_by_id
        self._metadata = metadata

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the gallery; with its photos, where that is asked for and its user may see metadata."""
        params = parse(request.query_string)
        share = self._shares.by_sid(required(params, "sid"))
        body = shown(share)
        if flag(params, "withmeta") and self._access.owner(share.uid).may(METADATA):
            photoids = self._shares.photoids(share)
            known = self._metadata(photoids)
            body["photos"] = [self._described(photoid, share, known.get(photoid)) for photoid in photoids]
        answer(response, body)

    def _described(self, photoid: str, share: Share, known: Metadata | None) -> dict[str, object]:
        """A photo that is gone, or no longer for the gallery's user, keeps its place: indexes stay true."""
        if not self._access.sees(self._access.owner(share.uid), photoid):
            return {"photoID": photoid}
        try:
            return described(self._photo_by_id(photoid), known)
        except PhotoMissing:
            return {"photoID": photoid}


class SharesResource:
    """`POST /api/shares`, `DELETE /api/shares/<sid>`."""

    def __init__(
        self,
        identify: Identify,
        shares: Shares,
        views: Views,
        access: Access,
        photo_by_id: PhotoById,
        changes: Changes,
    ) -> None:
        self._identify = identify
        self._shares = shares
        self._views = views
        self._access = access
        self._photo_by_id = photo_by_id
        self._changes = changes

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The caller's galleries, the newest first."""
        caller = self._identify.caller(self._identify.asked(request, response), request.remote_addr, SHARE)
        mine = self._shares.of_user(caller.rights.uid)
        answer(response, {"shares": [shown(share) | {"public": share.terms.public} for share in mine]})

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """Shares the photos of a view, or those of a list: 201 and the gallery."""
        caller = self._identify.caller(self._identify.asked(request, response), request.remote_addr, SHARE)
        body = json_object(request, TYPES)
        photoids = self._photoids(caller, body)
        share = self._shares.make(caller.rights.uid, b"".join(map(decode, photoids)), _terms(body))
        response.status = 201
        answer(response, shown(share))

    def on_delete_one(self, request: falcon.Request, response: falcon.Response, sid: str) -> None:
        """Ends a gallery of the caller's: 204."""
        caller = self._identify.caller(self._identify.asked(request, response), request.remote_addr, SHARE)
        self._shares.remove(sid, caller.rights)
        self._changes.look()
        response.status = 204

    def _photoids(self, caller: Caller, body: Mapping[str, object]) -> list[str]:
        """The photos to be shared, each one that the caller may see."""
        vid, listed, ranges = body.get("vid"), body.get("photoids"), body.get("ranges")
        if isinstance(vid, int) and listed is None:
            everything = self._views.everything(self._identify.session(caller), vid)
            return everything if ranges is None else _in_ranges(everything, ranges)
        if isinstance(listed, list) and vid is None and ranges is None:
            if not all(isinstance(each, str) for each in listed):
                raise RequestError("malformed", "photoids is a list of photo ids.")
            photoids = [self._photo_by_id(parse_photoid(each)).photoid for each in listed]
            for photoid in photoids:
                self._access.require_sight(caller.rights, photoid)
            return photoids
        raise RequestError("malformed", "What is to be shared? Name either vid, maybe with ranges of it, or photoids.")


def _in_ranges(photoids: Sequence[str], ranges: object) -> list[str]:
    """The photos of ranges, each of which is a first place and a number of photos.

    Raises:
        RequestError: malformed: these are none, or they reach beyond the end.
    """
    chosen: list[str] = []
    for each in ranges if isinstance(ranges, list) else ():
        match each:
            case [int(first), int(count)] if 0 <= first < first + count <= len(photoids):
                chosen += photoids[first : first + count]
            case _:
                raise RequestError(
                    "malformed", f"ranges is a list of [first, count], within the {len(photoids)} photos of the view."
                )
        if len(chosen) > len(photoids):
            raise RequestError("malformed", "The ranges have more photos than the view: some overlap.")
    return chosen


def _terms(body: Mapping[str, object]) -> Terms:
    given = {name: body[name] for name in Terms.__slots__ if body.get(name) is not None}
    if "expires" in given:
        given["expires"] = None if given["expires"] == "never" else timestamp(str(given["expires"]))
    return Terms(**given)  # type: ignore[arg-type]  # their types were looked at as the body was read
