"""What queries need: numbered photos in their order, folders, and an index of words.

A migration that adds searchable columns (title, keywords, …) drops the triggers and `words`, adds the columns to
`texts` and fills them, makes both again with all columns, and ends with `INSERT INTO words(words) VALUES ('rebuild')`.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from catalog.search import words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BATCH = 1000
COPIED = "photoid, content_id, root_id, path, bytes, mtime_ns, width, height, format, created"
PLACES = "SELECT p.photoid, p.path, p.created, r.alias FROM photos_before p JOIN roots r ON r.id = p.root_id"
FOLDER = "INSERT INTO folders (name) VALUES (:folder) ON CONFLICT DO NOTHING"
PHOTO = (
    f"INSERT INTO photos ({COPIED}, alias, folder_id) SELECT {COPIED}, :alias, f.id "  # noqa: S608 - of constants
    "FROM photos_before JOIN folders f ON f.name = :folder WHERE photoid = :photoid"
)
TEXT = (
    "INSERT INTO texts (number, name, folders, month) "
    "SELECT number, :name, :folders, :month FROM photos WHERE photoid = :photoid"
)

# The words come folded and with spaces between: `ascii` takes everything that is not ASCII as part of a word.
WORDS = """
CREATE VIRTUAL TABLE words USING fts5(
    name, folders, month, content='texts', content_rowid='number', columnsize=0, tokenize='ascii'
)
"""
ENTER = "INSERT INTO words(rowid, name, folders, month) VALUES (new.number, new.name, new.folders, new.month);"
REMOVE = (
    "INSERT INTO words(words, rowid, name, folders, month) "
    "VALUES ('delete', old.number, old.name, old.folders, old.month);"
)
TRIGGERS = {"INSERT": ENTER, "DELETE": REMOVE, "UPDATE": REMOVE + ENTER}


def upgrade() -> None:
    """Makes the tables anew and fills them from what the catalogue knows."""
    op.rename_table("photos", "photos_before")
    op.drop_index("ix_photos_content_id", "photos_before")
    _create()
    connection = op.get_bind()
    for batch in _batches(connection.execute(sa.text(PLACES))):
        rows = [_row(place) for place in batch]
        for statement in (FOLDER, PHOTO, TEXT):
            connection.execute(sa.text(statement), rows)
    op.drop_table("photos_before")
    op.create_index("ix_photos_content_id", "photos", ["content_id"])
    op.create_index("ix_photos_folder_id", "photos", ["folder_id"])
    op.create_index("ix_photos_order", "photos", ["created", "alias", "path", "photoid"])
    op.execute("INSERT INTO words(words) VALUES ('rebuild')")
    for event, action in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER texts_{event.lower()} AFTER {event} ON texts BEGIN {action} END")


def _create() -> None:
    op.create_table(
        "folders",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
    )
    op.create_table(
        "photos",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("photoid", sa.LargeBinary(16), nullable=False, unique=True),
        sa.Column("content_id", sa.LargeBinary(16), nullable=False),
        sa.Column("root_id", sa.Integer(), sa.ForeignKey("roots.id"), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("folder_id", sa.Integer(), sa.ForeignKey("folders.id"), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("mtime_ns", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.UniqueConstraint("root_id", "path", name="uq_photos_root_id_path"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "texts",
        sa.Column(
            "number",
            sa.Integer(),
            sa.ForeignKey("photos.number", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folders", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
    )
    op.execute(WORDS)


def _batches(found: sa.CursorResult[Any]) -> Iterator[Sequence[sa.Row[Any]]]:
    while batch := found.fetchmany(BATCH):
        yield batch


def _row(place: sa.Row[Any]) -> dict[str, object]:
    path = os.fsdecode(place.path)
    folder = words.folder(place.alias, path)
    return {"photoid": place.photoid, "alias": place.alias, "folder": folder, **words.texts(path, place.created)}
