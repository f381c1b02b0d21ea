"""What can be searched of a photo, as folded words. Names and queries go the same way, so they meet.

Scripts that put no spaces between words (Chinese, Japanese, Thai, …), and Korean, which hangs particles to them, have
each character for a word: so a text is found by any part of it that stands side by side, and no dictionary is needed.
"""

import re
import unicodedata

from catalog.metadata.merge import NOTHING, Metadata
from catalog.names import fold

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Between two characters of which one is a word by itself, where between other words stands a space.
JOINT = "\x1f"
# Thai, Lao, Burmese, Khmer, Tai; Hangul; Han, kana, bopomofo and Yi (UAX #14: the classes SA, ID, H2 and H3, and what
# goes with them). As GLOB of SQLite and regular expressions write them between brackets.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u2e80-\u2fdf\u3005-\u31ff\u3400-\u9fff"
    "\ua000-\ua4cf\ua960-\ua97f\ua9e0-\ua9ff\uaa60-\uaadf\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_ONE_UNSPACED = re.compile(f"[{UNSPACED}]")
_BETWEEN = re.compile(f"[ {JOINT}]+")
ASCII_WORD = re.compile(r"[a-z0-9]+")
APART = " \ufffd "  # a word for the index, and one that no query has: no phrase reaches across it
WORD_CATEGORIES = "LNM"  # letters, numbers, marks: the first letter of a general category


def spaced(text: str, besides: str = "") -> str:
    """A text folded, with one space for whatever is neither of a word nor in `besides`; none at its ends.

    Where a character that is a word by itself begins or ends, stands a JOINT.
    """
    folded = fold(text)
    if folded.isascii() and not besides:
        return " ".join(ASCII_WORD.findall(folded))
    apart = "".join(each if each in besides or _of_word(each) else " " for each in folded)
    if not has_unspaced(apart):
        return " ".join(apart.split())
    joined = _ONE_UNSPACED.sub(rf"{JOINT}\g<0>{JOINT}", apart)
    return _BETWEEN.sub(lambda run: JOINT if JOINT in run[0] else " ", joined).strip(f" {JOINT}")


def has_unspaced(text: str) -> bool:
    """Whether there is a character that is a word by itself."""
    return _ONE_UNSPACED.search(text) is not None


def tight(text: str) -> str:
    """A text of words, as `spaced` gives it, without its JOINTs: what patterns are held against."""
    return text.replace(JOINT, "")


def words(text: str) -> list[str]:
    """The words of a text: runs of letters, digits and marks, folded, and characters that are words by themselves."""
    return spaced(text).split()


def texts(path: str, created: str, known: Metadata = NOTHING) -> dict[str, str | bool]:
    """The searchable texts of a photo at that path below its root: the values of a row of `texts`.

    Each is its words with a space (or a JOINT) before and behind every one, so that a pattern finds where they begin
    and end; where there is no word it is empty. Between two keywords, or persons, stands APART. `unspaced` says whether
    any of them has a character that is a word by itself.
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
    rows: dict[str, str | bool] = {column: f" {text} " if text else "" for column, text in found.items()}
    return rows | {"unspaced": any(not text.isascii() and has_unspaced(text) for text in found.values())}


def again(text: str) -> str:
    """A text of a row of `texts` as it is written now, of one that was written before."""
    some = APART.join(filter(None, map(spaced, text.split(APART.strip()))))
    return f" {some} " if some else ""


def folder(alias: str, path: str) -> str:
    """The folder of a photo, folded, behind its root's alias: `@photos/2015/holiday/`."""
    return fold(f"@{alias}/{path[: path.rfind('/') + 1]}")


def _of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in WORD_CATEGORIES
