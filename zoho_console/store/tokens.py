"""Grants in Postgres: one console at a time refreshes, on the database's clock; the guide's `TokenStore` besides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as upsert

from zoho_console.domain.grants import Grant, TokenEvent
from zoho_console.store.database import Database
from zoho_console.store.migrate import bring_to_head
from zoho_console.store.tables import token_events as events_table
from zoho_console.store.tables import zoho_tokens as table

OAUTH = "oauth"
_GUIDE_COLUMNS = (
    table.c.id, table.c.token_type, table.c.access_token, table.c.refresh_token, table.c.expires_at,
    table.c.created_at, table.c.updated_at,
)  # fmt: skip
_EVENT_WORDS = {"signed_in": "Signed in", "refreshed": "Renewed the token"}


@dataclass(frozen=True, slots=True)
class TokenHealth:
    """What the store knows of a connection's tokens; never a token itself."""

    has_grant: bool = False
    expires_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_error: str = ""
    last_refresh_at: datetime | None = None
    generation: int = 0
    scopes: tuple[str, ...] = ()


class ConnectionVault:
    """The grant of one connection; satisfies `domain.grants.GrantVault`. Every method is one short transaction."""

    def __init__(self, database: Database, connection_id: int) -> None:
        self._database = database
        self._id = connection_id
        self._mine: ColumnElement[bool] = (table.c.connection_id == connection_id) & (table.c.token_type == OAUTH)

    def load(self) -> Grant | None:
        """The grant now, or None before the first sign-in."""
        with self._database.begin() as connection:
            row = connection.execute(select(table).where(self._mine)).mappings().first()
        return _grant(row) if row else None

    def save(self, grant: Grant, *, event: str = "refreshed") -> Grant:
        """Store the grant as the next generation and end any claim; the stored grant comes out."""
        values: dict[str, Any] = {
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "expires_at": grant.expires_at,
            "scopes": list(grant.scopes),
            "api_domain": grant.api_domain,
            "claimed_until": None,
            "last_ok_at": func.now(),
            "last_error": "",
            "updated_at": func.now(),
        }
        with self._database.begin() as connection:
            statement = _upserted({"connection_id": self._id, "token_type": OAUTH}, values)
            row = connection.execute(statement.returning(table)).mappings().one()
            self._note(connection, event, _EVENT_WORDS.get(event, event))
        return _grant(row)

    def claim_refresh(self, generation: int, lease: timedelta) -> bool:
        """Whether the caller may refresh this generation now; False if it is old or another holds the claim."""
        with self._database.begin() as connection:
            claimed = connection.execute(
                update(table)
                .where(
                    self._mine,
                    table.c.generation == generation,
                    or_(table.c.claimed_until.is_(None), table.c.claimed_until < func.now()),
                )
                .values(claimed_until=func.now() + lease)
            )
            return claimed.rowcount == 1

    def refresh_failed(self, generation: int, code: str) -> None:
        """Note a failure and end the claim; the tokens stay."""
        with self._database.begin() as connection:
            connection.execute(
                update(table)
                .where(self._mine, table.c.generation == generation)
                .values(claimed_until=None, last_error=code)
            )
            self._note(connection, "failed", f"Renewing failed: {code}")

    def note_ok(self) -> None:
        """A call just worked: the proof that the connection does."""
        with self._database.begin() as connection:
            connection.execute(update(table).where(self._mine).values(last_ok_at=func.now()))

    def delete(self) -> None:
        """Forget the tokens here; Zoho is not told."""
        with self._database.begin() as connection:
            if connection.execute(delete(table).where(self._mine)).rowcount:
                self._note(connection, "revoked", "Signed out")

    def health(self) -> TokenHealth:
        """What is known without asking Zoho."""
        with self._database.begin() as connection:
            row = connection.execute(select(table).where(self._mine)).mappings().first()
        if row is None:
            return TokenHealth()
        return TokenHealth(
            has_grant=True,
            expires_at=row["expires_at"],
            last_ok_at=row["last_ok_at"],
            last_error=row["last_error"],
            last_refresh_at=row["updated_at"],
            generation=row["generation"],
            scopes=tuple(row["scopes"]),
        )

    def _note(self, connection: Connection, kind: str, words: str) -> None:
        connection.execute(insert(events_table).values(connection_id=self._id, kind=kind, text=words))


def token_events(database: Database, connection_id: int | None = None, limit: int = 50) -> list[TokenEvent]:
    """What happened to tokens, newest first; of every connection, or of one."""
    query = select(events_table).order_by(events_table.c.id.desc()).limit(limit)
    if connection_id is not None:
        query = query.where(events_table.c.connection_id == connection_id)
    with database.begin() as connection:
        return [
            TokenEvent(row["at"], row["connection_id"], row["kind"], row["text"])
            for row in connection.execute(query).mappings()
        ]


class TokenStore:
    """The guide's token store: tokens by type, apart from those of the console's connections.

    Construction brings the schema to date. Errors: ZohoDatabaseError.
    """

    def __init__(self, database_url: str) -> None:
        self._database = Database(database_url)
        try:
            bring_to_head(self._database)
        except BaseException:
            self._database.close()
            raise

    def save_token(
        self, access_token: str, refresh_token: str, expires_in: int, token_type: str = OAUTH
    ) -> dict[str, Any]:
        """Store tokens that live for `expires_in` seconds; the row comes out, by column names."""
        values = {
            "access_token": access_token,
            "refresh_token": refresh_token,
            "expires_at": func.now() + timedelta(seconds=expires_in),
            "updated_at": func.now(),
        }
        with self._database.begin() as connection:
            statement = _upserted({"token_type": token_type}, values)
            return dict(connection.execute(statement.returning(*_GUIDE_COLUMNS)).mappings().one())

    def get_token(self, token_type: str = OAUTH) -> dict[str, Any] | None:
        """The row of this type, by column names, or None."""
        with self._database.begin() as connection:
            row = connection.execute(select(*_GUIDE_COLUMNS).where(self._of(token_type))).mappings().first()
        return dict(row) if row else None

    def is_token_expired(self, token_type: str = OAUTH) -> bool:
        """Whether the access token has ended, or there is none; on the database's clock."""
        with self._database.begin() as connection:
            alive = connection.execute(select(table.c.expires_at > func.now()).where(self._of(token_type))).scalar()
        return not alive

    def delete_token(self, token_type: str = OAUTH) -> bool:
        """Forget the tokens of this type; whether there were any comes out."""
        with self._database.begin() as connection:
            return connection.execute(delete(table).where(self._of(token_type))).rowcount > 0

    def close(self) -> None:
        """Give the database connections back."""
        self._database.close()

    @staticmethod
    def _of(token_type: str) -> ColumnElement[bool]:
        return table.c.connection_id.is_(None) & (table.c.token_type == token_type)


def _upserted(key: dict[str, Any], values: dict[str, Any]) -> Insert:
    """Insert the first generation of a key, or make what is there the next."""
    return (
        upsert(table)
        .values(**key, **values)
        .on_conflict_do_update(
            index_elements=[text("coalesce(connection_id, 0)"), table.c.token_type],
            set_={**values, "generation": table.c.generation + 1},
        )
    )


def _grant(row: RowMapping) -> Grant:
    return Grant(
        refresh_token=row["refresh_token"],
        access_token=row["access_token"],
        expires_at=row["expires_at"].astimezone(UTC),
        scopes=tuple(row["scopes"]),
        api_domain=row["api_domain"],
        generation=row["generation"],
    )
