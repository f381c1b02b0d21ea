"""Jobs of rendering in advance, the photos that one is at, and those that wait for a job."""

import sqlalchemy as sa
from alembic import op

revision = "0006_jobs"
down_revision = "0005_metadata"
branch_labels = None
depends_on = None

SHOWING = ("views", "shares", "jobs")


def upgrade() -> None:
    """Makes the tables; a snapshot now goes with the last view, gallery or job that has it."""
    _jobs()
    for name, columns in (
        ("outstanding", (sa.Column("tries", sa.Integer(), nullable=False),)),
        ("job_failures", (sa.Column("reason", sa.Text(), nullable=False),)),
    ):
        op.create_table(
            name,
            sa.Column(
                "job_id", sa.Integer(), sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True, nullable=False
            ),
            sa.Column("place", sa.Integer(), primary_key=True, nullable=False),
            sa.Column("photoid", sa.LargeBinary(16), nullable=False),
            *columns,
            sqlite_with_rowid=False,
        )
    op.create_table(
        "arrivals",
        sa.Column("photoid", sa.LargeBinary(16), primary_key=True, nullable=False),
        sqlite_with_rowid=False,
    )
    _triggers()


def _jobs() -> None:
    numbers = ("total", "taken", "done", "skipped", "failed", "bytes", "need", "room", "started")
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("origin", "query", "sizes", "state", "message")),
        sa.Column("snapshot_id", sa.Integer(), sa.ForeignKey("snapshots.id"), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in numbers),
        sa.Column("rate", sa.Float()),
        sa.Column("ended", sa.Integer()),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_snapshot_id", "jobs", ["snapshot_id"])
    op.create_index("ix_jobs_state", "jobs", ["state"])


def _triggers() -> None:
    for table in SHOWING:
        op.execute(f"DROP TRIGGER IF EXISTS {table}_delete_snapshot")
        unused = " ".join(
            f"AND id NOT IN (SELECT snapshot_id FROM {each} WHERE snapshot_id = OLD.snapshot_id)"  # noqa: S608 - of constants
            for each in SHOWING
        )
        gone = f"DELETE FROM snapshots WHERE id = OLD.snapshot_id {unused}"  # noqa: S608 - of constants
        op.execute(f"CREATE TRIGGER {table}_delete_snapshot AFTER DELETE ON {table} BEGIN {gone}; END")
