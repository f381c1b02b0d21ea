"""What is found in a photo's metadata, and which of EXIF, IPTC and XMP is believed where they differ."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a photo beside its pixels; what is not known is empty, 0 (`rating`) or None.

    `rating` is 1 to 5 stars, `exposure_time` seconds, `aperture` the f-number, `focal_length` millimetres, `iso` the
    speed; `latitude` and `longitude` are degrees, north and east positive.
    """

    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    rating: int = 0
    make: str = ""
    model: str = ""
    lens: str = ""
    software: str = ""
    exposure_time: float | None = None
    aperture: float | None = None
    focal_length: float | None = None
    iso: int | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What one of EXIF, IPTC and XMP says.

    `created` is when the picture was taken, `changed` when the file was, both `YYYY-MM-DDTHH:MM:SS` in the camera's
    own time or empty; `photoid` is the canonical id.
    """

    metadata: Metadata = Metadata()
    created: str = ""
    changed: str = ""
    photoid: str | None = None


# People's words stand in all three, and XMP alone cuts and garbles none of them; what the camera measured is EXIF's.
WORDS = frozenset(("title", "description", "keywords", "persons", "rating"))


def merge(exif: Found, iptc: Found, xmp: Found) -> Found:
    """What a photo's metadata says as a whole. Latitude and longitude come from one of them, never from two."""
    order = {True: (xmp, iptc, exif), False: (exif, iptc, xmp)}
    chosen: dict[str, Any] = {}
    for field in fields(Metadata):
        values = (getattr(each.metadata, field.name) for each in order[field.name in WORDS])
        chosen[field.name] = next((value for value in values if value not in ("", (), 0, None)), field.default)
    place = exif.metadata if exif.metadata.latitude is not None else xmp.metadata
    chosen |= {"latitude": place.latitude, "longitude": place.longitude}
    return Found(
        Metadata(**chosen),
        created=exif.created or iptc.created or xmp.created,
        changed=exif.changed or xmp.changed,
        photoid=xmp.photoid,
    )
