"""What the doctor says of the provider at which people sign in."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config import Settings
from darkroom.doctor.provider import provider
from tests.api.oidc.provider import Provider, json_answer, providing
from tests.darkroom.doctor.told import told


@pytest.fixture
def there() -> Iterator[Provider]:
    """A provider."""
    with providing() as running:
        yield running


def settings(issuer: str, **more: str) -> Settings:
    return replace(Settings(), auth_oidc_issuer=issuer, auth_oidc_client_id="darkroom", **more)  # type: ignore[arg-type]


def test_without_a_provider() -> None:
    assert told(provider(Settings())) == [
        "- OpenID provider: auth.oidc.issuer is not set: people sign in by passwords, or the proxy says who they are"
    ]


def test_all_is_well(there: Provider) -> None:
    answers, clock = told(provider(settings(there.issuer)))
    assert answers == f"✓ OpenID provider: {there.issuer} answers, with 1 key"
    assert clock.startswith("✓ provider's clock: ")


def test_its_clock_is_another(there: Provider) -> None:
    _, clock = told(provider(settings(there.issuer), lambda: time.time() + 3600))
    assert clock.startswith("✗ provider's clock: differs from this machine's by 3")
    assert clock.endswith("set both by NTP: no token is believed whose time is so far off")


def test_it_has_no_keys(there: Provider) -> None:
    there.keys = []
    says, _ = told(provider(settings(there.issuer)))
    assert says.startswith("✗ OpenID provider: has no key by which a token may be signed")


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        ("/.well-known/openid-configuration", json_answer({"issuer": "https://elsewhere.example"}), "is of the issuer"),
        ("/.well-known/openid-configuration", (200, "text/html", b"<html>"), "no JSON"),
        ("/keys", (503, "text/html", b""), "answers with 503"),
    ],
)
def test_it_is_wrong(there: Provider, path: str, answer: tuple[int, str, bytes], said: str) -> None:
    there.answers[path] = answer
    says, *_ = told(provider(settings(there.issuer)))
    assert says.startswith("✗ OpenID provider: ")
    assert said in says


def test_it_is_away() -> None:
    (says,) = told(provider(settings("http://127.0.0.1:9")))
    assert says.startswith("✗ OpenID provider: http://127.0.0.1:9/.well-known/openid-configuration can't be reached: ")


def test_certificates_that_can_t_be_used(there: Provider, tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    for name in ("none.pem", "not-there.pem"):
        (says,) = told(provider(settings(there.issuer, auth_oidc_ca=str(tmp_path / name))))
        assert says.startswith(f"✗ OpenID provider: auth.oidc.ca names {tmp_path / name}, which can't be used: ")
