"""The tables: what the migrations make is what the code means."""

import re
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from catalog import schema
from catalog.database import open_catalog


def test_migrations_make_the_schema(tmp_path: Path) -> None:
    engine = open_catalog(tmp_path / "new" / "data")
    with engine.connect() as connection, connection.begin():
        # The index of words is FTS5's own tables, which SQLAlchemy has no words for.
        tables = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
        made = {name: sql for name, sql in tables if not re.match("words(_|$)", name)}
        options: dict[str, Any] = {"compare_type": True, "compare_server_default": True}
        options["include_name"] = lambda name, kind, _: kind != "table" or name in made
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, schema.metadata) == []
        bare = [name for name, sql in made.items() if "WITHOUT ROWID" in sql]
    assert set(bare) == {
        table.name for table in schema.metadata.tables.values() if not table.kwargs.get("sqlite_with_rowid", True)
    }
    engine.dispose()
