"""`GET /api/me`: what the gallery page has to know of the caller, and of the server, before it shows anything."""

from collections.abc import Callable, Sequence

import falcon

from api.functions.sessions import VERSION
from api.http.answers import answer
from api.http.cookies import Cookies
from api.identify import Identify
from catalog.errors import Forbidden
from catalog.people.access import ASKED_FOR, NOBODY
from catalog.vanished import Vanished
from config import Settings
from workers.devices import Devices


class Me:
    """Who calls, the common sizes, and how one signs in. `vanished` says what has vanished from photo roots, which
    admins are told.
    """

    def __init__(
        self,
        identify: Identify,
        cookies: Cookies,
        devices: Devices,
        vanished: Callable[[], Sequence[Vanished]],
        settings: Settings,
    ) -> None:
        self._ways = {
            "password": settings.auth_local,
            "provider": settings.auth_oidc_name if settings.oidc else None,
        }
        self._proxy_ends = bool(settings.auth_proxy_logout)
        self._vanished = vanished
        self._identify = identify
        self._cookies = cookies
        self._sizes = [{"name": name, "width": box.width, "height": box.height} for name, box in devices.named.items()]

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers to anybody; has the browser forget a cookie whose session has ended.

        Here alone: an answer that comes late would else take away the cookie of who has signed in meanwhile.
        """
        params = self._identify.asked(request, response)
        try:
            rights = self._identify.visitor(params, request.remote_addr).rights
        except Forbidden:
            rights = NOBODY
        apisid = self._cookies.session(request)
        if apisid is not None and not self._identify.knows(apisid):
            self._cookies.remove(request, response)
        body: dict[str, object] = {
            "uid": rights.uid or None,
            "signedIn": "apisid" in params and bool(rights.uid),
            "admin": rights.admin,
            "permissions": sorted({*filter(rights.may, ASKED_FOR), *rights.permissions}),
            "sizes": self._sizes,
            "signIn": self._ways,
            "signsOut": self._proxy_ends or not self._identify.is_proxied(request),
            "version": ".".join(map(str, VERSION)),
        }
        if rights.admin:
            held = (each for each in self._vanished() if each.held)
            body["vanished"] = [{"root": each.root, "count": each.held, "of": each.known} for each in held]
        answer(response, body)
