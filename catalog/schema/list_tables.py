"""Tables of photos in an order: snapshots, views, shared galleries."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, Table, Text, UniqueConstraint

from catalog.schema.types import metadata

# Photos in an order that stays, whatever happens to the library: the ids one behind the other, in chunks.
snapshots = Table(
    "snapshots",
    metadata,
    Column("id", Integer, primary_key=True),
    # BLAKE2b-128 of the ids: the same photos in the same order are kept once, however many views show them.
    Column("digest", LargeBinary(16), nullable=False),
    Column("count", Integer, nullable=False),
    UniqueConstraint("digest", name="uq_snapshots_digest"),
    # A number is never used twice: what processes remember of one stays true.
    sqlite_autoincrement=True,
)

chunks = Table(
    "chunks",
    metadata,
    Column("snapshot_id", Integer, ForeignKey("snapshots.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("number", Integer, primary_key=True, nullable=False),
    Column("photoids", LargeBinary, nullable=False),
)

views = Table(
    "views",
    metadata,
    Column("vid", Integer, primary_key=True),
    Column("apisid", Text, ForeignKey("sessions.apisid", ondelete="CASCADE"), nullable=False, index=True),
    Column("snapshot_id", Integer, ForeignKey("snapshots.id"), nullable=False, index=True),
    sqlite_autoincrement=True,
)

shares = Table(
    "shares",
    metadata,
    Column("sid", Text, primary_key=True, nullable=False),
    # NULL: shared on the command line, on behalf of no user.
    Column("uid", Text, ForeignKey("users.uid", ondelete="CASCADE"), index=True),
    Column("snapshot_id", Integer, ForeignKey("snapshots.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("indexmarked", Integer, nullable=False),
    # Seconds since 1970; NULL: never.
    Column("created", Integer, nullable=False),
    Column("expires", Integer),
    sqlite_with_rowid=False,
)
