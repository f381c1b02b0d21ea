"""A process that puts and gets at random: `python -m tests.cache.hammer FOLDER BUDGET SEED SECONDS [BYTES]`.

Prints a line every ten turns, and at the end what it did, as JSON. With 0 seconds it goes on until it is killed;
else for those seconds, and until it has written so many bytes.
"""

import json
import logging
import random
import sys
import time
from collections import Counter
from hashlib import blake2b
from pathlib import Path

from cache.disk import Budget, DiskTier
from cache.errors import TierError
from tests.cache.keys import key, render

LARGEST = 40_000


def made(number: int, length: int) -> bytes:
    """The only right render of that number and length."""
    return render(length, blake2b(f"{number} {length}".encode(), digest_size=1).digest())


def turn(tier: DiskTier, dice: random.Random, keys: int) -> str:
    """One put, get or drop; gives what came of it."""
    number, act = dice.randrange(keys), dice.random()
    if act < 0.5:
        length = dice.randrange(LARGEST // 20, LARGEST)
        try:
            return f"put {tier.put(key(number), made(number, length)) and length}"
        except TierError as error:
            logging.debug("%s", error)
            return "refused"
    if act < 0.98:
        found = tier.get(key(number))
        return "miss" if found is None else "hit" if found == made(number, len(found)) else "torn"
    tier.drop(key(number))
    return "dropped"


def main(folder: str, budget: str, seed: str, seconds: str, least: str = "0") -> None:
    """Goes on for so many seconds, and until so many bytes are written."""
    tier = DiskTier(Path(folder), Budget(int(budget), 10**6, free=0))
    dice, keys = random.Random(seed), int(budget) * 4 // LARGEST
    done: Counter[str] = Counter()
    end = time.monotonic() + float(seconds) if float(seconds) else float("inf")
    turns = 0
    while time.monotonic() < end or done["bytes"] < int(least):
        began = time.monotonic()
        came, _, length = turn(tier, dice, keys).partition(" ")
        done[came] += 1
        done["bytes"] += int(length or 0)
        done["slowest ms"] = max(done["slowest ms"], int((time.monotonic() - began) * 1000))
        turns += 1
        if turns % 10 == 0:
            print(turns, flush=True)
        if turns % 100 == 0:
            tier.flush()
    tier.flush()
    tier.close()
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
