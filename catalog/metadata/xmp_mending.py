"""XMP that is no XML, read as far as it can be: what tools have cut, doubled, spliced and forgotten to declare. Pure.

Whatever it is given, it takes time in proportion to its length, and looks at so many tags at most. Nothing is ever put
in the place of an entity but one character.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.entities import html5
from xml.etree.ElementTree import Element

MOST_TAGS = 100_000  # that are looked at

# Of the prefixes that tools use, for packets that do not say what they mean.
NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xml": "http://www.w3.org/XML/1998/namespace",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xap": "http://ns.adobe.com/xap/1.0/",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "MP": "http://ns.microsoft.com/photo/1.2/",
    "MPRI": "http://ns.microsoft.com/photo/1.2/t/RegionInfo#",
    "MPReg": "http://ns.microsoft.com/photo/1.2/t/Region#",
    "expressionmedia": "http://ns.microsoft.com/expressionmedia/1.0/",
    "mediapro": "http://ns.iview-multimedia.com/mediapro/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "acdsee": "http://ns.acdsee.com/iptc/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "iptcExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "mwg-kw": "http://www.metadataworkinggroup.com/schemas/keywords/",
    "pap": "http://ns.contecon.de/picapport/1.0/",
    "picapport": "http://ns.contecon.de/picapport/1.0/",
}
# Tools forget the end of them, or write them in capitals.
_MEANT = {uri.rstrip("/#").lower(): uri for uri in NAMESPACES.values()}

_PREFIX = rb"xmlns:[\w.\-]+\s*=\s*[\"']([^\"'<>]{1,200})[\"']"
_DECLARED = re.compile(_PREFIX)
_TAG = re.compile(r"<(/?)([A-Za-z_][\w.\-]*(?::[\w.\-]+)?)((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)>")
_ROUGH_TAG = re.compile(r"<(/?)([A-Za-z_][\w.\-]*(?::[\w.\-]+)?)([^<>]*+)>?")
_ATTRIBUTE = re.compile(r"(?<![\w.\-:])([\w.\-]+(?::[\w.\-]+)?)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'/]+))")
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}\d{0,2}));", re.IGNORECASE)
_WINDOWS = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
_BYTE_ORDERS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


def meant(packet: bytes) -> bytes:
    """The packet with the namespaces that its tool meant, where it has spelt them otherwise."""
    for spelt in set(_DECLARED.findall(packet)):
        uri = spelt.decode("utf-8", "replace")
        known = _MEANT.get(uri.rstrip("/#").lower(), uri)
        if known != uri:
            for quote in (b'"', b"'"):
                packet = packet.replace(quote + spelt + quote, quote + known.encode() + quote)
    return packet


def mended(packet: bytes, deepest: int) -> Element | None:
    """A tree of what is there, below a root of its own; None where elements lie deeper in each other than `deepest`.

    Prefixes that are not declared mean what they mean elsewhere. What is not closed ends where its parent does, of
    attributes that come twice the first counts.
    """
    return _Mender(text(packet), deepest).tree()


def text(packet: bytes) -> str:
    """The packet in its own encoding, or the one that it must be; what is no UTF-8 there is Windows-1252."""
    for mark, encoding in _BYTE_ORDERS:
        if packet.startswith(mark):
            return packet.decode(encoding, "replace")
    return packet.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").translate(_WINDOWS)


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet: its name as it is written, the prefixes that it declares, its text so far."""

    element: Element
    name: str
    declared: Mapping[str, str]
    text: list[str] = field(default_factory=list)
    speaks: bool = False

    def close(self) -> None:
        self.element.text = _characters("".join(self.text))


class _Mender:
    """Goes through a text from tag to tag."""

    def __init__(self, text: str, deepest: int) -> None:
        self._text = text
        self._deepest = deepest
        self._stack = [_Open(Element("mended"), "", NAMESPACES)]
        self._count = 0

    def tree(self) -> Element | None:
        position, end = 0, len(self._text)
        root = self._stack[0].element
        while position < end and self._count < MOST_TAGS:
            start = self._text.find("<", position)
            self._say(self._text[position : start if start >= 0 else end])
            if start < 0:
                break
            self._count += 1
            position = self._markup(start)
            if len(self._stack) > self._deepest + 1:
                return None
        while self._stack:
            self._stack.pop().close()
        return root

    def _markup(self, start: int) -> int:
        """Takes what begins with `<`; gives where to go on."""
        text = self._text
        if text.startswith("<!--", start):
            return self._behind("-->", start)
        if text.startswith("<![CDATA[", start):
            end = self._behind("]]>", start)
            self._say(text[start + 9 : end - 3].replace("&", "&amp;"))
            return end
        if text.startswith(("<?", "<!"), start):
            # What was not closed ends where the next thing begins.
            following = text.find("<", start + 1)
            following = following if following >= 0 else len(text)
            return text.find(">", start, following) + 1 or following
        match = _TAG.match(text, start) or _ROUGH_TAG.match(text, start)
        if match is None:
            self._say("<")
            return start + 1
        if match[1]:
            self._end(match[2])
        else:
            self._begin(match[2], match[3])
        return match.end()

    def _behind(self, mark: str, start: int) -> int:
        end = self._text.find(mark, start)
        return end + len(mark) if end >= 0 else len(self._text)

    def _say(self, some: str) -> None:
        # What stands behind a child is said of nothing.
        if some and not len(self._stack[-1].element):
            self._stack[-1].text.append(some)
            self._stack[-1].speaks |= not some.isspace()

    def _begin(self, name: str, rest: str) -> None:
        above = self._stack[-1]
        # No item lies in another, and no property in one that is a text.
        if (name.endswith(":li") and above.name == name) or (above.speaks and ":" in above.name and ":" in name):
            self._stack.pop().close()
        attributes: dict[str, str] = {}
        for found in _ATTRIBUTE.finditer(rest):
            attributes.setdefault(found[1], next(value for value in found.groups()[1:] if value is not None))
        declared = {key[6:]: _known(value) for key, value in attributes.items() if key.startswith("xmlns")}
        opened = _Open(Element(""), name, declared)
        self._stack.append(opened)
        opened.element.tag = self._qualified(name)
        for key, value in attributes.items():
            if not key.startswith("xmlns"):
                opened.element.attrib.setdefault(self._qualified(key) if ":" in key else key, _characters(value))
        self._stack[-2].element.append(opened.element)
        if rest.rstrip().endswith("/"):
            self._stack.pop()

    def _qualified(self, name: str) -> str:
        prefix, colon, local = name.rpartition(":")
        uri = next((each.declared[prefix] for each in reversed(self._stack) if prefix in each.declared), "")
        if not uri and not colon:
            return name
        return f"{{{uri or f'undeclared:{prefix}'}}}{local}"

    def _end(self, name: str) -> None:
        if any(each.name == name for each in self._stack[1:]):
            while True:
                closed = self._stack.pop()
                closed.close()
                if closed.name == name:
                    return


def _known(uri: str) -> str:
    return _MEANT.get(uri.rstrip("/#").lower(), uri)


def _characters(some: str) -> str:
    """A text with the characters that its entities stand for; what is none of them stays as it is."""
    return _ENTITY.sub(_character, some) if "&" in some else some


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return html5.get(f"{match[3]};", html5.get(f"{match[3].lower()};", match[0]))
    number = int(match[1]) if match[1] else int(match[2], 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else " "
