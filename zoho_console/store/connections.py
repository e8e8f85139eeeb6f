"""Saved connections."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import ColumnElement, RowMapping, any_, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from zoho_console.domain.connections import Connection, Environment, NewConnection, Organisation, Origins, User
from zoho_console.domain.guards import Level
from zoho_console.errors import ZohoConfigError
from zoho_console.store.database import Database
from zoho_console.store.guards import LEVEL, guard_of, set_guard
from zoho_console.store.tables import connections as table


class Connections:
    """The connections of a workspace. Every method is one short transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: NewConnection) -> Connection:
        """Save a connection; its colour is the next one. Errors: ZohoConfigError (name taken; name or id blank)."""
        name = new.name.strip()
        if not name or not new.client_id.strip():
            raise ZohoConfigError(
                "A connection needs a name and a client id.", advice="The client id is in Zoho's API console."
            )
        values = {
            "name": name,
            "data_centre": new.data_centre,
            "environment": str(new.environment),
            "client_id": new.client_id.strip(),
            "accounts_url": new.origins.accounts,
            "api_url": new.origins.api,
            "upload_url": new.origins.upload,
            "redirect_port": new.redirect_port,
            "scopes": list(new.scopes),
        }
        try:
            with self._database.begin() as connection:
                colour = connection.execute(select(func.coalesce(func.max(table.c.colour) + 1, 0))).scalar_one()
                made = connection.execute(insert(table).values(**values, colour=colour).returning(*table.c, LEVEL))
                return _connection(made.mappings().one())
        except IntegrityError as error:
            raise ZohoConfigError(f"There is a connection “{name}” already.", advice="Choose another name.") from error

    def all(self) -> list[Connection]:
        """Every connection, by name."""
        with self._database.begin() as connection:
            found = connection.execute(select(table, LEVEL).order_by(func.lower(table.c.name)))
            return [_connection(row) for row in found.mappings()]

    def get(self, connection_id: int) -> Connection:
        """The connection of this id. Errors: ZohoConfigError."""
        return self._one(table.c.id == connection_id, "That connection is not there any more.")

    def named(self, name: str) -> Connection:
        """The connection of this name. Errors: ZohoConfigError."""
        return self._one(table.c.name == name, f"There is no connection “{name}”.")

    def identified(self, connection_id: int, organisation: Organisation, user: User) -> Connection:
        """Keep whom the sign-in belongs to; the connection as it is now comes out. Errors: ZohoConfigError."""
        with self._database.begin() as connection:
            connection.execute(
                update(table)
                .where(table.c.id == connection_id)
                .values(organisation=asdict(organisation), zoho_user=asdict(user))
            )
        return self.get(connection_id)

    def set_guard(self, connection_id: int, level: Level, lowered_for: timedelta | None = None) -> Connection:
        """The connection under this guard; one that is less careful holds for a while, or for good with None.

        Errors: ZohoConfigError.
        """
        set_guard(self._database, connection_id, level, lowered_for)
        return self.get(connection_id)

    def remember_port(self, connection_id: int, port: int) -> None:
        """Zoho's answer came back to this port, so it is registered; offered where the usual one is taken."""
        is_new = (table.c.redirect_port != port) & ~(literal(port) == any_(table.c.spare_ports))
        with self._database.begin() as connection:
            connection.execute(
                update(table)
                .where(table.c.id == connection_id, is_new)
                .values(spare_ports=func.array_append(table.c.spare_ports, port))
            )

    def remove(self, connection_id: int) -> None:
        """Forget a connection with its tokens, cached fields and jobs."""
        with self._database.begin() as connection:
            connection.execute(delete(table).where(table.c.id == connection_id))

    def _one(self, condition: ColumnElement[bool], message: str) -> Connection:
        with self._database.begin() as connection:
            found = connection.execute(select(table, LEVEL).where(condition)).mappings().first()
        if found is None:
            raise ZohoConfigError(message, advice="Choose one of those that are there.")
        return _connection(found)


def _connection(row: RowMapping) -> Connection:
    organisation, user = row["organisation"], row["zoho_user"]
    return Connection(
        id=row["id"],
        name=row["name"],
        data_centre=row["data_centre"],
        client_id=row["client_id"],
        origins=Origins(row["accounts_url"], row["api_url"], row["upload_url"]),
        environment=Environment(row["environment"]),
        redirect_port=row["redirect_port"],
        scopes=tuple(row["scopes"]),
        organisation=Organisation(**organisation) if organisation else None,
        user=User(**user) if user else None,
        colour=row["colour"],
        created_at=row["created_at"],
        guard=guard_of(row["level"], row["guard"], row["lowered_until"]),
        spare_ports=tuple(row["spare_ports"]),
    )
