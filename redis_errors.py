"""What is wrong with a Redis, in a sentence: it does not answer, or it answers and refuses, which is another thing to
mend. One place for what redis-py raises, and for what kombu makes of that.
"""

import re
from collections.abc import Iterator

import redis

PROBE = ("LPUSHX", "darkroom:probe", "1")
"""A command that writes nothing, as there never is such a key, and is refused where anything that writes would be."""

# By the first word of Redis's error. Only what an operator can meet; whatever else it says is repeated as it stands.
REFUSALS = {
    "READONLY": "Redis refuses to write, as it is a read-only replica",
    "MISCONF": "Redis refuses to write, as it can't save its data on its disk",
    "OOM": "Redis refuses to write, as its memory is full",
    "NOREPLICAS": "Redis refuses to write, as too few replicas follow it",
    "UNBLOCKED": "Redis refuses whoever waits for tasks, as it has become a replica",
    "NOPERM": "Redis refuses a command or a key to which the user of redis.url has no right",
    "NOAUTH": "Redis refuses whoever names no password, and redis.url has none",
    "WRONGPASS": "Redis refuses the user or the password of redis.url",
    "LOADING": "Redis refuses everything while it loads its data",
    "BUSY": "Redis refuses everything while a script runs in it",
    "MASTERDOWN": "Redis refuses to answer, as it is a replica that has lost its master",
    "CLUSTERDOWN": "Redis refuses everything, as its cluster is down",
    "MOVED": "Redis refuses what another node of its cluster has; Darkroom needs one that is no cluster",
    "ASK": "Redis refuses what another node of its cluster has; Darkroom needs one that is no cluster",
    "TRYAGAIN": "Redis refuses what another node of its cluster has; Darkroom needs one that is no cluster",
    "CROSSSLOT": "Redis refuses keys of several slots, as it is a cluster; Darkroom needs one that is none",
    "DENIED": "Redis refuses callers of other machines, as it is in protected mode",
}
# Redis has no word for these.
PHRASES = {
    "max number of clients reached": "Redis refuses more connections than its maxclients",
    "invalid username-password pair": "Redis refuses the user or the password of redis.url (WRONGPASS)",
    "invalid password": "Redis refuses the user or the password of redis.url (WRONGPASS)",
    "without any password configured": "Redis refuses the password of redis.url, as it has none itself",
    "No connection available": "all connections to Redis are in use",
}
CODE = re.compile(rf"(?<![\w'])({'|'.join(REFUSALS)})(?![\w'])")
COMMAND = re.compile(r"the '([\w|]+)' command")


def sentence(error: BaseException) -> str:
    """What is wrong, without a full stop; `error` is redis-py's or kombu's, or the system's."""
    refused = _refusal(error)
    if refused is not None:
        return refused
    own = next((each for each in _chain(error) if isinstance(each, redis.RedisError | OSError)), error)
    said = " ".join(str(own).split()) or type(own).__name__
    return f"Redis refuses: {said}" if answers(error) else f"Redis does not answer: {said}"


def answers(error: BaseException) -> bool:
    """Whether Redis answers, if only to say no."""
    return _refusal(error) is not None or any(isinstance(each, redis.ResponseError) for each in _chain(error))


def _refusal(error: BaseException) -> str | None:
    """What Redis refuses, and why, where that is a case that is known; else None, as where it does not answer."""
    for each in _chain(error):
        text = str(each)
        code = _code(each, text)
        if code is not None:
            command = COMMAND.search(text) if code == "NOPERM" else None
            return f"{REFUSALS[code]} ({f'{code}: {command[1]}' if command else code})"
        for phrase, refused in PHRASES.items():
            if phrase in text:
                return refused
    return None


def _code(error: BaseException, text: str) -> str | None:
    known = str(getattr(error, "status_code", ""))  # where redis-py has taken it out of the text
    if known in REFUSALS:
        return known
    found = CODE.search(text)  # of a script or of several commands, it stands somewhere within
    return found[1] if found else None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it was raised from: kombu's have redis-py's behind them."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
