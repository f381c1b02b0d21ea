"""Conditional requests, as pure functions: RFC 9110, section 13, and RFC 9111."""

import re

from cache.key import RenderKey

ENTITY_TAG = re.compile(r'\s*(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)')


def entity_tag(key: RenderKey) -> str:
    """The strong ETag of a render, quotes included: the key says all that its bytes depend on."""
    return f'"{key.name}"'


def matches(if_none_match: str | None, tag: str) -> bool:
    """Whether the caller's copy is current, by the weak comparison that RFC 9110 (13.1.2) wants here.

    What is not a list of entity tags matches nothing: the whole answer is never wrong.
    """
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    position = 0
    while match := ENTITY_TAG.match(if_none_match, position):
        if match[1] == tag:
            return True
        position = match.end()
    return False


def cache_control(max_age: int) -> str:
    """`private`, as who may see a photo is a matter of its caller."""
    return f"private, max-age={max_age}"
