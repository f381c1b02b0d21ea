"""Which sizes are common, known and new."""

from pathlib import Path

import pytest

import config
from api.http.params import Wanted
from api.limits.sizes import Sizes
from workers.devices import Devices

PAGE = Path(__file__).parents[3] / "api/web"


def sizes(most: int = 4096, **settings: str) -> Sizes:
    """Those of a server with these settings."""
    found = config.load(settings, Path("none.toml"))
    return Sizes(Devices.of(found), found.thumbs_height, most=most)


@pytest.mark.parametrize(
    ("size", "common"),
    [
        (Wanted(None, None, 70), True),
        (Wanted(None, None, 33), True),
        (Wanted(256, 256, 70), True),
        (Wanted(256, 256, 71), False),
        (Wanted(256, 255, 70), False),
        (Wanted(256, None, 70), False),
        (Wanted(1920, 1080, 70), True),
        (Wanted(1080, 1920, 70), True),
        (Wanted(1080, 2340, 70), True),
        (Wanted(None, 160, 70), True),
        (Wanted(None, 160, 70, fits=True), True),
        (Wanted(160, None, 70), False),
        (Wanted(1366, 768, 70), True),
        (Wanted(3840, 2160, 70), False),
        (Wanted(300, None, 70), True),
    ],
)
def test_what_is_common(size: Wanted, common: bool) -> None:
    asked = sizes(DEVICE_SIZES="kiosk=1366x768, -television", PRERENDER_SIZES="tile256, 300x")
    assert (asked.is_common(size), asked.is_known(size)) == (common, common)


def test_what_the_page_asks_for_is_common_though_the_server_names_no_such_size() -> None:
    everything = "tile160 tile256 tile512 phone phone-small phone-large tablet tablet-large laptop desktop television"
    without = ", ".join(f"-{name}" for name in everything.split())
    asked = sizes(DEVICE_SIZES=without, PRERENDER_SIZES="thumbnail")
    assert "const SQUARES = [160, 256, 512];" in (PAGE / "grid/rows.js").read_text()
    assert "?? { width: 1920, height: 1080 };" in (PAGE / "viewer/preloader.js").read_text()
    assert all(asked.is_common(Wanted(side, side, 70)) for side in (160, 256, 512))
    assert asked.is_common(Wanted(1920, 1080, 70))
    assert not asked.is_common(Wanted(1080, 2340, 70))


def test_a_size_that_was_made_is_known_until_many_others_were() -> None:
    asked = sizes(most=2)
    one, two, three = (Wanted(width, None, 70) for width in (1, 2, 3))
    for each in (one, two):
        assert not asked.is_known(each)
        asked.remember(each)
    assert asked.is_known(one)
    asked.remember(three)
    assert [asked.is_known(each) for each in (one, two, three)] == [True, False, True]
