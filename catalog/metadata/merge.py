"""What is found in a photo's metadata, and which of EXIF, IPTC and XMP is believed where they differ."""

from dataclasses import dataclass, fields
from typing import Any

import catalog.metadata.dates as dates
import catalog.metadata.keywords as keywords


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a photo beside its pixels; what is not known is empty, 0 (`rating`) or None.

    `rating` is 1 to 5 stars, `exposure_time` seconds, `aperture` the f-number, `focal_length` millimetres, `iso` the
    speed; `latitude` and `longitude` are degrees, north and east positive; `offset` is the time zone in which the
    photo was created, `+HH:MM`.
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
    offset: str = ""


NOTHING = Metadata()


@dataclass(frozen=True, slots=True)
class Found:
    """What one of EXIF, IPTC and XMP says.

    `created` is when the picture was taken, `changed` when the file was, `located` when its place was found, as
    `catalog.metadata.dates` has dates; `photoid` is the canonical id. `paths` are keywords in trees, `noted` what
    tools note of keywords that stand elsewhere.
    """

    metadata: Metadata = NOTHING
    created: str = ""
    changed: str = ""
    photoid: str | None = None
    located: str = ""
    paths: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()


# People's words stand in all three, and XMP alone cuts and garbles none of them; what the camera measured is EXIF's.
WORDS = ("title", "description", "keywords", "persons", "rating")
MEASURED = tuple(field.name for field in fields(Metadata) if field.name not in WORDS)


def merge(exif: Found, iptc: Found, xmp: Found) -> Found:
    """What a photo's metadata says as a whole. Latitude and longitude come from one of them, never from two."""
    chosen: dict[str, Any] = {}
    for names, order in ((WORDS, (xmp, iptc, exif)), (MEASURED, (exif, iptc, xmp))):
        # The last one first: who is believed more writes over it.
        for known in (each.metadata for each in reversed(order) if each.metadata is not NOTHING):
            for name in names:
                if value := getattr(known, name):
                    chosen[name] = value
    place = exif.metadata if exif.metadata.latitude is not None else xmp.metadata
    chosen |= {"latitude": place.latitude, "longitude": place.longitude}
    chosen["keywords"] = keywords.listed(chosen.get("keywords", ()), xmp.paths) or keywords.listed((), xmp.noted)
    day = _created(exif, iptc, xmp)
    return Found(
        Metadata(**chosen | {"offset": day[dates.LOCAL :]}),
        created=day[: dates.LOCAL],
        changed=exif.changed or xmp.changed,
        photoid=xmp.photoid,
    )


def _created(exif: Found, iptc: Found, xmp: Found) -> str:
    """When the photo was taken, else when its place was found or its file changed; empty where nothing says."""
    changed, located = exif.changed or xmp.changed, exif.located or xmp.located
    later = [located, changed]
    # The place's is UTC. What is no farther from it than any clock can be says the same in the camera's own time.
    if changed and located and dates.are_near(changed, located):
        later.reverse()
    taken = (exif.created, iptc.created, xmp.created)
    return dates.first([*taken, *later])
