"""TLS to a provider is looked at: whose certificate it is, who has signed it, and for which name."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from api.oidc.errors import ProviderError
from api.oidc.fetch import Fetch
from tests.certificates import self_signed


def certificate(folder: Path, *, address: str = "127.0.0.1", over: bool = False) -> Path:
    """A certificate for an address that signs itself, with its key, in one file."""
    file = folder / "provider.pem"
    server = x509.IPAddress(ip_address(address))
    file.write_bytes(b"".join(self_signed("a provider", server, days_ago=5 if over else 0)))
    return file


@contextmanager
def serving(chain: Path) -> Iterator[str]:
    """A server over TLS; gives its URL."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"path": self.path}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError):  # whoever asked does not trust it
                super().handle()

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(chain)
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as listening:
        listening.socket = tls.wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"https://127.0.0.1:{listening.server_port}"
        finally:
            listening.shutdown()
            thread.join()


def test_a_certificate_of_one_s_own(tmp_path: Path) -> None:
    chain = certificate(tmp_path)
    with serving(chain) as url:
        assert Fetch(str(chain)).document(f"{url}/a?b=c") == {"path": "/a?b=c"}
        with pytest.raises(ProviderError, match="is not to be trusted: TLS says") as raised:
            Fetch().document(f"{url}/a")
        assert not raised.value.away


@pytest.mark.parametrize("wrong", [{"address": "127.0.0.2"}, {"over": True}], ids=["another name", "too old"])
def test_a_certificate_that_is_not_this_server_s_or_over(tmp_path: Path, wrong: dict[str, object]) -> None:
    chain = certificate(tmp_path, **wrong)  # type: ignore[arg-type]
    with serving(chain) as url, pytest.raises(ProviderError, match="is not to be trusted: TLS says"):
        Fetch(str(chain)).document(url)


def test_a_server_that_speaks_no_tls_is_told_nothing(tmp_path: Path) -> None:
    heard: list[bytes] = []

    class Answer(BaseHTTPRequestHandler):
        def handle(self) -> None:
            heard.append(self.connection.recv(5))

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as listening:
        thread = threading.Thread(target=listening.handle_request)
        thread.start()
        with pytest.raises(ProviderError):
            Fetch().document(f"https://127.0.0.1:{listening.server_port}/secret", "an access token")
        thread.join()
    assert heard[0][:1] == b"\x16"  # a handshake, and nothing else
