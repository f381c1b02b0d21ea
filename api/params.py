"""The parameters of a request, read strictly. Pure functions.

Names go without regard to case; a name that no function knows is ignored, as clients add some to get past caches.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import parse_qsl

from api.errors import RequestError

WHOLE = re.compile(r"-?[0-9]{1,9}")
FRACTION = re.compile(r"[0-9]{0,6}(\.[0-9]{0,20})?")
MOST_PARAMETERS = 100
DEFAULT_QUALITY = 70

Params = Mapping[str, str]


def parse(query: str) -> dict[str, str]:
    """The parameters of a query string by lower-case name.

    Raises:
        RequestError: malformed: one is given twice, or there are too many.
    """
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


def _shown(value: str) -> str:
    """A client's own text in a sentence: quoted, and cut where it is long."""
    return repr(value if len(value) <= 40 else f"{value[:40]}…")
