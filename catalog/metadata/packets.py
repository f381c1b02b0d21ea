"""The XMP and the IPTC of a photo, in how many pieces ever they stand in its file."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

import catalog.metadata.iptc as iptc
from catalog.metadata.xmp import LARGEST, extension_of
from catalog.presentation.packets import Packets
from catalog.presentation.segments import Segments, Span
from catalog.presentation.tags import Tiff

EXTENSION_HEAD = struct.Struct(">32sII")  # the id, the length of the whole, the place of this piece in it
ROOTS = (b":xmpmeta", b":xapmeta", b":RDF")
XMP_TAG, IPTC_TAG, RESOURCES_TAG = 700, 33723, 34377  # of TIFF
LARGEST_IPTC, LARGEST_RESOURCES = 4 << 20, 16 << 20


def xmp(packets: Packets, own: Tiff | None = None) -> list[bytes]:
    """The packets of XMP: the first, and what goes on elsewhere. Of a raw file `own` are its own tags, which count
    where its preview has none.

    Raises:
        OSError: the file can't be read.
    """
    if packets.segments is not None:
        found = [*filter(None, _of_jpeg(packets.file, packets.segments))]
    elif packets.chunks is not None:
        found = [*filter(None, (packets.chunks.words,))]
    elif packets.exif is not None and packets.exif.file is packets.file:
        found = [*filter(None, (_tag(packets.exif, XMP_TAG, LARGEST),))]
    else:
        found = [*filter(None, (packets.xmp,))]
    return found or [*filter(None, (_tag(own, XMP_TAG, LARGEST),))]


def of_iptc(packets: Packets, own: Tiff | None = None) -> bytes:
    """The IPTC header: among the resources of Photoshop, or in a TIFF's own tag; as `xmp`."""
    if packets.segments is not None:
        for span in reversed(packets.segments.resources):
            if kept := iptc.in_resources(span.read(packets.file)):
                return kept
    elif packets.exif is not None and packets.exif.file is packets.file:
        own = packets.exif
        return _tag(own, IPTC_TAG, LARGEST_IPTC) or iptc.in_resources(_tag(own, RESOURCES_TAG, LARGEST_RESOURCES))
    return _tag(own, IPTC_TAG, LARGEST_IPTC)


def _tag(tiff: Tiff | None, tag: int, most: int) -> bytes:
    """The bytes of a tag, empty where there are none. Some tools call them longs."""
    return b"" if tiff is None else tiff.bytes_of(tiff.main, tag, None, most)


def _of_jpeg(file: BinaryIO, segments: Segments) -> Iterator[bytes]:
    """Source: XMP part 3, 1.1.3: what has no place in a segment stands in others, under the id that the first names."""
    # Or under a name that is not as it should be.
    first = segments.xmp or next(_with_roots(file, segments.others), b"")
    yield first
    if segments.extensions and (wanted := extension_of(first)):
        yield _joined(file, segments.extensions, wanted)


def _with_roots(file: BinaryIO, spans: tuple[Span, ...]) -> Iterator[bytes]:
    for span in spans:
        data = span.read(file)
        if any(root in data for root in ROOTS):
            yield data


def _joined(file: BinaryIO, pieces: tuple[Span, ...], wanted: bytes) -> bytes:
    """The pieces of one id in the order of their places; empty where some are missing, or the whole is too large."""
    found: dict[int, Span] = {}
    whole = 0
    for piece in pieces:
        head = Span(piece.start, min(piece.length, EXTENSION_HEAD.size)).read(file)
        if len(head) < EXTENSION_HEAD.size:
            continue
        name, whole_of_this, place = EXTENSION_HEAD.unpack(head)
        if name.upper() == wanted.upper():
            found[place] = Span(piece.start + EXTENSION_HEAD.size, piece.length - EXTENSION_HEAD.size)
            whole = whole_of_this
    if not whole == sum(span.length for span in found.values()) <= LARGEST:
        return b""
    return b"".join(found[place].read(file) for place in sorted(found))
