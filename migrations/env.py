"""Alembic's entry: runs on the connection it is given, so that the console controls the transaction."""

from __future__ import annotations

from alembic import context

from zoho_console.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
context.run_migrations()
