"""`audit`, as an operator sees it."""

import json

from sqlalchemy import insert

from catalog import schema
from catalog.database import writing
from catalog.people.audit import operator
from tests.catalog.commands.conftest import Run
from tests.catalog.library import Library


def test_what_commands_did_is_told(library: Library, run: Run) -> None:
    assert run("audit").out == ""
    run("user", "add", "ann", "--password", "a secret")
    run("user", "rename", "ann", "anna")
    run("group", "add", "sea", "--filter", "dir:sea")
    run("group", "rename", "sea", "ocean")
    run("user", "add", "ann", "--password", "")
    me = operator().who
    done = run("audit")
    assert (done.code, done.err) == (0, "")
    assert [line.split("  ", 1)[1] for line in done.out.splitlines()] == [
        f"{me} on this machine  user add ann: in users",
        f"{me} on this machine  user rename anna: was ann",
        f"{me} on this machine  group add sea: may nothing but view; sees [dir:sea]",
        f"{me} on this machine  group rename ocean: was sea",
    ]
    assert run("audit", "--count", "1").out.endswith("group rename ocean: was sea\n")
    assert [line.split("  ")[2] for line in run("audit", "--about", "ocean").out.splitlines()] == [
        "group rename ocean: was sea"
    ]
    entries = [json.loads(line) for line in run("audit", "--json").out.splitlines()]
    assert (entries[0]["what"], entries[0]["whom"], len(entries)) == ("user add", "ann", 4)


def test_what_strangers_had_written_steers_no_terminal(library: Library, run: Run) -> None:
    row = {"at": 0, "who": "", "address": "10.0.0.1", "what": "guesses", "whom": "", "details": "\x1b[2J\n"}
    with library.engine.connect() as connection, writing(connection):
        connection.execute(insert(schema.audit), row)
    assert run("audit").out.endswith("  somebody from 10.0.0.1  guesses: \\x1b[2J\\n\n")
