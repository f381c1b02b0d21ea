"""What a person is told who has started a server."""

from dataclasses import replace

import pytest

from api.greeting import command, greeting, own_address
from config import Settings
from config.prefix import Prefix


def told(host: str, uid: str = "") -> list[str]:
    settings = replace(Settings(), server_host=host, webapi_default_uid=uid)
    return greeting(settings, 8080, "192.168.1.5", "darkroom")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost:8080"),
        ("::1", "http://[::1]:8080"),
        ("127.0.0.2", "http://127.0.0.2:8080"),
    ],
)
def test_of_a_server_that_this_machine_alone_reaches(host: str, url: str) -> None:
    here, phone, user = told(host)
    assert here == f"serving on {url} for this machine alone: open it in a browser"
    assert "`darkroom serve --host 0.0.0.0`, then http://192.168.1.5:8080" in phone
    assert "darkroom user add" in user


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://192.168.1.5:8080"),  # noqa: S104 - no server is started
        ("::", "http://192.168.1.5:8080"),
        ("10.0.0.7", "http://10.0.0.7:8080"),
        ("fd00::7", "http://[fd00::7]:8080"),
    ],
)
def test_of_one_that_the_network_reaches(host: str, url: str) -> None:
    there, user = told(host)
    assert there == f"serving on {url} for every device of this network: who comes has to sign in"
    assert "darkroom user add" in user
    assert told(host, "ann")[0].endswith("who comes sees what the user ann may")


def test_the_path_below_which_it_is_served_is_told() -> None:
    settings = replace(Settings(), server_prefix=Prefix("/photos"))
    here, phone, _ = greeting(settings, 8080, "192.168.1.5", "darkroom")
    assert here.startswith("serving on http://127.0.0.1:8080/photos for ")
    assert "then http://192.168.1.5:8080/photos: " in phone


def test_this_machine_and_the_command() -> None:
    assert own_address()
    assert command().endswith("darkroom")
