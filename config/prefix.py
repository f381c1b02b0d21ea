"""The path of URLs below which a proxy serves Darkroom, such as `/photos`. Pure."""

import re

PREFIX = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+")
LONGEST = 200
OWN = frozenset(
    {
        "account",
        "api",
        "audit",
        "auth",
        "health",
        "jobs",
        "login",
        "metrics",
        "people",
        "picapportapi",
        "ready",
        "s",
        "shares",
        "web",
    }
)
"""Where Darkroom's own addresses begin."""
ALLOWED = (
    "a path such as /photos, of letters, digits, dots, dashes, underscores and tildes, of which the first part is none "
    f"of Darkroom's own ({', '.join(sorted(OWN))})"
)


class Prefix(str):
    """Such a path, without a slash at its end; empty: there is none.

    Raises:
        ValueError: it is none; the message says what is allowed.
    """

    def __new__(cls, text: str) -> "Prefix":
        """Reads one: `photos` and `/photos/` are `/photos`."""
        path = text.strip().strip("/")
        if path and (not is_prefix(f"/{path}") or is_own(f"/{path}")):
            raise ValueError(ALLOWED)
        return super().__new__(cls, f"/{path}" if path else "")


def is_prefix(text: str) -> bool:
    """Whether a text is a path that can stand before others: nothing in it has a meaning of its own, in an URL, a
    header, a cookie or a page.
    """
    return len(text) <= LONGEST and PREFIX.fullmatch(text) is not None


def is_own(prefix: str) -> bool:
    """Whether Darkroom has addresses that may begin so: then nobody can tell `/web/main.js` of one from the other."""
    return prefix.split("/")[1] in OWN
