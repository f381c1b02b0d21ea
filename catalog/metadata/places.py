"""Places as receivers and tools write them, in EXIF and in XMP, made degrees. Pure.

Sources: EXIF 2.32, 4.6.6 (unsigned degrees, minutes and seconds, and a letter beside), XMP part 2 (`48,8.25N`). Tools
write signs too, with and without a letter, degrees alone, and what people read.
"""

import re

import catalog.metadata.values as values

LATITUDE, LONGITUDE = 90, 180  # the farthest from the equator, and from Greenwich
LONGEST = 100  # characters that are looked at

_NUMBER = r"[+-]?\d{1,20}(?:\.\d{0,20})?(?:/\d{1,20})?"
_LETTER = re.compile(r"(?<![A-Z])([NSEW])(?:orth|outh|ast|est)?(?![A-Z])", re.IGNORECASE)
# Primes and quotation marks stand for minutes and seconds.
_UNITS = re.compile(r"deg(?:rees?)?|min(?:utes?)?|sec(?:onds?)?|[°º˚'\"\u2032\u2033\u2019\u201d]", re.IGNORECASE)
_PARTS = re.compile(rf"\s*({_NUMBER})(?:[\s,;:]+({_NUMBER}))?(?:[\s,;:]+({_NUMBER}))?[\s,;:]*", re.ASCII)
_DECIMAL_COMMA = re.compile(r"\s*([+-]?\d{1,3}),(\d{3,})\s*", re.ASCII)


def place(latitude: float | None, longitude: float | None) -> tuple[float | None, float | None]:
    """Both, or neither; a receiver that has not found itself yet says 0, 0."""
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None, None
    return latitude, longitude


def degrees(parts: object, reference: object, farthest: int) -> float | None:
    """Degrees, north and east positive, of numbers (degrees, maybe minutes and seconds) and a letter or word beside.

    South and west are told by the letter, by a sign, or by both; where there is neither, it is north or east. A
    longitude may go on beyond 180. None where it is off the globe; minutes and seconds that are no numbers count as 0.
    """
    if isinstance(parts, str | bytes):
        return written(values.text(parts), reference, farthest)
    some = parts if isinstance(parts, tuple | list) else (parts,)
    if not 1 <= len(some) <= 3:
        return None
    whole = values.number(some[0], -360, 360)
    if whole is None:
        return None
    least = [values.number(part, -60, 60) or 0.0 for part in some[1:]]
    value = abs(whole) + sum(abs(part) / 60**place for place, part in enumerate(least, start=1))
    letter = values.text(reference).upper()[:1]
    value = -value if letter in ("S", "W") or min(whole, *least, 0) < 0 else value
    if farthest == LONGITUDE and LONGITUDE < abs(value) <= 360:
        value -= 360 if value > 0 else -360
    return round(value, 7) if abs(value) <= farthest else None


def written(text: str, reference: object, farthest: int) -> float | None:
    """Degrees of a text: `48,8.25N`, `48,8,15N`, `-33.8`, `33 deg 48' 0" S`; a letter may stand beside."""
    some = text[:LONGEST].replace("\N{MINUS SIGN}", "-")
    letter = _LETTER.search(some)
    bare = _UNITS.sub(" ", some[: letter.start()] + " " + some[letter.end() :] if letter else some)
    if match := _DECIMAL_COMMA.fullmatch(bare):
        bare = f"{match[1]}.{match[2]}"
    match = _PARTS.fullmatch(bare)
    if match is None:
        return None
    return degrees([part for part in match.groups() if part], letter[1] if letter else reference, farthest)
