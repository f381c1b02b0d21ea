"""RedisFlights: renders under way over all processes and hosts that share a Redis."""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import redis_errors
from workers.flights.registry import DROPPED, Claim, Completion, FlightsDown, Leases, Listener, Start
from workers.queue.app import INTERACTIVE, PREFETCH

log = logging.getLogger("darkroom.flights")

# A flight is a hash: its state, and a field for each who waits. The mark says that a worker has begun it; where there
# is a mark and no flight, that worker is dead. `reserved` says that a render is to be made in advance. What runs out
# does so by itself: nobody has to tidy up. `WAITING` holds the flights that somebody waits for, each until when that
# is believed.
COUNT_A_DEATH = """
local function poisoned(mark, deaths, most, seconds)
    if redis.call('DEL', mark) == 1 then
        redis.call('INCR', deaths)
        redis.call('EXPIRE', deaths, seconds)
    end
    return tonumber(redis.call('GET', deaths) or 0) >= tonumber(most)
end
"""
NOW = """
local function now()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end
"""
CLAIM = f"""{COUNT_A_DEATH}{NOW}
local flight, mark, deaths, reserved, waiting, queue = unpack(KEYS)
local waiter, lease, room, most, seconds = unpack(ARGV)
local state = redis.call('HGET', flight, 'state')
local length = redis.call('LLEN', queue)
if not state then
    if poisoned(mark, deaths, most, seconds) then return 'poison' end
    if length >= tonumber(room) then return 'full' end
    redis.call('DEL', reserved)
end
redis.call('HSET', flight, 'state', state or 'queued', waiter, 1)
redis.call('ZADD', waiting, now() + lease, flight)
if state == 'begun' then return 'begun' end
redis.call('PEXPIRE', flight, lease)
if not state then return 'first' end
return length == 0 and 'astray' or 'queued'
"""
RELEASE = """
local flight, waiting = unpack(KEYS)
redis.call('HDEL', flight, ARGV[1])
if redis.call('HLEN', flight) <= 1 then
    redis.call('ZREM', waiting, flight)
    if redis.call('HGET', flight, 'state') == 'queued' then redis.call('DEL', flight) end
end
"""
RESERVE = f"""{COUNT_A_DEATH}
local flight, mark, deaths, reserved, queue = unpack(KEYS)
local lease, room, most, seconds = unpack(ARGV)
local state = redis.call('HGET', flight, 'state')
if state then return state end
if redis.call('EXISTS', reserved) == 1 then return 'queued' end
if poisoned(mark, deaths, most, seconds) then return 'poison' end
if redis.call('LLEN', queue) >= tonumber(room) then return 'full' end
redis.call('SET', reserved, 1, 'PX', lease)
return 'first'
"""
BEGIN = f"""{COUNT_A_DEATH}
local flight, mark, deaths, reserved = unpack(KEYS)
local wanted, lease, most, seconds = unpack(ARGV)
local state = redis.call('HGET', flight, 'state')
if state == 'begun' then return 'elsewhere' end
if redis.call('DEL', reserved) == 0 and not state and wanted == '1' then return 'unwanted' end
if poisoned(mark, deaths, most, seconds) then return 'poison' end
redis.call('HSET', flight, 'state', 'begun')
redis.call('PEXPIRE', flight, lease)
redis.call('SET', mark, 1, 'EX', seconds)
return 'begun'
"""
COUNT_WAITING = f"""{NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now())
return redis.call('ZCARD', KEYS[1])
"""

WAITING = "darkroom:waiting"


class RedisFlights:
    """Flights of all processes and hosts that share a Redis: the distributed way."""

    CHANNEL = "darkroom:words"  # of completions; its name is a contract between versions
    CARRIED_SECONDS = 30
    TIMEOUT = 1.0  # a busy machine needs some; a request that meets a silent Redis waits for it once
    CONNECTIONS = 16  # a crowd that comes at once shares them: to open one for each of it takes seconds
    LISTEN_SECONDS = 0.5
    RECONNECT_SECONDS = 0.5
    SAY_AGAIN = 1.0  # seconds

    def __init__(self, url: str, leases: Leases = Leases()) -> None:  # noqa: B008 - frozen
        pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=self.CONNECTIONS,
            timeout=self.TIMEOUT,
            socket_timeout=self.TIMEOUT,
            socket_connect_timeout=self.TIMEOUT,
            # One more try, on a new connection, where an old one is broken; none where Redis is silent.
            retry=Retry(NoBackoff(), 1, (redis.ConnectionError,)),
            health_check_interval=5,  # the channel's connection, too: it finds out where the other end is gone
        )
        self._redis = redis.Redis.from_pool(pool)
        self._leases = leases
        self._claim = self._redis.register_script(CLAIM)
        self._release = self._redis.register_script(RELEASE)
        self._reserve = self._redis.register_script(RESERVE)
        self._begin = self._redis.register_script(BEGIN)
        self._count_waiting = self._redis.register_script(COUNT_WAITING)
        self._closed = threading.Event()
        self._subscribed = threading.Event()
        self._subscriber: threading.Thread | None = None
        self._begun: set[str] = set()
        self._lock = threading.Lock()  # over `_begun`, and what Redis is told of it
        self._pulse: threading.Thread | None = None

    def claim(self, key: str, waiter: str, room: int) -> Claim:
        """As in `Flights`."""
        leases = self._leases
        keys = (_flight(key), _mark(key), _deaths(key), _reserved(key), WAITING, INTERACTIVE)
        arguments = (waiter, int(leases.queued * 1000), room, leases.most_deaths, int(leases.deaths))
        with reached():
            return Claim(_text(self._claim(keys, arguments)))

    def release(self, key: str, waiter: str) -> None:
        """As in `Flights`."""
        with reached():
            self._release((_flight(key), WAITING), (waiter,))

    def reserve(self, key: str, room: int, seconds: float) -> Claim:
        """As in `Flights`."""
        leases = self._leases
        keys = (_flight(key), _mark(key), _deaths(key), _reserved(key), PREFETCH)
        arguments = (max(1, int(seconds * 1000)), room, leases.most_deaths, int(leases.deaths))
        with reached():
            return Claim(_text(self._reserve(keys, arguments)))

    def begin(self, key: str, *, wanted: bool) -> Start:
        """As in `Flights`; a thread says each second that this process lives."""
        leases = self._leases
        keys = (_flight(key), _mark(key), _deaths(key), _reserved(key))
        arguments = (int(wanted), int(leases.begun * 1000), leases.most_deaths, int(leases.deaths))
        with reached():
            start = Start(_text(self._begin(keys, arguments)))
        if start is Start.BEGUN:
            with self._lock:
                self._begun.add(key)
                if self._pulse is None:
                    self._pulse = threading.Thread(target=self._beat, name="flights", daemon=True)
                    self._pulse.start()
        return start

    def land(self, completion: Completion, render: bytes | None, *, kept: bool) -> None:
        """As in `Flights`. Where Redis is down nobody can be told: those who wait look again by themselves."""
        with self._lock:
            self._begun.discard(completion.key)
        carried = None if kept else render
        marks = (_mark(completion.key), _deaths(completion.key))
        self._tell(replace(completion, carried=carried is not None), carried, marks)

    def lost(self, key: str) -> None:
        """As in `Flights`. The mark stays, by which the next who looks knows that a worker died."""
        self._tell(Completion(key, DROPPED), None, ())

    def waiting(self) -> int:
        """As in `Flights`."""
        with reached():
            return int(str(self._count_waiting((WAITING,))))

    def check(self) -> None:
        """As in `Flights`."""
        with reached():
            self._redis.execute_command(*redis_errors.PROBE)  # type: ignore[no-untyped-call]

    def listen(self, listener: Listener) -> None:
        """As in `Flights`; on a thread, which subscribes again whenever the connection breaks."""
        self._subscriber = threading.Thread(target=self._listen, args=(listener,), name="completions", daemon=True)
        self._subscriber.start()
        self._subscribed.wait(self.LISTEN_SECONDS)

    def close(self) -> None:
        """As in `Flights`."""
        self._closed.set()
        for thread in (self._subscriber, self._pulse):
            if thread is not None:
                thread.join(2 * self.TIMEOUT)
        self._redis.close()

    def _tell(self, completion: Completion, carried: bytes | None, forgotten: tuple[str, ...]) -> None:
        try:
            with self._redis.pipeline(transaction=True) as pipe:
                if carried is not None:
                    pipe.set(_carried(completion.key), carried, ex=self.CARRIED_SECONDS)
                pipe.delete(_flight(completion.key), _reserved(completion.key), *forgotten)
                pipe.zrem(WAITING, _flight(completion.key))
                pipe.publish(self.CHANNEL, written(completion))
                pipe.execute()
        except redis.RedisError as error:
            log.warning("the end of a render could not be announced: %s", redis_errors.sentence(error))

    def _beat(self) -> None:
        """Says what is begun here, also to a Redis that has forgotten it: else another worker would begin it too."""
        while not self._closed.wait(self.SAY_AGAIN):
            # Under the lock: what has landed must not be said again.
            with self._lock:
                try:
                    with self._redis.pipeline(transaction=True) as pipe:
                        for key in self._begun:
                            pipe.hset(_flight(key), "state", "begun")
                            pipe.pexpire(_flight(key), int(self._leases.begun * 1000))
                        pipe.execute()
                except redis.RedisError as error:
                    said = redis_errors.sentence(error)
                    log.warning("Redis could not be told which renders are under way: %s", said)

    def _listen(self, listener: Listener) -> None:
        while not self._closed.is_set():
            try:
                with self._redis.pubsub() as subscription:  # type: ignore[no-untyped-call]
                    subscription.subscribe(self.CHANNEL)
                    while not self._closed.is_set():
                        message = subscription.get_message(timeout=self.LISTEN_SECONDS)
                        if message is not None and message["type"] == "subscribe":
                            self._subscribed.set()
                        elif message is not None and message["type"] == "message":
                            self._received(message["data"], listener)
            except redis.RedisError as error:
                said = redis_errors.sentence(error)
                log.warning("the channel of finished renders is broken, subscribing again: %s", said)
                self._closed.wait(self.RECONNECT_SECONDS)

    def _received(self, data: bytes, listener: Listener) -> None:
        try:
            completion = Completion(**json.loads(data))
            texts = (completion.key, completion.outcome, completion.reason, completion.damage)
            if not all(isinstance(text, str) for text in texts):
                raise TypeError("a completion is made of text")
        except (ValueError, TypeError):
            log.warning("a completion on %s can't be read: %.200r", self.CHANNEL, data)
            return
        render = self._redis.get(_carried(completion.key)) if completion.carried else None
        listener(completion, render if isinstance(render, bytes) else None)


@contextmanager
def reached() -> Iterator[None]:
    """Around a call of Redis.

    Raises:
        FlightsDown: it does not answer, or refuses; the sentence says which.
    """
    try:
        yield
    except redis.RedisError as error:
        raise FlightsDown(redis_errors.sentence(error)) from error


def written(completion: Completion) -> str:
    """As it goes over the channel. What is not said is left out, as a front end of an older version may not know it."""
    return json.dumps({name: value for name, value in asdict(completion).items() if value})


def _text(answer: object) -> str:
    return answer.decode() if isinstance(answer, bytes) else str(answer)


def flight_key(key: str) -> str:
    """Where in Redis the flight of that key is, as long as there is one."""
    return f"darkroom:flight:{key}"


def _flight(key: str) -> str:
    return flight_key(key)


def _mark(key: str) -> str:
    return f"darkroom:begun:{key}"


def _deaths(key: str) -> str:
    return f"darkroom:deaths:{key}"


def _reserved(key: str) -> str:
    return f"darkroom:reserved:{key}"


def _carried(key: str) -> str:
    return f"darkroom:carried:{key}"
