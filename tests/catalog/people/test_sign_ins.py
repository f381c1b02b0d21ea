"""Sign-ins at a provider: once each, and ended from there."""

import pytest

from catalog.errors import Conflict, TryLater
from catalog.generations import Generations
from catalog.people.identities import Identities
from catalog.people.sessions import Sessions
from catalog.people.sign_ins import SignIn, SignIns
from catalog.people.users import Users
from tests.catalog.library import Library
from tests.clock import Clock

ISSUER = "https://id.example.org"


@pytest.fixture
def sessions(library: Library) -> Sessions:
    Users(library.engine).add("ann", "a secret")
    return Sessions(library.engine, Generations(library.engine), lifetime=60, per_address=100)


def test_a_state_is_spent_once_and_forgotten_when_it_is_too_old_anyway(library: Library) -> None:
    clock = Clock()
    sign_ins = SignIns(library.engine, clock)
    sign_ins.spend("state", 600)
    with pytest.raises(Conflict):
        sign_ins.spend("state", 600)
    sign_ins.spend("another", 600)
    clock.now += 601
    sign_ins.spend("state", 600)


def test_what_a_session_came_of_goes_with_it(library: Library, sessions: Sessions) -> None:
    sign_ins = SignIns(library.engine)
    apisid = sessions.create("10.0.0.1", "ann", None)
    assert sign_ins.of(apisid) is None
    sign_ins.note(apisid, SignIn(ISSUER, "1", "s", "token"))
    assert sign_ins.of(apisid) == SignIn(ISSUER, "1", "s", "token")
    sessions.end(apisid)
    assert sign_ins.of(apisid) is None
    with pytest.raises(TryLater):
        sign_ins.note(apisid, SignIn(ISSUER, "1"))


@pytest.mark.parametrize(
    ("subject", "sid", "left"),
    [
        ("1", None, {"c", "own"}),
        (None, "s", {"b", "c", "own"}),
        ("1", "s", {"b", "c", "own"}),
        ("2", "s", {"a", "b", "c", "own"}),
        (None, None, {"a", "b", "c", "own"}),
    ],
)
def test_the_provider_ends_what_came_of_it(
    library: Library, sessions: Sessions, subject: str | None, sid: str | None, left: set[str]
) -> None:
    sign_ins = SignIns(library.engine)
    made = {name: sessions.create("10.0.0.1", "ann", None) for name in ("a", "b", "c", "own")}
    sign_ins.note(made["a"], SignIn(ISSUER, "1", "s"))
    sign_ins.note(made["b"], SignIn(ISSUER, "1", "t"))
    sign_ins.note(made["c"], SignIn("https://other.example", "1", "s"))
    assert sign_ins.end(ISSUER, subject, sid) == 4 - len(left)
    fresh = Sessions(library.engine, Generations(library.engine), lifetime=60, per_address=100)
    assert {name for name, apisid in made.items() if fresh.has(apisid)} == left


def test_unlinking_ends_the_sessions_that_came_of_a_link_and_no_others(library: Library, sessions: Sessions) -> None:
    identities = Identities(library.engine, make=False)
    identities.link("ann", ISSUER, "1")
    came, own = (sessions.create("10.0.0.1", "ann", None) for _ in range(2))
    SignIns(library.engine).note(came, SignIn(ISSUER, "1"))
    identities.unlink("ann")
    fresh = Sessions(library.engine, Generations(library.engine), lifetime=60, per_address=100)
    assert (fresh.has(came), fresh.has(own)) == (False, True)
