"""What a file was read with, or a photo rendered, that failed: with other readers or limits it is tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0007_setup"
down_revision = "0006_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns. Of what failed before nobody knows what with, so all of it is tried once more."""
    for table in ("failures", "faults"):
        op.add_column(table, sa.Column("setup", sa.Text(), nullable=False, server_default=sa.text("''")))
