"""How a picture lies by its XMP. Pure."""

import re

LARGEST = 1024 * 1024  # bytes of a packet that are looked at
PROPERTY = re.compile(rb"""tiff:Orientation\s*(?:=\s*["']|>)\s*([1-8])\s*["'<]""")


def xmp_orientation(packet: bytes) -> int:
    """EXIF's number, 1 to 8, as an attribute or an element has it; 0 where there is none.

    Looked for, not parsed: a packet that some tool has spoilt, as tools do, still says how the picture lies.
    """
    found = PROPERTY.search(packet, 0, LARGEST)
    return int(found[1]) if found else 0
