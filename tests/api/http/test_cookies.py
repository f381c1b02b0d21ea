"""The cookie: what counts as one, how it is given and taken away, and whom it lets change something."""

import falcon
import pytest
from falcon.testing import create_environ
from hypothesis import given
from hypothesis import strategies as st

from api.http.cookies import Cookies, session_in
from catalog.errors import Forbidden

ID = "abcdefghijklmnopqrst-_"
OTHER = "A" * 22


@pytest.mark.parametrize(
    ("sent", "session"),
    [
        (f"darkroom={ID}", ID),
        (f"a=b; darkroom={ID}", ID),
        (f"a=b;darkroom={ID};c=d", ID),
        (f"darkroom={ID} ; c", ID),
        (f"a=darkroom={OTHER}; darkroom={ID}", ID),
        (f"xdarkroom={OTHER}; darkroomx={OTHER}; darkroom={ID}", ID),
        (f"Darkroom={ID}", None),
        (f'darkroom="{ID}"', None),
        (f"darkroom={ID}x", None),
        (f"darkroom={ID[1:]}", None),
        ("darkroom=", None),
        ("darkroom", None),
        ("darkroom=guest", None),
        (f"darkroom={ID[:-1]}é", None),
        ("", None),
        (";;;", None),
        # Somebody else has put one beside it: there is no telling which is ours.
        (f"darkroom={OTHER}; darkroom={ID}", None),
        (f"darkroom={ID}; darkroom={ID}", None),
        (f"darkroom=; darkroom={ID}", None),
    ],
)
def test_what_names_a_session(sent: str, session: str | None) -> None:
    assert session_in(sent) == session


@given(st.text(alphabet='darkroom=; \t"AB', max_size=80))
def test_whatever_is_sent(sent: str) -> None:
    found = session_in(sent)
    assert found is None or (len(found) == 22 and f"darkroom={found}" in sent)


def test_a_long_header_takes_no_time_that_grows_with_its_square() -> None:
    assert session_in("darkroom=" * 100_000 + ";" + " " * 100_000 + f";darkroom={ID}") is None
    assert session_in(" " * 1_000_000) is None


def request(**headers: str) -> falcon.Request:
    """A request with these headers."""
    return falcon.Request(create_environ(headers={name.replace("_", "-"): headers[name] for name in headers}))


def test_where_it_is_not_enabled_nobody_has_one() -> None:
    asked = request(Cookie=f"darkroom={ID}", X_Darkroom="page")
    assert (Cookies(enabled=True).session(asked), Cookies(enabled=True).is_page(asked)) == (ID, True)
    off = Cookies(enabled=False)
    assert (off.session(asked), off.is_page(asked)) == (None, False)


@pytest.mark.parametrize("said", [None, "", "Page", "page, page", "1", "pages"])
def test_what_is_not_the_page(said: str | None) -> None:
    asked = request(**({} if said is None else {"X_Darkroom": said}))
    with pytest.raises(Forbidden, match="X-Darkroom: page"):
        Cookies(enabled=True).require_page(asked)


@pytest.mark.parametrize(("scheme", "secure"), [("http", ""), ("https", "; Secure")])
@pytest.mark.parametrize(("prefix", "path"), [("", "/"), ("/photos", "/photos")])
def test_how_it_is_given_and_taken_away(scheme: str, secure: str, prefix: str, path: str) -> None:
    cookies, asked = Cookies(enabled=True), falcon.Request(create_environ(scheme=scheme, root_path=prefix))
    given, removed = falcon.Response(), falcon.Response()
    cookies.give(asked, given, ID)
    cookies.remove(asked, removed)
    kept = f"Path={path}; HttpOnly; SameSite=Strict{secure}"
    assert given._wsgi_headers()[-1] == ("set-cookie", f"darkroom={ID}; {kept}")
    assert removed._wsgi_headers()[-1] == ("set-cookie", f"darkroom=; {kept}; Max-Age=0")
