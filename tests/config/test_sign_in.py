"""The settings of who vouches for people: what they mean, and what they must not contradict."""

from dataclasses import replace

import pytest

from config import Settings
from config.sign_in import GroupMap, is_secure, listed, wrong_with

GOOD = replace(Settings(), auth_oidc_issuer="https://id.example.org", auth_oidc_client_id="darkroom")
PROXIED = replace(Settings(), auth_proxy_header="Remote-User", server_trusted_proxy="10.0.0.2")


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        GOOD,
        PROXIED,
        replace(GOOD, auth_local=False),
        replace(
            PROXIED, auth_local=False, auth_proxy_groups="Remote-Groups", auth_proxy_logout="https://x.example/?rd=1"
        ),
        replace(GOOD, auth_oidc_issuer="http://127.0.0.1:9400", auth_url="http://photos.example.org:8080/photos/"),
        replace(GOOD, auth_groups="/staff=staff, a=b=c, /staff=users"),
    ],
)
def test_what_can_be(settings: Settings) -> None:
    assert [*wrong_with(settings)] == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        *(
            (replace(GOOD, auth_oidc_issuer=issuer), "auth.oidc.issuer is ")
            for issuer in (
                "id.example.org",
                "http://id.example.org",
                "https://",
                "https://a:b@id.example.org",
                "https://id.example.org/?x",
                "https://id.example.org/#x",
                "https://id.example.org:x",
                "https://[::1",
                "file:///etc/passwd",
                "https://id.example.org/ a",
            )
        ),
        (replace(GOOD, auth_oidc_client_id=""), "auth.oidc.client.id is ''"),
        (replace(GOOD, auth_oidc_scopes="profile"), "auth.oidc.scopes is 'profile'"),
        (replace(GOOD, auth_oidc_username=""), "auth.oidc.username is ''"),
        (replace(GOOD, web_enabled=False), "web.enabled"),
        (replace(GOOD, webapi_enabled=False), "webapi.enabled"),
        (replace(Settings(), auth_local=False), "auth.local is False"),
        (replace(Settings(), auth_groups="staff"), "auth.groups is 'staff'"),
        (replace(Settings(), auth_groups="=staff"), "auth.groups is '=staff'"),
        (replace(Settings(), auth_url="photos.example.org"), "auth.url is"),
        (replace(Settings(), auth_url="https://x.example/?a"), "auth.url is"),
        (replace(PROXIED, auth_proxy_header="Remote_User"), "auth.proxy.header is 'Remote_User'"),
        (replace(PROXIED, auth_proxy_header="Cookie"), "auth.proxy.header is 'Cookie'"),
        (replace(PROXIED, auth_proxy_header="a b"), "auth.proxy.header is 'a b'"),
        (replace(PROXIED, server_trusted_proxy=""), "server.trusted.proxy is ''"),
        (replace(PROXIED, server_trusted_proxy="*"), "server.trusted.proxy is '*'"),
        (replace(PROXIED, auth_proxy_groups="remote-user"), "auth.proxy.groups is auth.proxy.header"),
        (replace(Settings(), auth_proxy_groups="Remote-Groups"), "auth.proxy.groups is set"),
        (replace(PROXIED, auth_proxy_logout="javascript:alert(1)"), "auth.proxy.logout is"),
    ],
)
def test_what_can_t_be(settings: Settings, said: str) -> None:
    (problem,) = wrong_with(settings)
    assert said in problem


def test_groups_are_mapped_by_the_setting_or_keep_their_names() -> None:
    assert GroupMap.of(Settings()).groups(["b", "a", "b"]) == ("b", "a")
    assert GroupMap.of(Settings()).admin(["admins"]) is None
    mapped = GroupMap.of(replace(Settings(), auth_groups="x=a, x=b, k=v=c,y = a", auth_admins="boss, /root"))
    assert mapped.groups(["x", "y", "k=v", "z"]) == ("a", "b", "c")
    assert [mapped.admin(each) for each in ([], ["boss"], ["/root", "x"], ["Boss"])] == [False, True, True, False]


def test_words_with_commas() -> None:
    assert listed(" a,, b c ,") == ["a", "b c"]


@pytest.mark.parametrize(
    "url", ["https://a.example/x?y=z", "http://127.0.0.1:1/", "http://[::1]:9/x", "http://localhost/"]
)
def test_addresses_that_a_provider_may_have(url: str) -> None:
    assert is_secure(url)
