"""The commands of the cache: what is in it, how often it helps, ways to empty it and to look it through."""

import argparse
import json
import logging
import re
import sys
from collections.abc import Sequence
from typing import Any

from tqdm import tqdm

from cache.disk import DiskTier
from cache.disk.rows import Size
from cache.errors import TierError
from cache.key import PHOTOID, STANDARD
from cache.redis import RedisTier
from cache.render_cache import tiers
from cache.summary import Summary, summaries
from cache.tier import Tier
from config import Settings

DURATION = re.compile(r"(\d{1,6})([smhdw])")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
FREQUENT = 10  # sizes that are listed
PATIENCE = 60.0  # seconds to wait while a server compares index and files
EVERY = 5.0  # seconds between two lines of progress, where nobody watches a bar

log = logging.getLogger("darkroom.cache")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tells the parser what these commands take."""
    commands = parser.add_subparsers(dest="cache_command", required=True, metavar="command")
    stats = commands.add_parser("stats", help="what is in each tier, and how often it helps")
    stats.add_argument("--json", action="store_true", help="as one JSON object")
    purge = commands.add_parser("purge", help="remove renders from disk and Redis")
    which = purge.add_mutually_exclusive_group(required=True)
    which.add_argument("--photoid", type=_photoid, help="those of one photo")
    which.add_argument("--older-than", type=_duration, metavar="AGE", help="those not used for so long: 30d, 12h, 2w")
    which.add_argument("--all", action="store_true", help="all of them")
    commands.add_parser("verify", help="read every file on disk; say and remove what is wrong")
    parser.set_defaults(run=run)


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Runs one command; gives the exit code: 0; 1 a tier can't be used, or something was wrong (and is mended)."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    kept = tiers(settings)
    try:
        if chosen.cache_command == "stats":
            return _stats(kept, settings, as_json=chosen.json)
        return _purge(kept, chosen) if chosen.cache_command == "purge" else _verify(kept)
    except KeyboardInterrupt:
        print("cache: stopped; what was done so far is kept", file=sys.stderr)
        return 130
    finally:
        for tier in kept:
            tier.close()


def _photoid(text: str) -> str:
    photoid = text.rstrip("=").translate(STANDARD)
    if not PHOTOID.fullmatch(photoid):
        raise argparse.ArgumentTypeError(f"{text!r} is no photo id, which is 22 characters of base64")
    return photoid


def _duration(text: str) -> int:
    match = DURATION.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no age: allowed are 90s, 30m, 12h, 30d, 2w")
    return int(match[1]) * SECONDS[match[2]]


def _stats(kept: Sequence[Tier], settings: Settings, *, as_json: bool) -> int:
    shown = list(summaries(kept, settings, own=False))
    troubles = {each.name: each.trouble for each in shown if each.trouble}
    sizes = list[Size]()
    for tier in kept:
        try:
            if isinstance(tier, DiskTier) and tier.name not in troubles:
                sizes = tier.sizes(FREQUENT)
        except (OSError, TierError) as error:
            troubles[tier.name] = str(error)
    code = max((_fail(*each) for each in troubles.items()), default=0)
    summary = {each.name: _summary(each) for each in shown}
    if as_json:
        print(json.dumps({"tiers": summary, "sizes": [_size_json(size) for size in sizes]}))
        return code
    print(f"{'tier':<8}{'entries':>12}{'bytes':>16}{'hits':>12}{'misses':>12}{'hit rate':>10}")
    for name, row in summary.items():
        entries, size = ("per process" if row[part] is None else row[part] for part in ("entries", "bytes"))
        rate = "-" if row["hitRate"] is None else f"{row['hitRate']:.1%}"
        print(f"{name:<8}{entries:>12}{size:>16}{row['hits']:>12}{row['misses']:>12}{rate:>10}")
    for size_ in sizes:
        print(f"{size_.width}x{size_.height}: {size_.entries} renders, {size_.bytes} bytes")
    return code


def _summary(tier: Summary) -> dict[str, Any]:
    return {
        "entries": tier.figures and tier.figures.entries,
        "bytes": tier.figures and tier.figures.bytes,
        "hits": tier.hits,
        "misses": tier.misses,
        "hitRate": None if tier.hit_rate is None else round(tier.hit_rate, 4),
    }


def _size_json(size: Size) -> dict[str, int]:
    return {"width": size.width, "height": size.height, "entries": size.entries, "bytes": size.bytes}


def _purge(kept: Sequence[Tier], chosen: argparse.Namespace) -> int:
    code = 0
    for tier in kept:
        if not isinstance(tier, DiskTier | RedisTier):
            continue
        try:
            print(f"{tier.name}: {_purged(tier, chosen)} renders removed")
        except (OSError, TierError) as error:
            code = _fail(tier.name, error)
    return code


def _purged(tier: DiskTier | RedisTier, chosen: argparse.Namespace) -> int:
    if isinstance(tier, DiskTier) and not tier.state().complete:
        for _ in tier.reconcile(patience=PATIENCE):
            pass  # what the index does not know of could not be removed
    if chosen.photoid:
        return tier.drop_photo(chosen.photoid)
    return tier.drop_unused(0 if chosen.all else chosen.older_than)


def _verify(kept: Sequence[Tier]) -> int:
    disk = next((tier for tier in kept if isinstance(tier, DiskTier)), None)
    if disk is None:
        print("cache: there is no disk tier: cache.disk.bytes or cache.disk.entries is 0", file=sys.stderr)
        return 1
    watched = sys.stderr.isatty()
    wrong = 0
    try:
        # Each render is looked at twice: from its file to its row, and from its row to its file.
        with tqdm(
            total=2 * disk.figures().entries,
            unit=" looks",
            file=sys.stderr if watched else _Lines(),
            mininterval=0.1 if watched else EVERY,
            bar_format=None if watched else "{n_fmt} of {total_fmt} looks",
        ) as bar:
            for chunk in disk.reconcile(reading=True, patience=PATIENCE):
                for path, trouble in chunk.wrong:
                    bar.write(f"{path} {trouble}: mended", file=sys.stdout)
                wrong += len(chunk.wrong)
                bar.update(chunk.looked)
        figures = disk.figures()
    except (OSError, TierError) as error:
        return _fail(disk.name, error)
    print(f"{figures.entries} renders of {figures.bytes} bytes are whole; {wrong} were wrong and are mended")
    return 1 if wrong else 0


class _Lines:
    """What tqdm writes to where there is no terminal: each state of its bar is a line of the log."""

    def write(self, text: str) -> None:
        """A state, or what would move the cursor."""
        if text.strip():
            log.info("%s", text.strip())

    def flush(self) -> None:
        """Nothing: lines are written at once."""


def _fail(name: str, error: Exception | str) -> int:
    print(f"cache: the {name} tier can't be used: {error}", file=sys.stderr)
    return 1
