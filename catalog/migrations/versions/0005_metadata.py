"""Metadata: what is known of a photo beside its pixels, and the index of words with it.

Nothing is known yet: photos are marked as read by an earlier reader, so that the next scan reads their files again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_metadata"
down_revision = "0004"
branch_labels = None
depends_on = None

ADDED = ("title", "description", "keywords", "persons", "camera", "lens", "software")
COLUMNS = ("name", "folders", "month", *ADDED)


def upgrade() -> None:
    """Adds the table and the columns, and makes the index of words anew with all of them."""
    op.add_column("photos", sa.Column("rating", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("photos", sa.Column("reader", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ix_photos_rating", "photos", ["rating"])
    _details()
    for name in ADDED:
        op.add_column("texts", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
    _words()


def _details() -> None:
    texts = ("title", "description", "keywords", "persons", "make", "model", "lens", "software")
    numbers = ("exposure_time", "aperture", "focal_length", "latitude", "longitude")
    op.create_table(
        "details",
        sa.Column(
            "number",
            sa.Integer(),
            sa.ForeignKey("photos.number", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        *(sa.Column(name, sa.Float()) for name in numbers),
        sa.Column("iso", sa.Integer()),
    )


def _words() -> None:
    """As migration 0002 made it, but for the columns."""
    columns = ", ".join(COLUMNS)
    new, old = (", ".join(f"{row}.{name}" for name in COLUMNS) for row in ("new", "old"))
    enter = f"INSERT INTO words(rowid, {columns}) VALUES (new.number, {new});"  # noqa: S608 - of constants
    remove = f"INSERT INTO words(words, rowid, {columns}) VALUES ('delete', old.number, {old});"  # noqa: S608
    triggers = {"insert": enter, "delete": remove, "update": remove + enter}
    for event in triggers:
        op.execute(f"DROP TRIGGER texts_{event}")
    op.execute("DROP TABLE words")
    op.execute(
        f"CREATE VIRTUAL TABLE words USING fts5({columns}, content='texts', content_rowid='number', "
        "columnsize=0, tokenize='ascii')"
    )
    op.execute("INSERT INTO words(words) VALUES ('rebuild')")
    for event, action in triggers.items():
        op.execute(f"CREATE TRIGGER texts_{event} AFTER {event} ON texts BEGIN {action} END")
