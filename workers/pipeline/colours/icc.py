"""Whether a colour profile is sRGB under one of its many names, judged by the numbers in it.

The layout is ICC.1:2022's: a header of 128 bytes, a table of tags, the tags' data.
"""

import struct
from collections.abc import Callable

# The primaries of IEC 61966-2-1, adapted to D50, as profiles hold them.
SRGB = {b"rXYZ": (0.4361, 0.2225, 0.0139), b"gXYZ": (0.3851, 0.7169, 0.0971), b"bXYZ": (0.1431, 0.0606, 0.7141)}
CURVES = (b"rTRC", b"gTRC", b"bTRC")

# How far primaries and curves may be off: less than makes a level of 256, more than anybody's rounding. A plain gamma
# of 2.2 is off by 0.004.
PRIMARY, CURVE = 0.003, 0.002
LEVELS = tuple(level / 16 for level in range(17))

# The H.273 code points of what is brighter than white, which a profile of version 4.4 may have.
BRIGHTER_THAN_WHITE = (16, 18)

# Tables of colours, which come before the primaries where a profile has them.
LOOK_UPS = frozenset({b"A2B0", b"A2B1", b"A2B2", b"D2B0", b"D2B1", b"D2B2", b"D2B3"})


def is_srgb(profile: bytes) -> bool:
    """Whether the profile says what is taken for granted of a photo without one. Any bytes may be given."""
    try:
        tags = _tags(profile)
        if profile[16:20] != b"RGB " or not LOOK_UPS.isdisjoint(tags):
            return False
        return all(_near(_xyz(tags[name]), exact) for name, exact in SRGB.items()) and all(
            _is_srgb_curve(tags[name]) for name in CURVES
        )
    except (KeyError, IndexError, struct.error, ArithmeticError, ValueError):
        return False


def has_tables(profile: bytes) -> bool:
    """Whether the profile has its colours in tables. Any bytes may be given."""
    try:
        return not LOOK_UPS.isdisjoint(_tags(profile))
    except struct.error:
        return False


def code_points(profile: bytes) -> tuple[int, int, bool] | None:
    """Primaries, transfer and whether it is narrow, where the profile says that it is PQ or HLG (ICC.1:2022, 9.2.17 and
    10.3); None else. Any bytes may be given.

    Its tables then are a guess at the same, made for whichever screen.
    """
    try:
        tag = _tags(profile).get(b"cicp", b"")
    except struct.error:
        return None
    if profile[16:20] != b"RGB " or len(tag) < 12 or not tag.startswith(b"cicp") or tag[9] not in BRIGHTER_THAN_WHITE:
        return None
    return tag[8], tag[9], tag[11] == 0


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, 128)
    rows = [struct.unpack_from(">4sII", profile, 132 + 12 * number) for number in range(min(count, 100))]
    return {name: profile[start : start + size] for name, start, size in rows}


def _xyz(tag: bytes) -> tuple[float, ...]:
    return tuple(number / 65536 for number in struct.unpack_from(">3i", tag, 8))


def _near(found: tuple[float, ...], exact: tuple[float, ...]) -> bool:
    return all(abs(one - other) <= PRIMARY for one, other in zip(found, exact, strict=True))


def _is_srgb_curve(tag: bytes) -> bool:
    curve = _parametric(tag) if tag.startswith(b"para") else _table(tag)
    return all(abs(curve(level) - _srgb(level)) <= CURVE for level in LEVELS)


def _srgb(level: float) -> float:
    return level / 12.92 if level <= 0.04045 else float(((level + 0.055) / 1.055) ** 2.4)


def _parametric(tag: bytes) -> Callable[[float], float]:
    """ICC.1:2022, 10.18, of which sRGB profiles have the function of type 3."""
    (kind,) = struct.unpack_from(">H", tag, 8)
    if kind != 3:
        raise ValueError(kind)
    g, a, b, c, d = (number / 65536 for number in struct.unpack_from(">5i", tag, 12))
    return lambda level: float((a * level + b) ** g) if level >= d else c * level


def _table(tag: bytes) -> Callable[[float], float]:
    (count,) = struct.unpack_from(">I", tag, 8)
    if not tag.startswith(b"curv") or not 2 <= count <= 65536:
        raise ValueError(count)
    values = struct.unpack_from(f">{count}H", tag, 12)

    def curve(level: float) -> float:
        place = level * (count - 1)
        below = min(int(place), count - 2)
        return float((values[below] + (values[below + 1] - values[below]) * (place - below)) / 65535)

    return curve
