"""`python -m tests.end_to_end.resilience.stranger.family URL SECONDS FILE`: a family of five looks at photos, each from
an address of its own. FILE names, as JSON, their addresses and each one's paths, of renders that are cached. Prints as
JSON what was answered how often, and how many milliseconds it took.
"""

import http.client
import json
import random
import statistics
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

PAUSE = 0.05  # seconds between two photos
LEAVES = 0.1  # of photos, before which the connection is closed
PATIENCE = 30.0


@dataclass
class Seen:
    """What one member of the family saw: the statuses, by their number or the name of an error, and milliseconds."""

    statuses: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)


def look(url: str, address: str, paths: list[str], seconds: float, seen: Seen) -> None:
    """Looks at one photo after the other, now and then on a new connection. As a browser does it asks once more where a
    connection that was kept turns out to be closed.
    """
    host = urlsplit(url).netloc
    connection = http.client.HTTPConnection(host, timeout=PATIENCE, source_address=(address, 0))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if random.random() < LEAVES:
            connection.close()
        began = time.perf_counter()
        path, kept = random.choice(paths), connection.sock is not None
        try:
            try:
                status = got(connection, path)
            except (OSError, http.client.HTTPException):
                connection.close()
                if not kept:
                    raise
                status = got(connection, path)
            seen.statuses[str(status)] += 1
        except (OSError, http.client.HTTPException) as error:
            seen.statuses[type(error).__name__] += 1
            connection.close()
        seen.took.append((time.perf_counter() - began) * 1000)
        time.sleep(PAUSE)
    connection.close()


def got(connection: http.client.HTTPConnection, path: str) -> int:
    """Asks, reads the whole answer, and gives its status."""
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def main(url: str, seconds: float, plan: Path) -> None:
    """Looks, and says what was seen."""
    people = json.loads(plan.read_text())
    seen = [Seen() for _ in people]
    threads = [
        threading.Thread(target=look, args=(url, each["address"], each["paths"], seconds, one))
        for each, one in zip(people, seen, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = [each for one in seen for each in one.took]
    statuses = sum((one.statuses for one in seen), Counter[str]())
    quantiles = statistics.quantiles(took, n=100)
    print(json.dumps({"statuses": statuses, "median": quantiles[49], "p99": quantiles[98], "longest": max(took)}))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))
