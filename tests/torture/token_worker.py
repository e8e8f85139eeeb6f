"""A console at one connection's token, in a process of its own, which a campaign freezes or whose clock it moves.

Argument: one JSON object with `database`, `via` (the address of Zoho), `client_id`, `secret`, `connection`, and maybe
`lease_s`. It reads commands from standard input, a line each, and prints one JSON line for whatever happens:
`call` (ask Zoho who we are), `anew` (as after a restart), `stop POINT` (freeze at this point of the next renewal),
`move SECONDS` (put the clock so far ahead). To be run and never imported: it moves the clock of its whole process.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import threading
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from tests.torture import moved_clock
from zoho_console.domain.connections import custom_origins
from zoho_console.domain.grants import Grant
from zoho_console.errors import ZohoError
from zoho_console.store.data_keys import DataKeys
from zoho_console.store.database import Database
from zoho_console.store.desktops import Desktops
from zoho_console.store.secrets import MemorySecrets
from zoho_console.store.tokens import ConnectionVault
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.oauth import OAuthApp


class StoppingVault(ConnectionVault):
    """A vault that freezes its process at a named point, once, and whose claims may be shorter than usual."""

    def __init__(self, database: Database, connection_id: int, keys: DataKeys, lease_s: float) -> None:
        super().__init__(database, connection_id, keys)
        self._lease = timedelta(seconds=lease_s)
        self._is_saving = False
        self.point = ""
        event.listen(database._engine, "commit", self._committing)

    def claim_refresh(self, generation: int, lease: timedelta) -> int:
        claim = super().claim_refresh(generation, self._lease or lease)
        if claim:
            self._at("claimed")
        return claim

    def save(self, grant: Grant, *, event: str = "refreshed", claim: int | None = None) -> Grant:
        self._at("answered")
        self._is_saving = True
        try:
            stored = super().save(grant, event=event, claim=claim)
        finally:
            self._is_saving = False
        self._at("saved")
        return stored

    def _committing(self, _connection: object) -> None:
        if self._is_saving:
            self._at("saving")

    def _at(self, point: str) -> None:
        if point == self.point:
            self.point = ""
            # To this very thread: one sent to the process lets it run on until another thread has taken note.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


def say(**words: object) -> None:
    print(json.dumps(words), flush=True)


async def work(told: dict[str, Any]) -> None:
    database = Database(told["database"])
    keys = DataKeys(database, Desktops(database, MemorySecrets()))
    vault = StoppingVault(database, told["connection"], keys, told.get("lease_s", 0))
    origins = custom_origins(told["via"], told["via"])
    app = OAuthApp(told["client_id"], lambda: str(told["secret"]))
    client = AsyncZohoClient(origins, app, vault)
    say(event="ready")
    while line := await asyncio.to_thread(sys.stdin.readline):
        command, _, what = line.strip().partition(" ")
        if command == "stop":
            vault.point = what
        elif command == "move":
            moved_clock.move(float(what))
        elif command == "anew":
            await client.aclose()
            client = AsyncZohoClient(origins, app, vault)
        else:
            try:
                await client.current_user()
                say(event="called")
            except ZohoError as error:
                say(event="failed", error=type(error).__name__, words=str(error))
    await client.aclose()
    database.close()


if __name__ == "__main__":
    asyncio.run(work(json.loads(sys.argv[1])))
