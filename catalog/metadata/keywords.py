"""Keywords that stand in trees, as photo managers keep them beside the plain ones. Pure.

A path is the way from the root to a keyword, `Orte|Palermo`.
"""

from collections.abc import Iterable, Iterator

import catalog.metadata.values as values

BETWEEN = "|"


def path(text: object, between: str) -> str:
    """A keyword with those above it, which the tool keeps with `between` between them; empty where there is none."""
    return BETWEEN.join(filter(None, (values.text(part) for part in values.text(text).split(between))))


def listed(plain: Iterable[str], paths: Iterable[str]) -> tuple[str, ...]:
    """All keywords of a photo, none twice: each path to its end, and what stands in none of them.

    Tools repeat the leaf of a path, or each part of it, among the plain ones.
    """
    some = values.texts(paths)
    above = {way for each in some for way in _above(each)}
    trees = [each for each in some if BETWEEN in each and each not in above]
    known = {_plain(part) for each in trees for part in (each, *each.split(BETWEEN))}
    lonely = (each for each in some if BETWEEN not in each)
    return values.texts((*trees, *(each for each in (*plain, *lonely) if _plain(each) not in known)))


def _above(path: str) -> Iterator[str]:
    """The paths to what is above the end of one."""
    parts = path.split(BETWEEN)
    return (BETWEEN.join(parts[:end]) for end in range(1, len(parts)))


def _plain(text: str) -> str:
    return text.casefold().replace("/", BETWEEN)
