"""Signing in, as clients do and as those who are none do."""

import sqlite3
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa

import api.functions.sessions
from api.functions.sessions import AuthorizeSession, CreateSession, GetServerStatus
from catalog.database import FILE
from catalog.people.passwords import FREE_GUESSES, LoginThrottle
from tests.api.house import ADDRESS, Asking, House
from tests.clock import Clock


def creating(house: House, *, default_uid: str | None = None, apikey: str = "", encrypted: bool = False) -> Asking:
    """createWebApiSession."""
    library = house.library
    return house.ask(
        CreateSession(
            library.sessions, library.access, house.cookies, default_uid=default_uid, apikey=apikey, encrypted=encrypted
        )
    )


@pytest.fixture
def authorize(house: House) -> Asking:
    """authorizeWebApiSession, where all happens at one moment."""
    library = house.library
    throttle = LoginThrottle(library.engine, Clock())
    return house.ask(AuthorizeSession(library.sessions, library.users, throttle, library.generations, house.cookies))


@pytest.fixture
def status(house: House) -> Asking:
    """getServerStatus."""
    return house.ask(GetServerStatus(house.identifying(None)))


def guessed(house: House) -> int:
    """How many wrong passwords are held against the address."""
    with sqlite3.connect(house.settings.data_dir / FILE) as connection:
        row = connection.execute("SELECT failures FROM guesses WHERE subject LIKE 'address%'").fetchone()
    connection.close()
    return int(row[0]) if row else 0


@pytest.mark.parametrize(("default_uid", "authorised"), [(None, False), ("guest", True), ("ann", False), ("no", False)])
def test_whose_a_new_session_is(house: House, status: Asking, default_uid: str | None, authorised: bool) -> None:
    made = creating(house, default_uid=default_uid)().json
    assert (made["authorised"], made["algorithm"]) == (authorised, "none")
    told = status(apisid=made["apisid"]).json
    assert (told["isValid"], told["uid"]) == (authorised, "guest" if authorised else "")


@pytest.mark.parametrize("apikey", ["the ke", "the key ", "the key\x00", "th\u00e9 key", "", None, "x" * 100_000])
def test_a_wrong_apikey_makes_no_session(house: House, apikey: str | None) -> None:
    answer = creating(house, apikey="the key")(apikey=apikey)
    assert answer.status_code == (403 if apikey else 400)
    assert creating(house, apikey="th\u00e9 key")(apikey="th\u00e9 key").status_code == 200


def test_an_encrypted_password_and_what_is_none(house: House, authorize: Asking, status: Asking) -> None:
    made = creating(house, encrypted=True)().json
    apisid, modulus = made["apisid"], int(made["modulus"], 16)
    key = rsa.RSAPublicNumbers(int(made["exponent"], 16), modulus).public_key()
    assert (made["algorithm"], key.key_size) == ("RSA", 2048)

    def sign(uid: str, sent: str) -> tuple[int, str]:
        answer = authorize(apisid=apisid, uid=uid, pw=sent)
        return answer.status_code, answer.json.get("detail", "")

    right = key.encrypt(b"a secret", padding.PKCS1v15()).hex()
    for malformed in ("xyz", "0x12", "a secret", "a" * 513, "\u0661"):
        assert sign("ann", malformed)[0] == 400
    assert guessed(house) == 0  # a client's mistake is no guess
    # Wrong padding, numbers beyond the key, a wrong password and a uid that is none: nobody can tell them apart.
    wrong = {
        sign("ann", f"{1:x}"),
        sign("ann", f"{modulus:x}"),
        sign("ann", "f" * 512),
        sign("ann", key.encrypt(b"another", padding.PKCS1v15()).hex()),
    }
    assert wrong == {(403, "The uid or the password is wrong.")}
    assert sign("nobody", right) in wrong
    assert status(apisid=apisid).json["uid"] == ""


def test_a_key_of_one_session_opens_no_other(house: House, authorize: Asking) -> None:
    first, second = (creating(house, encrypted=True)().json for _ in range(2))
    key = rsa.RSAPublicNumbers(65537, int(first["modulus"], 16)).public_key()
    sent = key.encrypt(b"a secret", padding.PKCS1v15()).hex()
    assert authorize(apisid=second["apisid"], uid="ann", pw=sent).status_code == 403
    assert authorize(apisid=first["apisid"], uid="ann", pw=sent.lstrip("0").upper()).status_code == 200


def test_the_brake_comes_before_the_work(house: House, authorize: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    made = creating(house, encrypted=True)().json
    for _ in range(FREE_GUESSES):
        assert authorize(apisid=made["apisid"], uid="ann", pw="01").status_code == 403
    monkeypatch.setattr(api.functions.sessions, "load_der_private_key", None)  # whoever called it would end in 500
    refused = authorize(apisid=made["apisid"], uid="ann", pw="01")
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("uid", ["x" * 100_000, "\u00e4" * 1000, "a\x00b", "ann ", "ANN", "'; DROP TABLE users; --"])
def test_odd_uids_are_wrong_ones(house: House, authorize: Asking, uid: str) -> None:
    apisid = house.library.sessions.create(ADDRESS, None, None)
    assert authorize(apisid=apisid, uid=uid, pw="a secret").status_code == 403
    assert authorize(apisid=apisid, uid="ann", pw="a secret").status_code == 200


def test_too_many_sessions_cost_no_key(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(house.settings.webapi_max_sessions_per_ip):
        house.library.sessions.create(ADDRESS, None, None)
    monkeypatch.setattr(rsa, "generate_private_key", None)
    assert creating(house, encrypted=True)().status_code == 403


def test_not_every_thread_makes_a_key(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr(api.functions.sessions, "PLACES", places)
    with places:
        refused = creating(house, encrypted=True)()
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert creating(house, encrypted=True)().status_code == 200


def test_a_catalogue_that_another_program_holds(house: House, authorize: Asking, status: Asking) -> None:
    """What was signed in goes on; signing in is worth another try."""
    apisid = house.library.sessions.create(ADDRESS, "ann", None)
    library = house.library
    house.make_impatient()
    other = sqlite3.connect(house.settings.data_dir / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for refused in (creating(house)(), authorize(apisid=apisid, uid="ann", pw="a secret")):
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        assert FILE not in refused.text
    assert status(apisid=apisid).json["uid"] == "ann"
    assert house.identify.photo({"apisid": apisid, "photoid": house.sea}, ADDRESS).photoid == house.sea
    other.close()
    library.generations.look()
    assert authorize(apisid=apisid, uid="ann", pw="a secret").status_code == 200
