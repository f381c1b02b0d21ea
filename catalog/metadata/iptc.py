"""What IPTC's old header says: IIM 4.2, as Photoshop puts it into its image resources. Pure."""

from collections.abc import Iterator

import catalog.metadata.boilerplate as boilerplate
import catalog.metadata.dates as dates
import catalog.metadata.values as values
from catalog.metadata.merge import Found, Metadata

# Datasets: (record, number).
ENCODING = (1, 90)
TITLE, HEADLINE, CAPTION, KEYWORD = (2, 5), (2, 105), (2, 120), (2, 25)
DAY, TIME, PROGRAM = (2, 55), (2, 60), (2, 65)
DIGITAL_DAY, DIGITAL_TIME = (2, 62), (2, 63)

MARKER = 0x1C
EXTENDED = 0x8000  # the length is that of a length
UTF8 = b"\x1b%G"  # ISO 2022; from then on all of record 2 is UTF-8
RESOURCE = 0x0404  # of Photoshop's, that holds IPTC
LONGEST = 4 * values.TEXT  # bytes of a value that are looked at
MOST_DATASETS = 10_000


def read(data: bytes) -> Found:
    """What there is, as far as it can be read. Texts are UTF-8 where that is said or can be, else Windows-1252."""
    if not data:
        return Found()
    known: dict[tuple[int, int], list[bytes]] = {}
    for dataset, value in _datasets(data):
        known.setdefault(dataset, []).append(value)
    utf8 = UTF8 in known.get(ENCODING, ())

    def text(value: bytes, longest: int = values.LINE) -> str:
        return values.text(value.decode("utf-8", "replace") if utf8 else value, longest)

    def first(dataset: tuple[int, int], longest: int = values.LINE) -> str:
        return next((some for value in known.get(dataset, ()) if (some := text(value, longest))), "")

    metadata = Metadata(
        title=boilerplate.without(first(TITLE)) or boilerplate.without(first(HEADLINE)),
        description=boilerplate.without(first(CAPTION, values.TEXT)),
        keywords=values.texts(text(value) for value in known.get(KEYWORD, ())),
        software=first(PROGRAM),
    )
    days = (_date(first(day), first(time)) for day, time in ((DAY, TIME), (DIGITAL_DAY, DIGITAL_TIME)))
    return Found(metadata, created=dates.first(days))


def _date(day: str, time: str) -> str:
    """Of `20150702` and `143533+0200`; of the day alone, where the time is none."""
    bare = day.replace("-", "").replace(":", "")
    return dates.date(f"{bare} {time}") or dates.date(day)


def in_resources(data: bytes) -> bytes:
    """The IPTC header among Photoshop's image resources; empty where there is none.

    Source: Adobe Photoshop File Formats Specification, "Image Resource Blocks".
    """
    position = 0
    while data[position : position + 4] == b"8BIM":
        kind = int.from_bytes(data[position + 4 : position + 6], "big")
        name = data[position + 6] if position + 6 < len(data) else 0
        position += 6 + (name + 2) // 2 * 2
        size = int.from_bytes(data[position : position + 4], "big")
        position += 4
        if kind == RESOURCE:
            return data[position : position + size]
        position += (size + 1) // 2 * 2
    return b""


def _datasets(data: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Each dataset's record and number, and its value, until one is broken."""
    position = 0
    for _ in range(MOST_DATASETS):
        head = data[position : position + 5]
        if len(head) < 5 or head[0] != MARKER:
            return
        size = int.from_bytes(head[3:], "big")
        position += 5
        if size & EXTENDED:
            width = size & ~EXTENDED
            if width > 8:
                return
            size = int.from_bytes(data[position : position + width], "big")
            position += width
        yield (head[1], head[2]), data[position : position + min(size, LONGEST)]
        position += size
