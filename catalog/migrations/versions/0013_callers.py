"""Sessions that the gallery page has made, and those in which nothing was asked so far."""

import sqlalchemy as sa
from alembic import op

revision = "0013_callers"
down_revision = "0012_vouched"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds columns. Whatever session there is counts as used, and as made by a program."""
    for name, value in (("page", "0"), ("used", "1")):
        op.add_column("sessions", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text(value)))
