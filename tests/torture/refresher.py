"""A console in a process of its own that renews one token and is frozen while it does.

Argument: a JSON object with `database`, `connection`, `lease_s`; the first line of standard input is the client secret,
each further one a point to stop at. It stops itself there (SIGSTOP), goes on when it is thawed, and prints a JSON line.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from datetime import timedelta
from typing import Any

from zoho_console.domain.grants import Grant
from zoho_console.errors import ZohoError
from zoho_console.store.data_keys import DataKeys
from zoho_console.store.database import Database
from zoho_console.store.desktops import Desktops
from zoho_console.store.secrets import MemorySecrets
from zoho_console.store.tokens import ConnectionVault
from zoho_console.workspace.workspace import Workspace
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.oauth import OAuthApp

POINTS = ("before the claim", "claimed", "asking", "answered", "storing")
ASKING_S = 0.15  # into the request, which Zoho takes longer to answer


def freeze() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


class ScaledVault(ConnectionVault):
    """A vault whose claims last as long as the campaign says, and which may stop its process at a point."""

    def __init__(self, database: Database, connection_id: int, lease_s: float, point: str = "") -> None:
        super().__init__(database, connection_id, DataKeys(database, Desktops(database, MemorySecrets())))
        self._lease, self._point = timedelta(seconds=lease_s), point

    def claim_refresh(self, generation: int, lease: timedelta) -> int:
        if self._point == "before the claim":
            freeze()
        claim = super().claim_refresh(generation, self._lease)
        if self._point == "claimed":
            freeze()
        return claim

    def save(self, grant: Grant, *, event: str = "refreshed", claim: int | None = None) -> Grant:
        if self._point == "answered":
            freeze()
        return super().save(grant, event=event, claim=claim)

    def _note(self, connection: Any, kind: str, words: str) -> None:
        if self._point == "storing":  # inside the transaction
            freeze()
        super()._note(connection, kind, words)


async def call(workspace: Workspace, connection_id: int, secret: str, lease_s: float, point: str) -> int:
    """One call with an ended token; the generation that it went with comes out."""
    connection = workspace.connections.get(connection_id)

    def given() -> str:
        if point == "asking":
            threading.Timer(ASKING_S, freeze).start()
        return secret

    vault = ScaledVault(workspace.database, connection_id, lease_s, point)
    client = AsyncZohoClient(connection.origins, OAuthApp(connection.client_id, given), vault)
    try:
        await client.current_user()
    finally:
        await client.aclose()
    grant = await asyncio.to_thread(vault.load)
    return grant.generation if grant else 0


def main() -> None:
    told = json.loads(sys.argv[1])
    secret = sys.stdin.readline().strip()
    workspace = Workspace(Database(told["database"]), MemorySecrets())
    print(json.dumps({"event": "ready"}), flush=True)
    for line in sys.stdin:
        work = call(workspace, told["connection"], secret, told["lease_s"], line.strip())
        try:
            print(json.dumps({"event": "ended", "generation": workspace.engine.call(work)}), flush=True)
        except ZohoError as error:
            print(json.dumps({"event": "failed", "words": str(error)}), flush=True)
    workspace.close()


if __name__ == "__main__":
    main()
