"""Java's .properties files, by the rules of `java.util.Properties.load`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.properties import MalformedProperties, decode, parse


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a=b", {"a": "b"}),
        ("a : b ", {"a": "b "}),
        ("a b c", {"a": "b c"}),
        ("a\t=\tb", {"a": "b"}),
        ("a==b", {"a": "=b"}),
        ("a = : b", {"a": ": b"}),
        ("a", {"a": ""}),
        ("  \t a=", {"a": ""}),
        ("=b", {"": "b"}),
        ("# a=b\n  ! c=d\n\n \t\ne=f", {"e": "f"}),
        ("a=1\r\nb=2\rc=3\n", {"a": "1", "b": "2", "c": "3"}),
        ("a=1\na=2", {"a": "2"}),
        ("fruits  apple, \\\n    pear, \\\r\n\tplum", {"fruits": "apple, pear, plum"}),
        ("a=b\\\n# no comment", {"a": "b# no comment"}),
        ("a=b\\\n\nc=d", {"a": "b", "c": "d"}),
        ("a=b\\", {"a": "b"}),
        ("a=b\\\\\nc=d", {"a": "b\\", "c": "d"}),
        ("path=D:\\\\Photos\\\\2015", {"path": "D:\\Photos\\2015"}),
        ("path=D:\\Photos", {"path": "D:Photos"}),  # as Java reads it
        ("share=\\\\\\\\nas\\\\photos", {"share": "\\\\nas\\photos"}),
        ("a\\ b\\:c\\=d=e", {"a b:c=d": "e"}),
        ("a=\\t\\n\\r\\f\\z\\'", {"a": "\t\n\r\fz'"}),
        ("a=\\u00fc\\u20AC", {"a": "ü€"}),
        ("a=\\ud83d\\ude00", {"a": "😀"}),
        ("a=\\ud83d", {"a": "�"}),
        ("\\u0061=b", {"a": "b"}),
        ("\\#a=b", {"#a": "b"}),
    ],
)
def test_what_is_read(text: str, found: dict[str, str]) -> None:
    assert parse(text) == found


@pytest.mark.parametrize("text", ["x=1\na=\\u12", "x=1\na=\\uzzzz", "\nb\\u=1"])
def test_a_character_that_is_none_is_told_with_its_line(text: str) -> None:
    with pytest.raises(MalformedProperties, match=r"line 2: \\u"):
        parse(text)


@pytest.mark.parametrize("raw", ["ü=1".encode("iso-8859-1"), "ü=1".encode(), b"\xef\xbb\xbf" + "ü=1".encode()])
def test_encodings(raw: bytes) -> None:
    assert parse(decode(raw)) == {"ü": "1"}


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except MalformedProperties as error:
        assert "line" in str(error)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))))
def test_all_that_is_escaped_comes_back(wanted: dict[str, str]) -> None:
    def escaped(text: str) -> str:
        units = text.encode("utf-16-be")
        return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))

    text = "\n".join(f"{escaped(key)}={escaped(value)}" for key, value in wanted.items())
    assert parse(text) == wanted
