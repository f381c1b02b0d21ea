"""Where somebody else is better than Darkroom: sentences, made of the samples alone."""

from collections.abc import Iterator

from bench.reporting.compare import nearer, ratios, values, where, whos
from bench.reporting.results import Results
from bench.reporting.verdicts import OURS, SERVERS


def better(results: Results) -> list[str]:
    """A sentence for each case, in the order of the measures."""
    return [
        *_misses(results),
        *_hits(results),
        *_storm(results),
        *_stampede(results),
        *_quality(results),
        *_memory(results),
    ]


def _misses(results: Results) -> Iterator[str]:
    rows = results.rows("miss")
    for ours in (who for who in whos(rows) if who.startswith(OURS)):
        for peer in (who for who in SERVERS if who in whos(rows)):
            for size in values(rows, "size"):
                found = ratios(rows, peer, ours, "ms", size=size)
                if found and found.ahead < len(found.each):
                    (photo, _), worst = found.worst
                    yield (
                        f"Misses at {size}: {peer} is faster than {ours} for {len(found.each) - found.ahead} of "
                        f"{len(found.each)} photos, at best {1 / worst:.2f} times as fast ({photo})."
                    )


def _hits(results: Results) -> Iterator[str]:
    rows = results.rows("hit")
    for who in whos(rows):
        if who.startswith(OURS):
            continue
        for connections in values(rows, "connections"):
            ours = where(rows, OURS, connections=connections)[0].median("requests/s")
            theirs = where(rows, who, connections=connections)[0].median("requests/s")
            if theirs > ours:
                times = theirs / ours
                yield f"Hits over {connections} connections: {who} gives out {times:.2f} times as many a second."


def _storm(results: Results) -> Iterator[str]:
    rows = where(results.rows("storm"), when="storm")
    for peer in (who for who in SERVERS if who in whos(rows)):
        for ours in (who for who in whos(rows) if who.startswith(OURS)):
            mine, theirs = where(rows, ours)[0], where(rows, peer)[0]
            if theirs.median("p99 ms") < mine.median("p99 ms"):
                yield f"Storm: the p99 of {peer}'s hits is lower than that of {ours}."
            if theirs.median("misses answered") > mine.median("misses answered"):
                yield f"Storm: {peer} renders more of the misses meanwhile than {ours}."


def _stampede(results: Results) -> Iterator[str]:
    rows = results.rows("stampede")
    for peer in (who for who in SERVERS if who in whos(rows)):
        for row in (row for row in rows if row.who.startswith(OURS)):
            if where(rows, peer)[0].median("last s") < row.median("last s"):
                yield f"Stampede: {peer} has answered the last client before {row.who} has."


def _quality(results: Results) -> Iterator[str]:
    rows = results.rows("quality")
    for peer in (who for who in SERVERS if who in whos(rows)):
        for size in values(rows, "size"):
            found = nearer(where(rows, size=size), OURS, peer, results.quality)
            behind = [-by for by in found.values() if by < 0]
            if behind:
                yield (
                    f"Quality at {size}: at the same bytes {peer} is nearer to the photo for {len(behind)} of "
                    f"{len(found)} photos, by {max(behind):.2f} dB at most."
                )


def _memory(results: Results) -> Iterator[str]:
    rows = results.rows("memory")
    for when in values(rows, "when"):
        for ours in (who for who in whos(rows) if who.startswith(OURS)):
            mine = where(rows, ours, when=when)[0].median("sum")
            for row in where(rows, when=when):
                if row.who in SERVERS and row.median("sum") < mine:
                    yield f"Memory ({when}): {row.who} holds {row.median('sum'):.0f} MB where {ours} holds {mine:.0f}."
