"""The right to run a job: taken once, kept while the work lasts, checked before every byte that leaves."""

from __future__ import annotations

import asyncio
import os
import platform
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from zoho_console.background import in_thread
from zoho_console.domain.changes import ChangeSetState, Lease
from zoho_console.errors import JobHeld, LeaseLost, ZohoDatabaseError
from zoho_console.store.journal_runs import JournalRuns

RENEWALS = 4  # in one lease, so that one or two may fail
POLLS = 16


class Hold:
    """A lease in this console's hands, and how long it may be believed in without asking the database."""

    def __init__(self, lease: Lease, runs: JournalRuns, lease_s: float, clocks: tuple[float, float]) -> None:
        self.lease = lease
        self.runs_beside = 1  # in the organisation, this one too; consoles share the calls that Zoho takes at once
        self._runs = runs
        self._lease_s = lease_s
        self._clocks = clocks

    def check(self) -> None:
        """Called just before bytes leave. Errors: LeaseLost if the lease may have ended by now.

        The last renewal was asked for at `_clocks`, so at the database the lease ends later than here. Two clocks,
        for one of them stands still while a computer sleeps.
        """
        if any(now - then >= self._lease_s for now, then in zip(_clocks(), self._clocks, strict=True)):
            raise LeaseLost(self.lease.change_set_id)

    async def keep(self) -> None:
        """Renew until cancelled. A renewal that fails is tried again; the lease ends by itself if none succeeds."""
        while True:
            asked = _clocks()
            with suppress(ZohoDatabaseError):
                self.runs_beside = await in_thread(self._runs.renew, self.lease, self._lease_s)
                self._clocks = asked
            await asyncio.sleep(self._lease_s / RENEWALS)

    async def release(self, state: ChangeSetState, note: str = "") -> None:
        """Give the job back, PAUSED with a reason or FINISHED. Errors: LeaseLost, ZohoDatabaseError."""
        await in_thread(self._runs.release, self.lease, state, note)


@asynccontextmanager
async def held(runs: JournalRuns, change_set_id: int, lease_s: float, yes_by: str = "") -> AsyncIterator[Hold]:
    """The right to run a job, for as long as the block lasts; the block gives it back with `release`.

    `yes_by` says yes to its plan. Errors: JobHeld if a living console has it; Guarded.
    """
    hold = await _taken(runs, change_set_id, lease_s, yes_by)
    keeping = asyncio.ensure_future(hold.keep())
    try:
        yield hold
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
        if not keeping.cancelled():
            keeping.exception()  # a lease that was lost shows itself wherever it is needed


async def _taken(runs: JournalRuns, change_set_id: int, lease_s: float, yes_by: str) -> Hold:
    """A holder that renews is alive, and JobHeld is raised; one that does not is waited out."""
    owner = f"{platform.node()}, process {os.getpid()}"
    seen = ""
    while True:
        asked = _clocks()
        try:
            lease = await in_thread(runs.take, change_set_id, owner, lease_s, yes_by)
            return Hold(lease, runs, lease_s, asked)
        except JobHeld as other:
            if seen and seen != other.lease:
                raise
            seen = other.lease
            await asyncio.sleep(min(other.left_s, lease_s / POLLS) + 0.01)


def _clocks() -> tuple[float, float]:
    return asyncio.get_running_loop().time(), time.time()
