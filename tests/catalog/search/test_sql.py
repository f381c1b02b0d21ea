"""Searches, held against a matcher that looks at each photo."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from sqlalchemy import event, select

from catalog import names
from catalog.database import open_catalog
from catalog.errors import MalformedPhotoid
from catalog.metadata import Metadata
from catalog.scan.scan import sync_roots
from catalog.schema import folders
from catalog.search.query import NESTING, WORDS, parse
from catalog.search.sql import Search
from catalog.search.tree import And, Directory, Everything, Node, PhotoIs, Phrase, TextField, Word
from tests.catalog.library import Library, jpeg, put
from tests.catalog.search.shelf import Book, Shelf, expected, ids
from tests.catalog.search.trees import created, leaves, rated, trees

FULL = Metadata(
    title="Goalies",
    description="Two lines,\nbut one: Ann",
    keywords=("Sunset", "Lake Genève", "West Side", "Ann"),
    rating=5,
    make="NIKON CORPORATION",
    model="NIKON D70s",
    lens="18.0-70.0 mm f/3.5-4.5",
    software="Adobe Lightroom 6",
)
BOOKS = (
    Book(1, 1, "2015/Holiday/Beach_01.jpg", "2015-07-02T14:35:33", Metadata(title="Der Goalie bin ig", rating=3)),
    Book(2, 1, "2015/Holiday/Zürich/IMG_1234.JPG", "2015-07-02T14:35:34"),
    Book(3, 1, "2015/Holiday/Zu\u0308rich/sea in Rome.png", "2015-08-01T00:00:00"),
    Book(4, 1, "top.jpg", "2016-01-31T23:59:59", Metadata(persons=("Ann Lee", "Bob"), make="Apple", model="iPhone 6")),
    Book(5, 2, "Holiday/a[b]c/100% real.jpg", "2014-12-31T23:59:59"),
    Book(6, 2, "x/holiday/IMG_1_2015.tif", "2015-07-02T14:35:33"),
    Book(7, 2, "Z\udcfcrich/\U0001f389 party, May.gif", "1999-03-01T00:00:00"),
    Book(8, 3, "2015/Holiday/hidden.jpg", "2015-07-02T00:00:00"),
    Book(9, 2, "or/NEAR(name) OR 1.jpg", "2001-02-03T04:05:06", FULL),
    Book(10, 2, "Paris 2001/not.jpg", "2001-02-03T04:05:07"),
)
EVERYTHING = [7, 9, 10, 5, 1, 6, 2, 3, 4]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """One catalogue for all."""
    engine = open_catalog(tmp_path_factory.mktemp("shelf"))
    yield Shelf(engine)
    engine.dispose()


def numbers(shelf: Shelf, node: Node, filters: Sequence[Node] | None = None) -> list[int]:
    """The numbers of the books that a search finds."""
    known = {book.photoid: book.number for book in BOOKS}
    return [known[each] for each in ids(Search(shelf.engine).find(node, filters))]


@pytest.fixture(scope="module")
def books(shelf: Shelf) -> Shelf:
    """A catalogue with the books."""
    shelf.clear()
    shelf.put(BOOKS)
    return shelf


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", EVERYTHING),
        ("*", EVERYTHING),
        ("-*", []),
        ("beach", [1]),
        ("BEACH", [1]),
        ("bea", []),
        ("bea*", [1]),
        ("*ach*", [1]),
        ("b?ach", [1]),
        ("b??ach", []),
        ("img", [6, 2]),
        ("img_1234", [2]),
        ("img_1*", [6, 2]),
        ("img_*5", [6]),
        ("*_2015", [6]),
        ("*.jpg", [9, 10, 5, 1, 2, 4]),
        ("*.*p*g", [9, 10, 5, 1, 2, 3, 4]),
        ("zurich", [2, 3]),
        ("ZÜRICH", [2, 3]),
        ("Zu\u0308rich", [2, 3]),
        ("z?rich", [7, 2, 3]),
        ("sea in Rome", [3]),
        ("in", [3]),
        ('"sea in rome"', [3]),
        ('"rome sea"', []),
        ('"sea in" rome', [3]),
        ('"beach*"', [1]),
        ('"bea*"', []),
        ("jul", [1, 6, 2]),
        ("ju?", [1, 6, 2]),
        ("may", [7]),
        ("mar", [7]),
        ("pictures", []),
        ('"holiday zurich"', [2, 3]),
        ('"zurich img"', []),
        ("holiday -zurich", [5, 1, 6]),
        ("holiday not (zurich or beach)", [5, 6]),
        ("beach or top", [1, 4]),
        ("beach or dir:x/holiday or date:2016", [1, 6, 4]),
        ("img dir:zurich", [2]),
        ('"or"', [9]),
        ('"not"', [10]),
        ("100%", [5]),
        ("b]c", [5]),
        ("dir:Holiday", [1, 6]),
        ("dir:2015/holiday", [1]),
        ("dir:5/holiday", []),
        ("dir:holiday/", [1, 6]),
        ("dirall:holiday", [5, 1, 6, 2, 3]),
        ("dirall:2015/Holiday", [1, 2, 3]),
        ("dir:@pictures", [4]),
        ("dir:@archive/holiday", []),
        ("dirall:@archive", [7, 9, 10, 5, 6]),
        ("dirall:@archive/", [7, 9, 10, 5, 6]),
        ("dirall:@arch*/holiday", [5, 6]),
        ("dirall:@hidden", []),
        ("dirall:pictures", []),
        ("dir:z?rich", [7, 2, 3]),
        ("dir:a[b]c", [5]),
        ("dir:a[a-c]c", []),
        ("dir:*", [7, 9, 10, 5, 1, 6, 2, 3]),
        ('dir:"Paris 2001"', [10]),
        ('dirall:"@archive/Paris *"', [10]),
        ("year:2015", [1, 6, 2, 3]),
        ("year:2014..2015", [5, 1, 6, 2, 3]),
        ("year:2016..", [4]),
        ("year:..2001", [7, 9, 10]),
        ("date:2015-07", [1, 6, 2]),
        ("date:2015-07-02..2015-08", [1, 6, 2, 3]),
        ("date:2016-01-31", [4]),
        ("date:2014-12-31..2015-07-01", [5]),
        ("goalie", [1]),
        ("title:goalie*", [9, 1]),
        ('titel:"goalie bin"', [1]),
        ("title:*alie", [1]),
        ("title:beach", []),
        ("ann", [9, 4]),
        ("person:ann", [4]),
        ('person:"ann bob"', []),
        ('person:"ann lee"', [4]),
        ('"lee bob"', []),
        ("person:b?b", [4]),
        ("keyword:Geneve", [9]),
        ('keyword:"lake west"', []),
        ('keyword:"geneve west"', []),
        ('"geneve west"', []),
        ('keyword:"west side"', [9]),
        ("camera:nikon", [9]),
        ('camera:"apple iphone"', [4]),
        ("camera:adobe", []),
        ("lightroom", [9]),
        ("70.0", [9]),
        ('"lines but one"', [9]),
        ("camera:nikon or camera:iphone", [9, 4]),
        ("-camera:nikon ann", [4]),
        ("rating:5", [9]),
        ("rating:3..5", [9, 1]),
        ("rating:1.. -rating:5", [1]),
        ("rating:0 holiday", [5, 6, 2, 3]),
        ("camera:nikon rating:5 ann", [9]),
        (f"photoid:{BOOKS[0].photoid}", [1]),
        (f"photoid:{BOOKS[7].photoid}", []),
        (f"photoid:{BOOKS[0].photoid} or photoid:{BOOKS[3].photoid}", [1, 4]),
    ],
)
def test_what_a_query_finds(books: Shelf, query: str, found: list[int]) -> None:
    assert numbers(books, parse(query)) == found


@pytest.mark.parametrize(
    ("node", "found"),
    [
        (Word('" OR 1'), [9]),
        (Word('a" b'), [5]),
        (Word("NEAR("), [9]),
        (Word("NEAR(name or, 5)"), []),
        (Word("{name}:beach"), []),
        (Word("name:beach"), []),
        (Word("- name : beach"), []),
        (Word("^beach"), [1]),
        (Word("beach' OR '1'='1"), []),
        (Word("beach; DROP TABLE photos"), []),
        (Word("%"), []),
        (Word("[a-z]each*"), []),
        (Phrase('sea" OR "beach'), []),
        (Phrase('sea" * NOT "beach'), []),
        (Directory("x') OR ('1'='1", below=True), []),
        (Directory("[a-z]", below=True), []),
        (Directory("@", below=True), []),
        (Directory("/", below=True), []),
        (Word('nikon" OR "beach', "camera"), []),
        (Word("d70s : beach", "camera"), []),
        (PhotoIs(BOOKS[0].photoid), [1]),
    ],
)
def test_what_a_user_wrote_is_never_part_of_a_statement(books: Shelf, node: Node, found: list[int]) -> None:
    assert numbers(books, node) == found


@pytest.mark.parametrize(
    "query",
    [
        " ".join(["b*"] * WORDS),
        " ".join(f"b?a{'c?'[number % 2]}h{'*' * number}" for number in range(WORDS // 2)),
        " or ".join(["beach"] + [f"w{number}" for number in range(WORDS - 1)]),
        " or ".join(f"b?ach*{number}" for number in range(WORDS)),
        " or ".join(f"dir:2015/holiday{number}" for number in range(WORDS)),
        " ".join(f"date:2015-07-02..{2016 + number}" for number in range(WORDS)),
        "(" * NESTING + "beach" + ")" * NESTING,
        "-" * NESTING + "beach",
        "(beach or (beach " * (NESTING // 2) + "beach" + "))" * (NESTING // 2),
        "(beach or (b?ach " * (NESTING // 2) + "b?ach" + "))" * (NESTING // 2),
        "-(dir:x -(b?ach " * (NESTING // 4) + "b?ach" + "))" * (NESTING // 4),
        "(dir:x or (date:2015 " * (NESTING // 2) + "b?ach" + "))" * (NESTING // 2),
        f'"{" ".join(["beach"] * WORDS)}"',
    ],
)
def test_the_largest_queries_have_an_answer(books: Shelf, query: str) -> None:
    node = parse(query)
    assert numbers(books, node) == [book.number for book in expected(BOOKS, node)]
    filters = [Word("nothing"), node, And((node, Word("nothing")))]
    assert numbers(books, Everything(), filters) == numbers(books, node)
    for book in BOOKS[:2]:
        assert Search(books.engine).sees(book.photoid, filters) == (book in expected([book], node))


def test_a_caller_sees_the_union_of_the_filters(books: Shelf) -> None:
    beach, top, hidden = parse("beach"), parse("dir:@pictures"), parse("dirall:@hidden")
    assert numbers(books, Everything(), [beach, top, hidden]) == [1, 4]
    assert numbers(books, parse("-top"), [beach, top]) == [1]
    assert numbers(books, Everything(), []) == []
    assert numbers(books, Everything(), [Everything()]) == EVERYTHING
    search = Search(books.engine)
    assert [book.number for book in BOOKS if search.sees(book.photoid, [beach, top, hidden])] == [1, 4]
    assert [book.number for book in BOOKS if search.sees(book.photoid, [])] == []
    assert [book.number for book in BOOKS if search.sees(book.photoid)] == sorted(EVERYTHING)
    everybody = [book.photoid for book in BOOKS]
    for filters in ([beach, top, hidden], [], None):
        seen = {photoid for photoid in everybody if search.sees(photoid, filters)}
        found = search.seen([*everybody, "A" * 22], filters)
        assert (set(found), len(found)) == (seen, len(seen))
    assert search.seen([]) == []
    assert not search.sees("A" * 22)
    assert search.sees(BOOKS[0].photoid + "==")
    with pytest.raises(MalformedPhotoid):
        search.sees("nonsense")


NAMED = [5, 1, 6, 2, 9, 10, 3, 4, 7]


def test_sorting(books: Shelf) -> None:
    search = Search(books.engine)
    by_date = ids(search.find(Everything()))
    assert ids(search.find(Everything(), sort="-date")) == by_date[::-1]
    assert sorted(ids(search.find(Everything(), sort="random"))) == sorted(by_date)
    known = {book.photoid: book.number for book in BOOKS}
    assert [known[each] for each in ids(search.find(Everything(), sort="name"))] == NAMED
    assert [known[each] for each in ids(search.find(Everything(), sort="rating"))] == [9, 1, 7, 10, 5, 6, 2, 3, 4]


@pytest.mark.parametrize("sort", ["date", "-date"])
def test_every_photo_is_listed_without_sorting(books: Shelf, sort: Literal["date", "-date"]) -> None:
    plans: list[str] = []

    def explain(_: object, cursor: sqlite3.Cursor, statement: str, values: object, *more: object) -> None:
        explained = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
        plans.extend(row[3] for row in explained)

    event.listen(books.engine, "before_cursor_execute", explain)
    try:
        Search(books.engine).find(Everything(), sort=sort)
    finally:
        event.remove(books.engine, "before_cursor_execute", explain)
    assert "SCAN photos USING COVERING INDEX ix_photos_order" in plans
    assert not [plan for plan in plans if "TEMP B-TREE" in plan]


def test_a_search_follows_what_scans_find(library: Library) -> None:
    def found(query: str) -> list[str]:
        known = {photo: place for place, photo in library.ids().items()}
        return [known[each] for each in ids(Search(library.engine).find(parse(query)))]

    def folder_names() -> list[str]:
        with library.engine.connect() as connection:
            return list(connection.execute(select(folders.c.name).order_by(folders.c.name)).scalars())

    put(library.a / "rome/beach.jpg", jpeg("red"))
    put(library.a / "rome/2.jpg", jpeg("green"))
    library.scan()
    assert found("beach dir:rome") == ["a/rome/beach.jpg"]
    (library.b / "oslo").mkdir()
    (library.a / "rome/beach.jpg").rename(library.b / "oslo/fjord.jpg")
    library.scan()
    assert (found("beach"), found("fjord oslo dir:@b/oslo")) == ([], ["b/oslo/fjord.jpg"])
    assert folder_names() == ["@a/rome/", "@b/oslo/"]
    exif = Image.Exif()
    exif[ExifTags.Base.DateTime] = "1990:02:03 04:05:06"
    put(library.b / "oslo/fjord.jpg", jpeg("red", exif=exif))
    library.scan()
    assert found("feb year:1990") == ["b/oslo/fjord.jpg"]
    put(library.b / "oslo/fjord.jpg", b"garbage")
    (library.a / "rome/2.jpg").unlink()
    library.scan(accept_empty=True)
    assert (found("fjord"), found("2"), found("*"), folder_names()) == ([], [], [], [])
    put(library.b / "oslo/fjord.jpg", jpeg("blue"))
    library.scan()
    assert found("fjord") == ["b/oslo/fjord.jpg"]
    sync_roots(library.engine, library.only("a"))
    assert found("fjord") == []


# Few names and words, so that random queries find some photos and not others.
NAMES = (
    *("Holiday", "holiday 2015", "Zürich", "Zu\u0308rich", "img_1", "IMG_12", "sea", "x[y]", "jul"),
    *("東京タワー", "Tower東京"),
)
PARTS = (
    *("holiday", "ZURICH", "2015", "img", "img_1", "12", "sea", "jul", "jan", "x[y]"),
    *("東京", "東京tower", "ワー", "x東"),
)


def known() -> st.SearchStrategy[Metadata]:
    """Metadata of such words."""
    text = st.lists(st.sampled_from(PARTS), max_size=3).map(" ".join)
    several = st.lists(text, max_size=3).map(tuple)
    return st.builds(Metadata, text, text, several, several, st.integers(0, 5), text, text, text, text)


def placed() -> st.SearchStrategy[tuple[int, str, str, Metadata]]:
    """Root, path, date and metadata of a photo."""
    path = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)
    date = st.datetimes(datetime(2014, 12, 30), datetime(2016, 2, 1)).map(lambda at: f"{at:%FT%T}")
    dates = date | st.sampled_from(("2015-01-01T00:00:00", "2015-07-31T23:59:59"))
    return st.tuples(st.sampled_from((1, 1, 2, 3)), path, dates, st.just(Metadata()) | known())


def likely() -> st.SearchStrategy[Node]:
    """Terms that may well find something."""
    word = st.sampled_from(PARTS)
    wild = st.tuples(word, st.sampled_from(("{}*", "*{}", "?{}", "{}?", "*{}*", "{}_*", "?{}?", "{}?{}"))).map(
        lambda two: two[1].format(two[0], two[0])
    )
    cut = st.tuples(word, st.integers(0, 2)).map(lambda two: two[0][: two[1]] + "*" + two[0][two[1] + 1 :])
    names = st.sampled_from((*NAMES, "@pictures", "@archive", "@pictures/holiday", "*o*", "z?rich", "@*/sea"))
    paths = st.lists(names, min_size=1, max_size=2).map("/".join)
    return st.one_of(
        word.map(Word),
        (wild | cut).map(Word),
        st.lists(word, min_size=1, max_size=3).map(" ".join).map(Phrase),
        st.builds(Directory, paths, st.booleans()),
        created(),
        rated(),
        st.builds(Word, word | wild, st.sampled_from(get_args(TextField))),
        st.integers(1, 8).map(lambda number: PhotoIs(Book(number, 1, "", "").photoid)),
        leaves(),
    )


# Wildcards that stand for words of their own, at the ends of others.
AT_THE_EDGES: list[Node] = [
    *map(
        Word, ("holiday_*", "*_holiday", "*_holiday_*", "holiday_**", "**_holiday", "holiday_?*", "*?_holiday", "*_*")
    ),
    *(Word(text, "title") for text in ("*", "**", "?*", "*?")),
]


@settings(max_examples=200, deadline=None)
@given(
    # Both ways of a search are taken: whether a part finds few photos is a matter of this.
    st.sampled_from((0, 2, 500)),
    st.lists(st.lists(placed(), max_size=8, unique_by=lambda place: place[:2]), min_size=1, max_size=2),
    st.lists(trees(likely()), min_size=1, max_size=5),
    st.none() | st.lists(trees(likely()), max_size=3),
)
@example(0, [[(1, "a.jpg", "2015-01-01T00:00:00", Metadata(persons=("", "holiday jan", "")))]], [Word("jan_*")], None)
# Of a photo one of whose texts has words of one character, the others too are looked through as if they had.
@example(0, [[(1, "holiday/東京.jpg", "2015-01-01T00:00:00", Metadata())]], AT_THE_EDGES, None)
@example(0, [[(1, "a holiday b/東京.jpg", "2015-01-01T00:00:00", Metadata())]], AT_THE_EDGES, None)
def test_a_search_finds_what_looking_at_each_photo_finds(
    shelf: Shelf,
    few: int,
    scans: list[list[tuple[int, str, str, Metadata]]],
    nodes: list[Node],
    filters: list[Node] | None,
) -> None:
    shelf.clear()
    there: dict[tuple[int, str], Book] = {}
    for scan in scans:
        for root, path, date, metadata in scan:
            number = there[root, path].number if (root, path) in there else len(there) + 1
            there[root, path] = Book(number, root, path, date, metadata)
        shelf.put(there.values())
    shelf.check()
    search = Search(shelf.engine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("catalog.search.sql.FEW", few)
        for node in nodes:
            found = expected(there.values(), node, filters)
            wanted = [book.photoid for book in found]
            assert ids(search.find(node, filters)) == wanted
            assert ids(search.find(node, filters, "-date")) == wanted[::-1]
            by_rating = sorted(found, key=lambda book: -book.known.rating)
            assert ids(search.find(node, filters, "rating")) == [book.photoid for book in by_rating]
            by_name = sorted(found, key=lambda book: (names.order(book.path.rpartition("/")[2]), *book.order[1:]))
            assert ids(search.find(node, filters, "name")) == [book.photoid for book in by_name]
            seen = {book.photoid for book in there.values() if book in expected([book], node)}
            assert set(search.seen([book.photoid for book in there.values()], [node])) == seen
            for book in there.values():
                assert search.sees(book.photoid, [node]) == (book.photoid in seen)
