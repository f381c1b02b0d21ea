"""Metadata as other tools and cameras write it: of the kinds that were reported, in other shapes."""

import zlib
from collections.abc import Callable
from io import BytesIO

from PIL import ExifTags, Image, PngImagePlugin

from tests.cases.case import Case
from tests.catalog.metadata import packets
from tests.catalog.metadata.packets import bag

BASE, GPS, IFD = ExifTags.Base, ExifTags.GPS, ExifTags.IFD
DC = b' xmlns:dc="http://purl.org/dc/elements/1.1/"'
SIZE = (120, 80)
NAME = "0123456789ABCDEF" * 2


def dated(original: str, **more: str) -> Callable[[], bytes]:
    """A photo taken at that time, as it is written."""
    tags = {int(BASE[name]): value for name, value in ({"DateTimeOriginal": original} | more).items()}
    return lambda: _jpeg(_exif(photo=tags))


def located(latitude: object, north: str, longitude: object, east: str) -> Callable[[], bytes]:
    """A photo taken there."""
    names = (GPS.GPSLatitude, GPS.GPSLatitudeRef, GPS.GPSLongitude, GPS.GPSLongitudeRef)
    return lambda: _jpeg(_exif(gps=dict(zip(names, (latitude, north, longitude, east), strict=True))))


def told(elements: str = "", attributes: str = "", change: Callable[[bytes], bytes] = bytes) -> Callable[[], bytes]:
    """A photo with these properties of XMP, and a mistake."""
    return lambda: _jpeg(packet=change(packets.xmp(elements, attributes)))


def extended() -> bytes:
    """A JPEG with XMP in two parts."""
    first = packets.xmp("<dc:title>Salinen</dc:title>", f'xmpNote:HasExtendedXMP="{NAME}"')
    second = packets.xmp(bag("dc:subject", "Zypern"))
    head = b"http://ns.adobe.com/xmp/extension/\0" + NAME.encode() + len(second).to_bytes(4, "big") + bytes(4)
    segment = head + second
    whole = _jpeg(packet=first)
    return whole[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + whole[2:]


def behind_pixels() -> bytes:
    """A PNG with compressed XMP behind its pixels."""
    data = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(packets.xmp(bag("dc:subject", "Zypern")))
    chunk = len(data).to_bytes(4, "big") + b"iTXt" + data + zlib.crc32(b"iTXt" + data).to_bytes(4, "big")
    made = BytesIO()
    Image.new("RGB", SIZE, (220, 30, 30)).save(made, "PNG", pnginfo=PngImagePlugin.PngInfo())
    return made.getvalue()[:-12] + chunk + made.getvalue()[-12:]


def _exif(
    main: dict[int, object] | None = None, photo: dict[int, str] | None = None, gps: dict[int, object] | None = None
) -> Image.Exif:
    tags = Image.Exif()
    tags.update(main or {})
    for directory, values in ((IFD.Exif, photo), (IFD.GPSInfo, gps)):
        if values:
            tags.get_ifd(directory).update({int(tag): value for tag, value in values.items()})
    return tags


def _jpeg(exif: Image.Exif | None = None, packet: bytes = b"") -> bytes:
    made = BytesIO()
    Image.new("RGB", SIZE, (220, 30, 30)).save(made, "JPEG", exif=Image.Exif() if exif is None else exif, xmp=packet)
    return made.getvalue()


def _plain() -> bytes:
    return _jpeg()


ACDSEE = (
    "&lt;Categories&gt;&lt;Category Assigned=&quot;1&quot;&gt;Orte&lt;Category Assigned=&quot;1&quot;&gt;Enna"
    "&lt;/Category&gt;&lt;/Category&gt;&lt;/Categories&gt;"
)
SIBLINGS = [
    Case("date-second-60.jpg", dated("2016:12:31 23:59:60"), "`120x80` `created 2017-01-01T00:00:00`"),
    Case("date-day-alone.jpg", dated("2015:07:02   :  :  "), "`120x80` `created 2015-07-02T00:00:00`"),
    Case("date-month-alone.jpg", dated("1993:08:     :  :  "), "`120x80` `created 1993-08-01T00:00:00`"),
    Case("date-zeros.jpg", dated("2015:00:00 00:00:00"), "`120x80` `created 2015-01-01T00:00:00`"),
    Case(
        "date-unknown.jpg",
        dated("    :  :     :  :  ", DateTimeDigitized="2015:07:02 14:35:33"),
        "`120x80` `created 2015-07-02T14:35:33`",
    ),
    Case("date-half-day.jpg", dated("2015/07/02 02:35:33 PM"), "`120x80` `created 2015-07-02T14:35:33`"),
    Case("date-hyphens.jpg", dated("2015-7-2T9:05:03Z"), "`120x80` `created 2015-07-02T09:05:03` `offset +00:00`"),
    Case(
        "date-and-zone.jpg",
        dated("2015:07:02 14:35:33", OffsetTimeOriginal="+09:00"),
        "`120x80` `created 2015-07-02T14:35:33` `offset +09:00`",
    ),
    Case(
        "date-clock-never-set.jpg",
        dated("1970:01:01 00:00:00", DateTimeDigitized="2015:07:02 14:35:33"),
        "`120x80` `created 2015-07-02T14:35:33`",
    ),
    Case(
        "date-of-xmp.jpg", told(attributes='photoshop:DateCreated="2015-07"'), "`120x80` `created 2015-07-01T00:00:00`"
    ),
    Case(
        "gps-signs-alone.jpg",
        told(attributes='exif:GPSLatitude="-33.8" exif:GPSLongitude="151.2"'),
        "`120x80` `place -33.8 151.2`",
    ),
    Case(
        "gps-letter-beside.jpg",
        told(
            attributes='exif:GPSLatitude="60.5" exif:GPSLatitudeRef="N" exif:GPSLongitude="68" exif:GPSLongitudeRef="W"'
        ),
        "`120x80` `place 60.5 -68`",
    ),
    Case("gps-words.jpg", located((33.8, 0, 0), "South", (151, 12, 0), "east"), "`120x80` `place -33.8 151.2`"),
    Case("gps-round-the-world.jpg", located((33, 48, 0), "N", (208, 48, 0), "E"), "`120x80` `place 33.8 -151.2`"),
    Case(
        "xmp-bare-ampersand.jpg",
        told(bag("dc:subject", "Zypern"), change=lambda data: data.replace(b"<dc:subject>", b"A & B<dc:subject>")),
        "`120x80` `finds keyword:Zypern`",
    ),
    Case(
        "xmp-attribute-twice.jpg",
        told("<dc:title>Salinen</dc:title>", 'xmp:Rating="4" xmp:Rating="4"'),
        "`120x80` `title Salinen` `rating 4`",
    ),
    Case(
        "xmp-cut.jpg",
        told("<dc:title>Salinen</dc:title>" + bag("dc:subject", "Zypern"), change=lambda data: data[:-60]),
        "`120x80` `title Salinen` `finds keyword:Zypern`",
    ),
    Case(
        "xmp-twice.jpg",
        told("<dc:title>Salinen</dc:title>", change=lambda data: data + data),
        "`120x80` `title Salinen`",
    ),
    Case(
        "xmp-unknown-prefix.jpg",
        told("<dc:title>Salinen</dc:title>", 'odd:thing="1"', lambda data: data.replace(DC, b"")),
        "`120x80` `title Salinen`",
    ),
    Case("xmp-extended.jpg", extended, "`120x80` `title Salinen` `keywords Zypern`"),
    Case("xmp-behind-pixels.png", behind_pixels, "`120x80` `finds keyword:Zypern`"),
    Case(
        "keywords-lightroom-deep.jpg",
        told(bag("lr:hierarchicalSubject", "Orte|Sizilien|Palermo") + bag("dc:subject", "Palermo", "See")),
        "`120x80` `finds keyword:Sizilien` `finds keyword:See` "
        '`finds keyword:"Orte|Sizilien|Palermo"` `keywords Orte|Sizilien|Palermo, See`',
    ),
    Case(
        "keywords-media-pro.jpg",
        told(bag("mediapro:CatalogSets", "Orte|Ragusa")),
        "`120x80` `finds keyword:Ragusa` `finds keyword:Orte`",
    ),
    Case(
        "keywords-acdsee.jpg",
        told(f"<acdsee:categories>{ACDSEE}</acdsee:categories>"),
        "`120x80` `finds keyword:Enna` `finds keyword:Orte`",
    ),
    Case(
        "keywords-microsoft-iptc.jpg",
        told(bag("MicrosoftPhoto:LastKeywordIPTC", "Orte/Noto")),
        "`120x80` `finds keyword:Noto`",
    ),
    Case("서울에서_한강.jpg", _plain, "`120x80` `finds 서울` `finds 한강` `finds 강`"),
    Case("กรุงเทพมหานคร.jpg", _plain, "`120x80` `finds กรุงเทพ` `finds นคร`"),
    Case("上海Bund2019.jpg", _plain, "`120x80` `finds 上海` `finds 上海bund2019` `finds 海bund*` `finds 上?bund2019`"),
    Case("\uff76\uff9e\uff93\uff92.jpg", _plain, "`120x80` `finds ガモ` `finds ガ*メ`"),
    Case(
        "keywords-without-spaces.jpg", told(bag("dc:subject", "渋谷駅前")), "`120x80` `finds keyword:渋谷` `finds 駅`"
    ),
]
