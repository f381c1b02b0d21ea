"""Under which names browsers may reach the server: against pages that have the browser take it for their own.

A page of a site whose name suddenly stands for this server's address (DNS rebinding) is, to the browser, of the same
origin: no cookie goes with it, but what the default user sees and may change is open to it. An address can't be made to
stand for another one, so addresses and localhost are always allowed.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address

import falcon

from catalog.errors import Forbidden

HOST = re.compile(r"(\[[^\]]*\]|[^:]*)(?::[0-9]*)?")
LOCALHOST = "localhost"


class OnlyByName:
    """Middleware that refuses requests whose `Host` is none of these names (in lower case), nor an address."""

    def __init__(self, names: Iterable[str]) -> None:
        named = frozenset({each.rstrip(".") for each in names} | {LOCALHOST})
        self._allowed = lru_cache(1024)(lambda host: is_allowed(host, named))

    def process_request(self, request: falcon.Request, _response: falcon.Response) -> None:
        """Falcon calls it at the start of each request. Who names no host is no browser.

        Raises:
            Forbidden: the name is none of those.
        """
        host = request.env.get("HTTP_HOST")
        if host is not None and not self._allowed(host):
            raise Forbidden("This server is reached under another name: see the setting server.names.")


def is_allowed(host: str, names: frozenset[str]) -> bool:
    """Whether a `Host` header has one of the names (in lower case), or an address. Pure."""
    found = HOST.fullmatch(host.strip())
    if found is None:
        return False
    name = found[1].lower().rstrip(".")
    return name in names or _is_address(name.removeprefix("[").removesuffix("]"))


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False
