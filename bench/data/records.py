"""A catalogue of a million records without files, of photos as people have them."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Engine, insert

from catalog import photoid
from catalog.database import writing
from catalog.metadata import READER, Header, Metadata
from catalog.scan import record
from catalog.schema import details, folders, photos, roots, texts
from catalog.search import words

BATCH = 10_000
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
# Some hundreds of persons; one camera of each of these.
PERSONS = [f"{first} {last}son" for first in ("Ann", "Bob", "Eva", "Ole", "Pia") for last in map(str, range(60))]
CAMERAS = (
    ("Apple", "iPhone 11 Pro Max", "iPhone 11 Pro Max back triple camera 4.25mm f/1.8", "14.4.2"),
    ("Apple", "iPhone 6", "iPhone 6 back camera 4.15mm f/2.2", "8.3"),
    ("NIKON CORPORATION", "NIKON D70s", "18.0-70.0 mm f/3.5-4.5", "Ver.1.00"),
    ("Canon", "Canon EOS 40D", "EF-S17-85mm f/4-5.6 IS USM", "Adobe Photoshop Lightroom 6.14 (Windows)"),
    ("samsung", "SM-G930F", "", "G930FXXU1BPH6"),
    ("FUJIFILM", "X-T2", "XF35mmF2 R WR", "Digital Camera X-T2 Ver4.00"),
)
ALIASES = ("photos", "archive")

Place = tuple[int, str, str]  # root, path, date
DETAILS = [column.name for column in details.c if column.name != "number"]


def places(chance: random.Random) -> Iterator[Place]:
    """Without end: photos as people have them: some 120 in a folder, named by a camera or a phone."""
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


def fill(engine: Engine, some: Iterator[Place], chance: random.Random) -> None:
    """Writes many records at once into a new catalogue."""
    numbers: dict[str, int] = {}
    with engine.connect() as connection:
        with writing(connection):
            connection.execute(
                insert(roots), [{"id": 1 + n, "alias": a, "active": True} for n, a in enumerate(ALIASES)]
            )
        number = 0
        while batch := list(islice(some, BATCH)):
            before = len(numbers)
            rows: list[dict[str, object]] = []
            described: list[dict[str, object]] = []
            for root, path, created in batch:
                number += 1
                folder = numbers.setdefault(words.folder(ALIASES[root - 1], path), len(numbers) + 1)
                same: dict[str, object] = {"number": number, "root_id": root, **record.placed(ALIASES[root - 1], path)}
                made = header(created, chance)
                same |= {"folder_id": folder, "reader": READER, "rating": made.metadata.rating}
                described.append({name: getattr(made.metadata, name) for name in DETAILS} | {"number": number})
                rows.append(same | _columns(made) | words.texts(path, created, made.metadata))
            with writing(connection):
                new = [{"id": key, "name": name} for name, key in islice(numbers.items(), before, None)]
                if new:
                    connection.execute(insert(folders), new)
                # Each takes the columns that it has.
                connection.execute(insert(photos), [_only(row, photos.c.keys()) for row in rows])
                connection.execute(insert(texts), [_only(row, texts.c.keys()) for row in rows])
                connection.execute(insert(details), described)


def header(created: str, chance: random.Random) -> Header:
    """What a scan might have read of a photo, with an id of its own."""
    identity = photoid.encode(chance.randbytes(photoid.SIZE))
    size, mtime = chance.randrange(10**7), chance.randrange(10**18)
    return Header(size, mtime, 4000, 3000, "JPEG", created, None, identity, _known(chance))


def _known(chance: random.Random) -> Metadata:
    """What cameras write into every photo, and people into some."""
    make, model, lens, software = chance.choice(CAMERAS)
    place = (round(chance.uniform(-60, 70), 6), round(chance.uniform(-180, 180), 6))
    latitude, longitude = place if chance.random() < 0.4 else (None, None)
    return Metadata(
        title=f"{chance.choice(THEMES)} at {chance.choice(PLACES)}" if chance.random() < 0.1 else "",
        description=" ".join(chance.choices(THEMES + PLACES, k=12)) if chance.random() < 0.1 else "",
        keywords=tuple(chance.sample(THEMES, chance.randint(1, 5))) if chance.random() < 0.4 else (),
        persons=tuple(chance.sample(PERSONS, chance.randint(1, 3))) if chance.random() < 0.2 else (),
        rating=chance.randint(1, 5) if chance.random() < 0.2 else 0,
        make=make,
        model=model,
        lens=lens,
        software=software,
        exposure_time=1 / chance.randint(10, 2000),
        aperture=chance.choice((1.8, 2.8, 4.0, 5.6, 8.0)),
        focal_length=chance.choice((4.25, 24.0, 35.0, 50.0, 90.0)),
        iso=100 * chance.randint(1, 32),
        latitude=latitude,
        longitude=longitude,
    )


def _columns(header: Header) -> dict[str, object]:
    """The columns of `photos` that a header gives, with its content's id as the photo's."""
    names = ("content_id", "bytes", "mtime_ns", "ctime_ns", "inode", "width", "height", "format", "created")
    return {name: getattr(header, name) for name in names} | {"photoid": header.content_id, "edits": 0}


def _only(row: dict[str, object], names: list[str]) -> dict[str, object]:
    return {name: row[name] for name in names}
