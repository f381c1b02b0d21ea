"""Colour profiles that the tests make, by the layout of ICC.1:2022 (version 2)."""

import struct

# Primaries adapted to D50, and the gamma of their curves.
DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841), 2.2)
ADOBE_RGB = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446), 2.2)
PRO_PHOTO = ((0.7977, 0.2880, 0.0), (0.1352, 0.7119, 0.0), (0.0313, 0.0001, 0.8249), 1.8)
SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
WHITE = (0.9642, 1.0, 0.8249)

Primary = tuple[float, float, float]


def rgb(red: Primary, green: Primary, blue: Primary, gamma: float, **tags: bytes) -> bytes:
    """A profile of three primaries and a gamma, and other tags by their names."""
    return of_curve(red, green, blue, _gamma(gamma), **tags)


def of_curve(red: Primary, green: Primary, blue: Primary, curve: bytes, **tags: bytes) -> bytes:
    """A profile of three primaries and a curve, and other tags by their names."""
    primaries = {b"rXYZ": _xyz(red), b"gXYZ": _xyz(green), b"bXYZ": _xyz(blue)}
    others = {name.encode(): tag for name, tag in tags.items()}
    return _profile(b"RGB ", b"XYZ ", {**primaries, **others, **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)})


def srgb_curve(points: int) -> bytes:
    """sRGB's curve as a table."""
    levels = [point / (points - 1) for point in range(points)]
    light = [level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels]
    return b"curv" + bytes(4) + struct.pack(f">I{points}H", points, *(round(each * 65535) for each in light))


def grey(gamma: float) -> bytes:
    """A profile of greys."""
    return _profile(b"GRAY", b"XYZ ", {b"kTRC": _gamma(gamma)})


def cmyk() -> bytes:
    """Inks of its own: cyan prints as blue, magenta as red, yellow as green; two and more of them, and black, as black.

    A table of two steps for each ink, to Lab.
    """
    paper, black = (255, 128, 128), (0, 128, 128)
    alone = {
        (1, 0, 0, 0): (82, 207, 20),
        (0, 1, 0, 0): (138, 208, 195),
        (0, 0, 1, 0): (224, 49, 209),
        (0, 0, 0, 0): paper,
    }
    corners = [(c, m, y, k) for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)]
    table = b"".join(bytes(alone.get(corner, black)) for corner in corners)
    identity = struct.pack(">9i", *(65536 if number % 4 == 0 else 0 for number in range(9)))
    straight = bytes(range(256))
    look_up = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + identity + straight * 4 + table + straight * 3
    return _profile(b"CMYK", b"Lab ", {b"A2B0": look_up, b"A2B1": look_up})


def padded(profile: bytes, size: int) -> bytes:
    """The profile, of so many bytes."""
    return struct.pack(">I", size) + profile[4:].ljust(size - 4, b"\1")


def _gamma(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)


def _xyz(values: Primary) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _profile(space: bytes, between: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"wtpt": _xyz(WHITE), b"desc": b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(79), **tags}
    place = 132 + 12 * len(tags)
    rows, data = b"", b""
    for name, content in tags.items():
        content += bytes(-len(content) % 4)
        rows += struct.pack(">4sII", name, place + len(data), len(content))
        data += content
    size = place + len(data)
    kind = b"prtr" if space == b"CMYK" else b"mntr"
    head = (
        struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02100000, kind, space, between) + bytes(12) + b"acsp" + bytes(28)
    )
    head += struct.pack(">3i", *(round(value * 65536) for value in WHITE))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + rows + data
