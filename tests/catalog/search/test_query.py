"""The query language: what a text means, and what is no query."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import MalformedQuery
from catalog.search.query import LENGTH, NESTING, PATTERNS, WORDS, parse
from catalog.search.tree import And, Created, Directory, Everything, Node, Not, Or, PhotoIs, Phrase, Rated, Word
from tests.catalog.search.trees import leaves, render, trees

A, B, C = Word("a"), Word("b"), Word("c")
ID = "AAAAAAAAAA/AAAAAAAAA+A"


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", Everything()),
        (" \t", Everything()),
        ("*", Everything()),
        ("***", Everything()),
        ("sea", Word("sea")),
        ("Sea*", Word("Sea*")),
        ("IMG_12?4.jpg", Word("IMG_12?4.jpg")),
        ("a b", And((A, B))),
        ("a\u3000b", And((A, B))),
        ("a and b AND c", And((A, B, C))),
        ("a + b +c", And((A, B, C))),
        ("+a +b", And((A, B))),
        ("a+b", And((A, B))),
        ("a or b OR c", Or((A, B, C))),
        ("a b or c", Or((And((A, B)), C))),
        ("a (b or c)", And((A, Or((B, C))))),
        ("(a b) c", And((A, B, C))),
        ("a or (b or c)", Or((A, B, C))),
        ("((a))", A),
        ("(a)or(b)", Or((A, B))),
        ("-a", Not(A)),
        ("not a", Not(A)),
        ("a -b", And((A, Not(B)))),
        ("a not b", And((A, Not(B)))),
        ("a and not (b or c)", And((A, Not(Or((B, C)))))),
        ("not(a)", Not(A)),
        ("--a", Not(Not(A))),
        ("-*", Not(Everything())),
        ("sea-side", Word("sea-side")),
        ("android", Word("android")),
        ('"and"', Phrase("and")),
        ('"Sea in  Rome"', Phrase("Sea in  Rome")),
        ("“Sea in Rome”", Phrase("Sea in Rome")),
        ('a"b"', And((A, Phrase("b")))),
        ("12:30", Word("12:30")),
        ("dir:Holiday", Directory("Holiday", below=False)),
        ("DIR:2015/Holiday", Directory("2015/Holiday", below=False)),
        ('dir:"My Photos (2)" a', And((Directory("My Photos (2)", below=False), A))),
        ('dirall:@photos/"My Photos"/x', Directory("@photos/My Photos/x", below=True)),
        ("dir:a+b-c", Directory("a+b-c", below=False)),
        ("-dir:a", Not(Directory("a", below=False))),
        ("year:2015", Created("2015", "2015")),
        ("year:2010..2015", Created("2010", "2015")),
        ("year:2010..", Created("2010", "")),
        ("year:..2010", Created("", "2010")),
        ("date:2015-07", Created("2015-07", "2015-07")),
        ("date:2015-07-02..2016", Created("2015-07-02", "2016")),
        ("date:2015-07..2015", Created("2015-07", "2015")),
        ("title:sea", Word("sea", "title")),
        ('Titel:"sea in rome"', Word("sea in rome", "title")),
        ("person:Ann*", Word("Ann*", "persons")),
        ("keyword:a-b", Word("a-b", "keywords")),
        ("-camera:x100", Not(Word("x100", "camera"))),
        ("rating:3", Rated(3, 3)),
        ("rating:3..5", Rated(3, 5)),
        ("rating:3..", Rated(3, 5)),
        ("rating:..2", Rated(0, 2)),
        (f"photoid:{ID}", PhotoIs(ID)),
        (f"photoid:{ID}== a", And((PhotoIs(ID), A))),
        (f"(photoid:{ID})", PhotoIs(ID)),
        (f"photoid:{ID.replace('+', ' ')} a", And((PhotoIs(ID), A))),
        (f"photoid:{ID.replace('+', '-').replace('/', '_')}", PhotoIs(ID)),
        (f'photoid:"{ID}"', PhotoIs(ID)),
    ],
)
def test_what_a_text_means(text: str, node: Node) -> None:
    assert parse(text) == node


@pytest.mark.parametrize(
    ("text", "position", "sentence"),
    [
        ("and", 0, "missing"),
        ("a and", 5, "missing"),
        ("a or or b", 5, "missing"),
        ("a and or b", 6, "missing"),
        ("or", 0, "missing"),
        ("not", 3, "missing"),
        ("- ", 2, "missing"),
        ("+", 1, "missing"),
        ("()", 1, "missing"),
        ("a ()", 3, "missing"),
        (")", 0, "missing"),
        ("a (b", 2, "never closed"),
        ("((a)", 0, "never closed"),
        ("a) b", 1, "never opened"),
        ('a "b', 2, "quotation mark"),
        ('a"', 1, "quotation mark"),
        ('dir:"a', 4, "quotation mark"),
        ('dir:a"b', 5, "quotation mark"),
        ("a &", 2, "no letter or digit"),
        ("a ?", 2, "no letter or digit"),
        ('""', 0, "no letter or digit"),
        ('"*"', 0, "no letter or digit"),
        ("a \ud800", 2, "no letter or digit"),
        ("a\0b", 1, "NUL"),
        ("a colour:red", 2, "no field colour:"),
        ("a Title:&", 2, "no letter or digit"),
        ("person:*", 0, "no letter or digit"),
        ("rating:", 7, "Right after rating:"),
        ("rating:6", 0, "from 0 to 5"),
        ("rating:33", 0, "from 0 to 5"),
        ("rating:3..44", 0, "from 0 to 5"),
        ("rating:-1", 0, "from 0 to 5"),
        ("a rating:..", 2, "from 0 to 5"),
        ("rating:3..2", 0, "ends before it begins"),
        ("rating:٣", 0, "from 0 to 5"),
        ("dir:", 4, "Right after dir:"),
        ("dir: a", 4, "Right after dir:"),
        ("dir:@", 0, "directory is missing"),
        ("dir:/", 0, "directory is missing"),
        ("dir:\u0301", 0, "directory is missing"),
        ("photoid:abc", 0, "22 characters"),
        ("year:15", 0, "such as 2015"),
        ("year:2015-07", 0, "such as 2015"),
        ("year:٢٠١٥", 0, "such as 2015"),
        ("year:0000", 0, "such as 2015"),
        ("date:2015-13", 0, "2015-07-02"),
        ("date:2015-02-29", 0, "2015-07-02"),
        ("year:2015...2016", 0, "such as 2015"),
        ("year:..", 0, "a beginning or an end"),
        ("year:2015..2010", 0, "ends before it begins"),
        ("date:2015-07-02..2015-06", 0, "ends before it begins"),
        ("a" * (LENGTH + 1), LENGTH, "characters"),
        ("a " * (WORDS + 1), 2 * WORDS, "words"),
        (f'"{"a " * (WORDS + 1)}"', 0, "words"),
        ("* " * (WORDS + 1), 2 * WORDS, "words"),
        (f'title:"{"a " * (WORDS + 1)}"', 0, "words"),
        ("(" * 1000 + "a" + ")" * 1000, NESTING + 1, "nested deeper"),
        ("(" * 5000, NESTING + 1, "nested deeper"),
        ("-" * 5000, NESTING + 1, "nested deeper"),
        ("+" * 5000, 5000, "missing"),
    ],
)
def test_what_is_no_query(text: str, position: int, sentence: str) -> None:
    with pytest.raises(MalformedQuery) as caught:
        parse(text)
    assert caught.value.position == position
    assert sentence in caught.value.public
    assert f"(character {position + 1} of the query)." in caught.value.public
    assert caught.value.kind == "malformed"


def test_as_long_and_as_deep_as_may_be() -> None:
    assert parse("a" * LENGTH) == Word("a" * LENGTH)
    assert parse("(" * NESTING + "a" + ")" * NESTING) == A
    assert parse(" ".join(["a"] * WORDS)) == And((A,) * WORDS)


@given(trees(leaves()), st.randoms(use_true_random=False))
def test_a_tree_written_down_is_read_back(tree: Node, choose: Random) -> None:
    assert parse(render(tree, choose)) == tree


PIECES = st.sampled_from(
    ('"', "(", ")", " ", "or", "and", "not", "-", "+", "*", "?", ":", "dir:", "year:20", "..", "\0")
)


@given(st.text() | st.lists(PIECES | st.text(max_size=2)).map("".join))
def test_any_text_is_a_query_or_malformed(text: str) -> None:
    try:
        parse(text)
    except MalformedQuery as error:
        assert 0 <= error.position <= len(text)


PATTERN_WORDS = ("*a", "?a", "b?ach", "a*", "*_2015*", "title:*a", 'person:"ann *ee"', "東*京")


@pytest.mark.parametrize("pattern", PATTERN_WORDS)
def test_few_patterns_are_looked_for_where_so_is_asked(pattern: str) -> None:
    others = " ".join(f'word{each} beach{each}* "*{each}" * year:2015 dir:*x{each}' for each in range(20))
    most = f"{others} ({' or '.join([pattern] * 20)})"
    parse(most, PATTERNS)
    parse(f"{most} -{pattern}")
    with pytest.raises(MalformedQuery, match="at most 20 words with") as caught:
        parse(f"{most} -{pattern}", PATTERNS)
    assert caught.value.position == len(most) + 2
