"""Another name for a user or a group, in every table that refers to it."""

from typing import Any

from sqlalchemy import Column, Connection, update

from catalog.schema import metadata


def refer(connection: Connection, column: "Column[Any]", old: str, new: str) -> None:
    """Has all that refers to the row of the name `old` refer to that of the name `new`, which is there already."""
    for table in metadata.tables.values():
        for key in table.foreign_keys:
            if key.column is column:
                connection.execute(update(table).where(key.parent == old).values({key.parent.name: new}))
