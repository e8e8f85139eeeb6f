"""One database: short transactions, and the driver's errors in our words."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from typing import Any

import psycopg2
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from zoho_console.errors import ZohoConfigError, ZohoDatabaseError

CONNECT_LIMIT_S = 10
IDLE_LIMIT_S = 5  # between two statements of one transaction; ours take milliseconds
_THIS_COMPUTER = frozenset({"", "localhost", "127.0.0.1", "::1"})
_AWAY = (
    "The console cannot reach its database, so nothing is sent to Zoho.",
    "Check that the database runs and that its address is right, then try again.",
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

    `url` begins with postgresql://. A server elsewhere is spoken to by TLS unless the address, or PGSSLMODE, says
    otherwise. Errors: ZohoConfigError for an address that cannot be used.
    """

    def __init__(self, url: str) -> None:
        address = address_of(url)
        self._engine: Engine = create_engine(
            address, pool_pre_ping=True, pool_size=5, max_overflow=15, connect_args=arguments_for(address, os.environ)
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


def address_of(url: str) -> URL:
    """The address that a person wrote, for our driver. Errors: ZohoConfigError."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise ZohoConfigError(
            "The database's address cannot be read.", advice="It looks like postgresql://user@host/name."
        ) from error
    if address.get_backend_name() != "postgresql":
        raise ZohoConfigError(
            "The database's address must lead to Postgres.", advice="It looks like postgresql://user@host/name."
        )
    return address.set(drivername="postgresql+psycopg2")


def arguments_for(address: URL, environment: Mapping[str, str]) -> dict[str, Any]:
    """What the driver is told besides the address."""
    arguments: dict[str, Any] = {
        "application_name": "zoho-console",
        "connect_timeout": CONNECT_LIMIT_S,
        "keepalives_idle": 30,  # a router that forgets quiet connections would take a job's lock away
    }
    if "sslmode" not in address.query and "PGSSLMODE" not in environment and not _is_here(address):
        arguments["sslmode"] = "require"
    return arguments


def _is_here(address: URL) -> bool:
    """Whether every host it names is this computer, or a socket in a folder of it."""
    named = [address.host or ""]
    for key in ("host", "hostaddr"):
        for value in address.normalized_query.get(key, ()):
            named += value.split(",")
    return all(one in _THIS_COMPUTER or one.startswith(("/", "@")) for one in named)


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
        sentence, advice = refusal or _AWAY
        first_line = str(error.orig).strip().split("\n", 1)[0]
        raise ZohoDatabaseError(sentence, advice=advice, details={"driver": first_line}) from error
