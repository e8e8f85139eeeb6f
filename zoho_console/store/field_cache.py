"""Field metadata of a connection's modules, kept so that a page does not wait for it each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from zoho_console.domain.fields import Field
from zoho_console.store.database import Database
from zoho_console.store.tables import field_cache as table

_KNOWN = frozenset(one.name for one in fields(Field))


def load(database: Database, connection_id: int, module: str) -> list[Field] | None:
    """The fields as they were last read, in Zoho's order, or None if they never were."""
    query = select(table.c.fields).where(table.c.connection_id == connection_id, table.c.module == module)
    with database.begin() as connection:
        found = connection.execute(query).scalar_one_or_none()
    return None if found is None else [_field(one) for one in found]


def save(database: Database, connection_id: int, module: str, fields: Sequence[Field]) -> None:
    """Keep these fields in place of what was kept before."""
    kept = [asdict(one) for one in fields]
    statement = insert(table).values(connection_id=connection_id, module=module, fields=kept)
    with database.begin() as connection:
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[table.c.connection_id, table.c.module],
                set_={"fields": statement.excluded.fields, "fetched_at": func.now()},
            )
        )


def _field(kept: dict[str, Any]) -> Field:
    # A newer console of the team may have kept more than this one knows.
    values = {name: value for name, value in kept.items() if name in _KNOWN}
    return Field(**{**values, "pick_values": tuple(values.get("pick_values", ()))})
