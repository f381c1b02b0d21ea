"""From a request's parameters to the photo that is meant, if the caller may see it."""

from api.errors import RequestError
from api.params import Params, text
from catalog.photos import Photo, Photos, parse_photoid


class Identify:
    """Finds photos for callers. Who names no session has the rights of `default_uid`, if there is such a user."""

    def __init__(self, photos: Photos, default_uid: str | None) -> None:
        self._photos = photos
        self._default_uid = default_uid

    def __call__(self, params: Params) -> Photo:
        """The photo that the parameters name.

        Raises:
            RequestError: forbidden: the caller is nobody; malformed: no photoid.
            MalformedPhotoid, PhotoMissing: as the catalogue says.
        """
        if not self._default_uid:
            raise RequestError("forbidden", "There is no session, and no webapi.default.uid to stand in for one.")
        photoid = text(params, "photoid")
        if photoid is None:
            raise RequestError("malformed", "The parameter photoid is missing.")
        return self._photos.by_id(parse_photoid(photoid))
