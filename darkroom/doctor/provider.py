"""The OpenID Connect provider at which people sign in: whether it is there, is the right one, and has the same time."""

import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime

from config import Settings
from darkroom.doctor.finding import Finding, apart, well, wrong

WHAT = "OpenID provider"
SECONDS = 2.0  # that each question may take
SKEW = 120.0  # seconds by which clocks may differ, until tokens are not believed


def provider(settings: Settings, now: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Whether its discovery document and its keys are to be had and believed."""
    if not settings.oidc:
        yield apart(WHAT, "auth.oidc.issuer is not set: people sign in by passwords, or the proxy says who they are")
        return
    from api.oidc.errors import ProviderError
    from api.oidc.fetch import Fetch
    from api.oidc.provider import Provider, read_keys

    fetch: Fetch | None = None
    try:
        fetch = Fetch(settings.auth_oidc_ca, SECONDS)
        metadata = Provider(settings.auth_oidc_issuer, fetch).metadata()
        keys = read_keys(fetch.document(metadata.keys))
    except ProviderError as error:
        todo = "see that it runs, and what auth.oidc.issuer and auth.oidc.ca say; until then nobody signs in there"
        yield wrong(WHAT, str(error), todo)
    else:
        if keys:
            yield well(WHAT, f"{settings.auth_oidc_issuer} answers, with {len(keys)} key{'s' if len(keys) > 1 else ''}")
        else:
            yield wrong(WHAT, "has no key by which a token may be signed", "have it sign by RS256 or ES256")
    if fetch is not None and fetch.date is not None:
        yield from _its_clock(fetch.date, now())


def _its_clock(said: str, here: float) -> Iterator[Finding]:
    what = "provider's clock"
    try:
        apart_by = abs(parsedate_to_datetime(said).timestamp() - here)
    except (ValueError, OverflowError):
        return  # it says no time
    if apart_by > SKEW:
        todo = "set both by NTP: no token is believed whose time is so far off"
        yield wrong(what, f"differs from this machine's by {apart_by:.0f} s", todo)
    else:
        yield well(what, "is this machine's" if apart_by < 5 else f"differs by {apart_by:.0f} s")
