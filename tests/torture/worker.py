"""A console in a process of its own, which a campaign may kill or freeze.

Argument: one JSON object with `database`, `via` (the address of Zoho), maybe `lease_s`, maybe `job_from` (from how many
rows on it takes bulk write jobs), and, if it is to die by itself, `point` and `nth`. It reads job ids from standard
input, a line each, runs each job, and prints one JSON line for whatever happens.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

from zoho_console.bulk.applying import Run
from zoho_console.bulk.pace import Pace
from zoho_console.bulk.progress import Progress
from zoho_console.domain.connections import custom_origins
from zoho_console.domain.records import Record, Reply
from zoho_console.domain.terms import JOB_FROM
from zoho_console.errors import ZohoError
from zoho_console.store.database import Database
from zoho_console.store.journal import Journal
from zoho_console.store.journal_runs import JournalRuns
from zoho_console.store.secrets import MemorySecrets
from zoho_console.workspace.workspace import Workspace
from zoho_console.zoho.client import AsyncZohoClient

QUARANTINE_S, LEASE_S = 0.6, 0.8
COMMITS = ("take", "intend", "answer", "look", "lose", "prove", "release")
POINTS = (
    "before bytes leave",
    "after the answer came",
    *(f"{when} {commit}" for commit in COMMITS for when in ("before", "after")),
)
# Where a bulk write job is about to start, for the first time, and where its number is written down, for the second.
JOB_POINTS = tuple((f"{when} by_job", nth) for nth in (1, 2) for when in ("before", "after"))


class Fuse:
    """Kills this process when it comes to a named point for the n-th time."""

    def __init__(self, point: str = "", nth: int = 1) -> None:
        self._point, self._left = point, nth

    def at(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class FusedRuns(JournalRuns):
    """The journal of runs with a fuse before and after each commit."""

    def __init__(self, database: Database, fuse: Fuse) -> None:
        super().__init__(database)
        for name in (*COMMITS, "by_job"):
            setattr(self, name, fused(fuse, name, getattr(self, name)))


def fused(fuse: Fuse, name: str, write: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        fuse.at(f"before {name}")
        value = write(*arguments)
        fuse.at(f"after {name}")
        return value

    return call


class FusedClient(AsyncZohoClient):
    """The client with a fuse just before the bytes of a write leave and just after its answer came."""

    fuse = Fuse()

    async def update_records(
        self,
        module: str,
        changed: Sequence[Record],
        *,
        trigger: Sequence[str] | None = None,
        guard: Callable[[], None] | None = None,
    ) -> list[Reply]:
        def last() -> None:
            if guard is not None:
                guard()
            self.fuse.at("before bytes leave")

        replies = await super().update_records(module, changed, trigger=trigger, guard=last)
        self.fuse.at("after the answer came")
        return replies


def say(**words: object) -> None:
    print(json.dumps(words), flush=True)


def tell(progress: Progress) -> None:
    say(event="progress", done=progress.done)


async def run(workspace: Workspace, job: int, via: str, fuse: Fuse, pace: Pace) -> str:
    journal = Journal(workspace.database)
    journal.runs = FusedRuns(workspace.database, fuse)
    connection = workspace.connections.get(journal.change_set(job).connection_id)
    origins = custom_origins(via, via)
    # A client for each run, as a console that was started anew would have: it remembers no trouble.
    client = FusedClient(origins, workspace.app(connection), workspace.vault(connection.id))
    client.fuse = fuse
    try:
        fields = await workspace.fields(connection)
        return str((await Run(job, client, journal, fields, pace=pace, on_progress=tell).apply()).state)
    finally:
        await client.aclose()


def main() -> None:
    told = json.loads(sys.argv[1])
    fuse = Fuse(told.get("point", ""), told.get("nth", 1))
    lease_s, job_from = told.get("lease_s", LEASE_S), told.get("job_from", JOB_FROM)
    pace = Pace(quarantine_s=QUARANTINE_S, lease_s=lease_s, poll_s=0.2, job_from=job_from)
    workspace = Workspace(Database(told["database"]), MemorySecrets())
    say(event="ready")
    for line in sys.stdin:
        try:
            state = workspace.engine.call(run(workspace, int(line), told["via"], fuse, pace))
            say(event="ended", state=state)
        except ZohoError as error:
            say(event="failed", error=type(error).__name__, words=str(error))
    workspace.close()


if __name__ == "__main__":
    main()
