"""What is said of a Redis that can't be used, by real ones that are made to refuse."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

import redis_errors
from tests.end_to_end.servers import eventually, free_port, redis_server


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A Redis of this test's own."""
    with redis_server(tmp_path / "redis") as (address, _):
        yield address


def client(url: str, password: str | None = None) -> redis.Redis:
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), password=password)


def probed(asking: redis.Redis) -> object:
    return asking.execute_command(*redis_errors.PROBE)  # type: ignore[no-untyped-call]


def caught(url: str, password: str | None = None) -> BaseException:
    """What redis-py raises of the probe."""
    with client(url, password) as asking, pytest.raises(redis.RedisError) as raised:
        probed(asking)
    return raised.value


def read_only(admin: redis.Redis, _: Path) -> None:
    admin.execute_command("REPLICAOF", "127.0.0.1", "1")  # type: ignore[no-untyped-call]


def cannot_save(admin: redis.Redis, folder: Path) -> None:
    admin.config_set("stop-writes-on-bgsave-error", "yes")
    admin.config_set("save", "1 1")
    shutil.rmtree(folder)
    admin.set("a", "b")
    admin.bgsave()
    eventually(lambda: admin.info("persistence")["rdb_last_bgsave_status"], "err")


def full(admin: redis.Redis, _: Path) -> None:
    admin.config_set("maxmemory", "1")


def without_replicas(admin: redis.Redis, _: Path) -> None:
    admin.config_set("min-replicas-to-write", "1")


def no_right(admin: redis.Redis, _: Path) -> None:
    admin.execute_command("ACL", "SETUSER", "default", "-lpushx")  # type: ignore[no-untyped-call]


REFUSING = [
    (read_only, "Redis refuses to write, as it is a read-only replica (READONLY)"),
    (cannot_save, "Redis refuses to write, as it can't save its data on its disk (MISCONF)"),
    (full, "Redis refuses to write, as its memory is full (OOM)"),
    (without_replicas, "Redis refuses to write, as too few replicas follow it (NOREPLICAS)"),
    (no_right, "Redis refuses a command or a key to which the user of redis.url has no right (NOPERM: lpushx)"),
]


@pytest.mark.parametrize(("refuse", "said"), REFUSING, ids=lambda each: getattr(each, "__name__", ""))
def test_what_it_refuses_is_named(
    url: str, tmp_path: Path, refuse: Callable[[redis.Redis, Path], None], said: str
) -> None:
    with client(url) as admin:
        assert not probed(admin)  # it writes nothing
        refuse(admin, tmp_path / "redis")
        error = caught(url)
        admin.config_set("save", "")  # else it does not end, as it can't save
        assert redis_errors.sentence(error) == said
        assert redis_errors.answers(error)
        by_kombu = OperationalError("as kombu has it")
        by_kombu.__cause__ = error
        assert redis_errors.sentence(by_kombu) == said


def test_within_scripts_and_transactions_too(url: str) -> None:
    with client(url) as admin:
        read_only(admin, Path())
        with pytest.raises(redis.RedisError) as of_script:
            admin.eval("return redis.call('SET', 'a', 'b')", 0)
        with admin.pipeline(transaction=True) as pipe, pytest.raises(redis.RedisError) as of_pipe:
            pipe.set("a", "b").publish("c", "d").execute()
    for raised in (of_script, of_pipe):
        assert redis_errors.sentence(raised.value).endswith("(READONLY)")


def test_passwords(url: str) -> None:
    with client(url) as admin:
        admin.config_set("requirepass", "s3cret")
    none = redis_errors.sentence(caught(url))
    assert none == "Redis refuses whoever names no password, and redis.url has none (NOAUTH)"
    wrong = redis_errors.sentence(caught(url, "wrong"))
    assert wrong == "Redis refuses the user or the password of redis.url (WRONGPASS)"


def test_no_more_clients(url: str) -> None:
    with client(url) as admin:
        admin.config_set("maxclients", "1")
        assert redis_errors.sentence(caught(url)) == "Redis refuses more connections than its maxclients"


def test_a_cluster(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis", None, "--cluster-enabled", "yes") as (url, _):
        assert redis_errors.sentence(caught(url)) == "Redis refuses everything, as its cluster is down (CLUSTERDOWN)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "LOADING Redis is loading the dataset in memory",
            "Redis refuses everything while it loads its data (LOADING)",
        ),
        ("BUSY Redis is busy running a script.", "Redis refuses everything while a script runs in it (BUSY)"),
        ("WRONGTYPE Operation against a key holding", "Redis refuses: WRONGTYPE Operation against a key holding"),
    ],
)
def test_what_takes_long_to_bring_about(text: str, said: str) -> None:
    error = redis.ResponseError(text)
    assert redis_errors.sentence(error) == said
    assert redis_errors.answers(error)


def test_one_that_is_away() -> None:
    error = caught(f"redis://127.0.0.1:{free_port()}/0")
    assert redis_errors.sentence(error).startswith("Redis does not answer: Error 111 connecting")
    assert not redis_errors.answers(error)
    assert redis_errors.sentence(OSError(5, os.strerror(5))) == "Redis does not answer: [Errno 5] Input/output error"
    in_use = redis_errors.sentence(redis.ConnectionError("No connection available."))
    assert in_use == "all connections to Redis are in use"
