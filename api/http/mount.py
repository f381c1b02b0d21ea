"""Below which path a browser sees Darkroom, where a proxy serves it below one: WSGI's `SCRIPT_NAME`.

The setting `server.prefix` says it, or the proxy with each request, by `X-Forwarded-Prefix`. Who takes the path off on
the way, as most proxies do, and who leaves it are answered alike. Everything else in `api` reads it where WSGI has it.
"""

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from config.prefix import is_own, is_prefix

HEADER = "X-Forwarded-Prefix"
SAID = "HTTP_X_FORWARDED_PREFIX"

log = logging.getLogger("darkroom.api")


class Mount:
    """Writes it into the environment of each request. `own` is the setting's path, or empty; `believed` says of an
    address whether it is that of a proxy whose word counts.
    """

    def __init__(self, own: str, believed: Callable[[str], bool]) -> None:
        self._own = own
        self._believed = believed

    def place(self, environ: dict[str, Any]) -> None:
        """Sets `SCRIPT_NAME`, and takes it off `PATH_INFO`, where it stands there. `REMOTE_ADDR` has to be the address
        of whoever sent the request to this process.
        """
        said = environ.pop(SAID, None)
        prefix = self._own
        if said is not None and self._believed(environ["REMOTE_ADDR"]):
            prefix = forwarded(said, self._own)
        if prefix:
            environ["SCRIPT_NAME"] = prefix
            environ["PATH_INFO"] = below(prefix, environ["PATH_INFO"])


@lru_cache(64)
def forwarded(said: str, own: str) -> str:
    """What a proxy says, less a slash at its end; `own` where that can be no path to stand before others."""
    prefix = said.strip().rstrip("/")
    if not prefix or is_prefix(prefix):
        return prefix
    log.warning("%s is %.100r, which is no path below which anything is served: it is passed over", HEADER, said)
    return own


def below(prefix: str, path: str) -> str:
    """A path without the prefix, if it begins with it. A prefix that is also the beginning of addresses of Darkroom's
    own has been taken off already.
    """
    return path[len(prefix) :] if f"{path}/".startswith(f"{prefix}/") and not is_own(prefix) else path
