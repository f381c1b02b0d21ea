"""Signing in at a provider, as it should be, from end to end over real sockets."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from api.oidc import provider as oidc
from catalog.people.groups import EVERYONE
from catalog.people.identities import Identities
from catalog.people.users import User
from tests.api.house import House
from tests.api.oidc.provider import CLIENT, SECRET, Provider, key
from tests.api.oidc.signing_in import CALLBACK, PAGE, SignsIn, told

LISTED = ["/.well-known/openid-configuration", "/token", "/keys"]


def users(house: House) -> dict[str, User]:
    return {user.uid: user for user in house.library.users.everyone()}


def test_the_first_sign_in_makes_the_user(house: House, person: SignsIn) -> None:
    answer = person.sign_in()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?q=sea")
    assert answer.headers["Cache-Control"] == "no-store"
    assert [*person.cookies] == ["darkroom"]
    me = person.me()
    assert (me["uid"], me["signedIn"], me["admin"]) == ("zoe", True, False)
    assert (users(house)["zoe"].groups, users(house)["zoe"].open) == (("family",), False)
    assert me["signIn"] == {"password": True, "provider": "the club"}


def test_the_session_sees_what_the_user_may(house: House, person: SignsIn) -> None:
    def status(photoid: str) -> int:
        return person.ask(f"/picapportapi/1.0/getPhotoMetadata?photoid={photoid.replace('+', '%2B')}").status_code

    person.provider.people["groups"] = ["users"]
    person.sign_in()
    assert (status(house.sea), status(house.town)) == (200, 200)
    person.provider.people["groups"] = []
    person.sign_in()
    assert (status(house.sea), status(house.town)) == (403, 403)


def test_whoever_has_just_signed_in_needs_no_password_to_change_an_account(person: SignsIn) -> None:
    person.sign_in()
    assert person.ask("/api/account").json["confirmed"] is True


def test_at_most_three_round_trips(person: SignsIn) -> None:
    person.sign_in()
    assert person.provider.asked == LISTED
    person.sign_in()
    assert person.provider.asked == [*LISTED, "/token"]  # the rest is known
    person.provider.in_userinfo = ("groups",)
    person.sign_in()
    assert person.provider.asked == [*LISTED, "/token", "/token", "/userinfo"]


def test_what_the_provider_is_asked(person: SignsIn) -> None:
    place = person.begin()
    asked = {name: value for name, (value,) in parse_qs(urlsplit(place).query).items()}
    assert place.startswith(f"{person.provider.issuer}/authorize?")
    assert asked["scope"] == "openid profile email"
    assert asked["redirect_uri"] == f"http://falconframework.org{CALLBACK}"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert all(len(asked[name]) == 43 for name in ("state", "nonce", "code_challenge"))
    person.ask(person.provider.authorized(place))
    form = person.provider.forms[1]
    assert form.keys() == {"grant_type", "code", "redirect_uri", "code_verifier"}
    assert person.provider.authorizations[1] == "Basic ZGFya3Jvb206dGhlK2NsaWVudCUyN3Mrc2VjcmV0"


def test_a_secret_in_the_form_where_the_provider_wants_it_there(person: SignsIn) -> None:
    person.provider.more["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    person.sign_in()
    assert person.me()["uid"] == "zoe"
    assert person.provider.authorizations[1] is None
    assert {"client_id": CLIENT, "client_secret": SECRET}.items() <= person.provider.forms[1].items()


def test_the_cookie_of_a_sign_in_comes_back_from_another_site_and_goes_nowhere_else(person: SignsIn) -> None:
    answer = person.ask("/auth/oidc/login")
    given = answer.headers["Set-Cookie"]
    assert given.startswith("darkroom-signin=")
    assert given.endswith("; Path=/auth/oidc; HttpOnly; SameSite=Lax; Max-Age=600")


def test_who_signs_in_again_is_the_same_user_whatever_the_name(house: House, person: SignsIn) -> None:
    person.sign_in()
    person.provider.people |= {"preferred_username": "root", "email": "root@example.org", "groups": ["users"]}
    person.sign_in()
    assert person.me()["uid"] == "zoe"
    assert users(house)["zoe"].groups == ("users",)
    assert "root@example.org" not in users(house)


def test_a_name_that_a_user_has_gives_nobody_that_user_s_account(house: House, person: SignsIn) -> None:
    person.provider.people["preferred_username"] = "root"
    assert told(person.sign_in()) == (403, "taken")
    assert person.me()["uid"] == "guest"
    person.html = False
    answer = person.sign_in()
    assert (answer.status_code, answer.json["detail"][:40]) == (403, "Your name belongs to another user here: ")


def test_a_user_who_is_linked_keeps_the_account(house: House, person: SignsIn) -> None:
    Identities(house.library.engine, make=False).link("ann", person.provider.issuer, "4711")
    person.sign_in()
    assert person.me()["uid"] == "ann"


@pytest.mark.parametrize("claim", ["userinfo", "token"])
def test_claims_of_the_userinfo_endpoint(house: House, person: SignsIn, claim: str) -> None:
    person.provider.in_userinfo = ("preferred_username", "groups") if claim == "userinfo" else ()
    person.sign_in()
    assert users(house)["zoe"].groups == ("family",)


def test_a_new_key_is_asked_for_and_an_unknown_one_not_again_and_again(person: SignsIn) -> None:
    person.sign_in()
    provider = person.provider
    provider.signer, provider.header["kid"] = key("two"), "two"
    assert told(person.sign_in()) == (502, "wrong")  # a minute has not passed since the keys were asked for
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(oidc, "AGAIN", -1.0)
        provider.keys = [key("two").as_dict(private=False)]
        before = provider.asked.count("/keys")
        assert told(person.sign_in()) == (502, "wrong")
    assert provider.asked.count("/keys") == before


@pytest.fixture
def closed(tmp_path: Path, provider: Provider) -> Iterator[SignsIn]:
    """A front end at which no user is made."""
    with ExitStack() as closing:
        made = House(
            tmp_path,
            closing,
            auth_oidc_issuer=provider.issuer,
            auth_oidc_client_id=CLIENT,
            auth_make_users=False,
            auth_local=False,
        )
        yield SignsIn.at(made, provider, closing)


def test_where_no_user_is_made(closed: SignsIn) -> None:
    assert told(closed.sign_in()) == (403, "unknown")
    assert closed.me()["signIn"] == {"password": False, "provider": "OpenID Connect"}


def test_where_the_page_takes_no_password_the_web_api_still_does(closed: SignsIn) -> None:
    assert closed.ask("/picapportapi/1.0/createWebApiSession", headers=PAGE).status_code == 200
    refused = closed.ask("/picapportapi/1.0/authorizeWebApiSession?uid=ann&pw=ab", headers=PAGE)
    assert (refused.status_code, "auth.local" in refused.json["detail"]) == (403, True)
    apisid = closed.ask("/picapportapi/1.0/createWebApiSession").json["apisid"]
    other = closed.ask(f"/picapportapi/1.0/authorizeWebApiSession?apisid={apisid}&uid=ann&pw=ab")
    assert other.json["detail"] == "The uid or the password is wrong."


def test_a_public_client_sends_no_secret(closed: SignsIn) -> None:
    closed.sign_in()
    assert closed.provider.authorizations[1] is None
    assert closed.provider.forms[1]["client_id"] == CLIENT
    assert "client_secret" not in closed.provider.forms[1]


def test_signing_out_at_both(person: SignsIn) -> None:
    person.sign_in()
    had = dict(person.cookies)
    answer = person.ask("/api/session", "DELETE", headers=PAGE)
    place = urlsplit(answer.json["location"])
    asked = {name: value for name, (value,) in parse_qs(place.query).items()}
    assert f"{place.scheme}://{place.netloc}{place.path}" == f"{person.provider.issuer}/logout"
    assert (asked["client_id"], asked["post_logout_redirect_uri"]) == (CLIENT, "http://falconframework.org/")
    assert asked["id_token_hint"].count(".") == 2
    assert person.cookies == {}
    person.cookies = had
    assert person.me()["uid"] == "guest"


@pytest.mark.parametrize("more", [{"end_session_endpoint": None}])
def test_a_provider_at_which_nobody_signs_out(person: SignsIn, more: dict[str, object]) -> None:
    person.provider.more |= more
    person.sign_in()
    assert person.ask("/api/session", "DELETE", headers=PAGE).status_code == 204
    assert person.me()["uid"] == "guest"


def test_a_session_of_a_password_ends_here_alone(person: SignsIn) -> None:
    person.ask("/picapportapi/1.0/createWebApiSession", headers=PAGE)
    signed = person.ask("/picapportapi/1.0/authorizeWebApiSession?uid=ann&pw=a+secret", headers=PAGE)
    assert signed.status_code == 200, signed.text
    assert person.ask("/api/session", "DELETE", headers=PAGE).status_code == 204


def test_below_a_path_behind_a_proxy(house: House, provider: Provider, person: SignsIn) -> None:
    sent = {"Host": "photos.example.org", "Accept": "text/html"}
    answer = person.client.simulate_get(
        "/auth/oidc/login",
        headers=sent,
        query_string="back=/photos/s/x",
        root_path="/photos",
        protocol="https",
        host="photos.example.org",
    )
    asked = {name: value for name, (value,) in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
    assert asked["redirect_uri"] == f"https://photos.example.org/photos{CALLBACK}"
    assert "; Path=/photos/auth/oidc; HttpOnly; SameSite=Lax; Secure;" in answer.headers["Set-Cookie"]


def test_where_browsers_find_it_may_be_set(tmp_path: Path, provider: Provider) -> None:
    with ExitStack() as closing:
        house = House(
            tmp_path,
            closing,
            auth_oidc_issuer=provider.issuer,
            auth_oidc_client_id=CLIENT,
            auth_url="https://photos.example.org/p/",
        )
        person = SignsIn.at(house, provider, closing)
        asked = parse_qs(urlsplit(person.begin()).query)
        assert asked["redirect_uri"] == [f"https://photos.example.org/p{CALLBACK}"]


def test_nothing_secret_is_logged(person: SignsIn, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        person.sign_in()
        person.provider.spoil = lambda claims: claims.update(nonce="another")
        person.sign_in()
    assert "nonce" in caplog.text
    for secret in (SECRET, "an access token", person.cookies["darkroom"], "code_verifier"):
        assert secret not in caplog.text


def test_head_is_answered_and_signs_nobody_in(person: SignsIn) -> None:
    answer = person.ask("/auth/oidc/login", "HEAD")
    assert (answer.status_code, answer.content) == (303, b"")
    back = person.provider.authorized(answer.headers["Location"])
    assert told(person.other().ask(back, "HEAD"))[0] == 403
    assert person.ask("/auth/oidc/login", "POST").status_code == 405
    assert person.ask("/auth/oidc/logout").status_code == 405


def test_without_a_provider_there_is_no_such_address(tmp_path: Path, provider: Provider) -> None:
    with ExitStack() as closing:
        person = SignsIn.at(House(tmp_path, closing), provider, closing)
        assert person.ask("/auth/oidc/login").status_code == 404
        assert person.me()["signIn"] == {"password": True, "provider": None}


def test_everyone_s_group_where_no_groups_are_asked_for(tmp_path: Path, provider: Provider) -> None:
    with ExitStack() as closing:
        house = House(tmp_path, closing, auth_oidc_issuer=provider.issuer, auth_oidc_client_id=CLIENT)
        SignsIn.at(house, provider, closing).sign_in()
        assert users(house)["zoe"].groups == (EVERYONE,)


def test_admins_by_their_groups(tmp_path: Path, provider: Provider) -> None:
    with ExitStack() as closing:
        given = {"auth_oidc_groups": "roles", "auth_groups": "fam=users", "auth_admins": "boss"}
        house = House(tmp_path, closing, auth_oidc_issuer=provider.issuer, auth_oidc_client_id=CLIENT, **given)
        person = SignsIn.at(house, provider, closing)
        for roles, wanted in ((["boss", "fam"], (True, ("users",))), (["fam"], (False, ("users",))), ([], (False, ()))):
            provider.people["roles"] = roles
            person.sign_in()
            assert (users(house)["zoe"].admin, users(house)["zoe"].groups) == wanted
