"""How long queries take over a large catalogue: `python -m bench.queries --photos 1000000`.

Makes that many photo records (no files) in a temporary folder, the last thousands of them as a scan writes them
down; then asks by turns, each kind of query with other words each time, and prints milliseconds. A million take about
three minutes to make.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine, false, func, insert, select

from catalog import photoid, record, words
from catalog.database import FILE, open_catalog, writing
from catalog.metadata import Header
from catalog.query import parse
from catalog.schema import folders, photos, roots, texts
from catalog.search import Search, Sort

BATCH = 10_000
RECORDED = 5_000  # photos written down as a scan does, …
ALIKE = 200  # … so many in one transaction
PLACES = [
    "Zürich",
    "Rome",
    "Oslo",
    "Paris",
    "Lisbon",
    "Kyoto",
    "Napoli",
    "Bergen",
    "Ghent",
    "Porto",
    "Vienna",
    "Malmö",
    "Bristol",
    "Toledo",
    "Fès",
]
THEMES = [
    "holiday",
    "beach",
    "wedding",
    "birthday",
    "garden",
    "winter",
    "party",
    "hiking",
    "concert",
    "family",
    "zoo",
    "sea",
    "market",
    "museum",
    "snow",
]
ALIASES = ("photos", "archive")

Place = tuple[int, str, str]  # root, path, date
Text = Callable[[str, str], str]  # of a path and a date, a query


def main() -> None:
    """Makes the catalogue, asks, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000, help="records to make (default 100,000)")
    parser.add_argument("--rounds", type=int, default=20, help="times that each kind of query is asked")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_catalog(Path(folder))
        chance = random.Random(1)
        places = _places(chance)
        began = time.perf_counter()
        _fill(engine, islice(places, max(0, chosen.photos - RECORDED)), chance)
        print(f"made in {time.perf_counter() - began:.0f} s")
        print(f"written down as by a scan: {_record(engine, islice(places, RECORDED), chance):.2f} ms a photo (median)")
        _ask(engine, chosen.rounds, chance)
        engine.dispose()
        print(f"\ncatalogue: {(Path(folder) / FILE).stat().st_size / 2**20:.0f} MiB")


def _places(chance: random.Random) -> Iterator[Place]:
    """Photos as people have them: some 120 in a folder, named by a camera or a phone."""
    trip = 0
    while True:
        trip += 1
        root = 1 + trip % len(ALIASES)
        day = datetime(2000, 1, 1) + timedelta(minutes=chance.randrange(24 * 365 * 24 * 60))
        folder = f"{day.year}/{day:%m} {chance.choice(PLACES)} {chance.choice(THEMES)} {trip}"
        first = chance.randrange(10_000)
        for number in range(chance.randrange(20, 220)):
            at = day + timedelta(seconds=97 * number)
            name = f"IMG_{(first + number) % 10_000:04}.JPG" if trip % 3 else f"{at:%Y%m%d_%H%M%S}.jpg"
            yield root, f"{folder}/{name}", f"{at:%FT%T}"


def _fill(engine: Engine, places: Iterator[Place], chance: random.Random) -> None:
    """Writes many records at once."""
    numbers: dict[str, int] = {}
    with engine.connect() as connection:
        with writing(connection):
            connection.execute(
                insert(roots), [{"id": 1 + n, "alias": a, "active": True} for n, a in enumerate(ALIASES)]
            )
        number = 0
        while batch := list(islice(places, BATCH)):
            known = len(numbers)
            rows = []
            for root, path, created in batch:
                number += 1
                folder = numbers.setdefault(words.folder(ALIASES[root - 1], path), len(numbers) + 1)
                same = {"number": number, "root_id": root, "alias": ALIASES[root - 1], "folder_id": folder}
                rows.append(same | {"path": path} | _columns(_header(created, chance)) | words.texts(path, created))
            with writing(connection):
                new = [{"id": key, "name": name} for name, key in islice(numbers.items(), known, None)]
                if new:
                    connection.execute(insert(folders), new)
                # Each takes the columns that it has.
                connection.execute(insert(photos), [_only(row, photos.c.keys()) for row in rows])
                connection.execute(insert(texts), [_only(row, texts.c.keys()) for row in rows])


def _header(created: str, chance: random.Random) -> Header:
    identity = photoid.encode(chance.randbytes(photoid.SIZE))
    return Header(chance.randrange(10**7), chance.randrange(10**18), 4000, 3000, "JPEG", created, None, identity)


def _columns(header: Header) -> dict[str, object]:
    """The columns of `photos` that a header gives, with its content's id as the photo's."""
    names = ("content_id", "bytes", "mtime_ns", "width", "height", "format", "created")
    return {name: getattr(header, name) for name in names} | {"photoid": header.content_id}


def _only(row: dict[str, object], names: list[str]) -> dict[str, object]:
    return {name: row[name] for name in names}


def _record(engine: Engine, places: Iterator[Place], chance: random.Random) -> float:
    """Milliseconds that the scan's own way of writing takes for a photo."""
    taken = []
    with engine.connect() as connection:
        while batch := list(islice(places, ALIKE)):
            began = time.perf_counter()
            with writing(connection):
                for root, path, created in batch:
                    record.photo(connection, root, path, _header(created, chance), gone=false())
            taken.append((time.perf_counter() - began) / len(batch))
    return statistics.median(taken) * 1000


class _Questions:
    """Asks a catalogue; each question gives the seconds that it took and how many photos were found."""

    def __init__(self, engine: Engine, chance: random.Random) -> None:
        self._engine, self._chance = engine, chance
        self._search = Search(engine)
        with engine.connect() as connection:
            self._last = connection.execute(select(func.max(photos.c.number))).scalar_one()

    def some(self) -> tuple[str, str, str]:
        """Path, date and id of a photo."""
        query = select(photos.c.path, photos.c.created, photos.c.photoid)
        with self._engine.connect() as connection:
            number = self._chance.randint(1, self._last)
            path, created, identity = connection.execute(query.where(photos.c.number == number)).one()
        return path, created, identity

    def find(self, text: Text, sort: Sort) -> tuple[float, int]:
        """Finds photos by a query that has to do with some photo."""
        path, created, _ = self.some()
        query = text(path, created)
        began = time.perf_counter()
        found = self._search.find(parse(query), sort=sort)
        return time.perf_counter() - began, len(found) // photoid.SIZE

    def sees(self) -> tuple[float, int]:
        """Whether a photo is to be seen through three filters."""
        path, created, identity = self.some()
        texts = (f'dir:"{_folder(path)}"', "wedding -rome", f"year:{created[:4]} or *2")
        filters = [parse(text) for text in texts]
        began = time.perf_counter()
        sees = self._search.sees(identity, filters)
        return time.perf_counter() - began, int(sees)


KINDS: dict[str, tuple[Text, Sort]] = {
    "a file's name": (lambda path, _: _name(path), "date"),
    "a folder's name": (lambda path, _: _folder(path), "date"),
    "a number and a month": (lambda path, created: f"{path.split()[-1].split('/')[0]} {_month(created)}", "date"),
    "dir:": (lambda path, _: f'dir:"{_folder(path)}"', "date"),
    "dir: and a word of all": (lambda path, _: f'dir:"{_folder(path)}" jpg', "date"),
    "one day": (lambda _, created: f"date:{created[:10]}", "date"),
    "three words": (lambda path, _: " ".join(_folder(path).split()[1:]), "date"),
    "prefix": (lambda path, _: f"{_name(path)[:7]}*", "date"),
    "two words of many": (lambda path, _: " ".join(_folder(path).split()[1:3]), "date"),
    "wildcard at the start": (lambda path, _: f"*{_name(path)[-9:-4]}", "date"),
    "a year": (lambda _, created: f"year:{created[:4]}", "date"),
    "all but a word": (lambda path, _: f"-{_folder(path).split()[1]}", "date"),
    "a word of all": (lambda *_: "jpg", "date"),
    "*": (lambda *_: "*", "date"),
    "*, by -date": (lambda *_: "*", "-date"),
    "*, by name": (lambda *_: "*", "name"),
    "*, at random": (lambda *_: "*", "random"),
}


def _ask(engine: Engine, rounds: int, chance: random.Random) -> None:
    questions = _Questions(engine, chance)
    taken: dict[str, list[tuple[float, int]]] = {}
    for _ in range(rounds):
        for kind, (text, sort) in KINDS.items():
            taken.setdefault(kind, []).append(questions.find(text, sort))
        taken.setdefault("sees, three filters", []).append(questions.sees())
    print("\n| query | found (median) | median ms | p95 ms |\n|---|---|---|---|")
    for kind, results in taken.items():
        seconds = sorted(each for each, _ in results)
        found = statistics.median(each for _, each in results)
        p95 = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
        print(f"| {kind} | {found:.0f} | {statistics.median(seconds) * 1000:.1f} | {p95 * 1000:.1f} |")


def _folder(path: str) -> str:
    return path.split("/")[1]


def _name(path: str) -> str:
    return path.split("/")[-1]


def _month(created: str) -> str:
    return words.MONTHS[int(created[5:7]) - 1]


if __name__ == "__main__":
    main()
