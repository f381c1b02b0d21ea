"""`share …`, as an operator sees it."""

import pytest

from catalog.generations import Generations
from catalog.lists.shares import Shares
from catalog.lists.snapshots import Snapshots
from catalog.people.access import Access
from catalog.people.groups import Group, Groups
from catalog.people.users import Users
from tests.catalog.commands.conftest import Run
from tests.catalog.library import Library, jpeg, put


@pytest.fixture
def shares(library: Library) -> Shares:
    """A photo of the sea and one of the town; ann sees the sea alone, guest is open."""
    put(library.a / "sea/beach.jpg", jpeg("blue"))
    put(library.a / "town/street.jpg", jpeg("red"))
    library.scan()
    Groups(library.engine).add(Group("sailors", (), ("dir:sea",)))
    Users(library.engine).add("ann", "x", ["sailors"])
    Users(library.engine).add("guest", "guest")
    generations = Generations(library.engine)
    return Shares(library.engine, generations, Snapshots(library.engine, generations))


def test_on_whose_behalf(library: Library, shares: Shares, run: Run) -> None:
    for arguments, settings, uid, count in (
        ([], {}, "guest", 2),  # the one of a first start
        ([], {"WEBAPI_DEFAULT_UID": "ann"}, "", 2),  # who is not open: nobody stands in
        ([], {"WEBAPI_DEFAULT_UID": "guest"}, "guest", 2),
        (["--user", "ann"], {}, "ann", 1),
    ):
        done = run("share", "add", "--query", "*", *arguments, **settings)
        assert (done.code, done.err) == (0, "")
        share = shares.by_sid(done.out.strip())
        assert (share.uid, share.count) == (uid, count)
    assert Access(library.engine, Generations(library.engine)).owner("").filters is None


def test_terms_lists_and_ends(shares: Shares, run: Run) -> None:
    named = ["--name", "Sum\x1b[31mmer", "--description", "by the sea", "--public", "--indexmarked", "1"]
    first = run("share", "add", "--query", "*", *named, "--expires", "2999-01-01 00:00:00").out.strip()
    second = run("share", "add", "--query", "*", "--expires", "never").out.strip()
    terms = shares.by_sid(first).terms
    assert (terms.name, terms.description, terms.public, terms.indexmarked) == ("Sum\x1b[31mmer", "by the sea", True, 1)
    assert shares.by_sid(second).terms.expires is None
    lines = sorted(run("share", "list").out.splitlines(), key=lambda line: line.startswith(second))
    assert lines == [
        f"{first}  Sum\\x1b[31mmer  by guest: 2 photos, until 2999-01-01 00:00:00, public",
        f"{second}  (no name)  by guest: 2 photos, for ever, not public",
    ]
    assert run("share", "remove", first).out == f"removed the shared gallery {first}\n"
    assert run("share", "remove", first).code == 2
    assert [share.sid for share in shares.everyone()] == [second]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--query", "nothing"], "no photo to share"),
        (["--query", "("], "of the query"),
        (["--query", "*", "--user", "nope"], "no such user"),
        (["--query", "*", "--expires", "soon"], "is no time"),
        (["--query", "*", "--expires", "2001-01-01"], "which is over"),
        (["--query", "*", "--expires", "9999-12-31T23:59:59-23:59"], "is no time"),
        (["--query", "*", "--indexmarked", "2"], "has 0 to 1"),
        (["--query", "*", "--indexmarked", "9" * 40], "a whole number from 0"),
        (["--query", "*", "--name", "x" * 10_001], "at most 10000"),
    ],
)
def test_what_can_not_be_is_said_in_a_sentence(shares: Shares, run: Run, arguments: list[str], said: str) -> None:
    done = run("share", "add", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert shares.everyone() == []


@pytest.mark.parametrize(
    "arguments", [[], ["add"], ["add", "--query", "*", "--indexmarked", "x"], ["remove"], ["remove", "\udcff"]]
)
def test_usage(run: Run, arguments: list[str]) -> None:
    assert run("share", *arguments).code == 2
