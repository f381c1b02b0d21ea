"""What answers over a network: Redis, and the port on which Darkroom listens."""

import errno
import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cache.redis_memory import shortage
from config import Settings
from config.addresses import bound, is_everywhere, is_loopback
from darkroom.doctor.finding import Finding, apart, well, wrong

SECONDS = 2.0  # that each question may take
SKEW = 5.0  # seconds by which the clocks may differ
POLICY = "volatile-lru"


def redis(settings: Settings, now: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Whether Redis answers, takes what is written, and holds what it must not lose."""
    if not settings.distributed:
        yield apart("Redis", "redis.url is not set: the front end has its workers inside, and needs none")
        return
    import redis as client
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    import redis_errors

    try:
        asking = client.Redis.from_url(
            settings.redis_url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=Retry(NoBackoff(), 0)
        )
    except ValueError:  # whose message may hold a part of the password
        yield wrong("Redis", "redis.url is no address", "write it as redis://host:port/db")
        return
    given = asking.connection_pool.connection_kwargs
    place = _place(given)
    try:
        with asking:
            before = now()
            seconds, micros = asking.time()
            known: Mapping[str, Any] = asking.info()
            after = now()
            asking.execute_command(*redis_errors.PROBE)  # type: ignore[no-untyped-call]
    except (client.RedisError, OSError) as error:
        says = f"{place} does not answer: {error}"
        todo = "start it, or change redis.url"
        if redis_errors.answers(error):
            says, todo = f"at {place}: {redis_errors.sentence(error)}", "mend that in Redis, or change redis.url"
        todo += "; until then photos that are not cached are answered with 503"
        yield wrong("Redis", _without_secret(says, given), todo)
        return
    yield well("Redis", f"{known.get('redis_version', 'of an unknown version')} at {place}")
    yield _memory(settings, int(known.get("maxmemory", 0)), str(known.get("maxmemory_policy", "")))
    yield _its_clock(seconds + micros / 1e6, before, after)


def port(settings: Settings) -> Iterator[Finding]:
    """Who has the port: nobody, a Darkroom, of which it is asked how it is, or somebody else."""
    number, host = settings.server_port, settings.server_host
    what = f"port {number}"
    if not number:
        yield apart("port", "server.port is 0: any free one is taken")
        return
    error = _refused(host, number)
    if error is None:
        yield well(what, f"is free on {host}: no server runs there")
    elif error.errno == errno.EADDRINUSE:
        yield from _answers(what, _here(host, number) if is_everywhere(host) else host, number)
    elif error.errno in (errno.EACCES, errno.EPERM):
        yield wrong(what, "is not for this user", "choose a PORT of 1024 or above, with a proxy in front")
    else:
        says = f"can't be listened on at {host}: {error.strerror or error}"
        yield wrong(what, says, "set server.host to an address of this machine, as 127.0.0.1 or 0.0.0.0")


def _here(host: str, number: int) -> str:
    """Where a server is asked that listens on all addresses: `::` may be in the way of either family. By address, as a
    bare machine knows no name.
    """
    taken = (each for each in ("127.0.0.1", "::1") if _is_taken(each, number))
    return next(taken, "127.0.0.1") if ":" in host else "127.0.0.1"


def _is_taken(host: str, number: int) -> bool:
    error = _refused(host, number)
    return error is not None and error.errno == errno.EADDRINUSE


def _place(given: Mapping[str, Any]) -> str:
    """Where a Redis is, without what is secret in its URL."""
    if "path" in given:
        return str(given["path"])
    return f"{given.get('host', 'localhost')}:{given.get('port', 6379)}/{given.get('db', 0) or 0}"


def _without_secret(text: str, given: Mapping[str, Any]) -> str:
    secrets = [str(given[name]) for name in ("password", "username") if given.get(name)]
    for secret in secrets:
        text = text.replace(secret, "(secret)")
    return text


def _memory(settings: Settings, most: int, policy: str) -> Finding:
    what = "Redis's memory"
    if not most:
        return well(what, "without maxmemory: the cache keeps to cache.redis.bytes by itself")
    if said := shortage(most, policy, settings.cache_redis_bytes):
        return wrong(what, *said.removeprefix("Redis's ").split(". "))
    if policy != POLICY:
        says = f"maxmemory-policy is {policy or 'unknown'}, by which queues can be lost, or nothing be taken any more"
        return wrong(what, says, f"`redis-cli config set maxmemory-policy {POLICY}`, and in its redis.conf")
    if most < settings.cache_redis_bytes:
        says = f"maxmemory is {most / 1e6:.0f} MB, less than the {settings.cache_redis_bytes / 1e6:.0f} MB of the cache"
        return wrong(what, says, "raise maxmemory, or lower cache.redis.bytes")
    return well(what, f"maxmemory is {most / 1e6:.0f} MB, {policy}")


def _its_clock(theirs: float, before: float, after: float) -> Finding:
    what = "Redis's clock"
    apart_by = max(before - theirs, theirs - after, 0.0)
    if apart_by > SKEW:
        # What several hosts have to agree on is measured by Redis's clock alone.
        return apart(what, f"differs from this machine's by {apart_by:.0f} s: nothing hangs on it but how logs compare")
    return well(what, "is this machine's" if apart_by < 1 else f"differs by {apart_by:.0f} s")


def _refused(host: str, number: int) -> OSError | None:
    """Why nobody could listen there; None where one could. Nothing listens for it, so nobody is kept from it."""
    try:
        for each in bound(host, number):  # as the front end does
            each.close()
    except OSError as error:
        return error
    except (UnicodeError, ValueError) as error:
        return OSError(errno.EINVAL, str(error))
    return None


def _answers(what: str, host: str, number: int) -> Iterator[Finding]:
    """What a server there says of itself."""
    another = "choose another PORT (server.port), or end that program"
    try:
        health = _asked(host, number, "/health")
    except OSError as error:
        says = f"somebody has it who does not answer: {getattr(error, 'strerror', None) or error}"
        yield wrong(what, says, another)
        return
    if health != {"status": "ok"}:
        yield wrong(what, "another program than Darkroom has it", another)
        return
    try:
        ready = _asked(host, number, "/ready")
    except OSError as error:
        says = f"a Darkroom runs there, whose /ready does not answer: {getattr(error, 'strerror', None) or error}"
        yield wrong(what, says, "see its log, and start it anew")
        return
    parts = ready.get("parts") if isinstance(ready, dict) else None
    if not isinstance(parts, dict):
        yield wrong(what, "another program than Darkroom has it", another)
        return
    ill = [f"{name}: {state}" for name, state in parts.items() if state != "ok"]
    if ill:
        how = "is ready, but" if ready.get("ready") is True else "is not ready:"
        yield wrong(what, f"a Darkroom runs there, and {how} {'; '.join(ill)}", "see its log")
    else:
        yield well(what, f"a Darkroom runs there and is ready{'' if is_loopback(host) else f' ({host})'}")


def _asked(host: str, number: int, path: str) -> Any:
    """The JSON that a server answers with; None where it is none.

    Raises:
        OSError: it does not answer.
    """
    connection = http.client.HTTPConnection(host, number, timeout=SECONDS)
    try:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read(100_000))
    except (ValueError, http.client.HTTPException):  # it speaks another language, or another JSON
        return None
    finally:
        connection.close()
