"""App passwords: made, known again, ended; and the access token, which is told again."""

import re
import stat

import pytest
from sqlalchemy import select

from catalog import schema
from catalog.errors import CatalogError, Conflict, Forbidden, MalformedName, Missing
from catalog.people.app_passwords import KEY, MOST, AppPasswords
from catalog.people.audit import Author
from catalog.people.users import Users
from tests.catalog.library import Library
from tests.catalog.sides import Side
from tests.clock import Clock


@pytest.fixture
def kept(library: Library, clock: Clock, here: Side) -> AppPasswords:
    """Ann's and bob's, who are users."""
    for uid in ("ann", "bob"):
        Users(library.engine).set_password(uid, "a secret")
    return AppPasswords(library.engine, library.settings.data_dir, clock)


def test_it_is_of_140_random_bits_and_nowhere_to_be_found_afterwards(library: Library, kept: AppPasswords) -> None:
    made = [kept.add("ann", name) for name in ("kitchen", "hall")]
    for each in made:
        assert re.fullmatch(r"([a-km-np-z2-9]{4}-){6}[a-km-np-z2-9]{4}", each)
    assert made[0] != made[1]
    with library.engine.connect() as connection:
        rows = str([connection.execute(select(each)).all() for each in (schema.app_passwords, schema.audit)])
    assert not any(each in rows or each.replace("-", "") in rows for each in made)


def test_only_its_user_has_it(kept: AppPasswords) -> None:
    password = kept.add("ann", "kitchen")
    number = kept.match("ann", password)
    assert number is not None
    for typed in (password.replace("-", ""), password.replace("-", " "), password.upper()):
        assert kept.match("ann", typed) == number
    for wrong in (password[:-1], f"{password}a", password[:-1] + "1", "", "a secret", "a" * 28, "\ud83d" * 28):
        assert kept.match("ann", wrong) is None
    assert kept.match("bob", password) is None
    assert kept.match("nobody", password) is None
    kept.remove("ann", "kitchen")
    assert kept.match("ann", password) is None


def test_what_can_not_be(kept: AppPasswords) -> None:
    kept.add("ann", "kitchen")
    with pytest.raises(Conflict, match="already"):
        kept.add("ann", "kitchen")
    kept.add("bob", "kitchen")
    for name in ("", " ", "-x", "a\n", "x" * 65, "a ", "\ud83d"):
        with pytest.raises(MalformedName):
            kept.add("ann", name)
    for uid in ("nobody", ""):
        with pytest.raises(Missing, match="no user"):
            kept.add(uid, "kitchen")
        with pytest.raises(Missing, match="no user"):
            kept.of_user(uid)
    with pytest.raises(Missing, match="no app password 'hall'"):
        kept.remove("ann", "hall")
    for number in range(MOST - 1):
        kept.add("ann", str(number))
    with pytest.raises(Conflict, match="as many as may be"):
        kept.add("ann", "one more")


def test_when_and_where_from_it_was_last_used(kept: AppPasswords, here: Side, clock: Clock) -> None:
    password = kept.add("ann", "kitchen")
    (known,) = kept.of_user("ann")
    assert (known.name, known.created, known.used, known.address) == ("kitchen", int(clock.now), None, None)
    clock.now += 10
    apisid = here.sessions.create("10.0.0.7", None, None)
    number = kept.match("ann", password)
    assert number is not None
    here.sessions.authorize(apisid, "ann", number)
    (known,) = kept.of_user("ann")
    assert (known.used, known.address) == (int(clock.now), "10.0.0.7")
    clock.now += 10
    here.generations.look()
    assert here.sessions.by_id(apisid).uid == "ann"  # it is used on, without signing in anew
    here.sessions.flush()
    (known,) = kept.of_user("ann")
    assert (known.used, known.address) == (int(clock.now), "10.0.0.7")


def test_its_end_ends_its_sessions_everywhere(library: Library, kept: AppPasswords, here: Side, there: Side) -> None:
    passwords = {name: kept.add("ann", name) for name in ("kitchen", "hall")}
    apisids = {}
    for name, password in passwords.items():
        apisids[name] = here.sessions.create("10.0.0.1", None, None)
        number = kept.match("ann", password)
        assert number is not None
        here.sessions.authorize(apisids[name], "ann", number)
        there.generations.look()
        assert there.sessions.by_id(apisids[name]).app_password == number
    number = kept.match("ann", passwords["kitchen"])
    kept.remove("ann", "kitchen")
    for side in (here, there):
        side.generations.look()
        assert not side.sessions.has(apisids["kitchen"])
        assert side.sessions.by_id(apisids["hall"]).uid == "ann"
    new = here.sessions.create("10.0.0.1", None, None)
    assert number is not None
    with pytest.raises(Forbidden):  # it was looked at before it ended
        here.sessions.authorize(new, "ann", number)
    Users(library.engine).remove("ann")
    here.generations.look()
    assert not here.sessions.has(apisids["hall"])


def test_the_user_s_own_password_takes_the_place_of_an_app_s(library: Library, kept: AppPasswords, here: Side) -> None:
    apisid = here.sessions.create("10.0.0.1", None, None)
    number = kept.match("ann", kept.add("ann", "kitchen"))
    assert number is not None
    here.sessions.authorize(apisid, "ann", number)
    here.generations.look()
    assert not here.sessions.is_confirmed(here.sessions.by_id(apisid))
    proof = Users(library.engine).proof("ann", "a secret")
    assert proof
    with pytest.raises(Forbidden):
        here.sessions.confirm(apisid, "ann", proof)
    here.sessions.authorize(apisid, "ann", proof)
    kept.remove("ann", "kitchen")
    here.generations.look()
    session = here.sessions.by_id(apisid)
    assert (session.uid, session.app_password, here.sessions.is_confirmed(session)) == ("ann", None, True)


def test_the_access_token_is_told_again_and_not_kept(library: Library, kept: AppPasswords) -> None:
    assert kept.atu("ann") is None
    kept.add("ann", "kitchen")
    assert kept.atu("ann") is None
    token = kept.add("ann", "the vendor's app", atu=True).replace("-", "")
    assert kept.atu("ann") == token
    assert kept.atu("bob") is None
    assert kept.match("ann", token) is not None
    assert [each.atu for each in kept.of_user("ann")] == [False, True]
    with pytest.raises(Conflict, match="access token already"):
        kept.add("ann", "another", atu=True)
    Users(library.engine).rename("ann", "anna")
    assert kept.atu("anna") == token
    assert AppPasswords(library.engine, library.settings.data_dir).atu("anna") == token
    file = library.settings.data_dir / KEY
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with library.engine.connect() as connection:
        assert token not in str(connection.execute(select(schema.app_passwords)).all())
    file.write_bytes(b"another key, as of another data folder")
    assert kept.atu("anna") is None
    assert kept.match("anna", token) is not None  # by its hash
    assert [each.name for each in library.settings.data_dir.iterdir() if each.name.startswith(f".{KEY}")] == []


def test_a_key_that_can_t_be_read_is_said(library: Library, kept: AppPasswords) -> None:
    (library.settings.data_dir / KEY).mkdir()
    with pytest.raises(CatalogError, match=KEY):
        kept.add("ann", "the vendor's app", atu=True)
    assert kept.of_user("ann") == []


def test_who_made_and_ended_it_is_noted(library: Library, kept: AppPasswords) -> None:
    kept.add("ann", "kitchen", author=Author("root", "10.0.0.1"))
    kept.remove("ann", "kitchen", Author("ann", "10.0.0.2"))
    with library.engine.connect() as connection:
        rows = connection.execute(select(schema.audit).order_by(schema.audit.c.number)).all()
    assert [(row.who, row.address, row.what, row.whom, row.details) for row in rows[-2:]] == [
        ("root", "10.0.0.1", "app-password add", "ann", "kitchen"),
        ("ann", "10.0.0.2", "app-password remove", "ann", "kitchen"),
    ]
