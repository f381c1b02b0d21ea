"""The time zone in which a photo was created; the order in which people count; words of scripts without spaces."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from catalog import names
from catalog.search import words

revision = "0009_metadata"
down_revision = "0008_damages"
branch_labels = None
depends_on = None

BATCH = 1000
TEXTS = ("name", "folders", "title", "description", "keywords", "persons", "camera", "lens", "software")


def upgrade() -> None:
    """Adds the columns and fills them; the next scan reads every file with the reader that knows of time zones."""
    op.add_column("details", sa.Column("offset", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("texts", sa.Column("unspaced", sa.Boolean(), nullable=False, server_default="0"))
    for name in ("path_key", "name_key"):
        op.add_column("photos", sa.Column(name, sa.LargeBinary(), nullable=False, server_default=sa.text("x''")))
    op.drop_index("ix_photos_order", "photos")
    # Nobody hears of it: to other processes no photo is another one.
    _without_triggers("photos", _keys, _folders)
    op.create_index("ix_photos_order", "photos", ["created", "alias", "path_key", "photoid"])
    op.create_index("ix_photos_name", "photos", ["name_key", "alias", "path_key", "photoid"])
    _words()


def _without_triggers(table: str, *changes: Callable[[sa.Connection], None]) -> None:
    connection = op.get_bind()
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
    triggers = connection.execute(sa.text(query), {"table": table}).all()
    for name, _ in triggers:
        op.execute(f"DROP TRIGGER {name}")
    for change in changes:
        change(connection)
    for _, made in triggers:
        connection.exec_driver_sql(made)


def _keys(connection: sa.Connection) -> None:
    fill = sa.text("UPDATE photos SET path_key = :path_key, name_key = :name_key WHERE number = :number")
    for batch in _batches(connection, "SELECT number, path FROM photos WHERE number > :after"):
        paths = ((row.number, os.fsdecode(row.path)) for row in batch)
        connection.execute(fill, [{"number": number, **_keys_of(path)} for number, path in paths])


def _keys_of(path: str) -> dict[str, bytes]:
    return {"path_key": names.order(path), "name_key": names.order(path.rpartition("/")[2])}


def _words() -> None:
    """Texts with characters that are words by themselves now; triggers keep the index true to them."""
    connection = op.get_bind()
    odd = " OR ".join(f"{name} GLOB '*[^ -~]*'" for name in TEXTS)
    columns = ", ".join(f"{name} = :{name}" for name in (*TEXTS, "unspaced"))
    fill = sa.text(f"UPDATE texts SET {columns} WHERE number = :number")  # noqa: S608 - of constants
    for batch in _batches(connection, f"SELECT * FROM texts WHERE ({odd}) AND number > :after"):  # noqa: S608
        rows = [{name: words.again(getattr(row, name)) for name in TEXTS} | {"number": row.number} for row in batch]
        for row in rows:
            row["unspaced"] = any(words.has_unspaced(row[name]) for name in TEXTS)
        connection.execute(fill, rows)


def _folders(connection: sa.Connection) -> None:
    """Names as they are folded now; of two that are one now the first stays."""
    odd = connection.execute(sa.text("SELECT id, name FROM folders WHERE name GLOB '*[^ -~]*'")).all()
    for number, name in odd:
        now = names.fold(name)
        if now == name:
            continue
        there = connection.execute(sa.text("SELECT id FROM folders WHERE name = :now"), {"now": now}).scalar()
        if there is None:
            connection.execute(sa.text("UPDATE folders SET name = :now WHERE id = :id"), {"now": now, "id": number})
        else:
            move = sa.text("UPDATE photos SET folder_id = :there WHERE folder_id = :id")
            connection.execute(move, {"there": there, "id": number})
            connection.execute(sa.text("DELETE FROM folders WHERE id = :id"), {"id": number})


def _batches(connection: sa.Connection, query: str) -> Iterator[Sequence[sa.Row[Any]]]:
    """The rows of a table by their numbers, some at a time."""
    after = 0
    while batch := connection.execute(sa.text(f"{query} ORDER BY number LIMIT {BATCH}"), {"after": after}).all():
        yield batch
        after = batch[-1].number
