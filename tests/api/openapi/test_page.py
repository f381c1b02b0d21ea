"""The description of the page's functions names what they have."""

from api.http.cookies import NAME
from api.openapi.functions import DOCUMENT
from api.openapi.page import PAGE_PATHS, PAGE_SCHEMAS, SECURITY


def test_every_function_of_the_page_is_described() -> None:
    assert {(path, method) for path, methods in PAGE_PATHS.items() for method in methods} == {
        ("/api/me", "get"),
        ("/api/session", "delete"),
        ("/api/timeline", "get"),
        ("/api/photos", "get"),
        ("/api/cache", "get"),
    }
    assert set(PAGE_SCHEMAS) == {"Me", "Timeline", "SomePhotos", "PhotoInPlace", "Tier"}


def test_every_function_may_be_called_without_a_session_by_one_and_by_the_cookie() -> None:
    assert DOCUMENT["security"] == [{}, {"apisid": []}, {"cookie": []}]
    assert (SECURITY["cookie"]["in"], SECURITY["cookie"]["name"]) == ("cookie", NAME)
