"""Writes down what this console's calls cost, so that every console shows the same day."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol
from weakref import WeakKeyDictionary

from zoho_console.background import in_thread
from zoho_console.errors import ZohoDatabaseError
from zoho_console.store.credit_use import add_use
from zoho_console.store.database import Database
from zoho_console.zoho.usage import ApiUsage

EVERY_S = 60.0


class Spender(Protocol):
    """A client, as far as what it used is concerned; a new one begins with nothing."""

    @property
    def usage(self) -> ApiUsage:
        """What it used since it was made."""


class CreditLog:
    """Remembers what was written of each client's usage; `clients` gives those there are, by connection.

    While the database is away it is left for later. The methods without await block.
    """

    def __init__(self, database: Database, clients: Callable[[], Mapping[int, Spender]]) -> None:
        self._database = database
        self._clients = clients
        self._written: WeakKeyDictionary[Spender, ApiUsage] = WeakKeyDictionary()
        self._turn = threading.Lock()  # the same calls must not be written twice

    def write(self) -> None:
        """Write what every client used since the last time."""
        for connection_id, client in self._clients().items():
            self.write_of(connection_id, client)

    def write_of(self, connection_id: int, client: Spender) -> None:
        """Write what this client used since the last time."""
        with self._turn, suppress(ZohoDatabaseError):
            usage, former = client.usage, self._written.get(client, ApiUsage())
            if usage.calls > former.calls:
                calls, used = usage.calls - former.calls, usage.credits_used - former.credits_used
                add_use(self._database, connection_id, calls=calls, used=used, left=usage.credits_left)
                self._written[client] = usage

    async def write_now_and_then(self) -> None:
        """Write once a minute until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            await in_thread(self.write)
