"""What a proxy says of who is signed in: taken out of each request, believed of the trusted one alone."""

from typing import Any

import pytest

from api.proxied import SAID, Proxied, Said, said

PROXY, OTHER = "192.0.2.1", "192.0.2.2"
FROM = {"HTTP_REMOTE_USER": "ann", "HTTP_REMOTE_GROUPS": "family"}


def placed(
    environ: dict[str, Any], header: str = "Remote-User", groups: str = "Remote-Groups"
) -> tuple[Said | None, int]:
    """What is believed, and how many headers were dropped. None is left that somebody might read by mistake."""
    dropped: list[int] = []
    Proxied(header, groups, lambda peer: peer == PROXY, lambda: dropped.append(1)).place(environ)
    assert not header or "HTTP_REMOTE_USER" not in environ
    return said(environ), len(dropped)


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"REMOTE_ADDR": PROXY, **FROM}, (Said("ann", "family"), 0)),
        ({"REMOTE_ADDR": PROXY, "HTTP_REMOTE_USER": "ann"}, (Said("ann", ""), 0)),
        ({"REMOTE_ADDR": PROXY, "HTTP_REMOTE_USER": ""}, (None, 0)),
        ({"REMOTE_ADDR": PROXY, "HTTP_REMOTE_GROUPS": "family"}, (None, 0)),
        ({"REMOTE_ADDR": PROXY}, (None, 0)),
        ({"REMOTE_ADDR": OTHER, **FROM}, (None, 1)),
        ({"REMOTE_ADDR": OTHER, "HTTP_REMOTE_USER": ""}, (None, 1)),
        ({"REMOTE_ADDR": OTHER, "HTTP_REMOTE_GROUPS": "admins"}, (None, 1)),
        ({"REMOTE_ADDR": OTHER}, (None, 0)),
        ({"REMOTE_ADDR": "", **FROM}, (None, 1)),
    ],
)
def test_who_is_believed(environ: dict[str, Any], wanted: tuple[Said | None, int]) -> None:
    assert placed(environ) == wanted


def test_without_a_header_nobody_says_anything() -> None:
    assert placed({"REMOTE_ADDR": PROXY, **FROM}, header="", groups="") == (None, 0)


def test_without_a_header_of_groups_they_are_not_told() -> None:
    assert placed({"REMOTE_ADDR": PROXY, **FROM}, groups="") == (Said("ann", None), 0)


def test_no_client_can_write_what_is_believed() -> None:
    assert not SAID.startswith("HTTP_")
