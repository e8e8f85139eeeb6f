"""Settles what was sent and not answered for: wait, read back, read again. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Sequence

from zoho_console.background import in_thread
from zoho_console.bulk.job_results import JobResults
from zoho_console.bulk.settling import MOST_ATTEMPTS, SECOND_LOOK, settle_by_reading
from zoho_console.bulk.verifying import Verifier
from zoho_console.bulk.working import STAMP, Work
from zoho_console.domain.changes import STARTING, Doubt, Outcome, RowState


class ReadBack:
    """Proves or gives up every doubt of a job whose quarantine is over, one attempt after the other."""

    def __init__(self, work: Work, verifier: Verifier) -> None:
        self._work = work
        self._jobs = JobResults(work, verifier)

    async def settle_all(self) -> bool:
        """Settle the doubts there are; whether there were any comes out. A pause leaves the rest in doubt.

        Rows come out UPDATED where the new values are there, PLANNED where two readings show that nothing was done,
        and UNPROVED else. Cost: 1 call for each doubt, 2 where rows are to be sent again.
        """
        doubts = await in_thread(self._work.journal.runs.doubts, self._work.job.id)
        by_job: dict[str, list[Doubt]] = {}
        for doubt in doubts:
            by_job.setdefault(doubt.zoho_job, []).append(doubt)
        for job, mine in by_job.items():
            if job == STARTING:
                goes_on = await self._jobs.settle_unnamed(mine)
            else:
                goes_on = await (self._jobs.settle(job, mine) if job else self._settle(mine))
            if not goes_on:
                break
        return bool(doubts)

    async def _settle(self, doubts: Sequence[Doubt]) -> bool:
        """Settle doubts of records that were written; False if the run is to pause."""
        for doubt in doubts:
            outcomes = await self._judge(doubt) if await self._rest(doubt) else None
            if outcomes is None:
                return False
            await in_thread(self._work.journal.runs.prove, self._work.hold.lease, doubt, outcomes)
            self._work.count(doubt.batch, RowState.SENT, outcomes)
        return True

    async def _rest(self, doubt: Doubt) -> bool:
        """Wait until the quarantine is over; False if the run is to pause meanwhile."""
        left_s = self._work.pace.quarantine_s - doubt.age_s
        if left_s > 1:
            self._work.tally.tell(f"Batch {doubt.batch}: rows without an answer are read back in {left_s:.0f} s.")
        return await self._work.wait(left_s, whatever_is_stopped=True)

    async def _judge(self, doubt: Doubt) -> Sequence[Outcome] | None:
        """What reading shows, twice where it shows that nothing was done; None if the run is to pause."""
        first = await self._read(doubt)
        if first is None or all(one.state is not RowState.PLANNED for one in first):
            return first
        if not await self._work.wait(self._work.pace.quarantine_s / SECOND_LOOK, whatever_is_stopped=True):
            return None
        return await self._read(doubt)

    async def _read(self, doubt: Doubt) -> list[Outcome] | None:
        live = await self._work.live(doubt.rows)
        if live is None:
            return None
        may_repeat = doubt.attempt < MOST_ATTEMPTS
        return settle_by_reading(
            doubt.rows, live, self._work.fields, stamp=STAMP, is_lost=doubt.is_lost, may_repeat=may_repeat
        )
