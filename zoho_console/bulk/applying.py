"""Applies a plan, or goes on with one that was left: send, read back, send again what was certainly not done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from zoho_console.background import in_thread
from zoho_console.bulk.leasing import Hold, held
from zoho_console.bulk.matching import RecordsClient
from zoho_console.bulk.pace import Pace
from zoho_console.bulk.planning import fields_of
from zoho_console.bulk.progress import OnProgress, Tally
from zoho_console.bulk.resuming import ReadBack
from zoho_console.bulk.sending import Sender
from zoho_console.bulk.verifying import Verifier
from zoho_console.bulk.working import Brake, Work
from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, RowState
from zoho_console.domain.fields import Field
from zoho_console.errors import LeaseLost, ZohoDatabaseError
from zoho_console.store.journal import Journal

_CLOSED = "The console was closed."
_OWN_ERROR = "The console ran into an error of its own."
_BUSY = "The accounts that are left are on their way in another job. Go on when that one is done."


class Run:
    """One run of a change set, from PLANNED, PAUSED or interrupted to FINISHED, or to PAUSED with a reason.

    `pause` and `cancel` may be called from any thread and take effect between batches. `yes_by` is who has looked at
    this very plan and said yes to it; where plan and yes are one command it is left out.
    """

    def __init__(
        self,
        change_set_id: int,
        client: RecordsClient,
        journal: Journal,
        fields: Sequence[Field],
        *,
        pace: Pace | None = None,
        yes_by: str = "",
        on_progress: OnProgress | None = None,
    ) -> None:
        self._id = change_set_id
        self._client = client
        self._journal = journal
        self._fields = fields
        self._pace = pace or Pace()
        self._yes_by = yes_by
        self._on_progress = on_progress
        self._brake = Brake()

    @property
    def is_stopped_by_rule(self) -> bool:
        """Whether a wave did not go as it should, so that a person is to look before the run goes on."""
        return self._brake.is_by_rule

    def pause(self, reason: str = "Paused by you.") -> None:
        """Stop after the batches that are on their way; the run can go on later. The first reason stands."""
        self._brake.pull(reason)

    def cancel(self) -> None:
        """Stop after the batches that are on their way; rows not yet sent become SKIPPED."""
        self._brake.is_cancelled = True

    async def apply(self) -> ChangeSet:
        """Run until nothing is open, or a pause. One console at a time may: JobHeld otherwise; Guarded.

        What was sent before and not answered for is read back, never sent again unproved; that takes the quarantine of
        the pace, while other rows go on. What Zoho or the network may do is an outcome or a pause; what is raised
        (ZohoDatabaseError, LeaseLost, a bug, being cancelled) leaves a run that can go on, here or elsewhere.
        Cost: for each 100 rows 1 call to look again and 1 call of 10 credits to write.
        """
        job = await in_thread(self._journal.change_set, self._id)
        fields = fields_of(job, self._fields)
        async with held(self._journal.runs, self._id, self._pace.lease_s, self._yes_by) as hold:
            try:
                return await self._worked(await self._begun(fields, hold))
            except (ZohoDatabaseError, LeaseLost):
                raise  # the state cannot be written either; the lease ends by itself and any console can go on
            except BaseException as error:
                reason = _CLOSED if isinstance(error, asyncio.CancelledError) else _OWN_ERROR
                with suppress(LeaseLost, ZohoDatabaseError):  # what came first says more
                    await hold.release(ChangeSetState.PAUSED, reason)
                raise

    async def _begun(self, fields: dict[str, Field], hold: Hold) -> Work:
        job = await in_thread(self._journal.change_set, self._id)
        tally = Tally(job.counts, self._on_progress)
        undoes = job.kind is ChangeSetKind.UNDO
        tally.tell(f"Began with {job.count(RowState.PLANNED):,} rows to {'put back' if undoes else 'send'}.")
        return Work(job, self._client, self._journal, fields, hold, self._pace, tally, self._brake)

    async def _worked(self, work: Work) -> ChangeSet:
        verifier = Verifier(work, self._fields)
        sender, read_back = Sender(work, verifier), ReadBack(work, verifier)
        while True:
            has_moved = await sender.send_all()
            has_moved |= await read_back.settle_all()
            job = await in_thread(self._journal.change_set, self._id)
            if self._brake.is_pulled or not job.count(RowState.PLANNED, RowState.SENT):
                break
            if not has_moved:
                self._brake.pull(_BUSY)
        return await self._ended(work)

    async def _ended(self, work: Work) -> ChangeSet:
        if self._brake.is_cancelled and not self._brake.reason:
            skipped = await in_thread(self._journal.runs.skip_rest, work.hold.lease)
            work.tally.tell(f"Stopped; {skipped:,} rows were not sent.")
        job = await in_thread(self._journal.change_set, self._id)
        is_open = job.count(RowState.PLANNED, RowState.SENT) > 0
        sentence = self._brake.reason if is_open else "Every row has its outcome."
        if is_open:
            await work.hold.release(ChangeSetState.PAUSED, sentence)
        else:
            await work.hold.release(ChangeSetState.FINISHED)
        Tally(job.counts, self._on_progress).tell(sentence)
        return await in_thread(self._journal.change_set, self._id)
