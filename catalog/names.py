"""Names as people read them: folded, and in the order in which people count. Pure."""

import re
import unicodedata
from functools import lru_cache

# Canonical combining classes (Unicode, UAX #44, table 15). Up to here a mark makes another letter of the one before
# it (nukta, voicing of kana, virama); above are the points and accents that people leave out when they search.
LETTER_MARKS = 9
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
LETTERS = "LNM"  # letters, numbers, marks: the first letter of a general category
DIGITS = re.compile("([0-9]+)")
SEPARATOR = b"\x01"  # before whatever a name holds: what is in a folder stands before the folders whose names go on


def fold(text: str) -> str:
    """A text without regard to case, to diacritics, and to how they are composed: `Zürich` and `ZURICH` are `zurich`.

    Nor to width and other forms of the same letter: half-width kana are kana, full-width Latin is Latin.
    A byte of a file's name that is no text, and a lone surrogate, become U+FFFD.
    """
    if text.isascii():
        return text.lower()
    plain = "".join(map(_plain, unicodedata.normalize("NFC", text)))
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFD", plain).casefold())
    bare = "".join(each for each in apart if unicodedata.combining(each) <= LETTER_MARKS)
    return unicodedata.normalize("NFC", LONE_SURROGATE.sub("\ufffd", bare))


def order(path: str) -> bytes:
    """What a path, or a name, is sorted by, as bytes: `IMG_2` before `IMG_10`. No locale has a say in it.

    A number is its length and its digits, so that one of any length has its place; of two that are the same the one
    with fewer zeros before comes first. Two paths have the same key where they differ in case or marks alone.
    """
    parts: list[bytes] = []
    for place, part in enumerate(DIGITS.split(fold(path))):
        if place % 2:
            bare = part.lstrip("0")
            # A name has at most 255 bytes.
            zeros = bytes([min(len(part) - len(bare), 255)])
            parts.append(b"0" + bytes([min(len(bare), 255)]) + bare.encode() + zeros)
        else:
            parts.append(part.encode().replace(b"/", SEPARATOR))
    return b"".join(parts)


@lru_cache(4096)
def _plain(character: str) -> str:
    """A letter, digit or mark in the form that stands for all others; anything else as it is."""
    if not unicodedata.decomposition(character).startswith("<") or unicodedata.category(character)[0] not in LETTERS:
        return character
    return unicodedata.normalize("NFKC", character)
