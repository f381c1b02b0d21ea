"""How names and queries become words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import names
from catalog.metadata import Metadata
from catalog.search import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("IMG_1234.JPG", ["img", "1234", "jpg"]),
        ("Sea in-Rome", ["sea", "in", "rome"]),
        ("Zürich", ["zurich"]),
        ("Zu\u0308rich", ["zurich"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("İstanbul", ["istanbul"]),
        ("Ångström", ["angstrom"]),
        ("Ελλάδα", ["ελλαδα"]),
        ("ЁЛКА й", ["елка", "и"]),
        ("がく かく", ["が", "く", "か", "く"]),
        ("हिन्दी", ["हिन्दी"]),
        ("東京2015", ["東", "京", "2015"]),
        ("한국에서", ["한", "국", "에", "서"]),
        ("ปีใหม่", ["ป", "ี", "ใ", "ห", "ม"]),  # marks of tone are left out
        ("\uff8a\uff9e\uff86\uff97 \uff34\uff4f\uff57\uff45\uff52\uff11", ["バ", "ニ", "ラ", "tower1"]),
        ("ﬁsh m² Ⅳ", ["fish", "m2", "iv"]),
        ("a\ud800b\udcffc", ["a", "b", "c"]),
        ("🎉 & \x01", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words.words(text) == expected


@given(st.text(), st.sampled_from(("NFC", "NFD")))
def test_it_is_the_same_however_it_is_composed(text: str, form: str) -> None:
    assert names.fold(unicodedata.normalize(form, text)) == names.fold(text)  # type: ignore[arg-type]


@given(st.text())
def test_what_is_stored_can_be_stored_and_matched(text: str) -> None:
    names.fold(text).encode()
    for word in words.words(text):
        # The tokenizer `ascii` takes letters and digits of ASCII and whatever is beyond.
        assert all(not each.isascii() or each.isalnum() for each in word)


def test_texts_of_a_photo() -> None:
    known = Metadata(
        title="Der Goalie!",
        keywords=("Zürich West", "!", "sea"),
        persons=("Ann",),
        make="Apple",
        model="iPhone 6",
        lens="back camera 4.15mm f/2.2",
    )
    assert words.texts("2015/Größe XL/IMG_1.jpg", "2015-07-02T14:35:33", known) == {
        "name": " img 1 jpg ",
        "folders": " 2015 grosse xl ",
        "month": " jul ",
        "title": " der goalie ",
        "description": "",
        "keywords": " zurich west \ufffd sea ",
        "persons": " ann ",
        "camera": " apple iphone 6 ",
        "lens": " back camera 4 15mm f 2 2 ",
        "software": "",
        "unspaced": False,
    }
    few = words.texts("1.jpg", "2015-12-31T00:00:00")
    assert {column: text for column, text in few.items() if text} == {"name": " 1 jpg ", "month": " dec "}
    assert not words.words(words.APART)
    assert words.texts("東京Tower/1.jpg", "2015-12-31T00:00:00")["folders"] == " 東\x1f京\x1ftower "
    assert words.texts("東京Tower/1.jpg", "2015-12-31T00:00:00")["unspaced"]


@pytest.mark.parametrize(
    ("before", "now"),
    [("", ""), (" img 1 ", " img 1 "), (" 東京 \ufffd sea ", " 東\x1f京 \ufffd sea "), (" 東\x1f京 ", " 東\x1f京 ")],
)
def test_texts_that_were_written_before(before: str, now: str) -> None:
    assert words.again(before) == now


def test_folders() -> None:
    assert words.folder("Photos", "2015/Zürich/1.jpg") == "@photos/2015/zurich/"
    assert words.folder("Photos", "1.jpg") == "@photos/"
    assert words.folder("a", "Z\udcfcrich/1.jpg") == "@a/z\ufffdrich/"
