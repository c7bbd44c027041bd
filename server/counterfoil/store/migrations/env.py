"""Alembic's entry: runs on the connection that `store.upgrades` hands over."""

from alembic import context

from counterfoil.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
