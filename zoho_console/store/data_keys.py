"""The keys that seal tokens: one for each connection, wrapped by the workspace key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from zoho_console.errors import UntrustedToken
from zoho_console.logs import hide
from zoho_console.store.database import Database
from zoho_console.store.desktops import Desktops, mark_of
from zoho_console.store.sealing import is_sealed, new_key, seal, unseal
from zoho_console.store.tables import data_keys as table
from zoho_console.store.tables import desktops as desktops_table
from zoho_console.store.tables import zoho_tokens as tokens

SEALED_COLUMNS = ("access_token", "refresh_token")
# In one statement, so that tokens and key are of the same moment even while a desktop is being removed.
TOKENS_WITH_KEYS = select(
    tokens,
    func.clock_timestamp().label("clock"),
    table.c.id.label("key_id"),
    table.c.wrapped,
    table.c.generation.label("key_generation"),
).outerjoin_from(tokens, table, func.coalesce(table.c.connection_id, 0) == func.coalesce(tokens.c.connection_id, 0))


@dataclass(frozen=True, slots=True)
class Place:
    """Where tokens stand: sealed text opens at this very place only, so none can be moved or rolled back."""

    connection_id: int | None
    token_type: str
    generation: int


@dataclass(frozen=True, slots=True)
class DataKey:
    """One connection's key; `id` and `generation` name it in what is sealed."""

    id: int
    generation: int
    key: bytes = field(repr=False)
    mark: str = ""  # names the workspace and the connection; outlives this key, which an administrator may delete

    def seal(self, place: Place, secrets: Mapping[str, str]) -> dict[str, str]:
        """Tokens by column, as they are stored at a place."""
        for secret in secrets.values():
            hide(secret)
        return {
            column: seal(self.key, secret.encode(), self._bound_to(place, column)) for column, secret in secrets.items()
        }

    def unseal(self, place: Place, sealed: Mapping[str, str]) -> dict[str, str]:
        """The tokens by column. Errors: UntrustedToken."""
        secrets = {
            column: unseal(self.key, text, self._bound_to(place, column)).decode() for column, text in sealed.items()
        }
        for secret in secrets.values():
            hide(secret)
        return secrets

    def _bound_to(self, place: Place, column: str) -> str:
        where = f"{place.connection_id or 0} {place.token_type} {place.generation} {column}"
        return f"zoho_tokens {where} key {self.id} {self.generation}"


class DataKeys:
    """Finds, makes and renews data keys, in the transaction of the caller.

    `marks` holds, for each connection, the newest generation of tokens that this desktop saw.
    """

    def __init__(self, database: Database, desktops: Desktops) -> None:
        self._database = database
        self.desktops = desktops
        self.marks = desktops.marks

    def prepare(self) -> None:
        """What may block on the password store, before a transaction begins. Errors: as `Desktops.join`."""
        self.desktops.join()

    def find_or_make(self, connection: Connection, connection_id: int | None) -> DataKey:
        """The key to seal with, made if there is none; nobody renews it before the transaction ends.

        Errors: NotEnrolled, UntrustedToken.
        """
        if found := self._find(connection, connection_id):
            return found
        generation, workspace_key = self.desktops.workspace_key(connection)
        wrapped = seal(workspace_key, new_key(), _wrapped_place(connection_id, generation))
        # Another console may be making it now: whoever is second uses the first one's.
        connection.execute(
            upsert(table)
            .values(connection_id=connection_id, wrapped=wrapped, generation=generation)
            .on_conflict_do_nothing()
        )
        made = self._find(connection, connection_id)
        assert made is not None
        return made

    def remove_desktop(self, desktop_id: int) -> int:
        """Take a desktop off: new workspace key, new data keys, every token sealed anew, all or nothing.

        The number of connections whose sign-in should be renewed comes out: the desktop may have copied their tokens.
        Errors: ZohoConfigError, NotEnrolled, UntrustedToken.
        """
        self.prepare()
        with self._database.begin() as connection:
            ids = connection.execute(select(table.c.connection_id, table.c.id).with_for_update()).all()
            rows = connection.execute(TOKENS_WITH_KEYS.with_for_update(of=tokens)).mappings().all()
            opened = [(row["id"], place_of(row), self.open(connection, row)) for row in rows]
            former, former_key = self.desktops.workspace_key(connection)
            generation, workspace_key = self.desktops.forget(connection, desktop_id)
            keys = {connection_id: DataKey(key_id, generation, new_key()) for connection_id, key_id in ids}
            for connection_id, key in keys.items():
                wrapped = seal(workspace_key, key.key, _wrapped_place(connection_id, generation))
                values = {"wrapped": wrapped, "generation": generation}
                connection.execute(update(table).where(table.c.id == key.id).values(values))
            for row_id, place, secrets in opened:
                sealed = keys[place.connection_id].seal(place, secrets)
                connection.execute(update(tokens).where(tokens.c.id == row_id).values(sealed))
        self.marks.rise(mark_of(former_key), former + 1)  # a copy from before the removal is old
        return len({place.connection_id for _id, place, _secrets in opened} - {None})

    def open(self, connection: Connection, row: RowMapping) -> dict[str, str]:
        """The tokens of a row of `TOKENS_WITH_KEYS`, by column. Errors: NotEnrolled, UntrustedToken."""
        key, sealed = self._key_of(connection, row), _sealed(row)
        return key.unseal(place_of(row), sealed) if key else sealed

    def open_newest(self, connection: Connection, row: RowMapping, marks: Mapping[str, int]) -> dict[str, str]:
        """As `open`, but only what is no older than `marks`, taken before the row was read: else a copy was put back.

        What is newer is remembered. Errors: NotEnrolled, UntrustedToken.
        """
        secrets = self.open(connection, row)
        if (key := self._key_of(connection, row)) is not None:
            if row["generation"] < marks.get(key.mark, 0):
                raise UntrustedToken
            self.marks.rise(key.mark, row["generation"])
        return secrets

    def begin_anew(self) -> None:
        """Forget every desktop, key and token here, for when no approved desktop is left: everyone signs in again."""
        with self._database.begin() as connection:
            for one in (tokens, table, desktops_table):
                connection.execute(delete(one))

    def _key_of(self, connection: Connection, row: RowMapping) -> DataKey | None:
        """The key of a row of `TOKENS_WITH_KEYS`; None for one that is not sealed, and need not be.

        Those are made by the guide's own statements, or by a program of the guide's first form.
        """
        connection_id = row["connection_id"]
        if connection_id is None and not any(map(is_sealed, _sealed(row).values())):
            return None
        if row["key_id"] is None:
            raise UntrustedToken
        return self._unwrapped(connection, connection_id, row["key_id"], row["wrapped"], row["key_generation"])

    def _find(self, connection: Connection, connection_id: int | None) -> DataKey | None:
        query = select(table).where(func.coalesce(table.c.connection_id, 0) == (connection_id or 0))
        row = connection.execute(query.with_for_update(read=True)).mappings().first()
        if row is None:
            return None
        return self._unwrapped(connection, connection_id, row["id"], row["wrapped"], row["generation"])

    def _unwrapped(
        self, connection: Connection, connection_id: int | None, key_id: int, wrapped: str, generation: int
    ) -> DataKey:
        generation, workspace_key = self.desktops.workspace_key(connection, generation)
        key = unseal(workspace_key, wrapped, _wrapped_place(connection_id, generation))
        return DataKey(key_id, generation, key, mark_of(workspace_key, f"tokens {connection_id or 0}"))


def place_of(row: RowMapping) -> Place:
    """The place of a row of `zoho_tokens`."""
    return Place(row["connection_id"], row["token_type"], row["generation"])


def _sealed(row: RowMapping) -> dict[str, str]:
    return {column: row[column] for column in SEALED_COLUMNS}


def _wrapped_place(connection_id: int | None, generation: int) -> str:
    return f"data_keys {connection_id or 0} {generation}"
