"""Snapshots: photos in an order that stays."""

import pytest

from catalog.errors import Missing
from catalog.photoid import SIZE, encode
from catalog.snapshots import CHUNK
from tests.catalog.sides import Side, ids


@pytest.mark.parametrize("count", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_views_keep_order_and_ends(here: Side, there: Side, count: int) -> None:
    apisid = here.sessions.create("10.0.0.1", "ann", None)
    vid, made = here.views.make(apisid, ids(count))
    assert made == count
    wanted = [encode(number.to_bytes(SIZE, "big")) for number in range(count)]
    assert there.views.everything(apisid, vid) == wanted
    assert [there.views.photoid(apisid, vid, index) for index in range(count)] == wanted
    for index in (count, count + CHUNK, 10**17):
        with pytest.raises(Missing, match="past the end"):
            here.views.photoid(apisid, vid, index)
