"""Who vouches for people: as whom a provider or a proxy knows each, and which session came of which sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0012_vouched"
down_revision = "0011_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds tables."""
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text(), primary_key=True, nullable=False),
        sa.Column("subject", sa.Text(), primary_key=True, nullable=False),
        sa.Column("uid", sa.Text(), sa.ForeignKey("users.uid", ondelete="CASCADE"), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identities_uid", "identities", ["uid"])
    for event in ("INSERT", "UPDATE", "DELETE"):
        rise = "UPDATE access SET number = number + 1"
        op.execute(f"CREATE TRIGGER identities_{event.lower()}_access AFTER {event} ON identities BEGIN {rise}; END")
    op.create_table(
        "sign_ins",
        sa.Column("apisid", sa.Text(), sa.ForeignKey("sessions.apisid", ondelete="CASCADE"), primary_key=True),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text()),
        sa.Column("id_token", sa.Text()),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sign_ins_subject", "sign_ins", ["issuer", "subject"])
    op.create_table(
        "spent_states",
        sa.Column("state", sa.Text(), primary_key=True, nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
