"""Tables of jobs of rendering in advance."""

from sqlalchemy import Column, Float, ForeignKey, Integer, Table, Text

from catalog.schema.types import PhotoId, metadata

# Jobs of rendering photos in advance. The photos of one are a snapshot, in the order in which they are looked at.
jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("sizes", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    # A sentence on how it stands or has ended; empty where there is nothing to say.
    Column("message", Text, nullable=False),
    Column("snapshot_id", Integer, ForeignKey("snapshots.id"), nullable=False, index=True),
    Column("total", Integer, nullable=False),
    # The photos looked at so far: they are done, skipped, failed or outstanding.
    Column("taken", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    # Of the renders that it has found or made; what it was thought to need; and what the cache may hold at all.
    Column("bytes", Integer, nullable=False),
    Column("need", Integer, nullable=False),
    Column("room", Integer, nullable=False),
    # Photos a second.
    Column("rate", Float),
    # Seconds since 1970.
    Column("started", Integer, nullable=False),
    Column("ended", Integer),
    sqlite_autoincrement=True,
)

# Photos of a job that are to be rendered: a row goes as its photo is counted, so that each is counted once.
outstanding = Table(
    "outstanding",
    metadata,
    Column("job_id", Integer, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("place", Integer, primary_key=True, nullable=False),
    Column("photoid", PhotoId, nullable=False),
    # How often it was begun by a process that may not have lived to see the end of it.
    Column("tries", Integer, nullable=False),
    sqlite_with_rowid=False,
)

job_failures = Table(
    "job_failures",
    metadata,
    Column("job_id", Integer, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("place", Integer, primary_key=True, nullable=False),
    Column("photoid", PhotoId, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Photos that are new or have changed, and wait for a job.
arrivals = Table(
    "arrivals", metadata, Column("photoid", PhotoId, primary_key=True, nullable=False), sqlite_with_rowid=False
)
