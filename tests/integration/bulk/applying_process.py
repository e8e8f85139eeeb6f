"""Applies one change set in a process of its own, which a test may kill: arguments are DATABASE_URL and its id."""

from __future__ import annotations

import sys

from zoho_console.bulk.applying import Run
from zoho_console.bulk.pace import Pace
from zoho_console.domain.changes import ChangeSet
from zoho_console.store.database import Database
from zoho_console.store.secrets import MemorySecrets
from zoho_console.workspace.workspace import Workspace


async def apply(workspace: Workspace, change_set: ChangeSet) -> None:
    connection = workspace.connections.get(change_set.connection_id)
    fields = await workspace.fields(connection)
    client = workspace.client(connection)
    pace = Pace(parallel=3, quarantine_s=0.4, lease_s=2.0)
    await Run(change_set.id, client, workspace.journal, fields, pace=pace, on_progress=tell).apply()


def tell(_progress: object) -> None:
    print("on its way", flush=True)


def main() -> None:
    workspace = Workspace(Database(sys.argv[1]), MemorySecrets())
    workspace.engine.call(apply(workspace, workspace.journal.change_set(int(sys.argv[2]))))
    workspace.close()


if __name__ == "__main__":
    main()
