"""Below which path a request is answered, as the setting says it, and the proxy."""

import logging
from typing import Any

import pytest

from api.http.mount import Mount
from tests.config.test_prefix import HOSTILE

PROXY, OTHER = "192.0.2.1", "192.0.2.2"


def placed(own: str, path: str, said: str | None = None, peer: str = PROXY) -> tuple[str, str]:
    """The path below which a request is, and the rest."""
    environ: dict[str, Any] = {"SCRIPT_NAME": "", "PATH_INFO": path, "REMOTE_ADDR": peer}
    if said is not None:
        environ["HTTP_X_FORWARDED_PREFIX"] = said
    Mount(own, lambda address: address == PROXY).place(environ)
    assert "HTTP_X_FORWARDED_PREFIX" not in environ
    return environ["SCRIPT_NAME"], environ["PATH_INFO"]


@pytest.mark.parametrize(
    ("own", "said", "path", "where"),
    [
        ("", None, "/photos/api/me", ("", "/photos/api/me")),
        # the setting: taken off on the way, or not
        ("/photos", None, "/api/me", ("/photos", "/api/me")),
        ("/photos", None, "/photos/api/me", ("/photos", "/api/me")),
        ("/photos", None, "/", ("/photos", "/")),
        ("/photos", None, "/photos/", ("/photos", "/")),
        ("/photos", None, "/photos", ("/photos", "")),
        ("/photos", None, "/photoshop", ("/photos", "/photoshop")),
        ("/photos", None, "/photos/photos/x", ("/photos", "/photos/x")),
        ("/a/b", None, "/a/b/s/x", ("/a/b", "/s/x")),
        ("/a/b", None, "/a/s/x", ("/a/b", "/a/s/x")),
        # the proxy, which counts more
        ("", "/photos", "/api/me", ("/photos", "/api/me")),
        ("", "/photos/", "/photos/api/me", ("/photos", "/api/me")),
        ("/own", "/photos", "/api/me", ("/photos", "/api/me")),
        ("/own", "/", "/api/me", ("", "/api/me")),
        ("/own", "", "/api/me", ("", "/api/me")),
        # a path that may be an address of our own has been taken off
        ("", "/s", "/s/x", ("/s", "/s/x")),
        ("", "/web", "/web", ("/web", "/web")),
    ],
)
def test_where_it_is(own: str, said: str | None, path: str, where: tuple[str, str]) -> None:
    assert placed(own, path, said) == where


@pytest.mark.parametrize("own", ["", "/photos"])
@pytest.mark.parametrize("said", ["/evil", *HOSTILE])
def test_nobody_else_is_believed(own: str, said: str) -> None:
    assert placed(own, "/api/me", said, OTHER) == (own, "/api/me")


@pytest.mark.parametrize("own", ["", "/photos"])
@pytest.mark.parametrize("said", ["//evil.example", *HOSTILE])
def test_what_is_no_path_is_passed_over_and_said_so(own: str, said: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "darkroom.api"):
        assert placed(own, "/api/me", said) == (own, "/api/me")
        placed(own, "/api/me", said)
    assert len(caplog.records) <= 1  # once for each that it says
    assert "\n" not in caplog.text.rstrip("\n")
