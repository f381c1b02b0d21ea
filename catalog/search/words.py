"""What can be searched of a photo, as folded words. Names and queries go the same way, so they meet."""

import re
import unicodedata

from catalog.metadata.merge import Metadata

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Canonical combining classes (Unicode, UAX #44, table 15). Up to here a mark makes another letter of the one before
# it (nukta, voicing of kana, virama); above are the points and accents that people leave out when they search.
LETTER_MARKS = 9
ASCII_WORD = re.compile(r"[a-z0-9]+")
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
APART = " \ufffd "  # a word for the index, and one that no query has: no phrase reaches across it
NOTHING = Metadata()
WORD_CATEGORIES = "LNM"  # letters, numbers, marks: the first letter of a general category


def fold(text: str) -> str:
    """A text without regard to case, to diacritics, and to how they are composed: `Zürich` and `ZURICH` are `zurich`.

    A byte of a file's name that is no text, and a lone surrogate, become U+FFFD.
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    bare = "".join(each for each in apart if unicodedata.combining(each) <= LETTER_MARKS)
    return unicodedata.normalize("NFC", LONE_SURROGATE.sub("\ufffd", bare))


def spaced(text: str, besides: str = "") -> str:
    """A text folded, with one space for whatever is neither of a word nor in `besides`; none at its ends."""
    folded = fold(text)
    if folded.isascii() and not besides:
        return " ".join(ASCII_WORD.findall(folded))
    return " ".join("".join(each if each in besides or _of_word(each) else " " for each in folded).split())


def words(text: str) -> list[str]:
    """The words of a text: runs of letters, digits and marks, folded."""
    return spaced(text).split()


def texts(path: str, created: str, known: Metadata = NOTHING) -> dict[str, str]:
    """The searchable texts of a photo at that path below its root: the values of a row of `texts`.

    Each is its words with a space before and behind every one, so that a pattern finds where they begin and end;
    where there is no word it is empty. Between two keywords, or persons, stands APART.
    """
    folders, _, name = path.rpartition("/")
    found = {
        "name": spaced(name),
        "folders": spaced(folders),
        "month": MONTHS[int(created[5:7]) - 1],
        "title": spaced(known.title),
        "description": spaced(known.description),
        "keywords": APART.join(filter(None, map(spaced, known.keywords))),
        "persons": APART.join(filter(None, map(spaced, known.persons))),
        # One text, so that `apple iphone` are side by side.
        "camera": spaced(f"{known.make} {known.model}"),
        "lens": spaced(known.lens),
        "software": spaced(known.software),
    }
    return {column: f" {text} " if text else "" for column, text in found.items()}


def folder(alias: str, path: str) -> str:
    """The folder of a photo, folded, behind its root's alias: `@photos/2015/holiday/`."""
    return fold(f"@{alias}/{path[: path.rfind('/') + 1]}")


def _of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in WORD_CATEGORIES
