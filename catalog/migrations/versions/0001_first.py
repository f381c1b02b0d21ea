"""Photo roots, photos, files that can't be read, users."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the first tables."""
    op.create_table(
        "roots",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("alias", sa.Text(), nullable=False, unique=True),
        sa.Column("active", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "photos",
        sa.Column("photoid", sa.LargeBinary(16), primary_key=True, nullable=False),
        sa.Column("content_id", sa.LargeBinary(16), nullable=False),
        sa.Column("root_id", sa.Integer(), sa.ForeignKey("roots.id"), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("mtime_ns", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.UniqueConstraint("root_id", "path", name="uq_photos_root_id_path"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_photos_content_id", "photos", ["content_id"])
    op.create_table(
        "failures",
        sa.Column("root_id", sa.Integer(), sa.ForeignKey("roots.id"), primary_key=True, nullable=False),
        sa.Column("path", sa.LargeBinary(), primary_key=True, nullable=False),
        sa.Column("bytes", sa.Integer()),
        sa.Column("mtime_ns", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("photoid", sa.LargeBinary(16)),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "users",
        sa.Column("uid", sa.Text(), primary_key=True, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sqlite_with_rowid=False,
    )
