"""Field metadata of a connection's modules, kept so that a page does not wait for it each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from zoho_console.domain.fields import Field
from zoho_console.store.database import Database
from zoho_console.store.tables import field_cache as table


def load(database: Database, connection_id: int, module: str) -> list[Field] | None:
    """The fields as they were last read, or None if they never were."""
    with database.begin() as connection:
        found = connection.execute(
            select(table.c.fields).where(table.c.connection_id == connection_id, table.c.module == module)
        ).scalar_one_or_none()
    if found is None:
        return None
    return [Field(**{**one, "pick_values": tuple(one["pick_values"])}) for one in found]


def save(database: Database, connection_id: int, module: str, fields: Sequence[Field]) -> None:
    """Keep these fields in place of what was kept before."""
    values = {"connection_id": connection_id, "module": module, "fields": [asdict(one) for one in fields]}
    with database.begin() as connection:
        connection.execute(
            insert(table)
            .values(**values)
            .on_conflict_do_update(
                index_elements=["connection_id", "module"], set_={"fields": values["fields"], "fetched_at": func.now()}
            )
        )
