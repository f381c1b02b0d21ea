"""`user …` and `group …`, as an operator sees them."""

import sqlite3

import pytest

from catalog.database import FILE
from catalog.people.access import METADATA, SHARE
from catalog.people.groups import Group, Groups
from catalog.people.users import Users
from tests.catalog.commands.conftest import Run
from tests.catalog.library import Library


def test_users_come_change_and_go(library: Library, run: Run) -> None:
    assert run("group", "add", "family").code == 0
    assert run("user", "add", "ann", "--password", "x").out == "added the user ann, in users\n"
    assert run("user", "add", "bob", "--password", "bob", "--group", "family", "--group", "users").code == 0
    assert run("user", "add", "root", "--password", "x", "--admin").out == "added the user root, an administrator\n"
    ann, bob, root = run("user", "list").out.splitlines()
    assert ann.startswith("ann: in users, since 20")
    assert bob.startswith("bob: in family, users, since 20")
    assert "anyone may come as this user" in bob
    assert "anyone" not in ann + root
    assert run("user", "set", "ann", "--group", "family").out == "the user ann is now in family\n"
    assert run("user", "set", "root").out == "the user root is now in users\n"
    assert run("user", "passwd", "bob", "--password", "another").code == 0
    assert "anyone" not in run("user", "list").out
    assert run("user", "remove", "ann").out == "removed the user ann\n"
    assert [user.uid for user in Users(library.engine).everyone()] == ["bob", "root"]


def test_groups_come_change_and_go(library: Library, run: Run) -> None:
    done = run("group", "add", "sea", "--permission", METADATA, "--filter", "dir:sea", "--filter", "beach")
    assert done.out == f"added the group sea: may {METADATA}; sees [dir:sea] or [beach]\n"
    assert Groups(library.engine).everyone()[0] == Group("sea", (METADATA,), ("beach", "dir:sea"))
    assert (
        run("group", "set", "sea", "--permission", SHARE).out == f"the group is now sea: may {SHARE}; sees everything\n"
    )
    assert run("group", "list").out.splitlines()[0] == f"sea: may {SHARE}; sees everything"
    odd = run("group", "set", "sea", "--permission", "pap:access:everythin")
    assert (odd.code, "nothing here asks for pap:access:everythin" in odd.err) == (0, True)
    assert run("group", "set", "sea").out == "the group is now sea: may nothing but view; sees everything\n"
    assert run("group", "remove", "sea").out == "removed the group sea\n"


@pytest.mark.parametrize("sent", [b"a secret\n", b"a secret", b"a secret\nmore\n"])
def test_a_password_from_standard_input(library: Library, run: Run, sent: bytes) -> None:
    assert run("user", "add", "ann", stdin=sent).code == 0
    assert Users(library.engine).proof("ann", "a secret")


def test_a_password_in_another_encoding(library: Library, run: Run) -> None:
    assert run("user", "add", "ann", stdin=b"p\xe4ss\n").code == 0
    assert Users(library.engine).proof("ann", "p\u00e4ss")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("user add ann --password x", "a user 'ann' already"),
        ("user add a/b --password x", "can't be"),
        ("user add bob", "1 to 200 bytes"),
        ("user add bob --password x --group nope", "no group 'nope'; there are: users"),
        ("user set nope", "no user 'nope'"),
        ("user set ann --group nope", "no group 'nope'"),
        ("user passwd nope --password x", "no user 'nope'"),
        ("user passwd ann", "1 to 200 bytes"),
        ("user remove nope", "no user 'nope'"),
        ("group add users", "a group 'users' already"),
        ("group add a&b", "can't be"),
        ("group add sea --permission metadata", "is no permission"),
        ("group add sea --filter (", "of the query"),
        ("group set nope", "no group 'nope'"),
        ("group remove nope", "no group 'nope'"),
    ],
)
def test_what_can_not_be_is_said_in_a_sentence(library: Library, run: Run, arguments: str, said: str) -> None:
    Users(library.engine).add("ann", "x")
    before = Users(library.engine).everyone(), Groups(library.engine).everyone()
    done = run(*arguments.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("darkroom: ")
    assert said in done.err
    assert (Users(library.engine).everyone(), Groups(library.engine).everyone()) == before


@pytest.mark.parametrize(
    "arguments", [["user"], ["group"], ["user", "add"], ["user", "drop", "ann"], ["user", "remove", "\udcff"]]
)
def test_usage(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("python -m catalog")
    assert done.err.count("\n") == 1


def test_a_catalogue_that_another_program_holds(library: Library, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    library.make_impatient()
    monkeypatch.setattr("catalog.database.open_catalog", lambda _: library.engine)
    other = sqlite3.connect(library.settings.data_dir / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    done = run("user", "add", "ann", "--password", "x")
    assert (done.code, "is in use by another program" in done.err) == (1, True)
    assert run("user", "list").code == 0
    other.close()
    assert run("user", "add", "ann", "--password", "x").code == 0
