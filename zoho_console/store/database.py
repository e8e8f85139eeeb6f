"""One database: short transactions, and the driver's errors in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from zoho_console.errors import ZohoConfigError, ZohoDatabaseError

CONNECT_LIMIT_S = 10
_THIS_COMPUTER = frozenset({"localhost", "127.0.0.1", "::1", "", None})


class Database:
    """A pool of connections to one Postgres; safe to use from any thread."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = _engine(url)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A connection in one transaction: committed at the end, rolled back on an error.

        Errors: ZohoDatabaseError where the world is at fault; mistakes of ours pass as they are.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError) as error:
            raise _not_reachable(error) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise _not_reachable(error) from error
            raise

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise ZohoConfigError("DATABASE_URL cannot be read.", advice="It begins with postgresql://.") from error
    if address.get_backend_name() != "postgresql":
        raise ZohoConfigError("DATABASE_URL must lead to Postgres.", advice="It begins with postgresql://.")
    address = address.set(drivername="postgresql+psycopg2")
    arguments: dict[str, object] = {"connect_timeout": CONNECT_LIMIT_S, "application_name": "zoho-console"}
    is_here = address.host in _THIS_COMPUTER and not address.query.get("hostaddr")
    if not is_here and "sslmode" not in address.query:
        arguments["sslmode"] = "require"
    return create_engine(address, pool_pre_ping=True, pool_size=5, max_overflow=15, connect_args=arguments)


def _not_reachable(error: DBAPIError) -> ZohoDatabaseError:
    first_line = str(error.orig).strip().split("\n", 1)[0]
    return ZohoDatabaseError(
        "The console cannot reach its database, so nothing is sent to Zoho.",
        advice="Check that the database runs and that DATABASE_URL is right, then try again.",
        details={"driver": first_line},
    )
