"""The steps of the journey, blocking, for the tests that walk it."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import text

from zoho_console.bulk.applying import Run
from zoho_console.bulk.escaping import Form
from zoho_console.bulk.mapping import mapping_from
from zoho_console.bulk.pace import Pace
from zoho_console.bulk.preparing import prepare, prepare_retry
from zoho_console.bulk.progress import Progress
from zoho_console.bulk.reading import open_table
from zoho_console.bulk.reporting import save_report
from zoho_console.bulk.undoing import Choice, prepare_undo
from zoho_console.domain.changes import ChangeSet, RowRecord
from zoho_console.domain.connections import Connection
from zoho_console.domain.terms import Terms
from zoho_console.simulator.server import Simulator
from zoho_console.workspace.workspace import Workspace

# Sent in one go, as the order of the file has it; waves have tests of their own.
PLAIN = Terms(waves=False, verify=0)
PACE = Pace(quarantine_s=0.1, settle_s=0.1, lease_s=5.0)  # long enough for a machine that is busy with something else


MOST_LOOKS = 3_000


class Journey:
    """The steps of the journey on one workspace, blocking."""

    def __init__(self, workspace: Workspace, simulator: Simulator, acme: Connection, folder: Path) -> None:
        self.workspace, self.simulator, self.acme, self.folder = workspace, simulator, acme, folder
        self.journal = workspace.journal
        self.progress: list[Progress] = []

    def call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.workspace.engine.call(work)

    def file(self, rows: Sequence[Sequence[object]], header: Sequence[str] = ("id", "Health Score")) -> Path:
        path = self.folder / "corrections.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    def ids(self, count: int) -> list[str]:
        return list(self.simulator.world.records("Accounts"))[:count]

    def prepare(self, path: Path, key: str = "", **options: Any) -> ChangeSet:
        options.setdefault("terms", PLAIN)

        async def work() -> ChangeSet:
            table = open_table(path)
            fields = await self.workspace.fields(self.acme)
            return await prepare(
                table, mapping_from(table.header, fields, key), fields, self.workspace.client(self.acme), self.journal,
                connection_id=self.acme.id, on_progress=self.progress.append, **options,
            )  # fmt: skip

        return self.call(work())

    def scores(self, count: int, score: int = 77) -> ChangeSet:
        return self.prepare(self.file([(record_id, score) for record_id in self.ids(count)]))

    def run(self, change_set: ChangeSet, **options: Any) -> Run:
        async def make() -> Run:
            fields = await self.workspace.fields(self.acme)
            tell, yes_by = options.pop("on_progress", self.progress.append), options.pop("yes_by", "")
            pace, client = replace(PACE, **options), self.workspace.client(self.acme)
            return Run(change_set.id, client, self.journal, fields, pace=pace, yes_by=yes_by, on_progress=tell)

        return self.call(make())

    def apply(self, change_set: ChangeSet, **options: Any) -> ChangeSet:
        return self.call(self.run(change_set, **options).apply())

    def intend(self, change_set: ChangeSet, batch: int) -> list[RowRecord]:
        """What a console leaves that dies just before the bytes of a batch leave."""
        runs = self.journal.runs
        lease = runs.take(change_set.id, "a console that died", 0.0)
        stamps = {one["id"]: one["Modified_Time"] for one in self.simulator.world.records("Accounts").values()}
        rows = self.journal.batch_rows(change_set.id, batch)
        with self.workspace.database.begin() as connection:
            connection.execute(text("update change_sets set lease_until = clock_timestamp() + interval '0.2 s'"))
        return runs.intend(lease, batch, [replace(row, seen_at=stamps[row.record_id]) for row in rows])

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Look until it is so; fails after half a minute."""
        for _ in range(MOST_LOOKS):
            if is_so():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it never came to be so")

    def asked(self, method: str) -> int:
        """How many requests of this method the simulator has seen."""
        counts = dict(self.simulator.traffic.counts)
        return sum(count for route, count in counts.items() if route.startswith(f"{method} "))

    def undo(self, change_set: ChangeSet, **choice: Any) -> ChangeSet:
        async def work() -> ChangeSet:
            fields = await self.workspace.fields(self.acme)
            return await prepare_undo(
                change_set.id, self.workspace.client(self.acme), self.journal, fields,
                choice=Choice(**choice), on_progress=self.progress.append,
            )  # fmt: skip

        return self.call(work())

    def retry(self, change_set: ChangeSet, **options: Any) -> ChangeSet:
        async def work() -> ChangeSet:
            fields = await self.workspace.fields(self.acme)
            return await prepare_retry(
                change_set.id, self.workspace.client(self.acme), self.journal, fields,
                on_progress=self.progress.append, **options,
            )  # fmt: skip

        return self.call(work())

    def report(self, change_set: ChangeSet, name: str = "report.csv", form: Form = "spreadsheet") -> Path:
        path = self.folder / name
        self.call(save_report(self.journal, change_set.id, path, form=form))
        return path

    def value(self, record_id: str, name: str = "Health_Score") -> Any:
        return self.simulator.world.records("Accounts")[record_id][name]
