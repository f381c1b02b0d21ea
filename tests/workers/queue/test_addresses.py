"""Whoever speaks with Redis does so by a socket of this machine, and by TLS with a certificate that is looked at."""

import ipaddress
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import redis
from cryptography import x509

from cache.key import RenderKey
from cache.redis import RedisTier
from config import Settings
from darkroom.doctor import services
from tests.certificates import self_signed
from tests.darkroom.doctor.told import told
from tests.end_to_end.servers import free_port, redis_server
from workers.flights.redis import RedisFlights
from workers.queue.app import QUEUES, QueueLengths, create_celery
from workers.queue.publish import publisher

KEY = RenderKey("A" * 22, "0123456789abcdef-0", 4, 3, 75)


def by_cache(url: str) -> None:
    tier = RedisTier(url, 1_000_000, 60)
    tier.put(KEY, b"render")
    assert tier.get(KEY) == b"render"


def by_flights(url: str) -> None:
    flights = RedisFlights(url)
    try:
        flights.check()
    finally:
        flights.close()


def by_publishing(url: str) -> None:
    publisher(create_celery(replace(Settings(), redis_url=url)))("task", [], "interactive")


def by_kombu(url: str) -> None:
    assert [name for name, _ in QueueLengths(create_celery(replace(Settings(), redis_url=url)))] == list(QUEUES)


WAYS = [by_cache, by_flights, by_publishing, by_kombu]


@pytest.fixture
def socket(tmp_path: Path) -> Iterator[str]:
    """The address of a Redis that is reached by no port."""
    folder = Path(tempfile.mkdtemp(prefix="r"))  # whose path is short
    try:
        with redis_server(tmp_path, None, "--unixsocket", f"{folder}/redis.sock"):
            yield f"unix://{folder}/redis.sock?db=2"
    finally:
        shutil.rmtree(folder)


def test_a_socket_is_as_good_as_a_port(socket: str) -> None:
    for way in WAYS:
        way(socket)
    with redis.Redis.from_url(socket) as asking:
        asking.lpush("interactive", "one")
        lengths = dict(QueueLengths(create_celery(replace(Settings(), redis_url=socket))))
        assert lengths["interactive"] == 2  # the one that was published, in the same database
        assert asking.llen("interactive") == 2
        asking.config_set("requirepass", "s3;cret")
    said = told(services.redis(replace(Settings(), redis_url=socket)))
    assert "s3;cret" not in said[0]
    for way in WAYS:
        way(socket.replace("unix://", "unix://:s3%3Bcret@"))


@dataclass(frozen=True, slots=True)
class Certificates:
    """A Redis that speaks TLS, by its right name and by another; and who has signed for it."""

    right: str
    other: str
    ca: Path


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Certificates]:
    """A Redis whose certificate is for 127.0.0.1, of a CA that this machine does not know."""
    pem = tmp_path / "certificate.pem"
    certificate, key = self_signed("a CA of this test", x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    pem.write_bytes(certificate)
    (tmp_path / "key.pem").write_bytes(key)
    port = free_port()
    how = ("--tls-port", str(port), "--tls-cert-file", str(pem), "--tls-key-file", str(tmp_path / "key.pem"))
    more = ("--tls-ca-cert-file", str(pem), "--tls-auth-clients", "no")
    with redis_server(tmp_path, None, *how, *more):
        yield Certificates(f"rediss://127.0.0.1:{port}/0", f"rediss://127.0.0.2:{port}/0", pem)


def test_a_certificate_that_is_right(secure: Certificates) -> None:
    for way in WAYS:
        way(f"{secure.right}?ssl_ca_certs={secure.ca}")


@pytest.mark.parametrize("way", WAYS)
def test_a_certificate_that_nobody_has_signed_for_is_refused(secure: Certificates, way: Callable[[str], None]) -> None:
    with pytest.raises(Exception, match="certificate verify failed"):
        way(secure.right)
    way(f"{secure.right}?ssl_cert_reqs=none")


@pytest.mark.parametrize("way", WAYS)
def test_a_certificate_of_another_name_is_refused(secure: Certificates, way: Callable[[str], None]) -> None:
    address = f"{secure.other}?ssl_ca_certs={secure.ca}"
    with redis.Redis.from_url(f"{secure.right}?ssl_ca_certs={secure.ca}") as asking:
        asking.config_set("bind", "127.0.0.1 127.0.0.2")
    with pytest.raises(Exception, match=r"certificate verify failed: IP address mismatch"):
        way(address)
    way(f"{address}&ssl_check_hostname=false")


def test_the_doctor_says_that_a_certificate_is_wrong(secure: Certificates) -> None:
    (line,) = told(services.redis(replace(Settings(), redis_url=secure.right)))
    assert line.startswith("✗ Redis: ")
    assert "certificate verify failed" in line
