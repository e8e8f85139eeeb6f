"""Grants in Postgres: one console at a time refreshes, on the database's clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, case, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as upsert

from zoho_console.domain.grants import FailureKind, Grant, RefreshFailure
from zoho_console.store.data_keys import TOKENS_WITH_KEYS, DataKeys, Place
from zoho_console.store.database import Database
from zoho_console.store.desktops import this_console
from zoho_console.store.tables import token_events as events_table
from zoho_console.store.tables import zoho_tokens as table

OAUTH = "oauth"
_NO_FAILURE: dict[str, Any] = {
    "last_error": "", "failure_kind": "", "failures": 0, "failing_since": None, "failed_at": None, "quiet_until": None,
}  # fmt: skip
_EVENT_WORDS = {"signed_in": "Signed in", "refreshed": "Renewed the token"}


@dataclass(frozen=True, slots=True)
class TokenHealth:
    """What the store knows of a connection's tokens; never a token itself.

    Times are the database's; `now` is its clock at the moment of asking. `claimed_by` names the console that is
    renewing, "" for none. `failures` counts those of `failure_kind` since `failing_since`.
    """

    has_grant: bool = False
    now: datetime | None = None
    expires_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_error: str = ""
    last_refresh_at: datetime | None = None
    generation: int = 0
    scopes: tuple[str, ...] = ()
    claimed_by: str = ""
    claimed_until: datetime | None = None
    failure_kind: FailureKind | None = None
    failures: int = 0
    failing_since: datetime | None = None
    failed_at: datetime | None = None
    quiet_until: datetime | None = None


class ConnectionVault:
    """The grant of one connection, or (with None) that of scripts; satisfies `domain.grants.GrantVault`.

    Every method is one short transaction.

    Tokens are sealed at rest. Times are kept on the database's clock and given on this computer's, so that a wrong
    clock here makes no token look younger or older than it is.
    """

    def __init__(self, database: Database, connection_id: int | None, keys: DataKeys) -> None:
        self._database = database
        self._id = connection_id
        self._keys = keys
        self._mine: ColumnElement[bool] = of_connection(connection_id) & (table.c.token_type == OAUTH)

    def load(self) -> Grant | None:
        """The grant now, or None before the first sign-in.

        Errors: NotEnrolled, SecretError; UntrustedToken if it was altered or is older than one seen on this desktop.
        """
        self._keys.prepare()
        marks = self._keys.marks.now()
        with self._database.begin() as connection:
            row = connection.execute(TOKENS_WITH_KEYS.where(self._mine)).mappings().first()
            return self._grant(connection, row, marks) if row else None

    def save(self, grant: Grant, *, event: str = "refreshed", claim: int | None = None) -> Grant:
        """Store the grant as the next generation and end any claim; what is stored comes out.

        With `claim`, only while that claim holds: a console that slept through its lease changes nothing and gets
        what another stored meanwhile. Errors: as `load`.
        """
        self._keys.prepare()
        marks = self._keys.marks.now()
        with self._database.begin() as connection:
            key = self._keys.find_or_make(connection, self._id)
            stored = TOKENS_WITH_KEYS.where(self._mine).with_for_update(of=table)
            row = connection.execute(stored).mappings().first()
            if claim is not None and row is not None and row["claims"] != claim:
                return self._grant(connection, row, marks)
            generation = max(row["generation"] if row else 0, marks.get(key.mark, 0)) + 1
            secrets = {"access_token": grant.access_token, "refresh_token": grant.refresh_token}
            values: dict[str, Any] = {
                **key.seal(Place(self._id, OAUTH, generation), secrets),
                "generation": generation,
                "expires_at": func.clock_timestamp() + (grant.expires_at - datetime.now(UTC)),
                "scopes": list(grant.scopes),
                "api_domain": grant.api_domain,
                "claimed_until": None,
                "last_ok_at": func.now(),
                **_NO_FAILURE,
                "updated_at": func.now(),
            }
            connection.execute(upserted({"connection_id": self._id, "token_type": OAUTH}, values))
            self._note(connection, event, _EVENT_WORDS.get(event, event))
        self._keys.marks.rise(key.mark, generation)  # not before it is committed
        return replace(grant, generation=generation)

    def claim_refresh(self, generation: int, lease: timedelta) -> int:
        """The number of a claim to refresh this generation; 0 if it is old or another holds the claim."""
        with self._database.begin() as connection:
            claimed = connection.execute(
                update(table)
                .where(
                    self._mine,
                    table.c.generation == generation,
                    or_(table.c.claimed_until.is_(None), table.c.claimed_until < func.now()),
                )
                .values(claimed_until=func.now() + lease, claimed_by=this_console(), claims=table.c.claims + 1)
                .returning(table.c.claims)
            ).scalar()
            return claimed or 0

    def refresh_failed(self, generation: int, failure: RefreshFailure, claim: int) -> None:
        """Note a failure and end the claim, if it still holds; the tokens stay."""
        is_same = table.c.failure_kind == failure.kind
        with self._database.begin() as connection:
            ended = connection.execute(
                update(table)
                .where(self._mine, table.c.generation == generation, table.c.claims == claim)
                .values(
                    claimed_until=None,
                    last_error=failure.sentence,
                    failure_kind=failure.kind,
                    failures=case((is_same, table.c.failures + 1), else_=1),
                    failing_since=case((is_same, table.c.failing_since), else_=func.now()),
                    failed_at=func.now(),
                    quiet_until=func.now() + timedelta(seconds=failure.quiet_s),
                )
            )
            if ended.rowcount:
                self._note(connection, "failed", f"Renewing failed: {failure.sentence}")

    def note_ok(self, calls_at_once: int = 0) -> None:
        """A call just worked: the proof that the connection does; and how many ran at once, 0 if that is not known."""
        values = {"last_ok_at": func.now(), **({"calls_at_once": calls_at_once} if calls_at_once else {})}
        with self._database.begin() as connection:
            connection.execute(update(table).where(self._mine).values(values))

    def delete(self) -> None:
        """Forget the tokens here; Zoho is not told."""
        with self._database.begin() as connection:
            if connection.execute(delete(table).where(self._mine)).rowcount:
                self._note(connection, "revoked", "Signed out")

    def health(self) -> TokenHealth:
        """What is known without asking Zoho."""
        query = select(table, func.clock_timestamp().label("clock"))
        with self._database.begin() as connection:
            row = connection.execute(query.where(self._mine)).mappings().first()
        if row is None:
            return TokenHealth()
        is_claimed = row["claimed_until"] is not None and row["claimed_until"] > row["clock"]
        return TokenHealth(
            has_grant=True,
            now=row["clock"],
            expires_at=row["expires_at"],
            last_ok_at=row["last_ok_at"],
            last_error=row["last_error"],
            last_refresh_at=row["updated_at"],
            generation=row["generation"],
            scopes=tuple(row["scopes"]),
            claimed_by=row["claimed_by"] if is_claimed else "",
            claimed_until=row["claimed_until"] if is_claimed else None,
            failure_kind=FailureKind(row["failure_kind"]) if row["failure_kind"] else None,
            failures=row["failures"],
            failing_since=row["failing_since"],
            failed_at=row["failed_at"],
            quiet_until=row["quiet_until"],
        )

    def _grant(self, connection: Connection, row: RowMapping, marks: Mapping[str, int]) -> Grant:
        secrets = self._keys.open_newest(connection, row, marks)
        return Grant(
            **secrets,
            expires_at=datetime.now(UTC) + (row["expires_at"] - row["clock"]),
            scopes=tuple(row["scopes"]),
            api_domain=row["api_domain"],
            generation=row["generation"],
            calls_at_once=row["calls_at_once"],
        )

    def _note(self, connection: Connection, kind: str, words: str) -> None:
        if self._id is None:
            return  # the history is that of the console's connections
        connection.execute(
            insert(events_table).values(connection_id=self._id, kind=kind, text=words, console=this_console())
        )


def of_connection(connection_id: int | None) -> ColumnElement[bool]:
    """Whether a row of `zoho_tokens` belongs to a connection, or (with None) to scripts."""
    if connection_id is None:
        return table.c.connection_id.is_(None)
    return table.c.connection_id == connection_id


def upserted(key: dict[str, Any], values: dict[str, Any]) -> Insert:
    """Insert the first row of a key, or write over what is there."""
    return (
        upsert(table)
        .values(**key, **values)
        .on_conflict_do_update(index_elements=[text("coalesce(connection_id, 0)"), table.c.token_type], set_=values)
    )
