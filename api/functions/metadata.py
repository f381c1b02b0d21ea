"""getPhotoMetadata: what is known of a photo."""

from collections.abc import Callable, Mapping, Sequence

import falcon

from api.http.answers import answer, readable
from api.identify import Identify
from catalog.damages import Damages
from catalog.metadata import Metadata
from catalog.people.access import METADATA
from catalog.photos import Photo
from workers.versions import key_version

MetadataOf = Callable[[Sequence[str]], Mapping[str, Metadata]]
"""What is known of photos, by their ids."""

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


def described(photo: Photo, known: Metadata | None, damage: str = "") -> dict[str, object]:
    """A photo as an element of `photos[]`. What is not known is left out, as in the vendor's answers, and so is what it
    lacks where it is whole.
    """
    always = {
        "photoID": photo.photoid,
        "fileName": file_name(photo),
        "creationDate": photo.created,
        "creationYear": int(photo.created[:4]),
        "width": photo.width,
        "height": photo.height,
        "fingerprint": photo.version,
        "version": key_version(photo.version),
        "mimeType": media_type(photo),
    }
    return always | ({"damaged": damage} if damage else {}) | (_known(known) if known else {})


def file_name(photo: Photo) -> str:
    """The path inside the photo's root, behind the root's alias; never a path of the server."""
    return readable(f"{photo.root}/{photo.path}")


def _known(known: Metadata) -> dict[str, object]:
    """The fields of what is known, in the vendor's spelling of numbers."""
    fields: dict[str, object] = {
        "creationOffset": known.offset,
        "title": known.title,
        "description": known.description,
        "keywords": list(known.keywords),
        "persons": list(known.persons),
        "rating": known.rating,
        "make": known.make,
        "model": known.model,
        "lens": known.lens,
        "exposureTime": exposure(known.exposure_time),
        "apertureValue": f"f/{decimal(known.aperture)}" if known.aperture else "",
        "focalLength": f"{decimal(known.focal_length)} mm" if known.focal_length else "",
        "isoSpeed": known.iso,
        "software": known.software,
    }
    place = {"latitude": known.latitude, "longitude": known.longitude}
    # Of these 0 is a value too.
    there = {name: value for name, value in place.items() if value is not None}
    return {name: value for name, value in fields.items() if value} | there


def exposure(seconds: float | None) -> str:
    """`1/160 sec`, from 0.3 seconds on `0,3 sec`; empty where it is not known."""
    if not seconds:
        return ""
    if seconds < 0.3:
        return f"1/{1 / seconds:.0f} sec"
    return f"{decimal(seconds).removesuffix(',0')} sec"


def decimal(value: float) -> str:
    """With one digit behind a comma: `22,0`."""
    return f"{value:.1f}".replace(".", ",")


def media_type(photo: Photo) -> str:
    """The media type of the photo's file."""
    extension = photo.path.rpartition(".")[2].lower()
    return MEDIA_TYPES.get(photo.format) or RAW_MEDIA_TYPES.get(extension, "application/octet-stream")


class GetPhotoMetadata:
    """`getPhotoMetadata`."""

    def __init__(self, identify: Identify, metadata: MetadataOf, damages: Damages) -> None:
        self._identify = identify
        self._metadata = metadata
        self._damages = damages

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with one object, as in `photos[]`."""
        photo = self._identify.photo(self._identify.asked(request, response), request.remote_addr, METADATA)
        known = self._metadata([photo.photoid]).get(photo.photoid)
        answer(response, described(photo, known, self._damages.of(photo)))
