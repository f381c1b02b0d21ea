"""How long queries take over a large catalogue: `python -m bench.queries --photos 1000000`.

Makes that many photo records (no files) in a temporary folder, the last thousands of them as a scan writes them
down; then asks by turns, each kind of query with other words each time, and prints milliseconds, also those
of CPU, which the load of other programs leaves alone. A million take about four minutes to make; `--data FOLDER` asks
the catalogue of a data folder that has them already (`python -m bench.data.scale_data` leaves some in bench/.peers).
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine, false, func, select

from bench.data.records import PERSONS, Place, fill, header, places
from catalog import photoid
from catalog.database import FILE, open_catalog, writing
from catalog.scan import record
from catalog.schema import photos
from catalog.search import words
from catalog.search.query import parse
from catalog.search.sql import Search, Sort

RECORDED = 5_000  # photos written down as a scan does, …
ALIKE = 200  # … so many in one transaction
Taken = tuple[float, float, int]  # seconds, seconds of CPU, how many were found
Text = Callable[[str, str], str]  # of a path and a date, a query


def main() -> None:
    """Makes the catalogue, asks, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000, help="records to make (default 100,000)")
    parser.add_argument("--rounds", type=int, default=20, help="times that each kind of query is asked")
    parser.add_argument("--data", type=Path, help="a data folder with a catalogue (default: one is made)")
    chosen = parser.parse_args()
    chance = random.Random(1)
    if chosen.data:
        engine = open_catalog(chosen.data)
        _ask(engine, chosen.rounds, chance)
        engine.dispose()
        print(f"\ncatalogue: {(chosen.data / FILE).stat().st_size / 2**20:.0f} MiB")
        return
    with tempfile.TemporaryDirectory() as folder:
        engine = open_catalog(Path(folder))
        library = places(chance)
        began = time.perf_counter()
        fill(engine, islice(library, max(0, chosen.photos - RECORDED)), chance)
        print(f"made in {time.perf_counter() - began:.0f} s")
        print(
            f"written down as by a scan: {_record(engine, islice(library, RECORDED), chance):.2f} ms a photo (median)"
        )
        _ask(engine, chosen.rounds, chance)
        engine.dispose()
        print(f"\ncatalogue: {(Path(folder) / FILE).stat().st_size / 2**20:.0f} MiB")


def _record(engine: Engine, some: Iterator[Place], chance: random.Random) -> float:
    """Milliseconds that the scan's own way of writing takes for a photo."""
    taken = []
    with engine.connect() as connection:
        while batch := list(islice(some, ALIKE)):
            began = time.perf_counter()
            with writing(connection):
                for root, path, created in batch:
                    record.photo(connection, root, path, header(created, chance), gone=false())
            taken.append((time.perf_counter() - began) / len(batch))
    return statistics.median(taken) * 1000


class _Questions:
    """Asks a catalogue; each question gives the seconds that it took, of the clock and of CPU, and how many
    photos were found."""

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

    def find(self, text: Text, sort: Sort) -> Taken:
        """Finds photos by a query that has to do with some photo."""
        path, created, _ = self.some()
        query = text(path, created)
        began, cpu = time.perf_counter(), time.process_time()
        found = self._search.find(parse(query), sort=sort)
        return time.perf_counter() - began, time.process_time() - cpu, len(found) // photoid.SIZE

    def sees(self) -> Taken:
        """Whether a photo is to be seen through three filters."""
        path, created, identity = self.some()
        texts = (f'dir:"{_folder(path)}"', "wedding -rome", f"year:{created[:4]} or *2")
        filters = [parse(text) for text in texts]
        began, cpu = time.perf_counter(), time.process_time()
        sees = self._search.sees(identity, filters)
        return time.perf_counter() - began, time.process_time() - cpu, int(sees)


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
    "a person": (lambda path, _: f'person:"{_person(path)}"', "date"),
    "a person and a keyword": (lambda path, _: f'person:"{_person(path)}" keyword:sea', "date"),
    "title and year": (lambda path, created: f'title:"{_folder(path).split()[1]}" year:{created[:4]}', "date"),
    "camera and day": (lambda _, created: f"camera:iphone date:{created[:10]}", "date"),
    "stars and month": (lambda _, created: f"rating:4..5 date:{created[:7]}", "date"),
    "stars": (lambda *_: "rating:5", "date"),
    "camera": (lambda *_: 'camera:"nikon d70s"', "date"),
    "wildcard at the start": (lambda path, _: f"*{_name(path)[-9:-4]}", "date"),
    "a year": (lambda _, created: f"year:{created[:4]}", "date"),
    "all but a word": (lambda path, _: f"-{_folder(path).split()[1]}", "date"),
    "a word of all": (lambda *_: "jpg", "date"),
    "*": (lambda *_: "*", "date"),
    "*, by -date": (lambda *_: "*", "-date"),
    "*, by rating": (lambda *_: "*", "rating"),
    "*, by name": (lambda *_: "*", "name"),
    "*, at random": (lambda *_: "*", "random"),
}


def _ask(engine: Engine, rounds: int, chance: random.Random) -> None:
    questions = _Questions(engine, chance)
    taken: dict[str, list[Taken]] = {}
    for _ in range(rounds):
        for kind, (text, sort) in KINDS.items():
            taken.setdefault(kind, []).append(questions.find(text, sort))
        taken.setdefault("sees, three filters", []).append(questions.sees())
    print("\n| query | found (median) | median ms | p95 ms | median CPU ms | p95 CPU ms |\n|---|---|---|---|---|---|")
    for kind, results in taken.items():
        seconds, cpu, found = (sorted(each) for each in zip(*results, strict=True))
        last = min(len(results) - 1, int(0.95 * len(results)))
        columns = (statistics.median(seconds), seconds[last], statistics.median(cpu), cpu[last])
        cells = " | ".join(f"{each * 1000:.1f}" for each in columns)
        print(f"| {kind} | {statistics.median(found):.0f} | {cells} |")


def _folder(path: str) -> str:
    return path.split("/")[1]


def _person(path: str) -> str:
    """One of them, as a rule another one for another path."""
    return PERSONS[sum(path.encode()) % len(PERSONS)]


def _name(path: str) -> str:
    return path.split("/")[-1]


def _month(created: str) -> str:
    return words.MONTHS[int(created[5:7]) - 1]


if __name__ == "__main__":
    main()
