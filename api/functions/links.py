"""The photo after this one, as answers name it for clients that read `Link` (RFC 8288). Pure functions."""

import re
from functools import lru_cache
from urllib.parse import quote

from api.http.params import LONGEST_REMEMBERED
from api.identify import Place

INDEX = re.compile(r"(^|&)(index)=[0-9]+(?=&|$)", re.IGNORECASE)
VERSION = re.compile(r"(?:^|&)version=[^&]*", re.IGNORECASE)
IN_A_QUERY = "!$%&'()*+,-./:;=?@_~"  # what RFC 3986 has in a query beside letters and digits; the rest is escaped


def next_link(path: str, query: str, place: Place) -> str | None:
    """The value of `Link` for the following photo: the same URL with the next index, and without the version of this
    one.

    None at the end of the list, and where the URL is too long, or writes its index in a way of its own.
    """
    if place.index + 1 >= place.count or len(query) > LONGEST_REMEMBERED:
        return None
    return _link(path, query, place.index + 1)


@lru_cache(8192)
def _link(path: str, query: str, index: int) -> str | None:
    replaced, times = INDEX.subn(rf"\g<1>\g<2>={index}", VERSION.sub("", query).lstrip("&"))
    if times != 1:
        return None
    url = f"{quote(path)}?{quote(replaced, safe=IN_A_QUERY, encoding='latin-1', errors='replace')}"
    return f"<{url}>; rel=next, <{url}>; rel=prefetch"
