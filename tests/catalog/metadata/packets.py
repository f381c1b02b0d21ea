"""Metadata in bytes, as tools write it."""

RDF = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:exifEX="http://cipa.jp/exif/1.0/"'
    ' xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/"'
    ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"'
    ' xmlns:MP="http://ns.microsoft.com/photo/1.2/" xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"'
    ' xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"'
    ' xmlns:mwg-kw="http://www.metadataworkinggroup.com/schemas/keywords/"'
    ' xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:digiKam="http://www.digikam.org/ns/1.0/"'
    ' xmlns:mediapro="http://ns.iview-multimedia.com/mediapro/1.0/" xmlns:acdsee="http://ns.acdsee.com/iptc/1.0/"'
    ' xmlns:xmpNote="http://ns.adobe.com/xmp/note/"'
    ' xmlns:pap="http://ns.contecon.de/picapport/1.0/">'
    '<rdf:Description rdf:about=""{attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>'
)


def xmp(elements: str = "", attributes: str = "") -> bytes:
    """An XMP packet with these properties."""
    return RDF.format(attributes=f" {attributes}", elements=elements).encode()


def bag(name: str, *items: str) -> str:
    """A property that is a list."""
    return f"<{name}><rdf:Bag>{''.join(f'<rdf:li>{item}</rdf:li>' for item in items)}</rdf:Bag></{name}>"


def dataset(number: int, value: bytes, record: int = 2, *, extended: bool = False) -> bytes:
    """A dataset of IPTC-IIM."""
    size = b"\x80\x04" + len(value).to_bytes(4, "big") if extended else (len(value) & 0x7FFF).to_bytes(2, "big")
    return bytes([0x1C, record, number]) + size + value


def resource(kind: int, data: bytes, name: bytes = b"") -> bytes:
    """An image resource of Photoshop's."""
    pascal = bytes([len(name)]) + name
    return b"8BIM" + kind.to_bytes(2, "big") + _even(pascal) + len(data).to_bytes(4, "big") + _even(data)


def _even(data: bytes) -> bytes:
    return data + b"\0" * (len(data) % 2)
