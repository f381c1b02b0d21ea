"""Conditional and partial requests, as pure functions: RFC 9110, sections 13 and 14, and RFC 9111."""

import re
from email.utils import formatdate, mktime_tz, parsedate_tz

from cache.key import RenderKey

ENTITY_TAG = re.compile(r'\s*(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)')
BYTES = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE)


class RangeNotSatisfiable(Exception):
    """No byte of what is asked for is there."""


def entity_tag(key: RenderKey) -> str:
    """The strong ETag of a render, quotes included: the key says all that its bytes depend on."""
    return f'"{key.name}"'


def http_date(mtime_ns: int) -> str:
    """A time of change as HTTP writes it, in whole seconds; the first or the last that it can write, beyond those."""
    return formatdate(min(max(mtime_ns // 10**9, 0), 253402300799), usegmt=True)


def not_modified(if_none_match: str | None, if_modified_since: str | None, tag: str, modified: str) -> bool:
    """Whether the caller's copy is current; `modified` as of `http_date`. A tag counts more than a date."""
    if if_none_match is not None:
        return matches(if_none_match, tag)
    if if_modified_since is None:
        return False
    since, changed = _seconds(if_modified_since), _seconds(modified)
    return since is not None and changed is not None and changed <= since


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


def byte_range(asked: str | None, if_range: str | None, tag: str, modified: str, size: int) -> tuple[int, int] | None:
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


def cache_control(max_age: int) -> str:
    """`private`, as who may see a photo is a matter of its caller."""
    return f"private, max-age={max_age}"


def _seconds(date: str) -> int | None:
    try:
        parsed = parsedate_tz(date)
        return None if parsed is None else mktime_tz(parsed)
    except (ValueError, OverflowError, TypeError):
        return None
