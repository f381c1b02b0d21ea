"""Writes ICC profiles: by primaries and a curve, or by a table of colours. Pure.

The layout is ICC.1:2001-04's (version 2), which every reader knows: a header of 128 bytes, a table of tags, their data.
"""

import struct
import sys
from array import array
from collections.abc import Iterable, Sequence

from workers.pipeline.colours.adaptation import D50, Matrix, Vector, transposed

VERSION = 0x02400000
MONITOR, SCANNER = b"mntr", b"scnr"
MOST = 65_535


def by_primaries(matrix: Matrix, curve: Sequence[float]) -> bytes:
    """A profile of red, green and blue, whose `matrix` makes XYZ beside D50 of their light; `curve` is the light, 0 to
    1, of as many levels, evenly from 0 to 1."""
    table = b"curv" + struct.pack(">II", 0, len(curve)) + _sixteen_bit(curve)
    columns = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(_xyz, transposed(matrix)), strict=True))
    return _profile(MONITOR, b"RGB ", b"XYZ ", {**columns, **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), table)})


def by_table(space: bytes, curves: Sequence[Sequence[float]], grid: int, colours: Iterable[Vector]) -> bytes:
    """A profile of a colour space (as `RGB ` or `CMYK`): each channel goes through its one of `curves` (values 0 to 1
    of as many levels, the same number each), then lies among the `colours` as Lab: `grid` for each channel, the last
    one's changing first.
    """
    lut = b"".join(
        (
            struct.pack(">4sI4B", b"mft2", 0, len(curves), 3, grid, 0),
            struct.pack(">9i", *(65536 if number % 4 == 0 else 0 for number in range(9))),
            struct.pack(">HH", len(curves[0]), 2),
            *map(_sixteen_bit, curves),
            _lab(colours),
            struct.pack(">6H", *(0, MOST) * 3),
        )
    )
    # For each intent: without one for its own littlecms leaves the black point as it is.
    return _profile(SCANNER, space, b"Lab ", dict.fromkeys((b"A2B0", b"A2B1"), lut))


def _lab(colours: Iterable[Vector]) -> bytes:
    """Lab in 16 bits, as version 2 has it: 100 is 0xFF00, 0 of a and b 0x8000."""
    flat = array("H")
    for lightness, a, b in colours:
        flat.append(min(max(round(lightness * 652.8), 0), MOST))
        flat.append(min(max(round((a + 128) * 256), 0), MOST))
        flat.append(min(max(round((b + 128) * 256), 0), MOST))
    return _big_endian(flat)


def _sixteen_bit(values: Iterable[float]) -> bytes:
    return _big_endian(array("H", (round(min(max(value, 0.0), 1.0) * MOST) for value in values)))


def _big_endian(numbers: "array[int]") -> bytes:
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes()


def _xyz(colour: Vector) -> bytes:
    return b"XYZ " + struct.pack(">I3i", 0, *(round(part * 65536) for part in colour))


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"desc": b"desc" + struct.pack(">II", 0, 1) + bytes(1 + 8 + 3 + 67), b"wtpt": _xyz(D50), **tags}
    head = 128 + 4 + 12 * len(tags)
    rows, data = b"", b""
    places: dict[bytes, int] = {}
    for name, content in tags.items():
        if content not in places:
            data += bytes(-len(data) % 4)
            places[content] = head + len(data)
            data += content
        rows += struct.pack(">4sII", name, places[content], len(content))
    # No maker, no date: the same colours are the same bytes.
    said = (head + len(data), bytes(4), VERSION, kind, space, connection, b"acsp")
    header = struct.pack(">I4sI4s4s4s12x4s28x3i48x", *said, *(round(part * 65536) for part in D50))
    return header + struct.pack(">I", len(tags)) + rows + data
