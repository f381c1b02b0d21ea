"""The tables: what the migrations make is what the code means."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from catalog import schema
from catalog.database import open_catalog


def test_migrations_make_the_schema(tmp_path: Path) -> None:
    engine = open_catalog(tmp_path / "new" / "data")
    with engine.connect() as connection, connection.begin():
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []
        made = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
        bare = [name for name, sql in made if "WITHOUT ROWID" in sql]
    assert set(bare) == {
        table.name for table in schema.metadata.tables.values() if not table.kwargs.get("sqlite_with_rowid", True)
    }
    engine.dispose()
