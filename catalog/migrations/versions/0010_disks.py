"""Disks: which folder a root was, photos that have vanished for a while, changes that keep a file's size and time."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0010_disks"
down_revision = "0009_metadata"
branch_labels = None
depends_on = None

# Of these alone nobody need hear when they change.
UNHEARD = ("ctime_ns", "inode")
OF_PHOTO = re.compile(r",\s*FOREIGN KEY\s*\(photoid\)\s*REFERENCES\s+\"?photos\"?\s*\(photoid\)[^,()]*")


def upgrade() -> None:
    """Adds columns and tables. What was read before has no ctime, so the next scan reads every file once more."""
    _roots()
    for table in ("photos", "failures"):
        for name in UNHEARD:
            op.add_column(table, sa.Column(name, sa.Integer()))
    op.add_column("photos", sa.Column("edits", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.create_table(
        "missing",
        sa.Column("photoid", sa.LargeBinary(16), primary_key=True, nullable=False),
        sa.Column("content_id", sa.LargeBinary(16), nullable=False),
        sa.Column("root_id", sa.Integer(), sa.ForeignKey("roots.id"), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("bytes", "mtime_ns", "edits")),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_missing_content_id", "missing", ["content_id"])
    op.create_index("ix_missing_place", "missing", ["root_id", "path"])
    _faults()
    _changes()


def _roots() -> None:
    for name in ("device", "inode"):
        op.add_column("roots", sa.Column(name, sa.Integer()))
    op.add_column("roots", sa.Column("stable", sa.Boolean(), nullable=False, server_default=sa.text("1")))
    for name in ("vanished", "vanished_of"):
        op.add_column("roots", sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.create_table(
        "mounts",
        sa.Column("root_id", sa.Integer(), sa.ForeignKey("roots.id"), primary_key=True, nullable=False),
        sa.Column("path", sa.LargeBinary(), primary_key=True, nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("inode", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )


def _faults() -> None:
    """Makes the table anew without its foreign key, as a photo that has vanished is not in `photos`."""
    connection = op.get_bind()
    made = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = 'faults'")).scalar_one()
    op.rename_table("faults", "faults_before")
    op.execute(OF_PHOTO.sub("", made))
    op.execute("INSERT INTO faults SELECT * FROM faults_before")
    op.drop_table("faults_before")
    op.add_column("faults", sa.Column("edits", sa.Integer(), nullable=False, server_default=sa.text("0")))
    for table, other in (("photos", "missing"), ("missing", "photos")):
        known = f"(SELECT photoid FROM {other} WHERE photoid = OLD.photoid)"  # noqa: S608 - of constants
        gone = "DELETE FROM faults WHERE photoid = OLD.photoid"
        when = f"AFTER DELETE ON {table} WHEN OLD.photoid NOT IN {known}"
        op.execute(f"CREATE TRIGGER {table}_delete_faults {when} BEGIN {gone}; END")


def _changes() -> None:
    """Of a photo that comes to be missing the trigger on `photos` tells already; here of one that is gone for good."""
    columns = op.get_bind().execute(sa.text("SELECT name FROM pragma_table_info('photos')")).scalars()
    heard = ", ".join(name for name in columns if name not in UNHEARD)
    note = "INSERT INTO changes (photoid) VALUES"
    op.execute("DROP TRIGGER photos_update_changes")
    op.execute(
        f"CREATE TRIGGER photos_update_changes AFTER UPDATE OF {heard} ON photos BEGIN {note} (NEW.photoid); END"
    )
    lost = "WHEN OLD.photoid NOT IN (SELECT photoid FROM photos WHERE photoid = OLD.photoid)"
    op.execute(f"CREATE TRIGGER missing_delete_changes AFTER DELETE ON missing {lost} BEGIN {note} (OLD.photoid); END")
