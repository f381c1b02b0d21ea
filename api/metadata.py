"""getPhotoMetadata: what is known of a photo."""

import falcon

from api.answers import answer, readable
from api.identify import Identify
from api.params import parse
from catalog.access import METADATA
from catalog.photos import Photo

MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "TIFF": "image/tiff",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "HEIF": "image/heic",
    "AVIF": "image/avif",
}
"""By the catalogue's names of formats."""

RAW_MEDIA_TYPES = {
    "dng": "image/x-adobe-dng",
    "cr2": "image/x-canon-cr2",
    "cr3": "image/x-canon-cr3",
    "nef": "image/x-nikon-nef",
    "arw": "image/x-sony-arw",
    "raf": "image/x-fuji-raf",
    "orf": "image/x-olympus-orf",
    "rw2": "image/x-panasonic-rw2",
}
"""Camera raw files are one format to the catalogue: by their extensions."""


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
    extension = photo.path.rpartition(".")[2].lower()
    return MEDIA_TYPES.get(photo.format) or RAW_MEDIA_TYPES.get(extension, "application/octet-stream")


class GetPhotoMetadata:
    """`getPhotoMetadata`."""

    def __init__(self, identify: Identify) -> None:
        self._identify = identify

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with one object, as in `photos[]`."""
        photo = self._identify.photo(parse(request.query_string), request.remote_addr, METADATA)
        answer(response, described(photo))
