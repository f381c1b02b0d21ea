"""A catalogue from before comes over with its words found by their parts, and its photos in the order of people."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from catalog.database import FILE, open_catalog
from catalog.generations import Generations
from catalog.photos import Photos
from catalog.search.query import parse
from catalog.search.sql import Search
from tests.catalog.migrations.older import make_older

PATHS = ("東京タワー/IMG_10.jpg", "東京タワー/IMG_2.jpg", "ﾄｳｷｮｳ/a.jpg", "トウキョウ/b.jpg")


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """The folder of a catalogue at the revision before, with some photos as they were written down then."""
    make_older(tmp_path, "0007_setup")
    engine = create_engine(f"sqlite:///{tmp_path / FILE}")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO roots VALUES (1, 'photos', 1)"))
        for number, path in enumerate(PATHS, start=1):
            folder, _, name = path.rpartition("/")
            row = {"number": number, "folder": f"@photos/{folder.casefold()}/", "path": path.encode()}
            row |= {"id": bytes([number] * 16), "name": f" {name.lower().replace('_', ' ').replace('.', ' ')} "}
            connection.execute(text("INSERT OR IGNORE INTO folders (name) VALUES (:folder)"), row)
            connection.execute(
                text(
                    "INSERT INTO photos (number, photoid, content_id, root_id, alias, folder_id, path, bytes, "
                    "mtime_ns, width, height, format, created) SELECT :number, :id, :id, 1, 'photos', id, :path, "
                    "1, 2, 3, 4, 'JPEG', '2015-01-01T00:00:00' FROM folders WHERE name = :folder"
                ),
                row,
            )
            texts = (
                "INSERT INTO texts (number, name, folders, month, keywords) "
                "VALUES (:number, :name, :words, ' jan ', :keys)"
            )
            row |= {"words": f" {folder.casefold()} ", "keys": " 渋谷駅 \ufffd sea "}
            connection.execute(text(texts), row)
        connection.execute(text("DELETE FROM changes"))
    engine.dispose()
    return tmp_path


@pytest.fixture
def engine(before: Path) -> Iterator[Engine]:
    """The catalogue, brought up to date."""
    opened = open_catalog(before)
    yield opened
    opened.dispose()


def test_words_are_found_by_their_parts(engine: Engine) -> None:
    search = Search(engine)
    found = {
        query: {number[0] for number in _each(search.find(parse(query)))}
        for query in ("タワー", "東京", "keyword:渋谷", 'keyword:"駅 sea"', "sea", "キョウ", "dir:トウキョウ", "渋?駅")
    }
    assert found == {
        "タワー": {1, 2},
        "東京": {1, 2},
        "keyword:渋谷": {1, 2, 3, 4},
        'keyword:"駅 sea"': set(),
        "sea": {1, 2, 3, 4},
        "キョウ": {3, 4},
        "dir:トウキョウ": {3, 4},
        "渋?駅": {1, 2, 3, 4},
    }
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO words(words, rank) VALUES ('integrity-check', 1)"))
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.execute(text("SELECT count(*) FROM folders")).scalar_one() == 2


def test_photos_stand_in_the_order_of_people(engine: Engine) -> None:
    names = [photo.path.rpartition("/")[2] for photo in Photos(engine).everything()]
    assert names.index("IMG_2.jpg") < names.index("IMG_10.jpg")


def test_no_photo_is_another_one_for_it(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM changes")).scalar_one() == 0
    # From now on changes are noted again.
    generations = Generations(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE photos SET bytes = 7 WHERE number = 1"))
    generations.look()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM changes")).scalar_one() == 1


def _each(found: bytes) -> list[bytes]:
    return [found[start : start + 16] for start in range(0, len(found), 16)]
