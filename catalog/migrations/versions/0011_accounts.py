"""Accounts: app passwords, what is to be seen of sessions, and the log of who changed what."""

import sqlalchemy as sa
from alembic import op

revision = "0011_accounts"
down_revision = "0010_disks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds tables and columns. Of a session from before nobody knows since when, or of which program it is."""
    op.create_table(
        "app_passwords",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("uid", sa.Text(), sa.ForeignKey("users.uid", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("seed", sa.LargeBinary(16)),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer()),
        sa.Column("address", sa.Text()),
        sa.UniqueConstraint("uid", "name", name="uq_app_passwords_name"),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("at", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("who", "address", "what", "whom", "details")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_what", "audit", ["what"])
    _sessions()


def _sessions() -> None:
    op.add_column("sessions", sa.Column("created", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("sessions", sa.Column("client", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("sessions", sa.Column("app_password", sa.Integer()))
    op.create_index("ix_sessions_app_password", "sessions", ["app_password"])
    op.add_column("sessions", sa.Column("confirmed", sa.Integer(), nullable=False, server_default=sa.text("0")))
    # No foreign key: SQLite takes it with a new column only where it stands behind that, which SQLAlchemy reads half.
    op.execute(
        "CREATE TRIGGER app_passwords_delete_sessions AFTER DELETE ON app_passwords "
        "BEGIN DELETE FROM sessions WHERE app_password = OLD.number; END"
    )
    # That the password was shown counts in every process.
    op.execute(
        "CREATE TRIGGER sessions_confirm_access AFTER UPDATE OF confirmed, app_password ON sessions "
        "BEGIN UPDATE access SET number = number + 1; END"
    )
