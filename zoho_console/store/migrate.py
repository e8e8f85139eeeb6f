"""Brings a database to the schema of this program; refuses one that a newer program made."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from zoho_console.errors import ZohoDatabaseError
from zoho_console.paths import shipped
from zoho_console.store.database import Database

# Any number will do as long as every console uses the same: two that start at once must not migrate at once.
_LOCK = 815_470_001


def bring_to_head(database: Database) -> None:
    """Run the migrations that are missing, in one transaction. Errors: ZohoDatabaseError."""
    config = configuration()
    scripts = ScriptDirectory.from_config(config)
    with database.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        current = _revision(connection)
        if current == scripts.get_current_head():
            return
        if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
            raise ZohoDatabaseError(
                "The database was made by a newer version of the console.",
                advice="Update this console; nothing was changed.",
                details={"revision": current},
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def configuration() -> Config:
    """Alembic's configuration without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
