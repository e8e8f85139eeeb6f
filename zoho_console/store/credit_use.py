"""What the calls of every connection cost, added up by the quarter hour of the database's clock."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, exists, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from zoho_console.domain.usage import CreditUse
from zoho_console.store.database import Database
from zoho_console.store.tables import connections
from zoho_console.store.tables import credit_use as table

KEPT = timedelta(days=7)
_QUARTER = text("to_timestamp(floor(extract(epoch from now()) / 900) * 900)")


def add_use(database: Database, connection_id: int, *, calls: int, used: int, left: int | None) -> None:
    """Add calls to the present quarter hour, and forget what is older than a week; nothing for a connection removed."""
    with database.begin() as connection:
        if not connection.execute(select(exists().where(connections.c.id == connection_id))).scalar():
            return
        given = upsert(table).values(
            connection_id=connection_id, at=_QUARTER, calls=calls, used=used, credits_left=left
        )
        connection.execute(
            given.on_conflict_do_update(
                index_elements=[table.c.connection_id, table.c.at],
                set_={
                    "calls": table.c.calls + given.excluded.calls,
                    "used": table.c.used + given.excluded.used,
                    "credits_left": func.coalesce(given.excluded.credits_left, table.c.credits_left),
                },
            )
        )
        connection.execute(delete(table).where(table.c.at < func.now() - KEPT))


def use_since(database: Database, span: timedelta) -> list[CreditUse]:
    """The quarter hours that ended within this span, the oldest first."""
    recent = table.c.at > func.now() - span - timedelta(minutes=15)
    with database.begin() as connection:
        return [
            CreditUse(row["connection_id"], row["at"], row["calls"], row["used"], row["credits_left"])
            for row in connection.execute(select(table).where(recent).order_by(table.c.at)).mappings()
        ]
