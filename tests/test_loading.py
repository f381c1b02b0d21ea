"""The garbage collector rests while something is loaded, and no longer."""

import gc

import pytest

import loading


def test_it_rests_while_something_is_loaded() -> None:
    with loading.uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_where_something_can_t_be_loaded() -> None:
    with pytest.raises(ImportError), loading.uncollected():
        import not_there  # type: ignore[import-not-found]  # noqa: F401
    assert gc.isenabled()
