"""What a campaign plays on: a Postgres, a simulator, jobs that are planned, consoles in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psutil

from zoho_console.bulk.undoing import prepare_undo
from zoho_console.domain.changes import (
    ChangeSet,
    ChangeSetKind,
    ChangeSetState,
    Mapping,
    NewChangeSet,
    RowRecord,
    RowState,
)
from zoho_console.domain.connections import Connection
from zoho_console.domain.terms import AUTOMATIONS, Terms
from zoho_console.simulator.server import Simulator
from zoho_console.store.postgres_files import HAS_SOCKETS, place_for
from zoho_console.store.postgres_server import Server
from zoho_console.workspace.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
FIELD = "Health_Score"


class Console:
    """One console process; killed at the end if it still lives."""

    def __init__(self, database_url: str, via: str, *, module: str = "tests.torture.worker", **more: object) -> None:
        told = json.dumps({"database": database_url, "via": via, **more})
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, told],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()

    def ready(self) -> Self:
        assert self.hear() == {"event": "ready"}
        return self

    def start(self, job: int) -> Self:
        self.tell(str(job))
        return self

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any] | None:
        """The next thing it says; None if it is dead."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line.endswith("\n") else None

    def hear_of(self, *events: str) -> dict[str, Any] | None:
        """The next of these events; None if it died before."""
        while (heard := self.hear()) is not None and heard["event"] not in events:
            pass
        return heard

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    @property
    def is_frozen(self) -> bool:
        return psutil.Process(self._process.pid).status() == psutil.STATUS_STOPPED

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@dataclass
class Stage:
    """A workspace, a simulator in this process, and the address of the database for others."""

    workspace: Workspace
    simulator: Simulator
    connection: Connection
    database_url: str
    postgres_home: Path

    def __post_init__(self) -> None:
        self._score = 1_000_000
        self._writes = 0  # of the simulator's list, those whose automations were looked at
        self.journal = self.workspace.journal
        self.workspace.engine.call(self.workspace.fields(self.connection))  # known once, so that consoles start sooner

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        return self.simulator.world.records("Accounts")

    @property
    def effects(self) -> Counter[str]:
        return Counter(self.simulator.world.effects_by_record())

    def plan(self, rows: int, terms: Terms | None = None) -> ChangeSet:
        """A job that sets the score of the first accounts to one that none has, planned as a file would be.

        Without terms they run all automations, workflows only, and none, one after the other.
        """
        self._score += 1
        score = self._score
        trigger = list(AUTOMATIONS.values())[score % len(AUTOMATIONS)]
        new = NewChangeSet(
            self.connection.id, "Accounts", ChangeSetKind.UPDATE, "torture.csv", ("id", "Score"),
            Mapping(0, "id", {1: FIELD}), {FIELD: "Health Score"}, terms=terms or Terms(trigger),
        )  # fmt: skip
        ids = list(self.records)[:rows]
        job = self.journal.begin(new)
        planned = [
            RowRecord(
                number, (one, str(score)), RowState.PLANNED, one, "", {FIELD: self.records[one][FIELD]}, {FIELD: score}
            )
            for number, one in enumerate(ids, start=2)
        ]
        for start in range(0, rows, 1000):
            self.journal.add_rows(job, planned[start : start + 1000])
        return self.journal.finish_plan(job)

    def undo(self, job: int) -> ChangeSet:
        """The undo of a finished job, planned."""

        async def work() -> ChangeSet:
            fields = await self.workspace.fields(self.connection)
            return await prepare_undo(job, self.workspace.client(self.connection), self.journal, fields)

        return self.workspace.engine.call(work())

    def kill_postgres(self) -> None:
        """SIGKILL to the server and all its children, then a new one on the same files."""
        place = place_for(self.postgres_home, by_socket=HAS_SOCKETS)
        main = psutil.Process(int((place.data / "postmaster.pid").read_text().split()[0]))
        processes = [main, *main.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes)
        Server(place).run()

    @contextmanager
    def console(self, via: str = "", **more: object) -> Iterator[Console]:
        with Console(self.database_url, via or self.simulator.url, **more) as console:
            yield console

    def finish(self, job: int, via: str = "", **more: object) -> int:
        """Resume until the job is over; how often that took comes out."""
        heard = None
        with self.console(via, **more) as console:
            console.ready()
            for times in range(200):
                if self.journal.change_set(job).state is ChangeSetState.FINISHED:
                    return times
                heard = console.start(job).hear_of("ended", "failed")
        raise AssertionError(f"job {job} does not come to its end: {heard}")

    def truth(self, job: int, before: Counter[str]) -> dict[str, int]:
        """The journal against what the simulator counted since `before`; figures that may be added up."""
        effects = self.effects - before
        rows = list(self.journal.all_rows(job))
        change_set = self.journal.change_set(job)
        updated = {row.record_id for row in rows if row.state is RowState.UPDATED}
        unproved = {row.record_id for row in rows if row.state is RowState.UNPROVED}
        landed = set(effects)
        writes, self._writes = self.simulator.world.writes[self._writes :], len(self.simulator.world.writes)
        triggers = Counter(one.record_id for one in writes if one.trigger == change_set.terms.trigger)
        return {
            "rows": len(rows),
            "updated": len(updated),
            "unproved": len(unproved),
            "others": len(rows) - len(updated) - len(unproved),
            "doubled": sum(times > 1 for times in effects.values()),
            "lost": len(updated - landed),
            "misreported": len(landed - updated - unproved),
            "automated otherwise": (effects - triggers).total(),
            "miscounted": int(change_set.total != len(rows)),
        }
