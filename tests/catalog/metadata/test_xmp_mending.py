"""XMP with the mistakes that tools make."""

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from catalog.metadata import xmp, xmp_mending
from catalog.metadata.merge import Metadata
from tests.catalog.metadata import packets
from tests.catalog.metadata.packets import bag

WHOLE = packets.xmp(bag("dc:subject", "sea", "Zürich"), 'xmp:Rating="4" dc:title="Title"')
KNOWN = Metadata(title="Title", keywords=("sea", "Zürich"), rating=4)
DC = b' xmlns:dc="http://purl.org/dc/elements/1.1/"'
START, END = WHOLE.index(b"<rdf:RDF"), WHOLE.index(b"</x:xmpmeta>")
DESCRIPTION = WHOLE.index(b"<rdf:Description")
ALONE = WHOLE[DESCRIPTION : WHOLE.index(b"</rdf:RDF>")]


@pytest.mark.parametrize(
    "packet",
    [
        WHOLE,
        WHOLE.replace(DC, b""),
        WHOLE.replace(b"xmlns:", b"xmlnz:"),
        WHOLE.replace(b"<dc:subject>", b"<odd:thing>x</odd:thing><dc:subject>"),
        WHOLE.replace(b'xmp:Rating="4"', b'xmp:Rating="4" xmp:Rating="3"'),
        WHOLE.replace(b'xmp:Rating="4"', b"xmp:Rating=4"),
        WHOLE.replace(b"<dc:subject>", b"<dc:rights>A & B &nbsp; &odd; &#0;</dc:rights><dc:subject>"),
        WHOLE.replace(b"<dc:subject>", b"<dc:rights>\x00\x01\x1f</dc:rights><dc:subject>"),
        WHOLE.replace(b"<dc:subject>", b"<dc:rights>open <dc:subject>"),
        WHOLE.replace(b"</rdf:li>", b""),
        WHOLE.replace(b"</rdf:li>", b"</RDF:LI>"),
        WHOLE.replace("ü".encode(), b"\xfc"),
        WHOLE.replace(b"<dc:subject>", b"<dc:rights>\xfc</dc:rights><dc:subject>"),
        WHOLE + WHOLE,
        WHOLE + packets.xmp("<dc:title>other</dc:title>"),
        WHOLE[START:END],
        ALONE,
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + ALONE + b"</x:xmpmeta>",
        b'<?xpacket begin="" id="W5M0"' + WHOLE + b'<?xpacket end="w"?>',
        b'<?xpacket begin=""?><?xpacket begin=""?>' + WHOLE + b'<?xpacket end="w"',
        b"\xef\xbb\xbf" + WHOLE,
        b"http://ns.adobe.com/xap/1.0/\0<bytes> & \xff\0" + WHOLE + b"\0<more> \xff",
        b'<?xml version="1.0" encoding="UTF-16"?>' + WHOLE,
        WHOLE.decode().encode("utf-16-le"),
        WHOLE.decode().encode("utf-16-be"),
        WHOLE.decode().encode("utf-32"),
        WHOLE[: WHOLE.index(b"</rdf:Bag>")],
        WHOLE.replace(b"<dc:subject>", b"<!-- not closed -- ><dc:rights/>--><dc:subject>"),
        WHOLE.replace(b"sea", b"<![CDATA[sea]]>") + b"<",
    ],
)
def test_what_can_be_read_is_read(packet: bytes) -> None:
    assert xmp.read(packet).metadata == KNOWN


def test_what_is_xml_is_the_same_tree() -> None:
    tree = xmp_mending.mended(WHOLE, xmp.DEEPEST)
    assert tree is not None
    pairs = zip(tree[0].iter(), fromstring(WHOLE).iter(), strict=True)
    assert all((one.tag, one.attrib, one.text or "") == (two.tag, two.attrib, two.text or "") for one, two in pairs)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("A & B", "A & B"),
        ("A &amp; B &lt;", "A & B <"),
        ("&#169;&#xa9;&copy; Ann", "©©© Ann"),
        ("&uuml;&Uuml;", "üÜ"),
        ("&nothing; &#1114112; &#xd800;", "&nothing;"),
        ("<![CDATA[&amp;]]>", "&amp;"),
    ],
)
def test_characters(written: str, read: str) -> None:
    packet = packets.xmp(f"<dc:title>{written}</dc:title>") + b"<broken"
    assert xmp.read(packet).metadata.title == read


def test_entities_are_never_put_in() -> None:
    laughs = b'<broken <!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + packets.xmp("<dc:title>&b;</dc:title>")
    assert xmp.read(laughs).metadata.title == "&b;"


@pytest.mark.parametrize(
    "piece",
    [
        b"<",
        b"<!--",
        b"<![CDATA[",
        b"<?",
        b"<a b='",
        b'<a "',
        b"<a b=c ",
        b"</a>",
        b"<a/>",
        b"&",
        b"a:a:",
        b"<a:b xmlns:c='d'/>",
    ],
)
def test_nothing_takes_more_than_its_length(piece: bytes) -> None:
    """Of a megabyte a reading that is quadratic would not come to its end."""
    packet = packets.xmp(bag("dc:subject", "sea"))[:-20] + piece * (1_000_000 // len(piece))
    xmp.read(packet)


def test_what_lies_too_deep_says_nothing() -> None:
    assert xmp_mending.mended(b"<a>" * 200, 100) is None


@given(st.binary(max_size=60), st.integers(0, len(WHOLE)), st.integers(0, 30))
def test_any_mistake(data: bytes, position: int, lost: int) -> None:
    xmp.read(WHOLE[:position] + data + WHOLE[position + lost :])
    xmp_mending.mended(data, 100)
