"""Who has asked, as soon as a request's head is there: the address that called, or which a trusted proxy names."""

from collections.abc import Mapping

from waitress.proxy_headers import MalformedProxyHeader, parse_proxy_headers

from api.http.connections.door import network

NAMING = {"X_FORWARDED_FOR": "HTTP_X_FORWARDED_FOR", "FORWARDED": "HTTP_FORWARDED"}


class Payers:
    """Tells them apart, as `network` does. `proxy` is the address of the one whose word counts, "*": everybody's is,
    empty: nobody's; `hops` and `headers` are as waitress wants them.
    """

    def __init__(self, proxy: str, hops: int, headers: set[str]) -> None:
        self._proxy = proxy
        self._hops = hops
        self._headers = headers & {"x-forwarded-for", "forwarded"}

    def of(self, address: str, head: Mapping[str, str]) -> str:
        """Whose request that is, which came from that address with that head. Who is named in no way that can be read
        is not told from the proxy: waitress refuses that request.
        """
        if self._headers and self._proxy in ("*", address):
            told = {name: head[key] for key, name in NAMING.items() if key in head}
            if told:
                environ = {"REMOTE_ADDR": address, "wsgi.url_scheme": "http", **told}
                try:
                    parse_proxy_headers(environ, self._hops, self._headers)
                except MalformedProxyHeader:
                    return network(address)
                address = environ["REMOTE_ADDR"]
        return network(address)
