"""What EXIF says. Tags: EXIF 2.32 (CIPA DC-008), and Windows' own."""

from collections.abc import Callable
from typing import Any

import catalog.metadata.boilerplate as boilerplate
import catalog.metadata.dates as dates
import catalog.metadata.places as places
import catalog.metadata.values as values
from catalog.metadata.merge import Found, Metadata
from catalog.presentation.tags import Directory, Tiff

Get = Callable[[int], Any]

EXIF_DIRECTORY, GPS_DIRECTORY = 0x8769, 0x8825
RATING, RATING_PERCENT = 0x4746, 0x4749
TIME_ZONES = 0x882A  # of TIFF/EP: hours, of when the picture was taken and of when the file was changed
NO_SPEED = 65535  # the speed is greater than EXIF 2.2 could say, and stands elsewhere
LARGEST = 8 * values.TEXT + 8  # bytes of a text that are looked at, whichever way it is written


class BASE:
    """The tags of a picture, by the names of the standard, and of Windows."""

    ImageDescription = 0x010E
    Make = 0x010F
    Model = 0x0110
    Software = 0x0131
    DateTime = 0x0132
    ExposureTime = 0x829A
    FNumber = 0x829D
    ISOSpeedRatings = 0x8827
    StandardOutputSensitivity = 0x8831
    RecommendedExposureIndex = 0x8832
    ISOSpeed = 0x8833
    DateTimeOriginal = 0x9003
    DateTimeDigitized = 0x9004
    OffsetTime = 0x9010
    OffsetTimeOriginal = 0x9011
    OffsetTimeDigitized = 0x9012
    ShutterSpeedValue = 0x9201
    ApertureValue = 0x9202
    FocalLength = 0x920A
    UserComment = 0x9286
    XPTitle = 0x9C9B
    XPComment = 0x9C9C
    XPKeywords = 0x9C9E
    LensModel = 0xA434


class GPS:
    """The tags of a receiver."""

    GPSLatitudeRef = 0x0001
    GPSLatitude = 0x0002
    GPSLongitudeRef = 0x0003
    GPSLongitude = 0x0004
    GPSTimeStamp = 0x0007
    GPSDateStamp = 0x001D


def read(tiff: Tiff | None) -> Found:
    """What there is; tags that are broken are as if they were not there.

    Raises:
        OSError: the file can't be read.
    """
    if tiff is None or not tiff.main:
        return Found()
    main = _getter(tiff, tiff.main)
    photo = _getter(tiff, tiff.below(tiff.main, EXIF_DIRECTORY))
    gps = _getter(tiff, tiff.below(tiff.main, GPS_DIRECTORY))
    latitude, longitude = _place(gps)
    created, changed = _dates(main, photo)
    make = _text(main(BASE.Make))
    return Found(
        Metadata(
            title=boilerplate.without(values.text(values.wide(main(BASE.XPTitle))), make),
            description=_description(main, photo, tiff.big_endian, make),
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


def _getter(tiff: Tiff, directory: Directory) -> Get:
    return lambda tag: tiff.value(directory, tag, LARGEST)


def _text(value: object, longest: int = values.LINE) -> str:
    """A text of EXIF, which comes as if it were Latin-1."""
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
