"""One database: short transactions, and the driver's errors in our words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import psycopg2
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from zoho_console.errors import ZohoDatabaseError
from zoho_console.store.address import address_of, arguments_for, is_proven

# For statements that join the rows of a change set just written with each other: the server's statistics know nothing
# of them, so it takes them for one row, and a nested loop over 100,000 would take hours. Ends with the transaction.
FOR_MANY_ROWS = text("set local enable_nestloop = off")
IDLE_LIMIT_S = 5  # between two statements of one transaction; ours take milliseconds
_AWAY = (
    "The console cannot reach its database, so nothing is sent to Zoho.",
    "Check that the database runs and that its address is right, then try again.",
)
_UNPROVEN = (
    "The database did not prove that it is the one meant, so no password was sent to it.",
    "Its certificate must be for the name in its address; “sslrootcert=FILE” there names a company's own authority.",
)
# How libpq says that a server has no TLS, or the wrong certificate; it gives no code.
_UNPROVEN_SIGNS = (
    "certificate verify failed",
    "does not match host name",
    "does not support SSL",
    "signature failure",
    "root cert",
)
# What the server refuses although our statement is right; by SQLSTATE (PostgreSQL, appendix A).
_REFUSALS = {
    "53100": ("The database's disk is full, so nothing is sent to Zoho.", "Make room on it and try again."),
    "42501": (
        "The database does not let this user do that.",
        "Ask its administrator for the right to create and change tables.",
    ),
    "25006": ("The database is read-only at present.", "Give the address of the server that can be written."),
}


class Database:
    """A pool of connections to one Postgres; safe to use from any thread.

    `url` begins with postgresql://. `is_proven` is False where a person chose to speak to a server elsewhere without
    proof of who it is. Errors: ZohoConfigError for an address that cannot be used.
    """

    def __init__(self, url: str) -> None:
        address = address_of(url)
        arguments = arguments_for(address, os.environ)
        self.is_proven = is_proven(address, os.environ)
        self._engine: Engine = create_engine(
            address, pool_pre_ping=True, pool_size=5, max_overflow=15, connect_args=arguments
        )
        event.listen(self._engine, "connect", _limit_idle)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A connection in one transaction: committed at the end, rolled back on an error.

        Errors: ZohoDatabaseError where the world is at fault; mistakes of ours pass as they are.
        """
        with _in_our_words(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection to one's own without a transaction, for locks that last longer than one.

        It is closed at the end, not reused, so nothing of the session stays behind. Errors: as `begin`.
        """
        with _in_our_words(), self._engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def copy_in(connection: Connection, table: str, lines: str) -> None:
    """Send rows in the text form of COPY to `table (columns)`; fails as any other statement does."""
    statement = f"copy {table} from stdin"
    driver = connection.connection.driver_connection
    assert driver is not None
    try:
        with driver.cursor() as cursor:
            cursor.copy_expert(statement, StringIO(lines))
    except psycopg2.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg2.Error) from error


def _limit_idle(driver: Any, _record: object) -> None:
    """A console that is frozen in the middle of a transaction must not keep its locks from all others."""
    with driver.cursor() as cursor:
        cursor.execute(f"set idle_in_transaction_session_timeout = '{IDLE_LIMIT_S}s'")
    driver.commit()


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except PoolExhausted as error:
        raise ZohoDatabaseError(_AWAY[0], advice=_AWAY[1]) from error
    except DBAPIError as error:
        refusal = _REFUSALS.get(getattr(error.orig, "pgcode", None) or "")
        is_away = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
        if refusal is None and not is_away:
            raise
        first_line = str(error.orig).strip().split("\n", 1)[0]
        is_unproven = any(sign in first_line for sign in _UNPROVEN_SIGNS)
        sentence, advice = refusal or (_UNPROVEN if is_unproven else _AWAY)
        raise ZohoDatabaseError(sentence, advice=advice, details={"driver": first_line}) from error
