"""Groups, sessions, views, shared galleries, and what tells the processes that something has changed."""

import sqlalchemy as sa
from alembic import op
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Whoever is added without a group joins this one.
EVERYONE = "users"
PERMISSIONS = ("pap:access:downloads", "pap:access:metadata", "pap:feature:search")

# Of these tables every change is a change of who may see what.
ACCESS = ("roots", "users", "groups", "memberships", "permissions", "filters", "shares")


def upgrade() -> None:
    """Makes the tables, then brings over the users that there are."""
    _changes()
    _groups()
    _users()
    _sessions()
    _snapshots()
    _triggers()


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("photoid", sa.LargeBinary(16), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table("access", sa.Column("number", sa.Integer(), primary_key=True))
    op.execute("INSERT INTO access (number) VALUES (1)")


def _groups() -> None:
    op.create_table("groups", sa.Column("name", sa.Text(), primary_key=True, nullable=False), sqlite_with_rowid=False)
    op.create_table(
        "memberships",
        _reference("uid", "users.uid"),
        _reference("group_name", "groups.name"),
        sqlite_with_rowid=False,
    )
    for table, column in (("permissions", "permission"), ("filters", "query")):
        op.create_table(
            table,
            _reference("group_name", "groups.name"),
            sa.Column(column, sa.Text(), primary_key=True, nullable=False),
            sqlite_with_rowid=False,
        )
    connection = op.get_bind()
    connection.execute(sa.text("INSERT INTO groups (name) VALUES (:name)"), {"name": EVERYONE})
    connection.execute(
        sa.text("INSERT INTO permissions (group_name, permission) VALUES (:name, :permission)"),
        [{"name": EVERYONE, "permission": permission} for permission in PERMISSIONS],
    )


def _users() -> None:
    """Until now a user had no groups and could do all there was to do."""
    connection = op.get_bind()
    op.create_table(
        "new_users",
        sa.Column("uid", sa.Text(), primary_key=True, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sqlite_with_rowid=False,
    )
    for uid, hashed, created in connection.execute(sa.text("SELECT uid, password_hash, created FROM users")).all():
        row = {"uid": uid, "hashed": hashed, "open": _matches(hashed, uid), "created": created}
        connection.execute(sa.text("INSERT INTO new_users VALUES (:uid, :hashed, :open, 0, :created)"), row)
    op.drop_table("users")
    op.rename_table("new_users", "users")
    connection.execute(sa.text("INSERT INTO memberships SELECT uid, :name FROM users"), {"name": EVERYONE})


def _matches(hashed: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


def _sessions() -> None:
    op.create_table(
        "guesses",
        sa.Column("subject", sa.Text(), primary_key=True, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sessions",
        sa.Column("apisid", sa.Text(), primary_key=True, nullable=False),
        sa.Column("uid", sa.Text(), sa.ForeignKey("users.uid", ondelete="CASCADE")),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("implicit", sa.Boolean(), nullable=False),
        sa.Column("private_key", sa.LargeBinary()),
        sa.Column("last_used", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sessions_uid", "sessions", ["uid"])
    op.create_index("ix_sessions_address", "sessions", ["address"])


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.UniqueConstraint("digest", name="uq_snapshots_digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "chunks",
        _reference("snapshot_id", "snapshots.id", sa.Integer),
        sa.Column("number", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("photoids", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "views",
        sa.Column("vid", sa.Integer(), primary_key=True),
        sa.Column("apisid", sa.Text(), sa.ForeignKey("sessions.apisid", ondelete="CASCADE"), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), sa.ForeignKey("snapshots.id"), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_views_apisid", "views", ["apisid"])
    op.create_index("ix_views_snapshot_id", "views", ["snapshot_id"])
    op.create_table(
        "shares",
        sa.Column("sid", sa.Text(), primary_key=True, nullable=False),
        sa.Column("uid", sa.Text(), sa.ForeignKey("users.uid", ondelete="CASCADE")),
        sa.Column("snapshot_id", sa.Integer(), sa.ForeignKey("snapshots.id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("indexmarked", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("expires", sa.Integer()),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_shares_uid", "shares", ["uid"])
    op.create_index("ix_shares_snapshot_id", "shares", ["snapshot_id"])


def _triggers() -> None:
    """A snapshot goes with the last that shows it; every writer, whichever it is, makes itself noticed."""
    for table in ("views", "shares"):
        _trigger(
            "snapshot",
            "DELETE",
            table,
            "DELETE FROM snapshots WHERE id = OLD.snapshot_id "
            "AND id NOT IN (SELECT snapshot_id FROM views WHERE snapshot_id = OLD.snapshot_id) "
            "AND id NOT IN (SELECT snapshot_id FROM shares WHERE snapshot_id = OLD.snapshot_id)",
        )
    rise = "UPDATE access SET number = number + 1"
    for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        _trigger("changes", event, "photos", f"INSERT INTO changes (photoid) VALUES ({row}.photoid)")  # noqa: S608
        for table in ACCESS:
            _trigger("access", event, table, rise)
    # An implicit session that is new changes the answer to who has one; the last use of any changes nothing.
    for event in ("INSERT", "DELETE", "UPDATE OF uid"):
        _trigger("access", event, "sessions", rise)


def _trigger(name: str, event: str, table: str, statement: str) -> None:
    verb = event.split()[0].lower()
    op.execute(f"CREATE TRIGGER {table}_{verb}_{name} AFTER {event} ON {table} BEGIN {statement}; END")


def _reference(name: str, target: str, kind: type[sa.Integer] | type[sa.Text] = sa.Text) -> "sa.Column[object]":
    return sa.Column(name, kind(), sa.ForeignKey(target, ondelete="CASCADE"), primary_key=True, nullable=False)
