"""The time zone in which a photo was created."""

import sqlalchemy as sa
from alembic import op

revision = "0010_metadata"
down_revision = "0008_damages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column; the next scan reads every file with the reader that knows of it."""
    op.add_column("details", sa.Column("offset", sa.Text(), nullable=False, server_default=sa.text("''")))
