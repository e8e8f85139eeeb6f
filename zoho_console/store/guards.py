"""Guards of connections: set by people, held by the database's clock, asked before anything is sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, case, func, select, update

from zoho_console.domain.guards import Guard, Level
from zoho_console.errors import Guarded, ZohoConfigError
from zoho_console.store.database import Database
from zoho_console.store.desktops import this_console
from zoho_console.store.tables import change_sets, token_events
from zoho_console.store.tables import connections as table

IS_LOWERED = func.coalesce(table.c.lowered_until > func.clock_timestamp(), False)
LEVEL = case((IS_LOWERED, table.c.lowered_to), else_=table.c.guard).label("level")


def set_guard(database: Database, connection_id: int, level: Level, lowered_for: timedelta | None) -> None:
    """A more careful level holds at once and from now on; a less careful one for a while, or for good with None.

    Errors: ZohoConfigError if the connection is gone.
    """
    with database.begin() as connection:
        rest = connection.execute(select(table.c.guard).where(table.c.id == connection_id).with_for_update()).scalar()
        if rest is None:
            raise ZohoConfigError(
                "That connection is not there any more.", advice="Choose one of those that are there."
            )
        values: dict[str, object] = {"guard": str(level), "lowered_to": "", "lowered_until": None}
        words = f"{level.capitalize()} from now on"
        if level.care < Level(rest).care and lowered_for is not None:
            until = func.clock_timestamp() + lowered_for
            values = {"lowered_to": str(level), "lowered_until": until}
            words = f"{level.capitalize()} for {round(lowered_for.total_seconds() / 60)} minutes"
        connection.execute(update(table).where(table.c.id == connection_id).values(values))
        event = {"connection_id": connection_id, "kind": "guard", "text": f"{words} ({this_console()})"}
        connection.execute(token_events.insert().values(event))


def insist_on_sending(connection: Connection, change_set_id: int, yes_by: str = "") -> None:
    """Whether a job may send now; with `yes_by`, somebody says yes to its plan. Errors: Guarded."""
    if yes_by:
        yes = {"yes_by": yes_by, "yes_at": func.clock_timestamp()}
        is_first = change_sets.c.yes_at.is_(None)
        connection.execute(update(change_sets).where(change_sets.c.id == change_set_id, is_first).values(yes))
    query = select(LEVEL, table.c.name, change_sets.c.yes_at).join_from(change_sets, table)
    row = connection.execute(query.where(change_sets.c.id == change_set_id)).one()
    if row.level == Level.WATCH:
        raise Guarded(
            f"“{row.name}” is watch only, so nothing is sent to it.",
            advice="Lower its guard under Connections, or with: zoho-console guard open",
            details={"job": change_set_id},
        )
    if row.level == Level.STAGED and row.yes_at is None:
        raise Guarded(
            f"“{row.name}” is staged, so job {change_set_id} waits for a yes of its own; nothing was sent.",
            advice=f"Look at it under Jobs and apply it there, or with: zoho-console jobs resume {change_set_id} --yes",
            details={"job": change_set_id},
        )


def guard_of(level: str, rests_at: str, until: datetime | None) -> Guard:
    """A guard as a value, from the columns of a connection."""
    return Guard(Level(level), Level(rests_at), until if level != rests_at else None)
