"""What happened to tokens: sign-ins, renewals, failures, by whom."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from zoho_console.domain.grants import TokenEvent
from zoho_console.store.database import Database
from zoho_console.store.tables import token_events as table

_EVENTS = select(table.c.at, table.c.connection_id, table.c.kind, table.c.text, table.c.console)


def token_events(database: Database, connection_id: int | None = None, limit: int = 50) -> list[TokenEvent]:
    """What happened to tokens, newest first; of every connection, or of one."""
    query = _EVENTS.order_by(table.c.id.desc()).limit(limit)
    if connection_id is not None:
        query = query.where(table.c.connection_id == connection_id)
    with database.begin() as connection:
        return [TokenEvent(**row) for row in connection.execute(query).mappings()]


def events_since(database: Database, span: timedelta) -> tuple[datetime, list[TokenEvent]]:
    """The database's clock, and what happened within this span, the oldest first."""
    with database.begin() as connection:
        now = connection.execute(select(func.clock_timestamp())).scalar_one()
        found = connection.execute(_EVENTS.where(table.c.at > now - span).order_by(table.c.id))
        return now, [TokenEvent(**row) for row in found.mappings()]


def sign_ins(database: Database) -> dict[int, int]:
    """How many sign-ins of each connection may live at Zoho: those made, less those revoked."""
    made = func.count().filter(table.c.kind == "signed_in") - func.count().filter(table.c.kind == "revoked")
    with database.begin() as connection:
        counted = connection.execute(select(table.c.connection_id, made).group_by(table.c.connection_id))
        return {connection_id: max(0, count) for connection_id, count in counted}
