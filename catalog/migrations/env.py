"""How Alembic reaches the catalogue: over the connection that `catalog.database` hands it."""

from alembic import context

from catalog.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
# The caller's transaction holds every step: a migration is done as a whole, or not at all.
context.run_migrations()
