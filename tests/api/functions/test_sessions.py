"""Signing in, as clients do and as those who are none do."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa

import api.functions.passwords
from api.functions.passwords import Proofs
from api.functions.sessions import AuthorizeSession, CreateSession, GetServerStatus
from api.limits.session_keys import PLACES, SessionKeys
from catalog.database import FILE
from catalog.people.passwords import FREE_GUESSES, LoginThrottle
from catalog.people.users import Users
from tests.api.house import ADDRESS, Asking, House
from tests.clock import Clock


def creating(
    house: House, *, default_uid: str | None = None, apikey: str = "", keys: SessionKeys | None = None
) -> Asking:
    """createWebApiSession."""
    library = house.library
    return house.ask(
        CreateSession(
            library.sessions,
            library.access,
            house.cookies,
            house.allowances,
            default_uid=default_uid,
            apikey=apikey,
            keys=keys,
        )
    )


def authorizing(house: House, *, apikey: str = "", encrypted: bool = True) -> Asking:
    """authorizeWebApiSession, where all happens at one moment."""
    library = house.library
    proofs = Proofs(library.users, library.app_passwords, LoginThrottle(library.engine, Clock()))
    return house.ask(
        AuthorizeSession(
            library.sessions,
            proofs,
            library.app_passwords,
            library.generations,
            house.cookies,
            house.allowances,
            apikey=apikey,
            encrypted=encrypted,
        )
    )


@pytest.fixture
def authorize(house: House) -> Asking:
    """The same, where passwords come under RSA and no apikey is wanted."""
    return authorizing(house)


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
    made = creating(house, keys=SessionKeys())().json
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
    first, second = (creating(house, keys=SessionKeys())().json for _ in range(2))
    key = rsa.RSAPublicNumbers(65537, int(first["modulus"], 16)).public_key()
    sent = key.encrypt(b"a secret", padding.PKCS1v15()).hex()
    assert authorize(apisid=second["apisid"], uid="ann", pw=sent).status_code == 403
    assert authorize(apisid=first["apisid"], uid="ann", pw=sent.lstrip("0").upper()).status_code == 200


def test_the_brake_comes_before_the_work(house: House, authorize: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    made = creating(house, keys=SessionKeys())().json
    for _ in range(FREE_GUESSES):
        assert authorize(apisid=made["apisid"], uid="ann", pw="01").status_code == 403
    monkeypatch.setattr(api.functions.passwords, "load_der_private_key", None)  # whoever called it would end in 500
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
    assert creating(house, keys=SessionKeys())().status_code == 403


def test_one_key_is_made_at_a_time_and_not_every_thread_waits_for_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, gate = threading.Semaphore(0), threading.Event()
    at_once: list[int] = []

    def slow(exponent: int, bits: int) -> rsa.RSAPrivateKey:
        at_once.append(1)
        asked.release()
        assert gate.wait(60)
        assert len(at_once) == 1
        at_once.pop()
        return made(exponent, bits)

    made = rsa.generate_private_key
    monkeypatch.setattr(rsa, "generate_private_key", slow)
    create = creating(house, keys=SessionKeys())
    with ThreadPoolExecutor(PLACES + 1) as pool:
        answers = [pool.submit(create) for _ in range(PLACES + 1)]
        assert asked.acquire(timeout=60)
        refused = next(as_completed(answers)).result()
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        gate.set()
        assert sorted(each.result().status_code for each in answers) == [200] * PLACES + [503]


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


def encrypted(made: dict[str, str], password: bytes) -> str:
    """A password under the key of a session that was made."""
    key = rsa.RSAPublicNumbers(int(made["exponent"], 16), int(made["modulus"], 16)).public_key()
    return key.encrypt(password, padding.PKCS1v15()).hex()


@pytest.mark.parametrize("sent", ["p\u00e4ss", "caf\u00e9 \u00fc\u00df"])
def test_a_password_that_is_no_utf_8_is_latin_1(house: House, sent: str) -> None:
    """As a browser sends it whose library encrypts characters as bytes."""
    house.library.users.add("zoe", sent)
    made = creating(house, keys=SessionKeys())().json
    for encoding in ("utf-8", "latin-1"):
        pw = encrypted(made, sent.encode(encoding))
        assert authorizing(house)(apisid=made["apisid"], uid="zoe", pw=pw).status_code == 200
    assert authorizing(house)(apisid=made["apisid"], uid="zoe", pw=encrypted(made, b"p\xff")).status_code == 403
    plain = creating(house)().json["apisid"]
    for encoding in ("utf-8", "latin-1"):
        assert authorizing(house)(apisid=plain, uid="zoe", pw=sent.encode(encoding)).status_code == 200


def test_a_password_of_bytes_as_they_were_once_kept(house: House) -> None:
    """Those that had come on standard input in another encoding."""
    house.library.users.add("zoe", b"p\xe4ss".decode("utf-8", "surrogateescape"))
    made = creating(house, keys=SessionKeys())().json
    pw = encrypted(made, b"p\xe4ss")
    assert authorizing(house)(apisid=made["apisid"], uid="zoe", pw=pw).status_code == 200


@pytest.mark.parametrize("under_rsa", [True, False])
def test_an_app_password_signs_a_client_in(house: House, status: Asking, under_rsa: bool) -> None:
    library = house.library
    password = library.app_passwords.add("ann", "kitchen")
    made = creating(house, keys=SessionKeys() if under_rsa else None)().json

    def sign_in(uid: str, typed: str) -> int:
        pw = encrypted(made, typed.encode()) if under_rsa else typed
        return authorizing(house, encrypted=under_rsa)(apisid=made["apisid"], uid=uid, pw=pw).status_code

    assert sign_in("viewer", password) == 403
    assert [sign_in("ann", typed) for typed in (password, password.replace("-", " ").upper())] == [200, 200]
    assert status(apisid=made["apisid"]).json["uid"] == "ann"
    assert guessed(house) == 1  # viewer's: what was right counts for nothing
    assert library.sessions.by_id(made["apisid"]).app_password is not None
    library.app_passwords.remove("ann", "kitchen")
    library.generations.look()
    assert status(apisid=made["apisid"]).json["isValid"] is False
    made = creating(house, keys=SessionKeys() if under_rsa else None)().json
    assert sign_in("ann", password) == 403


def test_an_app_password_costs_no_slow_hash(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    password = house.library.app_passwords.add("ann", "kitchen")
    monkeypatch.setattr(Users, "proof", None)  # whoever called it would end in 500
    apisid = creating(house)().json["apisid"]
    assert authorizing(house, encrypted=False)(apisid=apisid, uid="ann", pw=password).status_code == 200


def test_the_access_token_is_told_to_whoever_shows_the_user_s_own_password(house: House, authorize: Asking) -> None:
    library = house.library
    apisid = creating(house)().json["apisid"]
    asked = {"apisid": apisid, "uid": "ann", "pw": "a secret"}
    assert "atu" not in authorize(**asked, returnatu="true").json  # there is none
    token = library.app_passwords.add("ann", "the vendor's app", atu=True).replace("-", "")
    other = library.app_passwords.add("ann", "kitchen")
    assert authorize(**asked, returnatu="true").json == {"apisid": apisid, "uid": "ann", "atu": token}
    assert authorize(**asked, returnatu="TRUE").json["atu"] == token
    assert "atu" not in authorize(**asked).json
    assert "atu" not in authorize(**asked | {"pw": other}, returnatu="true").json
    assert authorize(**asked | {"pw": "wrong"}, returnatu="true").status_code == 403
    assert authorize(**asked | {"pw": token}).json == {"apisid": apisid, "uid": "ann"}


def test_without_a_session_one_is_made_where_passwords_come_plain(house: House, status: Asking) -> None:
    authorize = authorizing(house, encrypted=False)
    made = authorize(uid="ann", pw="a secret")
    assert (made.status_code, sorted(made.json)) == (200, ["apisid", "uid"])
    assert status(apisid=made.json["apisid"]).json["uid"] == "ann"
    assert authorize(uid="ann", pw="wrong").status_code == 403
    assert authorize(uid="ann", pw="a secret", apisid="").status_code == 400
    assert authorize(uid="ann", pw="a secret", apisid="A" * 22).status_code == 403
    refused = authorizing(house)(uid="ann", pw="a secret")
    assert (refused.status_code, "createWebApiSession gives it" in refused.json["detail"]) == (400, True)


def test_without_a_session_the_apikey_is_wanted_all_the_same(house: House) -> None:
    authorize = authorizing(house, apikey="the key", encrypted=False)
    assert authorize(uid="ann", pw="a secret").status_code == 400
    assert authorize(uid="ann", pw="a secret", apikey="another").status_code == 403
    assert authorize(uid="ann", pw="a secret", apikey="the key").status_code == 200


def test_without_a_session_there_is_no_more_room_than_with_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(house.settings.webapi_max_sessions_per_ip):
        house.library.sessions.create(ADDRESS, None, None)
    monkeypatch.setattr(Users, "proof", None)  # nothing is looked at
    assert authorizing(house, encrypted=False)(uid="ann", pw="a secret").status_code == 403


def test_a_session_that_has_ended_is_not_valid(house: House, status: Asking) -> None:
    for apisid in ("A" * 22, "ann", "x" * 5000):
        told = status(apisid=apisid)
        assert (told.status_code, told.json["isValid"], told.json["uid"]) == (200, False, "")
    assert status().status_code == 403
    assert status(apisid="").status_code == 400


def test_what_a_client_calls_itself_is_kept(house: House) -> None:
    asking = creating(house)
    asking._headers = {"User-Agent": "A picture frame"}
    apisid = asking().json["apisid"]
    assert house.library.sessions.by_id(apisid).client == "A picture frame"
