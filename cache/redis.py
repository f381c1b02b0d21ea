"""The Redis tier: renders that all hosts share, within a budget of bytes, each for a time."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

import metrics
import redis_errors
from breaker import Breaker
from cache.errors import TierError
from cache.key import RenderKey
from cache.tier import LARGEST_SHARE, PROMPT, UNCOMMON_SHARE, Figures, IsCommon, all_common

Given = TypeVar("Given")

TIMEOUT = 0.5  # seconds: enough for a large render on a slow network, and less than a render costs
BATCH = 500  # renders forgotten by one call, which takes Redis about a millisecond

# Redis runs a script as one step, so books and renders agree, however many hosts there are. `uses` holds the last
# use of each render ("photoid name"), `bytes` their sum, `of:<photoid>` the size of each render of a photo. Renders
# have a time to live, begun anew at each use, so one of the least recent use is the first to go in any case: by its
# time, by our budget, or by an operator's maxmemory with volatile-lru, which leaves the books alone.
BOOKS = """
local RENDER, OF = 'darkroom:render:', 'darkroom:renders:of:'
local USES, BYTES = 'darkroom:renders:uses', 'darkroom:renders:bytes'
local UNCOMMON, UNCOMMON_BYTES = 'darkroom:renders:uncommon', 'darkroom:renders:uncommon:bytes'
local function now()
    local time = redis.call('TIME')
    return time[1] + time[2] / 1000000
end
local function forget(member)
    local photoid, name = string.match(member, '^(%S+) (%S+)$')
    local size = redis.call('HGET', OF .. photoid, name)
    redis.call('DEL', RENDER .. name)
    redis.call('HDEL', OF .. photoid, name)
    local known = redis.call('ZREM', USES, member)
    if redis.call('ZREM', UNCOMMON, member) == 1 and size then redis.call('DECRBY', UNCOMMON_BYTES, size) end
    if size then redis.call('DECRBY', BYTES, size) end
    return known
end
local function tidy(ttl, most)
    local expired = redis.call('ZRANGEBYSCORE', USES, '-inf', now() - ttl, 'LIMIT', 0, most)
    for _, member in ipairs(expired) do forget(member) end
end
"""

# ARGV: photoid, name, seconds to live. A Redis that is full refuses the notes, but still gives the render.
GET = """
local render = redis.call('GET', RENDER .. ARGV[2])
if render then
    redis.pcall('EXPIRE', RENDER .. ARGV[2], ARGV[3])
    redis.pcall('ZADD', USES, 'XX', now(), ARGV[1] .. ' ' .. ARGV[2])
end
return render
"""

# ARGV: photoid, name, seconds to live, budget, render, whether it is in an uncommon size, and which part of all those
# may have: beyond it the first that came of them goes first. What an older Darkroom has forgotten is passed over.
# Gives how many were evicted. The render goes in first: a Redis that is full says no to that, but lets everything pass
# once a script has written.
PUT = """
redis.call('SET', RENDER .. ARGV[2], ARGV[5], 'EX', ARGV[3])
local before = redis.call('HGET', OF .. ARGV[1], ARGV[2])
redis.call('HSET', OF .. ARGV[1], ARGV[2], #ARGV[5])
local member = ARGV[1] .. ' ' .. ARGV[2]
redis.call('ZADD', USES, now(), member)
redis.call('INCRBY', BYTES, #ARGV[5] - (before or 0))
if redis.call('ZREM', UNCOMMON, member) == 1 then redis.call('DECRBY', UNCOMMON_BYTES, before or 0) end
if ARGV[6] == '1' then
    redis.call('ZADD', UNCOMMON, now(), member)
    redis.call('INCRBY', UNCOMMON_BYTES, #ARGV[5])
end
tidy(ARGV[3], 16)
local function first_to_go()
    if redis.call('GET', UNCOMMON_BYTES) and
            redis.call('GET', UNCOMMON_BYTES) * ARGV[7] > tonumber(redis.call('GET', BYTES)) then
        local first = redis.call('ZRANGE', UNCOMMON, 0, 0)[1]
        if first then return first end
        redis.call('DEL', UNCOMMON_BYTES)
    end
    return redis.call('ZRANGE', USES, 0, 0)[1]
end
local evicted = 0
while tonumber(redis.call('GET', BYTES)) > tonumber(ARGV[4]) do
    if redis.call('ZCARD', USES) == 1 then redis.call('SET', BYTES, #ARGV[5]) break end -- books were lost
    forget(first_to_go())
    evicted = evicted + 1
end
return evicted
"""

# ARGV: members. Gives how many there were.
FORGET = """
local forgotten = 0
for _, member in ipairs(ARGV) do forgotten = forgotten + forget(member) end
return forgotten
"""

# ARGV: names. Gives the bytes of each render, 0 where there is none.
LENGTHS = """
local lengths = {}
for at, name in ipairs(ARGV) do lengths[at] = redis.call('STRLEN', RENDER .. name) end
return lengths
"""

# ARGV: seconds to live. Gives entries and bytes.
FIGURES = """
tidy(ARGV[1], 1000)
return {redis.call('ZCARD', USES), tonumber(redis.call('GET', BYTES) or '0')}
"""

RENDER, USES, OF = "darkroom:render:", "darkroom:renders:uses", "darkroom:renders:of:"


class RedisTier:
    """Keeps renders up to `budget` bytes in all in the Redis at `url`, each for `ttl` seconds after its last use.

    The budget counts renders; Redis needs about 0.5 kB more for each. A Redis that does not answer costs one call
    TIMEOUT seconds now and then, not every call. Methods raise TierError.
    """

    name = "redis"
    shared = True

    def __init__(
        self,
        url: str,
        budget: int,
        ttl: int,
        breaker: Breaker | None = None,
        is_common: IsCommon = all_common,
    ) -> None:
        self._is_common = is_common
        self._budget = budget
        self._ttl = ttl
        self._breaker = breaker or Breaker()
        self._trouble = ""  # the last for which it was left alone
        # One retry, at once, and only for connections that Redis has closed meanwhile: never for a silent one.
        retry = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
        self._redis = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=retry, health_check_interval=0
        )
        scripts = (self._redis.register_script(BOOKS + script) for script in (GET, PUT, FORGET, FIGURES, LENGTHS))
        self._get, self._put, self._forget, self._figures, self._lengths = scripts
        self._evictions = metrics.evictions.labels(self.name)

    def get(self, key: RenderKey) -> bytes | None:
        """The render; None where it is not here."""
        render = self._run(self._get, key.photoid, key.name, self._ttl)
        return render if isinstance(render, bytes) else None

    def held(self, keys: Sequence[RenderKey]) -> dict[RenderKey, int]:
        """Which of these renders are here, with the bytes of each."""
        sizes: list[int] = []
        for start in range(0, len(keys), BATCH):
            some = [key.name for key in keys[start : start + BATCH]]
            sizes += [int(size) for size in self._run(self._lengths, *some)]
        return {key: size for key, size in zip(keys, sizes, strict=True) if size}

    def has(self, key: RenderKey) -> bool:
        """Whether the render is here."""
        return bool(self._call(lambda: self._redis.exists(RENDER + key.name)))

    def put(self, key: RenderKey, render: bytes, *, patience: float = PROMPT) -> bool:  # noqa: ARG002
        """Keeps the render; False where it is too big for this tier."""
        if len(render) * LARGEST_SHARE > self._budget:
            return False
        uncommon = int(not self._is_common(key))
        evicted = self._run(self._put, key.photoid, key.name, self._ttl, self._budget, render, uncommon, UNCOMMON_SHARE)
        if evicted:
            self._evictions.inc(int(evicted))
        return True

    def drop(self, key: RenderKey) -> None:
        """Forgets the render, if it is here."""
        self._run(self._forget, f"{key.photoid} {key.name}")

    def drop_photo(self, photoid: str, keep_version: str | None = None) -> int:
        """Forgets all renders of a photo but those of one version; gives how many there were."""
        names = [str(name, "ascii") for name in self._ask("HKEYS", OF + photoid)]
        found = [name for name in names if not keep_version or _version(name) != keep_version]
        return self._forget_all([f"{photoid} {name}" for name in found])

    def drop_unused(self, seconds: float) -> int:
        """Forgets the renders not used for so many seconds, by Redis's clock, or all of them where that is 0; gives
        how many.
        """
        end: str | float = "+inf"
        if seconds:
            now, micros = self._call(self._redis.time)
            end = now + micros / 1e6 - seconds
        forgotten = 0
        while found := self._ask("ZRANGEBYSCORE", USES, "-inf", end, "LIMIT", 0, BATCH):
            forgotten += self._forget_all(found)
        return forgotten

    def figures(self) -> Figures:
        """How much is in here, of all hosts, by the books: what an operator's maxmemory took counts until its time."""
        entries, size = self._run(self._figures, self._ttl)
        return Figures(int(entries), int(size))

    def close(self) -> None:
        """Closes the connections."""
        self._redis.close()

    def _forget_all(self, members: Sequence[str] | Sequence[bytes]) -> int:
        batches = (members[at : at + BATCH] for at in range(0, len(members), BATCH))
        return sum(int(self._run(self._forget, *batch) or 0) for batch in batches)

    def _ask(self, *command: str | float) -> list[bytes]:
        return list(self._call(lambda: self._redis.execute_command(*command)))  # type: ignore[no-untyped-call]

    def _run(self, script: Script, *arguments: str | bytes | int) -> Any:
        return self._call(lambda: script(args=arguments))

    def _call(self, call: Callable[[], Given]) -> Given:
        """What `call` gives, unless Redis is being left alone.

        Raises:
            TierError: it is; or it does not answer, or refuses. The sentence says which.
        """
        if not self._breaker.allows():
            raise TierError(f"Redis is left alone for a moment: {self._trouble}")
        try:
            given = call()
        except (redis.ConnectionError, redis.TimeoutError, OSError) as error:
            self._trouble = redis_errors.sentence(error)
            self._breaker.failed()
            raise TierError(self._trouble) from error
        except redis.RedisError as error:
            self._breaker.succeeded()  # it answers, if only to say no
            raise TierError(redis_errors.sentence(error)) from error
        self._breaker.succeeded()
        return given


def _version(name: str) -> str:
    """The version in a render's name; empty where only another Darkroom, newer or older, can read it."""
    try:
        return RenderKey.parse(name).version
    except ValueError:
        return ""
