"""Shared galleries: getSharedGallerys (the vendor's spelling), getGallery, and sharing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import falcon

from api.functions.metadata import MetadataOf, described
from api.http.answers import answer, encoded, say_json
from api.http.bodies import is_a, json_object
from api.http.errors import RequestError
from api.http.params import flag, parse, required
from api.identify import Caller, Identify
from api.long_answers import LongAnswers
from catalog.damages import Damages
from catalog.generations import Generations
from catalog.lists.shares import Share, Shares, Terms, format_timestamp, parse_timestamp
from catalog.lists.snapshots import CHUNK, joined
from catalog.lists.views import Views
from catalog.people.access import METADATA, SHARE, Access, Rights
from catalog.people.audit import Author
from catalog.photoid import SIZE, parse_photoid
from catalog.photos import Photo

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


def gallery_json(share: Share) -> dict[str, object]:
    """A gallery's fields, as the Web API has them."""
    return {
        "sid": share.sid,
        "uid": share.uid,
        "name": share.terms.name,
        "description": share.terms.description,
        "count": share.count,
        "indexmarked": share.terms.indexmarked,
        "created": format_timestamp(share.created),
        "expires": format_timestamp(share.terms.expires),
    }


class GetSharedGallerys:
    """`getSharedGallerys`: those that were shared as public."""

    def __init__(self, shares: Shares) -> None:
        self._shares = shares

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers to anybody."""
        parse(request.query_string)
        gallerys = [gallery_json(share) for share in self._shares.public()]
        answer(response, {"count": len(gallerys), "gallerys": gallerys})


class GetGallery:
    """`getGallery`: one gallery, to whoever has its sid."""

    def __init__(
        self,
        identify: Identify,
        shares: Shares,
        access: Access,
        metadata: MetadataOf,
        damages: Damages,
        long_answers: LongAnswers | None = None,
    ) -> None:
        self._long_answers = long_answers or LongAnswers()
        self._identify = identify
        self._shares = shares
        self._access = access
        self._metadata = metadata
        self._damages = damages

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the gallery; with its photos, where that is asked for and its user may see metadata."""
        params = parse(request.query_string)
        share = self._shares.by_sid(required(params, "sid"))
        body = gallery_json(share)
        rights = self._access.owner(share.uid)
        if not (flag(params, "withmeta") and rights.may(METADATA)):
            answer(response, body)
        elif share.count <= CHUNK:
            answer(response, body | {"photos": self._described(rights, self._shares.photoids(share))})
        else:
            say_json(response)
            self._long_answers.answer(request, response, (share, rights), lambda: self._pieces(share, rights))

    def _pieces(self, share: Share, rights: Rights) -> Iterator[bytes]:
        """The same as one answer would be, some hundred photos at a time."""
        between = encoded(gallery_json(share)).removesuffix(b"}") + b', "photos": ['
        for photoids in self._shares.parts(share):
            yield between + encoded(self._described(rights, photoids))[1:-1]
            between = b", "
        yield b"]}"

    def _described(self, rights: Rights, photoids: Sequence[str]) -> list[dict[str, object]]:
        """Photos that are gone, or no longer for the gallery's user, keep their places: indexes stay true."""
        # Asked for many at a time: galleries have 100,000 photos too, and anybody may ask.
        photos = self._identify.in_sight(rights, photoids)
        known = self._metadata(list(photos))
        return [
            described(photo, known.get(each), self._damages.of(photo))
            if (photo := photos.get(each))
            else {"photoID": each}
            for each in photoids
        ]


class SharesResource:
    """`POST /api/shares`, `DELETE /api/shares/<sid>`."""

    def __init__(
        self,
        identify: Identify,
        shares: Shares,
        views: Views,
        access: Access,
        photo_by_id: PhotoById,
        generations: Generations,
    ) -> None:
        self._identify = identify
        self._shares = shares
        self._views = views
        self._access = access
        self._photo_by_id = photo_by_id
        self._generations = generations

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """The caller's galleries, the newest first; everybody's, where an admin asks for all."""
        params = self._identify.asked(request, response)
        caller = self._identify.caller(params, request.remote_addr, SHARE)
        if flag(params, "all"):
            caller.rights.require_admin("All shared galleries are")
            everyone = reversed(self._shares.everyone())
            mine = [share for share in everyone if not self._shares.expired(share)]
        else:
            mine = self._shares.of_user(caller.rights.uid)
        answer(response, {"shares": [gallery_json(share) | {"public": share.terms.public} for share in mine]})

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """Shares the photos of a view, or those of a list: 201 and the gallery."""
        caller = self._identify.caller(self._identify.asked(request, response), request.remote_addr, SHARE)
        body = json_object(request, TYPES)
        author = Author(caller.rights.uid, caller.address)
        share = self._shares.make(caller.rights.uid, self._photoids(caller, body), _terms(body), author)
        response.status = 201
        answer(response, gallery_json(share))

    def on_delete_one(self, request: falcon.Request, response: falcon.Response, sid: str) -> None:
        """Ends a gallery of the caller's: 204."""
        caller = self._identify.caller(self._identify.asked(request, response), request.remote_addr, SHARE)
        self._shares.remove(sid, caller.rights, Author(caller.rights.uid, caller.address))
        self._generations.look()
        response.status = 204

    def _photoids(self, caller: Caller, body: Mapping[str, object]) -> bytes:
        """The photos to be shared, each one that the caller may see: 16 bytes each."""
        vid, listed, ranges = body.get("vid"), body.get("photoids"), body.get("ranges")
        if isinstance(vid, int) and listed is None:
            whole = self._views.whole(self._identify.session(caller), vid)
            return whole if ranges is None else _in_ranges(whole, ranges)
        if isinstance(listed, list) and vid is None and ranges is None:
            if not all(isinstance(each, str) for each in listed):
                raise RequestError("malformed", "photoids is a list of photo ids.")
            photoids = [parse_photoid(each) for each in listed]
            for photoid in photoids:
                self._access.require_sight(caller.rights, photoid)
                self._photo_by_id(photoid)
            return joined(photoids)
        raise RequestError("malformed", "What is to be shared? Name either vid, maybe with ranges of it, or photoids.")


def _in_ranges(photoids: bytes, ranges: object) -> bytes:
    """The photos of ranges, each of which is a first place and a number of photos.

    Raises:
        RequestError: malformed: these are none, they reach beyond the end, or two of them overlap.
    """
    total = len(photoids) // SIZE
    chosen: list[range] = []
    for each in ranges if isinstance(ranges, list) else ():
        match each:
            case [first, count] if is_a(first, int) and is_a(count, int) and 0 <= first < first + count <= total:
                chosen.append(range(first, first + count))
            case _:
                raise RequestError(
                    "malformed", f"ranges is a list of [first, count], within the {total} photos of the view."
                )
    in_order = sorted(chosen, key=lambda each: each.start)
    if any(following.start < each.stop for each, following in pairwise(in_order)):
        raise RequestError("malformed", "Two of the ranges overlap: a photo is shared once.")
    return b"".join(photoids[each.start * SIZE : each.stop * SIZE] for each in chosen)


def _terms(body: Mapping[str, object]) -> Terms:
    given = {name: body[name] for name in Terms.__slots__ if body.get(name) is not None}
    if "expires" in given:
        given["expires"] = None if given["expires"] == "never" else parse_timestamp(str(given["expires"]))
    return Terms(**given)  # type: ignore[arg-type]  # their types were looked at as the body was read
