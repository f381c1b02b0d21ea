"""What may stand before the paths of URLs."""

import pytest

from config import SettingsError
from config.loading import load
from config.prefix import LONGEST, OWN, Prefix, is_own, is_prefix


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("", ""),
        ("/", ""),
        ("//", ""),
        ("/photos", "/photos"),
        ("photos", "/photos"),
        (" /photos/ ", "/photos"),
        ("/a/b.c/d_e/~f-g", "/a/b.c/d_e/~f-g"),
        ("/a/web", "/a/web"),
        ("/.hidden", "/.hidden"),
        ("/webs", "/webs"),
    ],
)
def test_what_is_one(text: str, prefix: str) -> None:
    assert Prefix(text) == prefix


HOSTILE = [
    "/a//b",
    "/..",
    "/a/../b",
    "/a/.",
    "/a b",
    "/a\r\nSet-Cookie: x=y",
    "/a\nb",
    '/a"><script>',
    "/a?b",
    "/a#b",
    "/a;b",
    "/a,b",
    "/a, /b",
    "/a\\b",
    "/a%2e",
    "/ä",
    "http://evil.example",
    "/" + LONGEST * "a",
]


@pytest.mark.parametrize("text", [*HOSTILE, *(f"/{each}" for each in sorted(OWN)), "/s/a", "/api/"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"a path such as /photos"):
        Prefix(text)


@pytest.mark.parametrize("text", [*HOSTILE, "//evil.example", "/a/", "", "a"])
def test_what_can_not_stand_before_a_path(text: str) -> None:
    assert not is_prefix(text)


def test_what_can_but_is_also_our_own() -> None:
    assert is_prefix("/s/a")
    assert is_own("/s/a")
    assert not is_own("/a/s")


def test_as_a_setting() -> None:
    assert load({"SERVER_PREFIX": "photos/"}).server_prefix == "/photos"
    with pytest.raises(
        SettingsError, match=r"server\.prefix is '/web' \(environment: SERVER_PREFIX\): allowed is a path"
    ):
        load({"SERVER_PREFIX": "/web"})
