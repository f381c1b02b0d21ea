"""A catalogue from before disks were noted comes over with what is known against its photos, and its ids."""

import contextlib
import sqlite3
from pathlib import Path

from sqlalchemy import delete, select

from catalog.database import FILE, open_catalog, writing
from catalog.photos import Photos
from catalog.scan import missing
from catalog.schema import photos, render_failures
from tests.catalog.migrations.older import make_older

PHOTOS = (
    "INSERT INTO photos (number, photoid, content_id, root_id, alias, folder_id, path, bytes, mtime_ns, width, height,"
    " format, created) VALUES (?, ?, ?, 1, 'a', 1, ?, 9, 8, 30, 20, 'JPEG', '2020-01-02T03:04:05')"
)


def test_faults_outlast_it_and_go_with_their_photos(tmp_path: Path) -> None:
    make_older(tmp_path, "0007_setup")
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as old:
        old.execute("INSERT INTO roots VALUES (1, 'a', 1)")
        old.execute("INSERT INTO folders VALUES (1, '@a/')")
        for number in (1, 2, 3):
            old.execute(PHOTOS, (number, bytes([number] * 16), bytes([number] * 16), b"%d.jpg" % number))
            row = (bytes([number] * 16), 9, 8, "damaged", f"It is {number}.", "2020-01-02T03:04:05Z", "setup")
            old.execute("INSERT INTO faults VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        old.commit()
    engine = open_catalog(tmp_path)
    assert [failure.reason for failure in Photos(engine).failures()] == ["It is 1.", "It is 2.", "It is 3."]
    with engine.connect() as connection:
        with writing(connection):
            connection.execute(delete(photos).where(photos.c.number == 1))
            missing.keep(connection, photos.c.number == 2)
        reasons = select(render_failures.c.reason).order_by(render_failures.c.photoid)
        assert connection.execute(reasons).scalars().all() == ["It is 2.", "It is 3."]
        connection.rollback()
        with writing(connection):
            missing.expire(connection, 0.0)
        assert connection.execute(reasons).scalars().all() == ["It is 3."]
    engine.dispose()
