"""Tables of photos: their roots, what is known and can be searched of them, what went wrong, what happened."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from catalog.schema.types import FsPath, PhotoId, TextList, metadata

roots = Table(
    "roots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alias", Text, nullable=False, unique=True),
    # False where the settings no longer name it: its photos are kept, but nobody sees them.
    Column("active", Boolean, nullable=False),
    # Which folder it was when its photos were last there; NULL: nobody has looked yet.
    Column("device", Integer),
    Column("inode", Integer),
    # False where files have other inodes each time, though nothing has changed: there inodes say nothing.
    Column("stable", Boolean, nullable=False, server_default=text("1")),
    # How many photos, of how many, vanished at once, so that they are kept until somebody says that it is so; 0: none.
    Column("vanished", Integer, nullable=False, server_default=text("0")),
    Column("vanished_of", Integer, nullable=False, server_default=text("0")),
)

# Folders below a root that lie on a disk of their own, when photos were last seen there.
mounts = Table(
    "mounts",
    metadata,
    Column("root_id", Integer, ForeignKey("roots.id"), primary_key=True, nullable=False),
    Column("path", FsPath, primary_key=True, nullable=False),
    Column("device", Integer, nullable=False),
    Column("inode", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# A row is a folder's name as `words.folder` gives it: folders whose names differ in case alone share one.
folders = Table(
    "folders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

photos = Table(
    "photos",
    metadata,
    # Never used twice. It is what the index of words knows a photo by; outside the catalogue it means nothing.
    Column("number", Integer, primary_key=True),
    Column("photoid", PhotoId, nullable=False, unique=True),
    Column("content_id", PhotoId, nullable=False, index=True),
    Column("root_id", Integer, ForeignKey("roots.id"), nullable=False),
    # The root's, which never changes: here once more, so that one index has the order of photos.
    Column("alias", Text, nullable=False),
    Column("folder_id", Integer, ForeignKey("folders.id"), nullable=False, index=True),
    Column("path", FsPath, nullable=False),
    # What they are sorted by: `catalog.names.order` of the path, and of the file's name.
    Column("path_key", LargeBinary, nullable=False, server_default=text("x''")),
    Column("name_key", LargeBinary, nullable=False, server_default=text("x''")),
    Column("bytes", Integer, nullable=False),
    Column("mtime_ns", Integer, nullable=False),
    # As a person sees the photo: its orientation applied.
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("format", Text, nullable=False),
    Column("created", Text, nullable=False),
    # 1 to 5 stars, 0 without: here, and not in `details`, as photos are sorted by it.
    Column("rating", Integer, nullable=False, server_default="0", index=True),
    # Which `metadata.READER` has read the file; a scan reads those of lower ones again.
    Column("reader", Integer, nullable=False, server_default="1"),
    # When the system last changed anything about the file, and its inode: where they are others, it is read again.
    # NULL: the file was read before they were kept. A change of these alone is no change of the photo.
    Column("ctime_ns", Integer),
    Column("inode", Integer),
    # How often another content had the same size and time of change as the one before: see `photoid.source_version`.
    Column("edits", Integer, nullable=False, server_default=text("0")),
    UniqueConstraint("root_id", "path", name="uq_photos_root_id_path"),
    # Holds all that a list of every photo needs, in its order.
    Index("ix_photos_order", "created", "alias", "path_key", "photoid"),
    Index("ix_photos_name", "name_key", "alias", "path_key", "photoid"),
    sqlite_autoincrement=True,
)

# What can be searched of a photo: its folded words, as `words.texts` gives them. Triggers keep the index `words` (FTS5)
# true to it, and a photo's row goes with the photo.
texts = Table(
    "texts",
    metadata,
    Column("number", Integer, ForeignKey("photos.number", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("folders", Text, nullable=False),
    Column("month", Text, nullable=False),
    # Whether any of them has a character that is a word by itself, which costs patterns more.
    Column("unspaced", Boolean, nullable=False, server_default="0"),
    *(
        Column(name, Text, nullable=False, server_default=text("''"))
        for name in ("title", "description", "keywords", "persons", "camera", "lens", "software")
    ),
)

# What else is known of a photo: what `catalog.metadata.Metadata` has, in its units, but the rating. Read by photo, so
# that the rows of `photos` stay small; a photo of which nothing is known has none.
details = Table(
    "details",
    metadata,
    Column("number", Integer, ForeignKey("photos.number", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    # Several are a JSON list each, empty where there are none.
    Column("keywords", TextList, nullable=False),
    Column("persons", TextList, nullable=False),
    Column("make", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("lens", Text, nullable=False),
    Column("software", Text, nullable=False),
    Column("exposure_time", Float),
    Column("aperture", Float),
    Column("focal_length", Float),
    Column("iso", Integer),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("offset", Text, nullable=False, server_default=text("''")),
)

read_failures = Table(
    "failures",
    metadata,
    Column("root_id", Integer, ForeignKey("roots.id"), primary_key=True, nullable=False),
    Column("path", FsPath, primary_key=True, nullable=False),
    # Both as they were when the file was read; NULL: it never was, so every scan tries again.
    Column("bytes", Integer),
    Column("mtime_ns", Integer),
    Column("ctime_ns", Integer),
    Column("inode", Integer),
    Column("reason", Text, nullable=False),
    Column("since", Text, nullable=False),
    # The id that the photo had while it was readable, which it has again when it is mended in place.
    Column("photoid", PhotoId),
    # What it was read with (`catalog/metadata/header.py:reading_setup`): with anything else every scan tries again.
    Column("setup", Text, nullable=False, server_default=text("''")),
    sqlite_with_rowid=False,
)

# Photos that could be read, but not rendered, as their file was then. By triggers a row goes with the last that is
# known of its photo, in `photos` or in `missing`.
render_failures = Table(
    "faults",
    metadata,
    Column("photoid", PhotoId, primary_key=True, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("mtime_ns", Integer, nullable=False),
    Column("edits", Integer, nullable=False, server_default=text("0")),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", Text, nullable=False),
    # What it was rendered with: readers and limits. With anything else it is tried again.
    Column("setup", Text, nullable=False, server_default=text("''")),
    sqlite_with_rowid=False,
)

# Photos of which there is only a part to show, in the version that their file had then (`Photo.version`).
damages = Table(
    "damages",
    metadata,
    Column(
        "photoid",
        PhotoId,
        ForeignKey("photos.photoid", ondelete="CASCADE", onupdate="CASCADE"),
        primary_key=True,
        nullable=False,
    ),
    Column("version", Text, nullable=False),
    # A word of `catalog.kinds.damage`.
    Column("damage", Text, nullable=False),
    Column("since", Text, nullable=False),
    # What rendered it; what was noted of renders of another revision counts no longer.
    Column("revision", Text, nullable=False),
    sqlite_with_rowid=False,
)

# What happened to photos: one row for each that was added, changed or removed, in order, by triggers on `photos`.
# `workers.housekeeping` drains it; numbers are never used again, so the highest says whether anything is new.
changes = Table(
    "changes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("photoid", PhotoId, nullable=False),
    sqlite_autoincrement=True,
)

# Photos whose files have vanished, for as long as they may come back: what they were called, and what tells them again.
# What else is kept of them (galleries, jobs, faults) is kept by their ids; out of `photos` nothing finds them.
missing = Table(
    "missing",
    metadata,
    Column("photoid", PhotoId, primary_key=True, nullable=False),
    Column("content_id", PhotoId, nullable=False, index=True),
    Column("root_id", Integer, ForeignKey("roots.id"), nullable=False),
    Column("path", FsPath, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("mtime_ns", Integer, nullable=False),
    Column("edits", Integer, nullable=False),
    Column("created", Text, nullable=False),
    # Seconds since 1970.
    Column("since", Integer, nullable=False),
    Index("ix_missing_place", "root_id", "path"),
    sqlite_with_rowid=False,
)
