"""XMP, as tools write it and as nobody should."""

from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import photoid
from catalog.metadata import values, xmp
from catalog.metadata.merge import Found, Metadata
from tests.catalog.metadata import packets
from tests.catalog.metadata.packets import bag

ID = photoid.encode(bytes(range(16)))
TITLE = (
    '<dc:title><rdf:Alt><rdf:li xml:lang="de">Titel</rdf:li><rdf:li xml:lang="x-default">Title</rdf:li></rdf:Alt>'
    "</dc:title>"
)
MWG = (
    '<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>'
    '<rdf:li><rdf:Description mwg-rs:Name="Ann" mwg-rs:Type="Face"/></rdf:li>'
    '<rdf:li rdf:parseType="Resource"><mwg-rs:Name>Bob</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type></rdf:li>'
    '<rdf:li><rdf:Description mwg-rs:Name="Rex" mwg-rs:Type="Pet"/></rdf:li>'
    '<rdf:li><rdf:Description mwg-rs:Type="Face"/></rdf:li>'
    "</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
)
MICROSOFT = (
    '<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag>'
    '<rdf:li><rdf:Description MPReg:Rectangle="0.1, 0.1, 0.2, 0.2" MPReg:PersonDisplayName="Eva"/></rdf:li>'
    '<rdf:li rdf:parseType="Resource"><MPReg:PersonDisplayName>Ann</MPReg:PersonDisplayName></rdf:li>'
    "</rdf:Bag></MPRI:Regions></MP:RegionInfo>"
)


@pytest.mark.parametrize(
    ("elements", "attributes", "known"),
    [
        ("", "", Metadata()),
        (TITLE, "", Metadata(title="Title")),
        ("<dc:title>plain</dc:title>", "", Metadata(title="plain")),
        ("", 'photoshop:Headline="Headline"', Metadata(title="Headline")),
        (bag("dc:description", "a\nb"), "", Metadata(description="a\nb")),
        (bag("dc:subject", "sea", "Zürich", "sea", " "), "", Metadata(keywords=("sea", "Zürich"))),
        (bag("Iptc4xmpExt:PersonInImage", "Ann"), "", Metadata(persons=("Ann",))),
        (MWG, "", Metadata(persons=("Ann", "Bob"))),
        (MICROSOFT, "", Metadata(persons=("Eva", "Ann"))),
        (bag("Iptc4xmpExt:PersonInImage", "Ole") + MWG + MICROSOFT, "", Metadata(persons=("Ole", "Ann", "Bob", "Eva"))),
        ("", 'xmp:Rating="4"', Metadata(rating=4)),
        ("<xmp:Rating>-1</xmp:Rating>", "", Metadata()),
        ("", 'MicrosoftPhoto:Rating="75"', Metadata(rating=4)),
        ("", 'tiff:Make="Apple" tiff:Model="iPhone 6"', Metadata(make="Apple", model="iPhone 6")),
        ("", 'aux:Lens="90 mm"', Metadata(lens="90 mm")),
        ("", 'exifEX:LensModel="50 mm" aux:Lens="90 mm"', Metadata(lens="50 mm")),
        ("", 'xmp:CreatorTool="GIMP"', Metadata(software="GIMP")),
        ("", 'exif:ExposureTime="1/160" exif:FNumber="28/10"', Metadata(exposure_time=0.00625, aperture=2.8)),
        ("", 'exif:ShutterSpeedValue="4/1" exif:ApertureValue="6/1"', Metadata(exposure_time=0.0625, aperture=8.0)),
        ("", 'exif:FocalLength="90/1"', Metadata(focal_length=90.0)),
        (bag("exif:ISOSpeedRatings", "200"), "", Metadata(iso=200)),
        ("", 'exif:GPSLatitude="46,30N" exif:GPSLongitude="7,30,36W"', Metadata(latitude=46.5, longitude=-7.51)),
        ("", 'exif:GPSLatitude="46,30N" exif:GPSLongitude="407,30W"', Metadata()),
        ("", 'exif:GPSLatitude="46,30N"', Metadata()),
        (
            "<exif:GPSLatitude>33.8</exif:GPSLatitude><exif:GPSLatitudeRef>S</exif:GPSLatitudeRef>",
            'exif:GPSLongitude="-151.2"',
            Metadata(latitude=-33.8, longitude=-151.2),
        ),
        ("", 'dc:description="OLYMPUS DIGITAL CAMERA" exif:UserComment="Sea"', Metadata(description="Sea")),
        # Lists without their container, and a value with properties of its own.
        ("<dc:subject><rdf:li>sea</rdf:li></dc:subject>", "", Metadata(keywords=("sea",))),
        (
            "<dc:subject><rdf:Bag><rdf:li rdf:parseType='Resource'><rdf:value>sea</rdf:value></rdf:li></rdf:Bag>"
            "</dc:subject>",
            "",
            Metadata(keywords=("sea",)),
        ),
        ("<rdf:Description dc:title='Title'/>", "", Metadata(title="Title")),
    ],
)
def test_every_field(elements: str, attributes: str, known: Metadata) -> None:
    assert xmp.read(packets.xmp(elements, attributes)) == Found(known)


@pytest.mark.parametrize(
    ("attributes", "created", "changed"),
    [
        ('xmp:CreateDate="2015-07-02T14:35:33.12+02:00"', "2015-07-02T14:35:33+02:00", ""),
        (
            'exif:DateTimeOriginal="2015-07-02T14:35:33" xmp:CreateDate="2015-07-02T14:35:33+02:00"',
            "2015-07-02T14:35:33+02:00",
            "",
        ),
        ('exif:DateTimeOriginal="2014" xmp:CreateDate="2015"', "2014-01-01T00:00:00", ""),
        ('exif:DateTimeOriginal="0000" xmp:CreateDate="2015"', "2015-01-01T00:00:00", ""),
        ('xmp:ModifyDate="2015-07-02"', "", "2015-07-02T00:00:00"),
    ],
)
def test_dates(attributes: str, created: str, changed: str) -> None:
    found = xmp.read(packets.xmp(attributes=attributes))
    assert (found.created, found.changed) == (created, changed)


@pytest.mark.parametrize(
    "packet",
    [
        packets.xmp(TITLE),
        b"\0\r\n" + packets.xmp(TITLE) + b"\0 padding",
        b'<?xpacket begin="\xef\xbb\xbf" id="W5M0"?>' + packets.xmp(TITLE) + b'<?xpacket end="w"?>   ',
        packets.xmp(TITLE).decode().encode("utf-16"),
        packets.xmp(TITLE + "<dc:rights>Z\xfcrich</dc:rights>").decode().encode("latin-1"),
        packets.xmp(TITLE + "<dc:rights>\x02</dc:rights>"),
        b'<?xml version="1.0" encoding="odd"?>' + packets.xmp(TITLE),
        packets.xmp(TITLE) + b" " * xmp.LARGEST + b'<?xpacket end="w"?>',
        packets.xmp(TITLE)
        .replace(b"ns:meta/", b"ns:meta")
        .replace(b"syntax-ns#", b"syntax-ns")
        .replace(b"1.1/", b"1.1"),
    ],
)
def test_how_packets_come(packet: bytes) -> None:
    assert xmp.read(packet).metadata.title == "Title"


def test_latin_where_utf8_should_be() -> None:
    packet = packets.xmp(bag("dc:subject", "Zürich")).decode().encode("latin-1")
    assert xmp.read(packet).metadata.keywords == ("Zürich",)


ACDSEE = (
    '<Categories><Category Assigned="1">Tiere<Category Assigned="1">Fische</Category></Category>'
    '<Category Assigned="1">sea</Category></Categories>'
)
MWG_KEYWORDS = (
    '<mwg-kw:Keywords rdf:parseType="Resource"><mwg-kw:Hierarchy><rdf:Bag><rdf:li><rdf:Description '
    'mwg-kw:Keyword="Tiere"><mwg-kw:Children><rdf:Bag><rdf:li rdf:parseType="Resource"><mwg-kw:Keyword>Fische'
    "</mwg-kw:Keyword></rdf:li></rdf:Bag></mwg-kw:Children></rdf:Description></rdf:li></rdf:Bag></mwg-kw:Hierarchy>"
    "</mwg-kw:Keywords>"
)


@pytest.mark.parametrize(
    ("elements", "paths"),
    [
        (bag("lr:hierarchicalSubject", "Orte|Palermo", "sea"), ("Orte|Palermo", "sea")),
        (bag("digiKam:TagsList", "Orte/Catania", "_Digikam_Internal_Tags_/Color Label Red"), ("Orte|Catania",)),
        (bag("mediapro:CatalogSets", "Orte|Messina"), ("Orte|Messina",)),
        (f"<acdsee:categories>{escape(ACDSEE)}</acdsee:categories>", ("Tiere", "Tiere|Fische", "sea")),
        (MWG_KEYWORDS, ("Tiere", "Tiere|Fische")),
    ],
)
def test_keywords_in_trees(elements: str, paths: tuple[str, ...]) -> None:
    assert xmp.read(packets.xmp(elements)).paths == paths


@pytest.mark.parametrize("name", ["LastKeywordXMP", "LastKeywordIPTC"])
def test_keywords_that_windows_notes(name: str) -> None:
    assert xmp.read(packets.xmp(bag(f"MicrosoftPhoto:{name}", "Orte/Messina"))).noted == ("Orte|Messina",)


def test_what_goes_on_elsewhere() -> None:
    name = "0123456789ABCDEF" * 2
    first = packets.xmp(TITLE, f'xmpNote:HasExtendedXMP="{name}"')
    assert xmp.extension_of(first) == name.encode()
    assert xmp.extension_of(packets.xmp(f"<xmpNote:HasExtendedXMP>{name}</xmpNote:HasExtendedXMP>")) == name.encode()
    assert xmp.extension_of(packets.xmp(TITLE)) == b""
    found = xmp.read(first, packets.xmp("<dc:title>other</dc:title>" + bag("dc:subject", "sea")))
    assert found.metadata == Metadata(title="Title", keywords=("sea",))


def test_the_photoid() -> None:
    assert xmp.read(packets.xmp(attributes=f'pap:PhotoId="{ID}"')).photoid == ID
    assert xmp.read(packets.xmp(f"<pap:photoid> {ID}==</pap:photoid>")).photoid == ID
    assert xmp.read(packets.xmp(attributes='pap:PhotoId="short"')).photoid is None


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"<",
        b"><",
        b"<a>",
        b"garbage",
        f"{LAUGHS}]>".encode() + packets.xmp("<dc:title>&j;</dc:title>"),
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + packets.xmp("<dc:title>&a;</dc:title>"),
        b"<a>" * 200_000 + b"</a>" * 200_000,
        b"<a>" * 5000 + packets.xmp(TITLE) + b"</a>" * 5000,
        packets.xmp(TITLE + " " * xmp.LARGEST),
    ],
)
def test_what_says_nothing(packet: bytes) -> None:
    assert xmp.read(packet) == Found()


def test_many_and_long() -> None:
    many = packets.xmp(bag("dc:subject", *map(str, range(100_000))))
    assert len(many) < xmp.LARGEST
    assert xmp.read(many).metadata.keywords == tuple(map(str, range(values.MOST)))
    assert len(xmp.read(packets.xmp(f"<dc:title>{'x' * 1_000_000}</dc:title>")).metadata.title) == values.LINE


NAMES = st.sampled_from(("dc:title", "dc:subject", "xmp:Rating", "exif:GPSLatitude", "exif:FNumber", "mwg-rs:Name"))
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='<&"'), max_size=20)


@given(st.binary(max_size=100), st.dictionaries(NAMES, VALUES), st.lists(st.tuples(NAMES, VALUES)))
def test_any_packet(data: bytes, attributes: dict[str, str], elements: list[tuple[str, str]]) -> None:
    assert isinstance(xmp.read(data), Found)
    packet = packets.xmp(
        "".join(bag(name, value, value) for name, value in elements),
        " ".join(f'{name}="{value}"' for name, value in attributes.items()),
    )
    assert isinstance(xmp.read(packet), Found)
    cut = len(data) * len(packet) // 100
    assert isinstance(xmp.read(packet[:cut] + data + packet[cut:]), Found)
