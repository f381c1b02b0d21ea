"""Photos of which there is only a part to show."""

import sqlalchemy as sa
from alembic import op

revision = "0008_damages"
down_revision = "0007_setup"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table. What is noted of a photo goes with it."""
    op.create_table(
        "damages",
        sa.Column(
            "photoid",
            sa.LargeBinary(16),
            sa.ForeignKey("photos.photoid", ondelete="CASCADE", onupdate="CASCADE"),
            primary_key=True,
            nullable=False,
        ),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("damage", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sqlite_with_rowid=False,
    )
