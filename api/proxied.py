"""What the proxy in front says of who is signed in, as Authelia, Authentik, oauth2-proxy and Tailscale do by a header.

It counts from the trusted proxy alone. From anybody else the header is dropped before anything reads it, and counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

SAID = "darkroom.said"
"""Where in the environment of a request it is what the proxy says: no header of a request has a name with a dot."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the proxy's headers say, as they came: a user, and that user's groups; None: it says nothing of groups."""

    user: str
    groups: str | None


class Proxied:
    """Writes it into the environment of each request. `believed` says of an address whether it is the trusted proxy's;
    `dropped` is told of each header from elsewhere. Where no header is named, nobody says anything.
    """

    def __init__(
        self, header: str, groups: str, believed: Callable[[str], bool], dropped: Callable[[], object]
    ) -> None:
        self._user, self._groups = _variable(header), _variable(groups)
        self._believed = believed
        self._dropped = dropped

    def place(self, environ: dict[str, Any]) -> bool:
        """Takes the headers out. `REMOTE_ADDR` has to be the address of whoever sent the request to this process.
        Gives False where they were from elsewhere.
        """
        if not self._user:
            return True
        user = environ.pop(self._user, None)
        groups = environ.pop(self._groups, None) if self._groups else None
        if user is None and groups is None:
            return True
        if not self._believed(environ["REMOTE_ADDR"]):
            self._dropped()
            return False
        if user:  # an empty one says that nobody is signed in
            environ[SAID] = Said(user, (groups or "") if self._groups else None)
        return True


def said(environ: Mapping[str, Any]) -> Said | None:
    """What the proxy says of the caller; None: nothing, or nobody is signed in there."""
    return environ.get(SAID)


def _variable(header: str) -> str:
    """WSGI's name of a header."""
    return f"HTTP_{header.upper().replace('-', '_')}" if header else ""
