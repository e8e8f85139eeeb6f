"""The guide's token store: one row for each type of token, for scripts that keep their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select

from zoho_console.store.data_keys import TOKENS_WITH_KEYS, DataKeys, Place
from zoho_console.store.database import Database
from zoho_console.store.desktops import Desktops
from zoho_console.store.migrate import bring_to_head
from zoho_console.store.secrets import Secrets
from zoho_console.store.tables import zoho_tokens as table
from zoho_console.store.tokens import OAUTH, ConnectionVault, of_connection, upserted

_GUIDE_COLUMNS = (
    table.c.id, table.c.token_type, table.c.access_token, table.c.refresh_token, table.c.expires_at,
    table.c.created_at, table.c.updated_at,
)  # fmt: skip


class TokenStore:
    """The guide's token store: tokens by type, apart from those of the console's connections, sealed at rest.

    The key is in this computer's password store, or in ZOHO_CONSOLE_KEY (`zoho-console desktops key` prints one).
    Construction brings the schema to date. Errors: ZohoDatabaseError; of each method besides: SecretError (no place
    for the key), NotEnrolled (another computer began with this database), UntrustedToken.
    """

    def __init__(self, database_url: str) -> None:
        self._database = Database(database_url)
        try:
            bring_to_head(self._database)
        except BaseException:
            self._database.close()
            raise
        self._keys = DataKeys(self._database, Desktops(self._database, Secrets()))

    def save_token(
        self, access_token: str, refresh_token: str, expires_in: int, token_type: str = OAUTH
    ) -> dict[str, Any]:
        """Store tokens that live for `expires_in` seconds; the row comes out, by column names."""
        secrets = {"access_token": access_token, "refresh_token": refresh_token}
        self._keys.prepare()
        with self._database.begin() as connection:
            key = self._keys.find_or_make(connection, None)
            of_type = select(table.c.generation).where(self._of(token_type)).with_for_update()
            seen = self._keys.marks.now().get(key.mark, 0)
            generation = max(connection.execute(of_type).scalar() or 0, seen) + 1
            values = {
                **key.seal(Place(None, token_type, generation), secrets),
                "generation": generation,
                "expires_at": func.now() + timedelta(seconds=expires_in),
                "updated_at": func.now(),
            }
            statement = upserted({"token_type": token_type}, values)
            return {**connection.execute(statement.returning(*_GUIDE_COLUMNS)).mappings().one(), **secrets}

    def get_token(self, token_type: str = OAUTH) -> dict[str, Any] | None:
        """The row of this type, by column names, or None."""
        self._keys.prepare()
        with self._database.begin() as connection:
            row = connection.execute(TOKENS_WITH_KEYS.where(self._of(token_type))).mappings().first()
            if row is None:
                return None
            return {column.name: row[column.name] for column in _GUIDE_COLUMNS} | self._keys.open(connection, row)

    def is_token_expired(self, token_type: str = OAUTH) -> bool:
        """Whether the access token has ended, or there is none; on the database's clock."""
        alive = select(table.c.expires_at > func.now()).where(self._of(token_type))
        with self._database.begin() as connection:
            return not connection.execute(alive).scalar()

    def delete_token(self, token_type: str = OAUTH) -> bool:
        """Forget the tokens of this type; whether there were any comes out."""
        with self._database.begin() as connection:
            return connection.execute(delete(table).where(self._of(token_type))).rowcount > 0

    def vault(self) -> ConnectionVault:
        """The tokens of the usual type, as a client takes and renews them."""
        return ConnectionVault(self._database, None, self._keys)

    def close(self) -> None:
        """Give the database connections back."""
        self._database.close()

    @staticmethod
    def _of(token_type: str) -> ColumnElement[bool]:
        return of_connection(None) & (table.c.token_type == token_type)
