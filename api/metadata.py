"""getPhotoMetadata: what is known of a photo."""

import falcon

from api.answers import answer, readable
from api.identify import Identify
from api.params import parse
from catalog.access import METADATA
from catalog.photos import Photo

MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "TIFF": "image/tiff", "GIF": "image/gif"}
"""By the catalogue's names of formats."""


def described(photo: Photo) -> dict[str, object]:
    """A photo as an element of `photos[]`."""
    return {
        "photoID": photo.photoid,
        "fileName": readable(f"{photo.root}/{photo.path}"),
        "creationDate": photo.created,
        "creationYear": int(photo.created[:4]),
        "width": photo.width,
        "height": photo.height,
        "fingerprint": photo.version,
        "mimeType": media_type(photo),
    }


def media_type(photo: Photo) -> str:
    """The media type of the photo's file."""
    return MEDIA_TYPES.get(photo.format, "application/octet-stream")


class GetPhotoMetadata:
    """`getPhotoMetadata`."""

    def __init__(self, identify: Identify) -> None:
        self._identify = identify

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with one object, as in `photos[]`."""
        photo = self._identify.photo(parse(request.query_string), request.remote_addr, METADATA)
        answer(response, described(photo))
