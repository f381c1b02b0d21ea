"""What EXIF says, by Pillow's reader of it. Tags: EXIF 2.32 (CIPA DC-008), and Windows' own."""

from collections.abc import Callable, Mapping
from typing import Any

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

import catalog.metadata.boilerplate as boilerplate
import catalog.metadata.dates as dates
import catalog.metadata.places as places
import catalog.metadata.values as values
from catalog.metadata.merge import Found, Metadata

Get = Callable[[int], Any]

BASE, GPS = ExifTags.Base, ExifTags.GPS
RATING, RATING_PERCENT = 0x4746, 0x4749
TIME_ZONES = 0x882A  # of TIFF/EP: hours, of when the picture was taken and of when the file was changed
NO_SPEED = 65535  # the speed is greater than EXIF 2.2 could say, and stands elsewhere


def read(exif: Image.Exif) -> Found:
    """What there is; tags that are broken are as if they were not there."""
    main = _getter(exif)
    photo = _getter(_directory(exif, ExifTags.IFD.Exif))
    gps = _getter(_directory(exif, ExifTags.IFD.GPSInfo))
    latitude, longitude = _place(gps)
    created, changed = _dates(main, photo)
    make = _text(main(BASE.Make))
    return Found(
        Metadata(
            title=boilerplate.without(values.text(values.wide(main(BASE.XPTitle))), make),
            description=_description(main, photo, exif.endian == ">", make),
            keywords=values.texts(values.wide(main(BASE.XPKeywords)).split(";")),
            rating=values.rating(main(RATING), main(RATING_PERCENT)),
            make=make,
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
        created=created,
        changed=changed,
        located=_located(gps),
    )


def _directory(exif: Image.Exif, tag: int) -> Mapping[int, Any]:
    """The directory to which a tag leads. Not by `get_ifd`, which unpacks all of its values: a third of them are asked
    for."""
    try:
        place = exif.get(tag)
        if place is None:
            return {}
        exif.fp.seek(place)
        directory = ImageFileDirectory_v2(exif.head, group=tag)
        directory.load(exif.fp)
        return directory
    except Exception:  # noqa: BLE001 - what lies in EXIF can raise anything, and the photo is still a photo
        return {}


def _getter(tags: Mapping[int, Any] | Image.Exif) -> Get:
    def get(tag: int) -> Any:
        try:
            value = tags[tag] if tag in tags else None  # noqa: SIM401 - that raises an error for each one that is not
            return value[0] if isinstance(value, tuple) and len(value) == 1 else value
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


def _description(main: Get, photo: Get, big_endian: bool, make: str) -> str:
    return (
        boilerplate.without(_text(main(BASE.ImageDescription), values.TEXT), make)
        or boilerplate.without(values.text(values.wide(main(BASE.XPComment)), values.TEXT), make)
        or boilerplate.without(values.comment(photo(BASE.UserComment), big_endian), make)
    )


def _dates(main: Get, photo: Get) -> tuple[str, str]:
    """When the picture was taken, and when the file was changed, with their time zones where those are known."""
    hours = photo(TIME_ZONES) or main(TIME_ZONES)
    taken, of_change = hours if isinstance(hours, tuple) and len(hours) > 1 else (hours, None)
    digitized = _date(photo(BASE.DateTimeDigitized) or main(BASE.DateTimeDigitized), photo(BASE.OffsetTimeDigitized))
    changed = _date(main(BASE.DateTime), photo(BASE.OffsetTime), of_change)
    # A zone whose own date is not there is that of the picture.
    lonely = ((digitized, photo(BASE.OffsetTimeDigitized)), (changed, photo(BASE.OffsetTime)))
    zone = photo(BASE.OffsetTimeOriginal) or next((zone for day, zone in lonely if zone and not day), None)
    # TIFF/EP has it in the first directory.
    original = _date(photo(BASE.DateTimeOriginal) or main(BASE.DateTimeOriginal), zone, taken)
    return dates.first((original, digitized), [changed]), changed


def _date(day: object, zone: object, hours: object = None) -> str:
    found = dates.date(_text(day)) if day else ""
    if not found:
        return ""
    whole = values.number(hours, -12, 14)
    return dates.zoned(found, dates.offset(zone) or (f"{int(whole):+03}:00" if whole is not None else ""))


def _located(gps: Get) -> str:
    """When the receiver found the place: UTC, as all of GPS."""
    stamp = gps(GPS.GPSDateStamp)
    day, time = dates.date(_text(stamp)) if stamp else "", gps(GPS.GPSTimeStamp)
    if not day or not isinstance(time, tuple | list) or len(time) != 3:
        return day
    parts = [values.number(part, 0, most) for part, most in zip(time, (24, 60, 60), strict=True)]
    if None in parts:
        return day
    return dates.date(f"{day[:10]}T{':'.join(f'{int(part or 0):02}' for part in parts)}Z")


def _speed(photo: Get) -> int | None:
    """The ISO speed; where it is greater than its tag holds, one of the tags that EXIF 2.3 added."""
    tags = (BASE.ISOSpeedRatings, BASE.RecommendedExposureIndex, BASE.StandardOutputSensitivity, BASE.ISOSpeed)
    speeds = (values.number(photo(tag), 1, 1e8) for tag in tags)
    return next((int(speed) for speed in speeds if speed is not None and speed != NO_SPEED), None)


def _place(gps: Get) -> tuple[float | None, float | None]:
    return places.place(
        places.degrees(gps(GPS.GPSLatitude), gps(GPS.GPSLatitudeRef), places.LATITUDE),
        places.degrees(gps(GPS.GPSLongitude), gps(GPS.GPSLongitudeRef), places.LONGITUDE),
    )
