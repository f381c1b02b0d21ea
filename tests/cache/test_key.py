"""Keys: their names and paths."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache.key import LONGEST_SIDE, RenderKey

KEYS = st.builds(
    RenderKey,
    photoid=st.from_regex(r"[A-Za-z0-9+/]{22}", fullmatch=True),
    version=st.from_regex(r"[a-z0-9-]{1,64}", fullmatch=True),
    width=st.integers(1, LONGEST_SIDE),
    height=st.integers(1, LONGEST_SIDE),
    quality=st.none() | st.integers(0, 100),
)
KEY = RenderKey("abc+def/ghijklmnopqrsA", "0123456789abcdef-1", 400, 300, 70)


def test_name_says_everything() -> None:
    assert KEY.name == "abc-def_ghijklmnopqrsA.0123456789abcdef-1.400x300.q70"
    assert replace(KEY, quality=None).name == "abc-def_ghijklmnopqrsA.0123456789abcdef-1.400x300.whole"


@given(KEYS)
def test_name_is_read_back(key: RenderKey) -> None:
    assert RenderKey.parse(key.name) == key


@given(KEYS)
def test_name_is_safe_in_a_file_system_and_a_url(key: RenderKey) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,200}", key.name)
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{2}/[A-Za-z0-9._-]+\.jpg", key.path)


def test_renders_of_one_photo_share_a_folder() -> None:
    other = RenderKey(KEY.photoid, "another-2", 1, 2, 3)
    assert KEY.path.rsplit("/", 1)[0] == other.path.rsplit("/", 1)[0]


@pytest.mark.parametrize(
    "name",
    [
        "",
        KEY.name + "\n",
        KEY.name + ".jpg",
        KEY.name.replace("-def", "+def"),
        KEY.name.replace("400", "0400"),
        KEY.name.replace("400", "0"),
        KEY.name.replace("400", "-400"),
        KEY.name.replace("400", "\u0664\u0660\u0660"),
        KEY.name.replace("400", "1000000"),
        KEY.name.replace("q70", "q101"),
        KEY.name.replace("q70", "q070"),
        KEY.name.replace("q70", "qwhole"),
        KEY.name.replace("q70", "Whole"),
        KEY.name.replace("0123", "ABCD"),
        KEY.name.replace(".0123", "../0123"),
        KEY.name[1:],
    ],
)
def test_other_text_is_no_name(name: str) -> None:
    with pytest.raises(ValueError):
        RenderKey.parse(name)


@pytest.mark.parametrize(
    ("photoid", "version"),
    [("../../../../etc/passwd", "1"), (KEY.photoid + "\n", "1"), (KEY.photoid, ""), (KEY.photoid, "a/b")],
)
def test_nothing_but_a_key_becomes_a_path(photoid: str, version: str) -> None:
    with pytest.raises(ValueError):
        RenderKey(photoid, version, 1, 1, 1)
