"""Conditional and partial requests, as pure functions: RFC 9110, sections 13 and 14, and RFC 9111."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate, mktime_tz, parsedate_tz

from cache.key import RenderKey

ENTITY_TAG = re.compile(r'\s*(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)')
BYTES = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE)

NO_DATE = 315_619_200
"""Seconds until 2 January 1980: what is dated earlier has the zero of a tool or of FAT, in whatever time zone."""
LAST_DATE = 253_402_300_799
"""Seconds until the end of the year 9999, the last that HTTP can write."""


class RangeNotSatisfiable(Exception):
    """No byte of what is asked for is there."""


def entity_tag(key: RenderKey) -> str:
    """The strong ETag of a render, quotes included: the key says all that its bytes depend on."""
    return f'"{key.name}"'


def http_date(seconds: float) -> str:
    """A time since 1970 as HTTP writes it, in whole seconds."""
    return formatdate(int(seconds), usegmt=True)


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells a version of a file, or of its render, from the others: its ETag, and when the file was changed.

    `date` is `changed`, in whole seconds, as HTTP writes it; None where the file's date can't be meant as one, or is
    not for the caller.
    """

    tag: str
    changed: int
    date: str | None

    @classmethod
    def of(cls, tag: str, mtime_ns: int) -> "Validators":
        """Those of a file that was changed then; `tag` with its quotes."""
        changed = mtime_ns // 10**9
        return cls(tag, changed, http_date(changed) if NO_DATE <= changed <= LAST_DATE else None)

    def undated(self) -> "Validators":
        """These without the date, for whoever may not hear it: neither is it told, nor is one that he guesses right."""
        return replace(self, date=None)

    def tell(self, set_header: Callable[[str, str], None], now: float) -> None:
        """Has an answer say them. A file from the future was changed now, at the latest (RFC 9110, 8.8.2.1)."""
        set_header("ETag", self.tag)
        if self.date is not None:
            set_header("Last-Modified", self.date if self.changed <= now else http_date(now))

    def are_those_of(self, if_none_match: str | None, if_modified_since: str | None, now: float) -> bool:
        """Whether the caller's copy is current, by what it says of it."""
        if if_none_match is None and if_modified_since is None:
            return False  # as most say
        return not_modified(if_none_match, if_modified_since, self.tag, self.known_by_date(now))

    def are_settled(self, now: float) -> bool:
        """Whether an answer says the same of them, and to the same questions, from now on."""
        return self.date is None or self.changed + 1 <= now

    def known_by_date(self, now: float) -> str | None:
        """The date, where that tells versions apart: from the future it does not, nor before its second is over."""
        return self.date if self.changed + 1 <= now else None


def not_modified(if_none_match: str | None, if_modified_since: str | None, tag: str, modified: str | None) -> bool:
    """Whether the caller's copy is current; `modified` as of `Validators.known_by_date`. A tag counts more than a date.

    The date has to be that very one, as nginx has it too: an older file that has taken the place of a newer one was
    changed as well, and has not been modified since.
    """
    if if_none_match is not None:
        return matches(if_none_match, tag)
    if if_modified_since is None or modified is None:
        return False
    since = _seconds(if_modified_since)
    return since is not None and since == _seconds(modified)


def matches(if_none_match: str, tag: str) -> bool:
    """Whether a tag is in the list, by the weak comparison that RFC 9110 (13.1.2) wants here.

    What is not a list of entity tags matches nothing: the whole answer is never wrong.
    """
    if if_none_match.strip() == "*":
        return True
    position = 0
    while match := ENTITY_TAG.match(if_none_match, position):
        if match[1] == tag:
            return True
        position = match.end()
    return False


def byte_range(
    asked: str | None, if_range: str | None, tag: str, modified: str | None, size: int
) -> tuple[int, int] | None:
    """The first byte that is asked for and how many; None: all of them, also where the request can't be understood.

    Several ranges at once are answered with the whole, as RFC 9110 (14.2) allows.

    Raises:
        RangeNotSatisfiable: none of it is there.
    """
    match = BYTES.fullmatch(asked or "")
    if (
        match is None
        or not (match[1] or match[2])
        or (if_range is not None and if_range.strip() not in (tag, modified))
    ):
        return None
    if not match[1]:  # the last so many
        count = min(int(match[2]), size)
        if not count:
            raise RangeNotSatisfiable
        return size - count, count
    first = int(match[1])
    last = min(int(match[2]), size - 1) if match[2] else size - 1
    if match[2] and int(match[2]) < first:
        return None
    if first >= size:
        raise RangeNotSatisfiable
    return first, last - first + 1


class CacheControl:
    """How long a client may show a photo without asking again: `max_age` seconds where its URL names the version that
    it got, and not at all where it does not: the photo may have been edited meanwhile, and 304 costs little.

    `private`, as who may see a photo is a matter of its caller.
    """

    def __init__(self, max_age: int) -> None:
        self._asked_anew = "private, no-cache"
        self._kept = f"private, max-age={max_age}, immutable" if max_age else self._asked_anew

    def of(self, named: str | None, version: str) -> str:
        """For an answer with that version to an URL that names one, or none. One that names another is not the place to
        keep it: the process that answers may have heard of an edit earlier than the list that the client has, or later.
        """
        return self._kept if named == version else self._asked_anew


def _seconds(date: str) -> int | None:
    try:
        parsed = parsedate_tz(date)
        return None if parsed is None else mktime_tz(parsed)
    except (ValueError, OverflowError, TypeError):
        return None
