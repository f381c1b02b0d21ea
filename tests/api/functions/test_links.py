"""Where the following photo is, as answers say it."""

import re
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.functions.links import next_link
from api.identify import Place

PATH = "/picapportapi/1.0/getPhoto"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("vid=3&index=5&width=1920", "vid=3&index=6&width=1920"),
        ("index=5&vid=3", "index=6&vid=3"),
        ("apisid=a-b&vid=3&Index=05", "apisid=a-b&vid=3&Index=6"),
        ("vid=3&myindex=5&index=5", "vid=3&myindex=5&index=6"),
        ("sid=x>&index=5&q=a%20b+c", "sid=x%3E&index=6&q=a%20b+c"),
        ('index=5&x=";\xe4\\<', "index=6&x=%22;%E4%5C%3C"),
        ("vid=3&index=5&width=9&version=1-2-3", "vid=3&index=6&width=9"),
        ("Version=1-2-3&vid=3&index=5&myversion=4", "vid=3&index=6&myversion=4"),
    ],
)
def test_the_same_url_with_the_next_index(query: str, wanted: str) -> None:
    url = f"{PATH}?{wanted}"
    assert next_link(PATH, query, Place(5, 7)) == f"<{url}>; rel=next, <{url}>; rel=prefetch"


def test_an_url_below_a_path_stays_there() -> None:
    url = f"/my.photos~1{PATH}?vid=3&index=6"
    assert next_link(f"/my.photos~1{PATH}", "vid=3&index=5", Place(5, 7)) == f"<{url}>; rel=next, <{url}>; rel=prefetch"


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("vid=3&index=6", Place(6, 7)),
        ("vid=3&index=0", Place(0, 1)),
        ("vid=3&%69ndex=5", Place(5, 7)),
        (f"vid=3&index=5&x={'x' * 400}", Place(5, 7)),
    ],
)
def test_where_nothing_is_said(query: str, place: Place) -> None:
    assert next_link(PATH, query, place) is None


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=60))
def test_whatever_a_client_writes_stays_inside_the_brackets(text: str) -> None:
    link = next_link(PATH, f"vid=3&index=5&x={text.replace('&', '')}", Place(5, 7))
    if link is not None:
        match = re.fullmatch(r"<([\x21-\x7e]+)>; rel=next, <\1>; rel=prefetch", link)
        assert match
        assert not set('<>"\\') & set(match[1])
        assert ("index", "6") in parse_qsl(match[1].partition("?")[2], encoding="latin-1")
