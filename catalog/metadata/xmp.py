"""What XMP says: RDF in XML, in the properties that people's tools write. Pure.

Sources: XMP part 1 and 2 (ISO 16684-1), IPTC Photo Metadata Standard, MWG Guidelines 2.0 (regions of faces), and what
Microsoft's tools write.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree

import catalog.metadata.values as values
from catalog import photoid
from catalog.errors import MalformedPhotoid
from catalog.metadata.merge import Found, Metadata

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
EXIF = "{http://ns.adobe.com/exif/1.0/}"
EXIF_EX = "{http://cipa.jp/exif/1.0/}"
TIFF = "{http://ns.adobe.com/tiff/1.0/}"
AUX = "{http://ns.adobe.com/exif/1.0/aux/}"
PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
MICROSOFT = "{http://ns.microsoft.com/photo/1.0/}"
MICROSOFT_REGION = "{http://ns.microsoft.com/photo/1.2/t/Region#}"
IPTC_EXT = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
REGIONS = "{http://www.metadataworkinggroup.com/schemas/regions/}"
PICAPPORT = "{http://ns.contecon.de/picapport/1.0/}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

LARGEST = 4 * 1024 * 1024  # bytes of a packet; with 100,000 keywords it is about 3 MB
DEEPEST = 100  # elements in each other: tools write ten
COORDINATE = re.compile(r"\s*([\d.]{1,20})(?:,([\d.]{1,20}))?(?:,([\d.]{1,20}))?\s*([NSEW])", re.IGNORECASE)
IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Properties = dict[str, list[str]]


def read(packet: bytes) -> Found:
    """What there is; nothing where the packet is no XML, is too large, or declares entities (billion laughs)."""
    tree = _tree(packet)
    if tree is None:
        return Found()
    known = _properties(tree)

    def first(*names: str, longest: int = values.LINE) -> str:
        found = (values.text(value, longest) for name in names for value in known.get(name, ()))
        return next((some for some in found if some), "")

    metadata = Metadata(
        title=first(f"{DC}title", f"{PHOTOSHOP}Headline"),
        description=first(f"{DC}description", f"{EXIF}UserComment", longest=values.TEXT),
        keywords=values.texts(known.get(f"{DC}subject", ())),
        persons=values.texts([*known.get(f"{IPTC_EXT}PersonInImage", ()), *_faces(tree)]),
        rating=values.rating(first(f"{XMP}Rating"), first(f"{MICROSOFT}Rating")),
        make=first(f"{TIFF}Make"),
        model=first(f"{TIFF}Model"),
        lens=first(f"{EXIF_EX}LensModel", f"{AUX}Lens"),
        software=first(f"{XMP}CreatorTool", f"{TIFF}Software"),
        exposure_time=values.number(first(f"{EXIF}ExposureTime"), 1e-9, 1e6)
        or values.power(_quotient(first(f"{EXIF}ShutterSpeedValue")), -1),
        aperture=values.number(first(f"{EXIF}FNumber"), 0.1, 1000)
        or values.power(_quotient(first(f"{EXIF}ApertureValue")), 0.5),
        focal_length=values.number(first(f"{EXIF}FocalLength"), 0.1, 100_000),
        iso=_whole(first(f"{EXIF_EX}PhotographicSensitivity", f"{EXIF}ISOSpeedRatings")),
        **_place(first(f"{EXIF}GPSLatitude"), first(f"{EXIF}GPSLongitude")),
    )
    created = (f"{EXIF}DateTimeOriginal", f"{PHOTOSHOP}DateCreated", f"{EXIF}DateTimeDigitized", f"{XMP}CreateDate")
    return Found(
        metadata,
        created=next(filter(None, (values.date(first(name)) for name in created)), ""),
        changed=values.date(first(f"{XMP}ModifyDate")),
        photoid=_photoid(tree),
    )


def _tree(packet: bytes) -> Element | None:
    """The packet's XML. What is no UTF-8 though it should be, and characters that XML has not, are mended once."""
    start, end = packet.find(b"<"), packet.rfind(b">")
    if start < 0 or end < start or len(packet) > LARGEST:
        return None
    wide = packet[:2] in (b"\xff\xfe", b"\xfe\xff")
    some = packet if wide else packet[start : end + 1]
    for mended in (some, some if wide else _mended(some)):
        try:
            tree: Element = ElementTree.fromstring(mended)
        except (ParseError, ValueError, LookupError, RecursionError):
            continue
        return tree if _depth(tree) <= DEEPEST else None
    return None


def _mended(packet: bytes) -> bytes:
    try:
        text = packet.decode()
    except UnicodeDecodeError:
        text = packet.decode("cp1252", "replace")
    return IN_XML.sub(" ", text).encode()


def _depth(tree: Element) -> int:
    """How deep elements lie in each other, DEEPEST + 1 at most."""
    depth, level = 0, [tree]
    while level and depth <= DEEPEST:
        depth += 1
        level = [child for element in level for child in element]
    return depth


def _properties(tree: Element) -> Properties:
    """The values of each property: attributes and elements of the outermost descriptions."""
    found: Properties = {}
    for rdf in tree.iter(f"{RDF}RDF"):
        for description in rdf.findall(f"{RDF}Description"):
            for name, value in description.attrib.items():
                found.setdefault(name, []).append(value)
            for child in description:
                found.setdefault(child.tag, []).extend(_values(child))
    return found


def _values(element: Element) -> list[str]:
    """The items of a list, or the one text; in a list of languages the default one first."""
    items = element.findall(f"*/{RDF}li")
    if not items:
        return [element.text or element.get(f"{RDF}value") or element.findtext(f"{RDF}value") or ""]
    items.sort(key=lambda item: item.get(LANGUAGE, "x-default") != "x-default")
    return [item.text or "" for item in items]


def _faces(tree: Element) -> Iterator[str]:
    """The names at regions: faces by MWG, persons by Microsoft."""
    for element in tree.iter():
        if _field(element, f"{REGIONS}Type") == "Face":
            yield _field(element, f"{REGIONS}Name")
        yield _field(element, f"{MICROSOFT_REGION}PersonDisplayName")


def _field(element: Element, name: str) -> str:
    return element.get(name) or element.findtext(name) or ""


def _quotient(value: str) -> float | None:
    return values.number(value, -values.LARGEST_APEX, values.LARGEST_APEX)


def _whole(value: str) -> int | None:
    some = values.number(value, 1, 1e8)
    return None if some is None else int(some)


def _place(latitude: str, longitude: str) -> dict[str, float | None]:
    found = values.place(_degrees(latitude, 90), _degrees(longitude, 180))
    return dict(zip(("latitude", "longitude"), found, strict=True))


def _degrees(value: str, limit: int) -> float | None:
    """`48,8.25N` or `48,8,15N`."""
    match = COORDINATE.fullmatch(value)
    return None if match is None else values.degrees([part for part in match.groups()[:3] if part], match[4], limit)


def _photoid(tree: Element) -> str | None:
    """The photo id of PicApport; None where there is none that is well-formed."""
    for element in tree.iter():
        for name, value in [*element.attrib.items(), (element.tag, element.text or "")]:
            if isinstance(name, str) and name.startswith(PICAPPORT) and name[len(PICAPPORT) :].lower() == "photoid":
                try:
                    return photoid.parse_photoid(value.strip())
                except MalformedPhotoid:
                    continue
    return None
