"""Photos whose files say how they lie, and in which colours they are, in any of the ways that there are."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image, PngImagePlugin

from tests.workers.samples.pictures import STORED, saved

MARK = b"an item of EXIF, whose bytes are put in later: "
ROOM = 200


def exif(orientation: int = 0, colour_space: int = 0, index: bytes = b"", order: str = "<") -> bytes:
    """EXIF, with its head, that says these and no more; nothing of what is 0 or empty."""
    below = []
    if colour_space:
        below.append((0xA001, 3, 1, struct.pack(f"{order}HH", colour_space, 0)))
    if index:
        below.append((0xA005, 4, 1, struct.pack(f"{order}I", 100)))
    main = [(0x8769, 4, 1, struct.pack(f"{order}I", 50))] if below else []
    if orientation:
        main.insert(0, (0x0112, 3, 1, struct.pack(f"{order}HH", orientation, 0)))
    content = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8))
    directories = ((8, main), (50, below), (100, [(1, 2, 4, index.ljust(4, b"\0"))]))
    for place, entries in directories:
        content = content.ljust(place, b"\0")
        content += struct.pack(f"{order}H", len(entries))
        content += b"".join(struct.pack(f"{order}HHI", *entry[:3]) + entry[3] for entry in entries) + bytes(4)
    return b"Exif\0\0" + bytes(content)


def xmp(orientation: int) -> bytes:
    """An XMP packet that says how a picture lies; that says nothing for 0."""
    said = f'tiff:Orientation="{orientation}"' if orientation else ""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" {said}/></rdf:RDF></x:xmpmeta>'
    ).encode()


def photo(upright: Image.Image, kind: str, container: int = 0, by_exif: int = 0, by_xmp: int = 0) -> bytes:
    """A photo of that kind (as Pillow calls it) whose container (2 to 8, of HEIF and AVIF alone), EXIF and XMP say that
    it lies so, 0 for nothing; its pixels lie as the first of them says."""
    shown = container or by_exif or by_xmp or 1
    method = STORED[shown]
    image = upright if method is None else upright.transpose(method)
    packets: dict[str, Any] = {"exif": exif(by_exif)} if by_exif else {}
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp(by_xmp).decode(), zip=bool(by_exif))
        return saved(image, kind, pnginfo=info, **packets).getvalue()
    if kind == "TIFF":
        tags = Image.Exif()
        tags[0x02BC] = xmp(by_xmp)
        if by_exif:
            tags[0x0112] = by_exif
        return saved(image, kind, exif=tags, compression="raw").getvalue()
    if kind in ("HEIF", "AVIF"):
        return _of_boxes(image, kind, container, by_exif, by_xmp)
    return saved(image, kind, xmp=xmp(by_xmp), **packets).getvalue()


def _of_boxes(image: Image.Image, kind: str, container: int, by_exif: int, by_xmp: int) -> bytes:
    """The encoders turn by boxes what EXIF or XMP say, and let those be upright; so their bytes are put in after."""
    said = Image.Exif()
    said[0x010E] = MARK.decode() + "." * ROOM
    if container:
        said[0x0112] = container
    silent = xmp(by_xmp).replace(b"Orientation", b"0rientation")
    if kind == "AVIF":
        content = saved(image, kind, exif=said, xmp=silent, quality=90, subsampling="4:4:4").getvalue()
    else:
        out = BytesIO()
        # As stored: pillow-heif turns nothing, and writes the boxes.
        pillow_heif.from_pillow(image).save(out, quality=90, chroma=444, exif=said.tobytes(), xmp=silent)
        content = out.getvalue()
    content = content.replace(b"0rientation", b"Orientation")
    start = max(content.rfind(b"II*\0"), content.rfind(b"MM\0*"))
    end = content.index(b"\0", content.index(MARK, start)) + 1
    bare = exif(by_exif).removeprefix(b"Exif\0\0")
    assert len(bare) <= end - start
    return content[:start] + bare.ljust(end - start, b"\0") + content[end:]


def png(image: Image.Image, *chunks: tuple[bytes, bytes], **options: Any) -> bytes:
    """A PNG with these chunks behind its header."""
    content = saved(image, "PNG", **options).getvalue()
    put = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return content[:33] + put + content[33:]


def with_code_points(content: bytes, primaries: int, transfer: int) -> bytes:
    """The AVIF or HEIC with other code points in its box of colours."""
    place = content.index(b"colrnclx") + 8
    return content[:place] + struct.pack(">2H", primaries, transfer) + content[place + 4 :]
