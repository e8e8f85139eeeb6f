"""Brings a database to the schema of this program; refuses one that a newer program made."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from zoho_console.errors import ZohoDatabaseError
from zoho_console.paths import shipped
from zoho_console.store.database import Database

# Not Alembic's own name: a team's database may hold another program that uses Alembic.
VERSION_TABLE = "zoho_console_version"
# Any number will do as long as every console uses the same: two that start at once must not migrate at once.
_LOCK = 815_470_001
_DUPLICATE_TABLE = "42P07"


def bring_to_head(database: Database) -> None:
    """Run the migrations that are missing, all or none. Takes about 0.1 s if there are none.

    Errors: ZohoDatabaseError (not reachable, made by a newer console, tables of another program in the way).
    """
    config = configuration()
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    try:
        with database.begin() as connection:
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            current = MigrationContext.configure(
                connection, opts={"version_table": VERSION_TABLE}
            ).get_current_revision()
            if current is not None and current not in known:
                raise ZohoDatabaseError(
                    "The database was made by a newer version of the console.",
                    advice="Update this console; nothing was changed.",
                    details={"revision": current},
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except ProgrammingError as error:
        if getattr(error.orig, "pgcode", None) != _DUPLICATE_TABLE:
            raise
        raise ZohoDatabaseError(
            "The database holds tables of another program under names that the console needs.",
            advice="Give the console a database of its own; nothing was changed.",
            details={"driver": str(error.orig).split("\n", 1)[0]},
        ) from error


def versions(database: Database) -> tuple[str, str]:
    """The version of Postgres, and the revision of the schema."""
    with database.begin() as connection:
        server = connection.execute(text("show server_version")).scalar_one()
        return str(server), str(connection.execute(text(f"select version_num from {VERSION_TABLE}")).scalar_one())


def configuration() -> Config:
    """Alembic's configuration, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
