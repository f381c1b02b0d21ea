"""The address of a Redis: what it says, for redis-py and for kombu alike, and what is wrong with it in a sentence."""

from pathlib import Path

import pytest
from kombu.connection import Connection
from redis.connection import parse_url

from config import SettingsError
from config.redis_address import RedisAddress, parse
from tests.config.test_loading import load

SECURE: dict[str, str | bool] = {"ssl_cert_reqs": "required", "ssl_check_hostname": True}


@pytest.mark.parametrize(
    ("url", "found", "broker"),
    [
        ("redis://", RedisAddress(), "redis://127.0.0.1:6379/0"),
        ("redis://h", RedisAddress("h"), "redis://h:6379/0"),
        ("redis://h:1/", RedisAddress("h", 1), "redis://h:1/0"),
        ("redis://h:1/2", RedisAddress("h", 1, db=2), "redis://h:1/2"),
        ("redis://h:1?db=2", RedisAddress("h", 1, db=2), "redis://h:1/2"),
        ("redis://[::1]:7/0", RedisAddress("::1", 7), "redis://[::1]:7/0"),
        ("redis://:p@h", RedisAddress("h", password="p"), "redis://:p@h:6379/0"),
        (
            "redis://h?username=u&password=p%2F",
            RedisAddress("h", username="u", password="p/"),
            "redis://u:p%2F@h:6379/0",
        ),
        ("redis://u:a;b%40c@h", RedisAddress("h", username="u", password="a;b@c"), "redis://u:a%3Bb%40c@h:6379/0"),
        ("rediss://h", RedisAddress("h", tls=SECURE), "rediss://h:6379/0"),
        (
            "rediss://h?ssl_cert_reqs=none&ssl_check_hostname=false",
            RedisAddress("h", tls={"ssl_cert_reqs": "none", "ssl_check_hostname": False}),
            "rediss://h:6379/0",
        ),
        ("unix:///run/r.sock", RedisAddress(path="/run/r.sock"), "redis+socket:///run/r.sock?virtual_host=0"),
        (
            "unix://u:p@/run/a%20b.sock?db=3",
            RedisAddress(path="/run/a b.sock", db=3, username="u", password="p"),
            "redis+socket://u:p@/run/a%20b.sock?virtual_host=3",
        ),
    ],
)
def test_what_an_address_says(url: str, found: RedisAddress, broker: str) -> None:
    assert parse(url) == found
    assert found.broker == broker
    assert "password" not in repr(found)
    # redis-py, which is given the address as it stands, understands the same.
    theirs = parse_url(url)  # type: ignore[no-untyped-call]
    assert theirs.get("host", "127.0.0.1") == found.host
    assert (theirs.get("port", 6379), theirs.get("db", 0) or 0) == (found.port, found.db)
    assert (theirs.get("username", ""), theirs.get("password", "")) == (found.username, found.password)
    assert theirs.get("path", "") == found.path
    # And kombu, which shows nothing of what is secret in it.
    with Connection(broker, ssl=found.tls) as connection:  # type: ignore[no-untyped-call]
        if not found.path:
            assert (connection.hostname, connection.port, connection.virtual_host) == (
                *(found.host, found.port, str(found.db)),
            )
            assert (connection.userid or "", connection.password or "") == (found.username, found.password)
        assert not found.password or f":{found.password}@" not in connection.as_uri()


SHAPE = "redis://host:port/db, rediss://host:port/db or unix:///path/of/the/socket?db=0, and "


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://s3cret", "it begins otherwise"),
        ("s3cret:6379", "it begins otherwise"),
        ("redis:/s3cret", "it begins otherwise"),
        ("redis+socket:///s3cret", "it begins otherwise"),
        (
            "redis://h:s3cret/0",
            "its port is no number from 1 to 65535; what is special in a password is written with %",
        ),
        ("redis://:s3/cret@h:1/0", "its port is no number from 1 to 65535; what is special in a password"),
        ("redis://h:0/0", "its port is no number from 1 to 65535"),
        ("redis://h:65536/0", "its port is no number from 1 to 65535"),
        ("redis://h:1/s3cret", "its db is no number"),
        ("redis://h:1/-1", "its db is no number"),
        ("redis://h:1/0/1", "its db is no number"),
        ("redis://h:1?db=s3cret", "its db is no number"),
        ("redis://[::s3cret]:1/0", "its host can't be one"),
        ("redis://[::1/0", "its host can't be one"),
        ("redis://h!s3cret:1/0", "its host can't be one"),
        ("redis://h, i:1/0", "it has a space or a # in it"),
        ("redis://:s3#cret@h", "it has a space or a # in it"),
        ("redis://h?s3cret=1", "behind its ? may stand db, password, username"),
        ("redis://h?socket_timeout=3", "behind its ? may stand db, password, username"),
        ("redis://h?ssl_cert_reqs=none", "behind its ? may stand db, password, username"),
        ("rediss://h?ssl_cert_reqs=s3cret", "ssl_cert_reqs is one of required, optional, none"),
        ("rediss://h?ssl_ca_certs=/s3cret", "ssl_ca_certs names no file"),
        ("unix://run/s3cret", "its path begins with the third slash"),
        ("unix:///", "its path begins with the third slash"),
        (f"unix:///{'s' * 107}", "the path of a socket has at most 107 bytes"),
    ],
)
def test_what_is_wrong_with_one_is_a_sentence_without_any_of_it(tmp_path: Path, url: str, why: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load(tmp_path, REDIS_URL=url)
    (sentence,) = raised.value.problems
    assert sentence.startswith(f"redis.url is (secret) (environment: REDIS_URL): allowed is {SHAPE}{why}"), sentence
    assert "s3" not in sentence


def test_an_address_that_does_is_taken(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    for url in ("redis://:p%2F@h:1/0", "unix:///run/r.sock", f"rediss://h?ssl_ca_certs={tmp_path}/ca.pem"):
        assert load(tmp_path, REDIS_URL=url).redis_url == url
