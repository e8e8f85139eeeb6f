"""Writes down what this console's calls cost, so that every console shows the same day."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

from zoho_console.background import in_thread
from zoho_console.errors import ZohoDatabaseError
from zoho_console.store.credit_use import add_use
from zoho_console.store.database import Database
from zoho_console.zoho.usage import ApiUsage

EVERY_S = 60.0


class CreditLog:
    """Remembers what was written of each client's usage; `usages` gives that of the clients there are, by connection.

    While the database is away it is left for later.
    """

    def __init__(self, database: Database, usages: Callable[[], Mapping[int, ApiUsage]]) -> None:
        self._database = database
        self._usages = usages
        self._written: dict[int, ApiUsage] = {}
        self._turn = threading.Lock()  # the same calls must not be written twice

    def write(self) -> None:
        """Write what was used since the last time. Blocks."""
        with self._turn, suppress(ZohoDatabaseError):
            for connection_id, usage in self._usages().items():
                self._write(connection_id, usage)

    def write_last(self, connection_id: int, usage: ApiUsage) -> None:
        """Write the last usage of a client that is no more; the next one counts from nothing. Blocks."""
        with self._turn, suppress(ZohoDatabaseError):
            self._write(connection_id, usage)
        self._written.pop(connection_id, None)

    async def write_now_and_then(self) -> None:
        """Write once a minute until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            await in_thread(self.write)

    def _write(self, connection_id: int, usage: ApiUsage) -> None:
        former = self._written.get(connection_id, ApiUsage())
        if usage.calls == former.calls:
            return
        calls, used = usage.calls - former.calls, usage.credits_used - former.credits_used
        add_use(self._database, connection_id, calls=calls, used=used, left=usage.credits_left)
        self._written[connection_id] = usage
