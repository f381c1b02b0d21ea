"""Each argument of each command, wrong in each way: one sentence, and exit code 2."""

import argparse
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.people.groups import Groups
from catalog.people.users import Users
from darkroom.cli import build
from tests.catalog.library import Library, jpeg, put
from tests.darkroom.conftest import Darkroom

BYTES = os.fsdecode(b"\xff")

# command → argument → what is wrong, each with a word of what is said. `~` is a folder with a photo.jpg, a folder
# `folder`, a file `file` of no kind, and `good` and `bad` properties.
TABLE: dict[str, dict[str, list[tuple[str, str]]]] = {
    "": {
        "command": [("", "command"), ("srve", "did you mean serve"), ("xyzzy", "there are serve")],
        "--data": [
            ("--data=~/file photos", "is no folder"),
            ("--data= photos", "is no name"),
            ("--data", "expected one"),
        ],
        "--version": [("--version=1 photos", "ignored explicit argument")],
    },
    "serve": {
        "photos": [
            ("~/none", "is no folder"),
            ("~/photo.jpg", "is no folder"),
            ("~/folder ~/none", "~/none"),
            ("", ""),
        ],
        "--port": [
            (f"--port={each}", "from 0 to 65535")
            for each in ("x", "-1", "65536", "1.5", "", "\N{FULLWIDTH DIGIT ONE}", "1_0", "9" * 30)
        ],
        "--host": [(f"--host={each}", "no address of this machine") for each in ("300.1.1.1", "", "192.0.2.1", "a b")],
        "--processes": [(f"--processes={each}", "from 1 to 256") for each in ("0", "-1", "x", "257")],
        "--data": [
            ("--data=~/file", "is no folder"),
            ("--data=~/file/below", "is no folder"),
            (f"--data={'x' * 300}", "File name too long"),
        ],
    },
    "up": {
        "photos": [("~/none", "is no folder"), ("~/photo.jpg", "is no folder")],
        "--port": [("--port=x", "from 0 to 65535"), ("--port=65536", "from 0 to 65535")],
        "--host": [("--host=300.1.1.1", "no address of this machine")],
        "--data": [("--data=~/file", "is no folder")],
    },
    "worker": {
        "--queues": [
            ("--queues=fast", "no queue is named 'fast'"),
            ("--queues=", "no queue"),
            ("--queues=prefetch,", "no"),
        ],
        "--concurrency": [(f"--concurrency={each}", "from 1 to 256") for each in ("0", "x", "-3", "257", "")],
        "--nice": [(f"--nice={each}", "from 0 to 19") for each in ("-1", "20", "x")],
    },
    "beat": {"": [("now", "unrecognized")]},
    "prerender": {
        "--query": [("--query=(", "of the query"), (f"--query={BYTES}", "no text")],
        "--sizes": [("--sizes=huge", "huge"), ("--sizes=0x0", "0x0"), (f"--sizes={BYTES}", "no text")],
        "--resume": [("--resume=99", "no job 99"), ("--resume=x", "a whole number"), ("--resume=0", "a whole number")],
        "--concurrency": [(f"--concurrency={each}", "from 1 to 256") for each in ("0", "x")],
    },
    "render": {
        "file": [
            ("", "file"),
            ("~/none.jpg", "is not there"),
            ("~/folder", "is no file"),
            ("~/file/x", "is not there"),
        ],
        "--size": [
            (f"~/photo.jpg --size={each}", "is no size") for each in ("x", "0x5", "5", "axb", "1234567x1", "-1x5")
        ],
        "--quality": [(f"~/photo.jpg --quality={each}", "is no quality") for each in ("x", "-0.1", "1.01", "nan", "")],
        "--out": [("~/photo.jpg --out=~/file", "is no folder"), ("~/photo.jpg --out=~/file/x", "is no folder")],
    },
    "scan": {
        "--accept-empty": [("--accept-empty=yes", "ignored explicit argument")],
        "--accept-vanished": [("--accept-vanished=yes", "ignored explicit argument")],
        "--quiet": [("--quiet=yes", "ignored explicit argument")],
        "": [("now", "unrecognized")],
    },
    "watch": {"--beside": [("--beside=1", "ignored explicit argument")]},
    "photos": {"--json": [("--json=1", "ignored explicit argument")], "": [("all", "unrecognized")]},
    "failed": {"--json": [("--json=1", "ignored explicit argument")]},
    "retry": {"--photoid": [("--photoid=x", "22 characters"), ("--photoid=" + "A" * 22, "Nothing is known")]},
    "user": {"verb": [("", "verb"), ("drop", "there is no 'drop'")]},
    "user add": {
        "uid": [
            ("--password=x", "uid"),
            ("a/b --password=x", "can't be"),
            ("ann --password=x", "already"),
            (f"{BYTES} --password=x", "no text"),
        ],
        "--group": [("bob --password=x --group=nope", "no group 'nope'"), (f"bob --group={BYTES}", "no text")],
        "--admin": [("bob --admin=1", "ignored explicit argument")],
        "--password": [("bob --password=", "1 to 200 bytes"), (f"bob --password={'x' * 201}", "1 to 200 bytes")],
    },
    "user set": {
        "uid": [("", "uid"), ("nope", "no user 'nope'")],
        "--group": [("ann --group=nope", "no group 'nope'")],
        "--admin": [("ann --admin=1", "ignored explicit argument")],
    },
    "user passwd": {
        "uid": [("", "uid"), ("nope --password=x", "no user 'nope'")],
        "--password": [("ann --password=", "1 to 200 bytes")],
    },
    "user rename": {
        "uid": [("", "uid"), ("nope bob", "no user 'nope'")],
        "new": [("ann", "new"), ("ann a/b", "can't be"), ("ann ann", "already"), ("ann x", "is that very name")],
    },
    "user app-password": {"kind": [("", "kind"), ("drop", "there is no 'drop'")]},
    "user app-password add": {
        "uid": [("", "uid"), ("nope frame", "no user 'nope'")],
        "name": [("ann", "name"), (f"ann {'x' * 65}", "can't be called"), (f"ann {BYTES}", "no text")],
        "--atu": [("ann frame --atu=1", "ignored explicit argument")],
    },
    "user app-password remove": {
        "uid": [("", "uid"), ("nope frame", "no user 'nope'")],
        "name": [("ann", "name"), ("ann frame", "no app password 'frame'")],
    },
    "user app-password list": {"uid": [("", "uid"), ("nope", "no user 'nope'")]},
    "user remove": {"uid": [("", "uid"), ("nope", "no user 'nope'"), ("a b", "unrecognized")]},
    "user link": {
        "uid": [("", "uid"), ("nope x --proxy", "no user 'nope'")],
        "subject": [
            ("ann", "subject"),
            (f"ann {'x' * 256} --proxy", "can't be"),
            (f"ann {BYTES} --proxy", "no text"),
            ("ann x", "auth.oidc.issuer is not set"),
        ],
        "--proxy": [("ann x --proxy=1", "ignored explicit argument")],
    },
    "user unlink": {"uid": [("", "uid"), ("ann", "linked to nobody")]},
    "user list": {"": [("ann", "unrecognized")]},
    "group": {"verb": [("", "verb"), ("drop", "there is no 'drop'")]},
    "group add": {
        "name": [("", "name"), ("a&b", "can't be"), ("users", "already"), (BYTES, "no text")],
        "--permission": [("sea --permission=see", "is no permission")],
        "--filter": [("sea --filter=(", "of the query"), (f"sea --filter={BYTES}", "no text")],
    },
    "group set": {
        "name": [("", "name"), ("nope", "no group 'nope'")],
        "--permission": [("users --permission=see", "is no permission")],
        "--filter": [("users --filter=(", "of the query")],
    },
    "group rename": {
        "name": [("", "name"), ("nope sea", "no group 'nope'")],
        "new": [("users", "new"), ("users a&b", "can't be"), ("users users", "already")],
    },
    "group remove": {"name": [("", "name"), ("nope", "no group 'nope'")]},
    "group list": {"": [("users", "unrecognized")]},
    "share": {"verb": [("", "verb"), ("ad", "did you mean add")]},
    "share add": {
        "--query": [("", "--query"), ("--query=(", "of the query"), ("--query=nothing", "no photo to share")],
        "--name": [(f"--query=* --name={'x' * 10_001}", "at most 10000"), (f"--query=* --name={BYTES}", "no text")],
        "--description": [(f"--query=* --description={'x' * 10_001}", "at most 10000")],
        "--public": [("--query=* --public=1", "ignored explicit argument")],
        "--expires": [("--query=* --expires=soon", "is no time"), ("--query=* --expires=2001-01-01", "which is over")],
        "--indexmarked": [
            ("--query=* --indexmarked=9", "has 0 to 0"),
            ("--query=* --indexmarked=-1", "a whole number"),
        ],
        "--user": [("--query=* --user=nope", "no such user")],
    },
    "share remove": {"sid": [("", "sid"), ("nope", "no shared gallery")]},
    "share list": {"": [("all", "unrecognized")]},
    "audit": {
        "--count": [(f"--count={each}", "from 1 to 1000") for each in ("0", "x", "1001")],
        "--about": [(f"--about={BYTES}", "no text")],
        "--json": [("--json=1", "ignored explicit argument")],
    },
    "stats": {"--json": [("--json=1", "ignored explicit argument")]},
    "backup": {
        "file": [
            ("", "file"),
            ("~/folder", "is a folder"),
            ("~/none/file", "is in no folder"),
            ("~/file", "there already"),
        ],
        "--force": [("~/new --force=1", "ignored explicit argument")],
    },
    "restore": {
        "file": [
            ("", "file"),
            ("~/none", "is not there"),
            ("~/folder", "is no file"),
            ("~/file", "is no copy of a catalogue"),
        ]
    },
    "cache": {"command": [("", "command"), ("empty", "there is no 'empty'")]},
    "cache stats": {"--json": [("--json=1", "ignored explicit argument")]},
    "cache purge": {
        "--photoid": [("--photoid=x", "is no photo id"), ("", "--photoid"), ("--photoid=x --all", "is no photo id")],
        "--older-than": [(f"--older-than={each}", "is no age") for each in ("30", "d", "-1d", "1y", "", "9999999d")],
        "--all": [("--all=1", "ignored explicit argument"), ("--all --older-than=1d", "not allowed with")],
    },
    "cache verify": {"": [("all", "unrecognized")]},
    "config": {"command": [("export", "there is no 'export'")]},
    "config import": {
        "properties": [("", "properties"), ("~/none", "is not there"), ("~/folder", "is no file"), ("~/bad", "line 1")],
        "--out": [
            ("~/good --out=~/none/x", "is in no folder"),
            ("~/good --out=~/folder", "is a folder"),
            ("~/good --out=~/file", "there already"),
        ],
        "--force": [("~/good --force=1", "ignored explicit argument")],
    },
    "doctor": {"--json": [("--json=1", "ignored explicit argument")], "": [("now", "unrecognized")]},
    "why": {
        "photo": [("", "PHOTO"), ("~/none.jpg", "is no file"), (BYTES, "no text")],
        "--try": [("~/photo.jpg --try=1", "ignored explicit argument")],
        "--json": [("~/photo.jpg --json=1", "ignored explicit argument")],
    },
    "completion": {"shell": [("", "shell"), ("fish", "there is no 'fish'")]},
}


def rows() -> Iterator[tuple[list[str], str]]:
    for command, arguments in TABLE.items():
        for wrongs in arguments.values():
            for wrong, said in wrongs:
                if said:
                    yield [*command.split(), *wrong.split(" ")] if wrong else command.split(), said


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A photo, and the user ann; one for all, as no command here gets so far as to change anything."""
    made = Library(tmp_path_factory.mktemp("library"))
    put(made.a / "a.jpg", jpeg())
    made.scan()
    Users(made.engine).add("ann", "x")
    yield made
    made.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `~` stands for."""
    home = tmp_path_factory.mktemp("home")
    (home / "folder").mkdir(parents=True)
    put(home / "photo.jpg", jpeg())
    put(home / "file", b"nothing")
    put(home / "good", b"server.port=80")
    put(home / "bad", b"a=\\u1")
    return home


@pytest.mark.parametrize(("arguments", "said"), list(rows()), ids=lambda each: ascii(each)[:60])
def test_one_sentence_and_exit_code_2(
    library: Library, darkroom: Darkroom, folder: Path, arguments: list[str], said: str
) -> None:
    before = Users(library.engine).everyone(), Groups(library.engine).everyone()
    done = darkroom(*(each.replace("~", str(folder)) for each in arguments))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), done.err
    assert done.err.startswith(("darkroom", "config", "prerender"))
    assert said.replace("~", str(folder)) in done.err
    assert (Users(library.engine).everyone(), Groups(library.engine).everyone()) == before


def test_a_folder_of_photos_that_can_t_be_listed(darkroom: Darkroom, tmp_path: Path) -> None:
    done = darkroom("serve", "x" * 300)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "File name too long" in done.err


def test_a_data_folder_that_is_not_there_is_a_slip_of_the_pen(darkroom: Darkroom, tmp_path: Path) -> None:
    """But for the commands that make one."""
    done = darkroom("photos", "--data", str(tmp_path / "nowhere"))
    assert (done.code, "is not there" in done.err) == (2, True)
    assert not (tmp_path / "nowhere").exists()


def test_a_host_that_is_this_machine_s(darkroom: Darkroom) -> None:
    with socket.create_server(("127.0.0.1", 0)):
        assert "no address" not in darkroom("serve", "--host", "127.0.0.1", "--port", "x").err


def test_wrong_settings(darkroom: Darkroom) -> None:
    for command in (["photos"], ["serve"], ["up"], ["config"], ["cache", "stats"], ["worker"]):
        done = darkroom(*command, SERVER_THREADS="many")
        assert (done.code, done.err.count("\n"), "server.threads is 'many'" in done.err) == (2, 1, True)


def test_the_table_has_every_argument_of_every_command() -> None:
    missing = [
        f"{command} {name}"
        for command, parser in parsers("", build())
        for name in names(parser)
        if name not in TABLE.get(command, {}) and not (command and name == "--data")
    ]
    assert missing == []


def parsers(command: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command with its parser; the whole, and a family of commands, are commands too."""
    yield command, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, each in action.choices.items():
                yield from parsers(f"{command} {name}".strip(), each)


def names(parser: argparse.ArgumentParser) -> Iterator[str]:
    """How its arguments are called: an option by its long form."""
    for action in parser._actions:
        if not isinstance(action, argparse._HelpAction):
            yield action.option_strings[-1] if action.option_strings else str(action.metavar or action.dest).lower()
