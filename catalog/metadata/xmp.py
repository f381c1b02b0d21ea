"""What XMP says: RDF in XML, in the properties that people's tools write. Pure.

Sources: XMP part 1 to 3 (ISO 16684), IPTC Photo Metadata Standard, MWG Guidelines 2.0 (regions of faces, trees of
keywords), and what the tools of Adobe, Microsoft, digiKam, ACDSee and Phase One (Media Pro) write.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

import catalog.metadata.boilerplate as boilerplate
import catalog.metadata.dates as dates
import catalog.metadata.keywords as keywords
import catalog.metadata.places as places
import catalog.metadata.values as values
from catalog import photoid
from catalog.errors import MalformedPhotoid
from catalog.metadata.merge import Found, Metadata
from catalog.metadata.xmp_mending import NAMESPACES, meant, mended

META, RDF, DC, XMP, NOTE, EXIF, EXIF_EX, TIFF, AUX, PHOTOSHOP, LIGHTROOM, DIGIKAM, ACDSEE = (
    f"{{{NAMESPACES[prefix]}}}"
    for prefix in (
        *("x", "rdf", "dc", "xmp", "xmpNote", "exif", "exifEX", "tiff", "aux", "photoshop", "lr", "digiKam", "acdsee"),
    )
)
MICROSOFT, MICROSOFT_REGION, MEDIA_PRO, EXPRESSION_MEDIA, IPTC_EXT, REGIONS, KEYWORDS, PICAPPORT = (
    f"{{{NAMESPACES[prefix]}}}"
    for prefix in ("MicrosoftPhoto", "MPReg", "mediapro", "expressionmedia", "Iptc4xmpExt", "mwg-rs", "mwg-kw", "pap")
)
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

LARGEST = 4 * 1024 * 1024  # bytes of a packet; with 100,000 keywords it is about 3 MB
DEEPEST = 100  # elements in each other: tools write ten
# What holds properties, in whatever order tools lay them into each other.
FRAMES = frozenset((f"{META}xmpmeta", f"{META}xapmeta", f"{RDF}RDF", f"{RDF}Description"))
ENDS = (b":xmpmeta>", b":xapmeta>", b":RDF>")
EXTENSION = re.compile(rb"HasExtendedXMP\s*(?:=\s*[\"']|>)\s*([0-9A-Fa-f]{32})")

# Trees of keywords, and what stands between those of a way.
TREES = (
    (f"{LIGHTROOM}hierarchicalSubject", "|"),
    (f"{DIGIKAM}TagsList", "/"),
    (f"{MEDIA_PRO}CatalogSets", "|"),
    (f"{EXPRESSION_MEDIA}CatalogSets", "|"),
)
INTERNAL = "_Digikam_"  # digiKam's own tree, of labels in colours and the like
# What Windows notes of the keywords that it has written last; ACDSee keeps some by themselves.
NOTED = (f"{MICROSOFT}LastKeywordXMP", f"{MICROSOFT}LastKeywordIPTC", f"{ACDSEE}keywords")
CREATED = (f"{EXIF}DateTimeOriginal", f"{PHOTOSHOP}DateCreated", f"{EXIF}DateTimeDigitized", f"{XMP}CreateDate")

Properties = dict[str, list[str]]


def read(*packets: bytes) -> Found:
    """What the packets of a photo say together, those before first; nothing where it is too large, or declares entities
    (billion laughs). What is no XML is read as far as it goes.
    """
    trees = [tree for packet in packets if (tree := _tree(packet)) is not None]
    if not trees:
        return Found()
    known: Properties = {}
    for tree in trees:
        _collect(tree, known)

    def first(*names: str, longest: int = values.LINE) -> str:
        found = (values.text(value, longest) for name in names for value in known.get(name, ()))
        return next((some for some in found if some), "")

    def words(*names: str, longest: int = values.LINE) -> str:
        found = (boilerplate.without(first(name, longest=longest), make) for name in names)
        return next((some for some in found if some), "")

    make = first(f"{TIFF}Make")
    latitude, longitude = _place(first)
    metadata = Metadata(
        title=words(f"{DC}title", f"{PHOTOSHOP}Headline"),
        description=words(f"{DC}description", f"{EXIF}UserComment", longest=values.TEXT),
        keywords=values.texts(known.get(f"{DC}subject", ())),
        persons=values.texts([*known.get(f"{IPTC_EXT}PersonInImage", ()), *_faces(trees)]),
        rating=values.rating(first(f"{XMP}Rating"), first(f"{MICROSOFT}Rating")),
        make=make,
        model=first(f"{TIFF}Model"),
        lens=first(f"{EXIF_EX}LensModel", f"{AUX}Lens"),
        software=first(f"{XMP}CreatorTool", f"{TIFF}Software"),
        exposure_time=values.number(first(f"{EXIF}ExposureTime"), 1e-9, 1e6)
        or values.power(_quotient(first(f"{EXIF}ShutterSpeedValue")), -1),
        aperture=values.number(first(f"{EXIF}FNumber"), 0.1, 1000)
        or values.power(_quotient(first(f"{EXIF}ApertureValue")), 0.5),
        focal_length=values.number(first(f"{EXIF}FocalLength"), 0.1, 100_000),
        iso=_whole(first(f"{EXIF_EX}PhotographicSensitivity", f"{EXIF}ISOSpeedRatings")),
        latitude=latitude,
        longitude=longitude,
    )
    zone = dates.offset(first(f"{EXIF}OffsetTimeOriginal", f"{EXIF_EX}OffsetTimeOriginal"))
    changed = dates.date(first(f"{XMP}ModifyDate"))
    days = [dates.date(first(name)) for name in CREATED]
    return Found(
        metadata,
        created=dates.first([dates.zoned(days[0], zone) if days[0] else "", *days[1:]], [changed]),
        changed=changed,
        located=dates.date(first(f"{EXIF}GPSTimeStamp")),
        photoid=_photoid(trees),
        paths=values.texts(_paths(known, trees)),
        noted=values.texts(keywords.path(each, "/") for name in NOTED for each in known.get(name, ())),
    )


def extension_of(packet: bytes) -> bytes:
    """The id of what goes on elsewhere, 32 hexadecimal digits; empty where nothing does."""
    match = EXTENSION.search(packet)
    return match[1] if match else b""


def _tree(packet: bytes) -> Element | None:
    """The packet's XML; where it is none, what can be made of it."""
    start, end = packet.find(b"<"), max(packet.rfind(mark) for mark in ENDS)
    # Padding may be longer than all there is.
    some = packet[max(start, 0) : packet.find(b">", end) + 1 if end >= 0 else len(packet)]
    if start < 0 or len(some) > LARGEST:
        return None
    whole = packet if packet[:2] in (b"\xff\xfe", b"\xfe\xff") else meant(some)
    try:
        tree: Element | None = ElementTree.fromstring(whole)
    except DefusedXmlException:
        return None
    except (ParseError, ValueError, LookupError, RecursionError):
        tree = mended(packet if end < 0 else packet[: packet.find(b">", end) + 1], DEEPEST)
    return tree if tree is not None and _depth(tree) <= DEEPEST else None


def _depth(tree: Element) -> int:
    """How deep elements lie in each other, DEEPEST + 1 at most."""
    depth, level = 0, [tree]
    while level and depth <= DEEPEST:
        depth += 1
        level = [child for element in level for child in element]
    return depth


def _collect(element: Element, found: Properties) -> None:
    """The values of each property: attributes and elements of what frames them, however deep."""
    framed = element.tag in FRAMES
    if framed:
        for name, value in element.attrib.items():
            found.setdefault(name, []).append(value)
    for child in element:
        if child.tag in FRAMES or not framed:
            _collect(child, found)
        else:
            found.setdefault(child.tag, []).extend(_values(child))


def _values(element: Element) -> list[str]:
    """The items of a list, or the one text; in a list of languages the default one first."""
    items = element.findall(f"*/{RDF}li") or element.findall(f"{RDF}li")
    if not items:
        return [_said(element)]
    items.sort(key=lambda item: item.get(LANGUAGE, "x-default") != "x-default")
    return [_said(item) for item in items]


def _said(element: Element) -> str:
    """The text of a property; of one that has properties itself, its value."""
    if not len(element) and not element.attrib:
        return element.text or ""
    value = element.get(f"{RDF}value") or element.findtext(f"{RDF}value") or element.findtext(f"*/{RDF}value")
    return value or element.text or ""


def _paths(known: Properties, trees: Sequence[Element]) -> Iterator[str]:
    """The ways to the keywords in trees."""
    for name, between in TREES:
        for each in known.get(name, ()):
            if not each.startswith(INTERNAL):
                yield keywords.path(each, between)
    for each in known.get(f"{ACDSEE}categories", ()):
        if "<" in each and (inner := mended(each.encode("utf-8", "replace"), DEEPEST)) is not None:
            yield from _branches(inner, _category)
    for tree in trees:
        for hierarchy in tree.iter(f"{KEYWORDS}Hierarchy"):
            yield from _branches(hierarchy, _keyword)


def _branches(tree: Element, name_of: Callable[[Element], str], above: tuple[str, ...] = ()) -> Iterator[str]:
    """Each way down a tree of which some elements have a name."""
    name = name_of(tree)
    way = (*above, *filter(None, (values.text(name),)))
    if name:
        yield keywords.BETWEEN.join(way)
    for child in tree:
        yield from _branches(child, name_of, way)


def _category(element: Element) -> str:
    """ACDSee's: `<Category Assigned="1">Animals<Category Assigned="1">Fish</Category></Category>`."""
    return (element.text or "") if element.tag == "Category" else ""


def _keyword(element: Element) -> str:
    """The Metadata Working Group's: structures of a keyword and its children."""
    return element.get(f"{KEYWORDS}Keyword") or element.findtext(f"{KEYWORDS}Keyword") or ""


def _faces(trees: Sequence[Element]) -> Iterator[str]:
    """The names at regions: faces by MWG, persons by Microsoft."""
    for element in (each for tree in trees for each in tree.iter()):
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


def _place(first: Callable[..., str]) -> tuple[float | None, float | None]:
    """Each has its letter in itself, or in a property beside."""
    latitude, longitude = (
        places.written(first(f"{EXIF}GPS{name}"), first(f"{EXIF}GPS{name}Ref"), farthest)
        for name, farthest in (("Latitude", places.LATITUDE), ("Longitude", places.LONGITUDE))
    )
    return places.place(latitude, longitude)


def _photoid(trees: Sequence[Element]) -> str | None:
    """The photo id of PicApport; None where there is none that is well-formed."""
    for element in (each for tree in trees for each in tree.iter()):
        for name, value in [*element.attrib.items(), (element.tag, element.text or "")]:
            if isinstance(name, str) and name.startswith(PICAPPORT) and name[len(PICAPPORT) :].lower() == "photoid":
                try:
                    return photoid.parse_photoid(value.strip())
                except MalformedPhotoid:
                    continue
    return None
