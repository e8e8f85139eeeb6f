"""What calls cost is written once, by whichever client they were made."""

from __future__ import annotations

from datetime import timedelta

from zoho_console.domain.connections import Connection
from zoho_console.store.credit_use import use_since
from zoho_console.store.database import Database
from zoho_console.workspace.credit_log import CreditLog
from zoho_console.zoho.usage import ApiUsage


class Client:
    """A client that used something."""

    def __init__(self, calls: int = 0, credits_used: int = 0, left: int | None = None) -> None:
        self.usage = ApiUsage(calls, credits_used, left)


def written(database: Database) -> tuple[int, int]:
    uses = use_since(database, timedelta(hours=24))
    return sum(one.calls for one in uses), sum(one.used for one in uses)


def test_the_same_calls_are_written_once_and_each_client_counts_by_itself(database: Database, acme: Connection) -> None:
    clients: dict[int, Client] = {}
    log = CreditLog(database, lambda: clients)
    first = clients[acme.id] = Client()
    log.write()
    assert written(database) == (0, 0)
    first.usage = ApiUsage(3, 12)
    log.write()
    log.write()
    assert written(database) == (3, 12)

    second = clients[acme.id] = Client(1, 2)  # made while the first one was put away
    log.write()
    first.usage = ApiUsage(4, 20)
    log.write_of(acme.id, first)
    second.usage = ApiUsage(2, 3)
    log.write()
    assert written(database) == (6, 23)


def test_what_cannot_be_written_is_left_for_later(database: Database, database_url: str, acme: Connection) -> None:
    away = Database(database_url.replace("port=5432", "port=1"))
    client = Client(2, 5)
    CreditLog(away, lambda: {acme.id: client}).write()
    away.close()
    assert written(database) == (0, 0)
    CreditLog(database, lambda: {acme.id: client}).write()
    assert written(database) == (2, 5)
