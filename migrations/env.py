"""Alembic's entry: works on the connection it is given, so that the console controls the transaction."""

from __future__ import annotations

from alembic import context

from zoho_console.store.migrate import VERSION_TABLE
from zoho_console.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_server_default=True,
    version_table=VERSION_TABLE,
)
context.run_migrations()
