"""Tables beside people: the passwords of their apps, and the log of who changed what."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text, UniqueConstraint

from catalog.schema.types import metadata

# Passwords that the server made, each for one program of a user's.
app_passwords = Table(
    "app_passwords",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("uid", Text, ForeignKey("users.uid", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    # SHA-256 of the password.
    Column("digest", LargeBinary(32), nullable=False),
    # What the password is made of together with the key in the data folder; NULL: it is told once, and never again.
    Column("seed", LargeBinary(16)),
    Column("created", Integer, nullable=False),
    # When and where from it was last signed in with; NULL: never.
    Column("used", Integer),
    Column("address", Text),
    UniqueConstraint("uid", "name", name="uq_app_passwords_name"),
)

# What was changed of who may see and do what. Refers to nobody: who is gone stays in it.
audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    # A user's uid, or whoever this machine calls so; "": nobody who is known.
    Column("who", Text, nullable=False),
    # "": on this machine, by a command.
    Column("address", Text, nullable=False),
    Column("what", Text, nullable=False, index=True),
    Column("whom", Text, nullable=False),
    Column("details", Text, nullable=False),
    sqlite_autoincrement=True,
)
