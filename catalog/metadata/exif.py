"""What EXIF says, by Pillow's reader of it. Tags: EXIF 2.32 (CIPA DC-008), and Windows' own."""

from collections.abc import Callable, Mapping
from typing import Any

from PIL import ExifTags, Image

import catalog.metadata.values as values
from catalog.metadata.merge import Found, Metadata

Get = Callable[[int], Any]

BASE, GPS = ExifTags.Base, ExifTags.GPS
RATING, RATING_PERCENT = 0x4746, 0x4749
NO_SPEED = 65535  # the speed is greater than EXIF 2.2 could say, and stands elsewhere


def read(exif: Image.Exif) -> Found:
    """What there is; tags that are broken are as if they were not there."""
    main = _getter(exif)
    photo = _getter(_directory(exif, ExifTags.IFD.Exif))
    latitude, longitude = _place(_getter(_directory(exif, ExifTags.IFD.GPSInfo)))
    return Found(
        Metadata(
            title=values.text(values.wide(main(BASE.XPTitle))),
            description=_description(main, photo, exif.endian == ">"),
            keywords=values.texts(values.wide(main(BASE.XPKeywords)).split(";")),
            rating=values.rating(main(RATING), main(RATING_PERCENT)),
            make=_text(main(BASE.Make)),
            model=_text(main(BASE.Model)),
            lens=_text(photo(BASE.LensModel)),
            software=_text(main(BASE.Software)),
            exposure_time=values.number(photo(BASE.ExposureTime), 1e-9, 1e6)
            or values.power(photo(BASE.ShutterSpeedValue), -1),
            aperture=values.number(photo(BASE.FNumber), 0.1, 1000) or values.power(photo(BASE.ApertureValue), 0.5),
            focal_length=values.number(photo(BASE.FocalLength), 0.1, 100_000),
            iso=_speed(photo),
            latitude=latitude,
            longitude=longitude,
        ),
        created=values.date(_text(photo(BASE.DateTimeOriginal))) or values.date(_text(photo(BASE.DateTimeDigitized))),
        changed=values.date(_text(main(BASE.DateTime))),
    )


def _directory(exif: Image.Exif, tag: int) -> Mapping[int, Any]:
    try:
        return exif.get_ifd(tag)
    except Exception:  # noqa: BLE001 - what lies in EXIF can raise anything, and the photo is still a photo
        return {}


def _getter(tags: Mapping[int, Any] | Image.Exif) -> Get:
    def get(tag: int) -> Any:
        try:
            return tags.get(tag)
        except Exception:  # noqa: BLE001 - as above: Pillow reads a tag when it is asked for
            return None

    return get


def _text(value: object, longest: int = values.LINE) -> str:
    """A text of EXIF, which Pillow took for Latin-1."""
    if isinstance(value, str):
        try:
            value = value[: 4 * longest].encode("latin-1")
        except UnicodeEncodeError:
            return values.text(value, longest)
    return values.text(value, longest)


def _description(main: Get, photo: Get, big_endian: bool) -> str:
    return (
        _text(main(BASE.ImageDescription), values.TEXT)
        or values.text(values.wide(main(BASE.XPComment)), values.TEXT)
        or values.comment(photo(BASE.UserComment), big_endian)
    )


def _speed(photo: Get) -> int | None:
    """The ISO speed; where it is greater than its tag holds, one of the tags that EXIF 2.3 added."""
    tags = (BASE.ISOSpeedRatings, BASE.RecommendedExposureIndex, BASE.StandardOutputSensitivity, BASE.ISOSpeed)
    speeds = (values.number(photo(tag), 1, 1e8) for tag in tags)
    return next((int(speed) for speed in speeds if speed is not None and speed != NO_SPEED), None)


def _place(gps: Get) -> tuple[float | None, float | None]:
    return values.place(
        values.degrees(gps(GPS.GPSLatitude), gps(GPS.GPSLatitudeRef), 90),
        values.degrees(gps(GPS.GPSLongitude), gps(GPS.GPSLongitudeRef), 180),
    )
