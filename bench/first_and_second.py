"""How long the first and the second request of a size take: `python -m bench.first_and_second URL`.

The server must be new to these sizes: start it with a new DATA. Each photo is asked for once at 256x256, in a
screen of 1920x1080, and with no size (first: rendered), and then five times more (second: the median of those).
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from urllib.parse import quote

import httpx

SIZES = (("256x256", "&width=256&height=256"), ("1920x1080", "&width=1920&height=1080"), ("no size", ""))


def main() -> None:
    """Prints a table of milliseconds; the catalogue is found by the same settings as the server's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="of the server, such as http://127.0.0.1:8080")
    parser.add_argument("--below", default="", help="only photos whose path begins so")
    chosen = parser.parse_args()
    listing = subprocess.run(
        [sys.executable, "-m", "catalog", "photos", "--json"], check=True, capture_output=True, text=True
    )
    photos = [json.loads(line) for line in listing.stdout.splitlines()]
    print("| photo | size | first ms | second ms |\n|---|---|---|---|")
    with httpx.Client(base_url=chosen.url, timeout=60) as client:
        client.get("/ready").raise_for_status()
        for photo in photos:
            if photo["path"].startswith(chosen.below):
                for name, query in SIZES:
                    path = f"/picapportapi/1.0/getPhoto?photoid={quote(photo['photoid'], safe='')}{query}"
                    first = _milliseconds(client, path)
                    second = statistics.median(_milliseconds(client, path) for _ in range(5))
                    print(f"| {photo['path']} | {name} | {first:.0f} | {second:.1f} |")


def _milliseconds(client: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    client.get(path).raise_for_status()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
