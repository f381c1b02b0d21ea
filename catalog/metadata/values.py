"""Texts and numbers as files hold them, in any encoding and of any length, made true and small. Pure."""

import math
import re
import unicodedata
from collections.abc import Iterable

LINE = 1000  # characters of a title, a keyword, a name
TEXT = 10_000  # characters of a description
MOST = 1000  # keywords or persons of a photo

LONELY = re.compile("[\ud800-\udfff]")
# Codes of EXIF 2.32, 4.6.5 (UserComment). What is written as "unicode" is UTF-16 in either order, or UTF-8.
ASCII_CODE, UNICODE_CODE, JIS_CODE, NO_CODE = b"ASCII\0\0\0", b"UNICODE\0", b"JIS\0\0\0\0\0", b"\0" * 8

NOTHING = "\0\ufeff"  # characters that stand for nothing
LARGEST_APEX = 30.0


def text(value: object, longest: int = LINE) -> str:
    """A value as text: bytes are UTF-8, else Latin-1 as Windows has it; without control characters and outer spaces.

    Lines are kept where the text is longer than a line may be (`longest` above LINE).
    """
    if isinstance(value, bytes):
        # A character takes four bytes at most; one that is cut at the end is no sign of another encoding.
        value = decoded(value[: 4 * longest])
    elif not isinstance(value, str):
        return ""
    kept = "\n\t" if longest > LINE else ""
    some = LONELY.sub("\ufffd", value[: 4 * longest]).replace("\r\n", "\n").replace("\r", "\n")
    if not some.isprintable():
        some = "".join(each if each in kept or not _is_control(each) else " " for each in some if each not in NOTHING)
    return some.strip()[:longest].rstrip()


def texts(values: Iterable[object]) -> tuple[str, ...]:
    """Each text once, in their order, at most MOST of them."""
    found: dict[str, None] = {}
    for value in values:
        if some := text(value):
            found[some] = None
            if len(found) >= MOST:
                break
    return tuple(found)


def decoded(raw: bytes) -> str:
    """Bytes of no named encoding: UTF-8 where they can be, else Windows-1252, else Latin-1."""
    raw = raw.partition(b"\0")[0]
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig" and error.reason == "unexpected end of data":
                return raw[: error.start].decode(encoding)
    return raw.decode("latin-1")


def wide(raw: object) -> str:
    """UTF-16 in the order of Windows, as its XP tags have it."""
    return raw[: 8 * TEXT].decode("utf-16-le", "replace").partition("\0")[0] if isinstance(raw, bytes) else ""


def comment(raw: object, big_endian: bool = False) -> str:
    """EXIF's UserComment: eight bytes name the encoding; the order is that of the numbers around it."""
    if not isinstance(raw, bytes):
        return text(raw, TEXT)
    code, body = raw[:8], raw[8 : 8 + 4 * TEXT]
    if code == UNICODE_CODE:
        return text(_utf16(body, big_endian), TEXT)
    if code == JIS_CODE:
        return text(body.decode("iso2022_jp", "replace"), TEXT)
    return text(body if code in (ASCII_CODE, NO_CODE) else raw, TEXT)


def number(value: object, low: float, high: float) -> float | None:
    """A finite number between the two; None where it is none. Knows `1/160`, and rationals with 0 below."""
    try:
        if isinstance(value, tuple | list):
            value = value[0]
        if isinstance(value, str):
            above, _, below = value[:50].partition("/")
            value = float(above) / float(below or 1)
        result = float(value)  # type: ignore[arg-type]  # whatever it is: the error says no
    except (TypeError, ValueError, OverflowError, ZeroDivisionError, IndexError):
        return None
    return result if math.isfinite(result) and low <= result <= high else None


def power(apex: object, factor: float) -> float | None:
    """2 to the power of `factor` times an APEX value (EXIF 2.32, annex C): an exposure time or an f-number."""
    value = number(apex, -LARGEST_APEX, LARGEST_APEX)
    return None if value is None else 2 ** (factor * value)


def rating(stars: object = None, percent: object = None) -> int:
    """1 to 5 stars, from a number of stars or from the per cent of Windows (1, 25, 50, 75, 99); 0: not rated."""
    some = number(stars, 0, 5)
    if some is None:
        part = number(percent, 1, 100)
        return 0 if part is None else 1 + round((part - 1) / 24.5)
    return round(some)


def _utf16(raw: bytes, big_endian: bool) -> str:
    """UTF-16 in the order of its mark, else in the one that makes Latin of it, else in the one that was given."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    if b"\0" not in raw and raw.isascii():
        return raw.decode("ascii")
    first, second = raw[0::2].count(0), raw[1::2].count(0)
    order = "be" if first > second or (first == second and big_endian) else "le"
    return raw.decode(f"utf-16-{order}", "replace").partition("\0")[0]


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"
