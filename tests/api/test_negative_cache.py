"""A photo that failed is not tried again, and a catalogue that can't be written changes nothing of the answer."""

import pytest

from api.negative_cache import NegativeCache
from catalog.errors import CatalogError
from catalog.photos import Photo
from catalog.render_failures import RenderFailure, RenderFailures
from tests.catalog.library import Library, jpeg, put
from workers.errors import Busy, Damaged, RenderError, SourceChanged, Unsupported


@pytest.fixture
def photo(library: Library) -> Photo:
    """A photo against which nothing is known."""
    put(library.a / "red.jpg", jpeg())
    library.scan()
    return library.photos()["a/red.jpg"]


@pytest.mark.parametrize("error", [Damaged("Broken."), Unsupported("Too large.")])
def test_what_a_photo_is_to_blame_for_is_noted(library: Library, photo: Photo, error: RenderError) -> None:
    cache = NegativeCache(RenderFailures(library.engine))
    assert not cache.has(photo)
    with pytest.raises(type(error)), cache.recording(photo):
        raise error
    assert cache.has(photo)
    with pytest.raises(type(error), match=str(error)), cache.recording(photo):
        pytest.fail("it was tried again")


@pytest.mark.parametrize("error", [Busy("Later."), SourceChanged("Another file."), ValueError("a bug")])
def test_what_a_photo_is_not_to_blame_for_is_not(library: Library, photo: Photo, error: Exception) -> None:
    cache = NegativeCache(RenderFailures(library.engine))
    with pytest.raises(type(error)), cache.recording(photo):
        raise error
    with cache.recording(photo):
        pass


def test_what_can_t_be_noted_is_answered_all_the_same(library: Library, photo: Photo) -> None:
    class ReadOnly(RenderFailures):
        def remember(self, photo: Photo, failure: RenderFailure) -> None:
            raise CatalogError("read-only", "no writing here")

    cache = NegativeCache(ReadOnly(library.engine))
    with pytest.raises(Damaged, match="Broken"), cache.recording(photo):
        raise Damaged("Broken.")
