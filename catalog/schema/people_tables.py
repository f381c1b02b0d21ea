"""Tables of people: users, groups, what these may do and see, their sessions."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from catalog.schema.types import metadata

# One row. Its number rises, by triggers, with every change of who may see what.
access = Table("access", metadata, Column("number", Integer, primary_key=True))

users = Table(
    "users",
    metadata,
    Column("uid", Text, primary_key=True, nullable=False),
    Column("password_hash", Text, nullable=False),
    # Whether the password is the uid itself: such a user is for everyone who names the uid.
    Column("open", Boolean, nullable=False),
    Column("admin", Boolean, nullable=False),
    Column("created", Text, nullable=False),
    sqlite_with_rowid=False,
)

groups = Table("groups", metadata, Column("name", Text, primary_key=True, nullable=False), sqlite_with_rowid=False)

memberships = Table(
    "memberships",
    metadata,
    Column("uid", Text, ForeignKey("users.uid", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("group_name", Text, ForeignKey("groups.name", ondelete="CASCADE"), primary_key=True, nullable=False),
    sqlite_with_rowid=False,
)

permissions = Table(
    "permissions",
    metadata,
    Column("group_name", Text, ForeignKey("groups.name", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("permission", Text, primary_key=True, nullable=False),
    sqlite_with_rowid=False,
)

filters = Table(
    "filters",
    metadata,
    Column("group_name", Text, ForeignKey("groups.name", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("query", Text, primary_key=True, nullable=False),
    sqlite_with_rowid=False,
)

# Wrong passwords lately, by whom they were tried for (a uid or an address).
guesses = Table(
    "guesses",
    metadata,
    Column("subject", Text, primary_key=True, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    sqlite_with_rowid=False,
)

sessions = Table(
    "sessions",
    metadata,
    Column("apisid", Text, primary_key=True, nullable=False),
    # NULL: nobody's yet.
    Column("uid", Text, ForeignKey("users.uid", ondelete="CASCADE"), index=True),
    Column("address", Text, nullable=False, index=True),
    Column("implicit", Boolean, nullable=False),
    # PKCS #8, DER; NULL where passwords come as they are.
    Column("private_key", LargeBinary),
    Column("last_used", Integer, nullable=False),
    # Since when the user is in it, and what its program calls itself.
    Column("created", Integer, nullable=False, server_default=text("0")),
    Column("client", Text, nullable=False, server_default=text("''")),
    # The app password that it was signed in to with; it ends with that, by a trigger.
    Column("app_password", Integer, index=True),
    # When its user last showed the user's own password in it; 0: never.
    Column("confirmed", Integer, nullable=False, server_default=text("0")),
    # Whether it was made for the gallery page; whether anything was asked in it since it was made.
    Column("page", Boolean, nullable=False, server_default=text("0")),
    Column("used", Boolean, nullable=False, server_default=text("1")),
    sqlite_with_rowid=False,
)

# As whom somebody else knows a user: an OpenID Connect provider by its issuer, the proxy by a name that is no URL.
identities = Table(
    "identities",
    metadata,
    Column("issuer", Text, primary_key=True, nullable=False),
    Column("subject", Text, primary_key=True, nullable=False),
    Column("uid", Text, ForeignKey("users.uid", ondelete="CASCADE"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

# Which sign-in at a provider a session came of.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("apisid", Text, ForeignKey("sessions.apisid", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    # The provider's own session, and the token that it wants back where that is ended; NULL where there is none.
    Column("sid", Text),
    Column("id_token", Text),
    Index("ix_sign_ins_subject", "issuer", "subject"),
    sqlite_with_rowid=False,
)

# Sign-ins that are done, until they would be too old anyway, in seconds since 1970: none is done twice.
spent_states = Table(
    "spent_states",
    metadata,
    Column("state", Text, primary_key=True, nullable=False),
    Column("until", Integer, nullable=False),
    sqlite_with_rowid=False,
)
