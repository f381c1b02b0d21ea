"""The parameters of a request, read strictly. Pure functions.

Names go without regard to case; a name that no function knows is ignored, as clients add some to get past caches.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from urllib.parse import parse_qsl

from api.http.errors import RequestError
from workers.sizing import DEFAULT_QUALITY as DEFAULT_QUALITY

WHOLE = re.compile(r"-?[0-9]{1,9}")
NUMBER = re.compile(r"[0-9]{1,18}")  # so that it fits the 63 bits that SQLite has
FRACTION = re.compile(r"[0-9]{0,6}(\.[0-9]{0,20})?")
MOST_PARAMETERS = 100
LONGEST_REMEMBERED = 400  # characters of a query string: as many as getPhoto's has

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The size that is asked for, in pixels, None where it is left open, and libjpeg's quality.

    `fits`: a photo so long that the result would be too large gets as much as is allowed, where it is else refused.
    """

    width: int | None
    height: int | None
    quality: int
    fits: bool = False


def parse(query: str) -> Params:
    """The parameters of a query string by lower-case name; not to be changed.

    Raises:
        RequestError: malformed: one is given twice, or there are too many.
    """
    return _remembered(query) if len(query) <= LONGEST_REMEMBERED else _parse(query)


def _parse(query: str) -> Params:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise RequestError("malformed", f"There are more than {MOST_PARAMETERS} parameters.") from None
    params: dict[str, str] = {}
    for name, value in pairs:
        if name.lower() in params:
            raise RequestError("malformed", f"The parameter {_shown(name.lower())} is given more than once.")
        params[name.lower()] = value
    return params


# Clients ask for the same URLs again and again, and taking one apart costs as much as finding the cached render.
_remembered = lru_cache(8192)(_parse)


def text(params: Params, name: str) -> str | None:
    """A parameter's text, None where it is not given.

    Raises:
        RequestError: malformed: it is empty.
    """
    value = params.get(name)
    if value == "":
        raise RequestError("malformed", f"The parameter {name} is empty.")
    return value


def side(params: Params, name: str) -> int | None:
    """A side of the wanted render in pixels, None where it is not given.

    Raises:
        RequestError: malformed: no whole number of 1 or more.
    """
    value = text(params, name)
    if value is None:
        return None
    if not WHOLE.fullmatch(value) or int(value) < 1:
        raise RequestError(
            "malformed", f"The parameter {name} is {_shown(value)}: a whole number of pixels, 1 or more, is wanted."
        )
    return int(value)


def quality(params: Params) -> int:
    """libjpeg's quality, 0 to 100, from the parameter's 0.0 to 1.0; halves round up.

    Raises:
        RequestError: malformed: no number from 0 to 1.
    """
    value = text(params, "quality")
    if value is None:
        return DEFAULT_QUALITY
    if not FRACTION.fullmatch(value) or value == "." or Decimal(value) > 1:
        raise RequestError(
            "malformed", f"The parameter quality is {_shown(value)}: a number from 0.0 to 1.0 is wanted."
        )
    return int(Decimal(value) * 100 + Decimal("0.5"))


@lru_cache(4096)
def _wanted(width: str | None, height: str | None, share: str | None) -> Wanted:
    given = {"width": width, "height": height, "quality": share}
    params = {name: value for name, value in given.items() if value is not None}
    return Wanted(side(params, "width"), side(params, "height"), quality(params))


def wanted(params: Params) -> Wanted:
    """What `width`, `height` and `quality` ask for.

    Raises:
        RequestError: malformed: one of them can't be.
    """
    return _wanted(params.get("width"), params.get("height"), params.get("quality"))


def required(params: Params, name: str) -> str:
    """A parameter's text.

    Raises:
        RequestError: malformed: it is missing or empty.
    """
    value = text(params, name)
    if value is None:
        raise RequestError("malformed", f"The parameter {name} is missing.")
    return value


def number(params: Params, name: str) -> int:
    """A whole number of 0 or more that has to be there: a vid, an index.

    Raises:
        RequestError: malformed: it is missing or is none.
    """
    value = required(params, name)
    if not NUMBER.fullmatch(value):
        raise RequestError(
            "malformed", f"The parameter {name} is {_shown(value)}: a whole number, 0 or more, is wanted."
        )
    return int(value)


def flag(params: Params, name: str) -> bool:
    """`true` or `false`; false where it is not given.

    Raises:
        RequestError: malformed: it is neither.
    """
    value = (text(params, name) or "false").lower()
    if value not in ("true", "false"):
        raise RequestError("malformed", f"The parameter {name} is {_shown(value)}: true or false is wanted.")
    return value == "true"


def _shown(value: str) -> str:
    """A client's own text in a sentence: quoted, and cut where it is long."""
    return repr(value if len(value) <= 40 else f"{value[:40]}…")
