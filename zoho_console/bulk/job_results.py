"""Settles the rows of a bulk write job: by its result file, by its failure, or by reading back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from zoho_console.background import in_thread
from zoho_console.bulk.settling import MOST_ATTEMPTS, SECOND_LOOK, settle_by_file, settle_by_reading
from zoho_console.bulk.verifying import Verifier, chosen
from zoho_console.bulk.waves import Watch
from zoho_console.bulk.working import STAMP, Work, sentence_of
from zoho_console.domain.changes import Doubt, Outcome, RowRecord, RowState
from zoho_console.errors import (
    BulkJobFailed,
    LeaseLost,
    NotFound,
    NotReachable,
    ZohoAPIError,
    ZohoDatabaseError,
    ZohoError,
    ZohoRateLimitError,
)

PATIENCE = 15  # quarantines: a job whose start was not answered may run that much later
_LOOK = "Look at the account in Zoho; running the file again leaves out what is right already."
_FORGOTTEN = "Zoho does not know the bulk job any more; the account shows the old values."
_MAY_RUN = (
    "Zoho's answer to the start of a bulk job was lost; the account shows the old values, and the job may still run."
)


class JobResults:
    """Waits for jobs and writes down what became of each row. What cannot be said now stays in doubt."""

    def __init__(self, work: Work, verifier: Verifier) -> None:
        self._work = work
        self._verifier = verifier

    async def settle(self, job: str, doubts: Sequence[Doubt]) -> bool:
        """Settle the rows of one job; False if the run is to pause meanwhile.

        A row that the file does not name is read back; the job is over, so that what is not there will not come. Cost:
        1 call for each look at the job, 1 for its file.
        """
        try:
            url = await self._done(job, sum(len(doubt.rows) for doubt in doubts))
            return url is not None and await self._by_file(doubts, await self._told(url))
        except BulkJobFailed as error:
            failed = Outcome(0, RowState.REFUSED, error.code or "job-failed", str(error), error.advice)
            return await self._by_reading(doubts, failed)
        except NotFound:  # Zoho forgets jobs after a while
            return await self.settle_unnamed(doubts, _FORGOTTEN)
        except (LeaseLost, ZohoDatabaseError):
            raise
        except ZohoError as error:
            self._work.brake.pull(sentence_of(error))
            return False

    async def settle_unnamed(self, doubts: Sequence[Doubt], why: str = _MAY_RUN) -> bool:
        """Settle rows of a job whose number was lost with the answer to its start; False if the run is to pause.

        After a long wait those with the new values are UPDATED. Old values prove nothing, so nothing is sent again;
        `why` is said of those.
        """
        left_s = self._work.pace.quarantine_s * PATIENCE - min(doubt.age_s for doubt in doubts)
        if left_s > 1:
            self._work.tally.tell(f"A bulk job may be running: its rows are read back in {left_s / 60:.0f} min.")
        if not await self._work.wait(left_s, whatever_is_stopped=True):
            return False
        unproved = Outcome(0, RowState.UNPROVED, "lost-answer", why, _LOOK)
        return await self._by_reading(doubts, unproved)

    async def _done(self, job: str, rows: int) -> str | None:
        """The address of the result file; None if the run is to pause. Errors: BulkJobFailed."""
        waited, step_s = 0.0, self._work.pace.poll_s
        while not (state := await self._work.client.jobs.write_state(job)).is_done:
            self._work.tally.tell(f"Zoho works through {rows:,} rows: bulk job {job}, {waited / 60:.0f} min.")
            if not await self._work.wait(step_s, whatever_is_stopped=True):
                return None
            waited, step_s = waited + step_s, min(step_s * 1.5, self._work.pace.quarantine_s)
        return state.url

    async def _told(self, url: str) -> dict[str, tuple[str, str]]:
        """The result file; nothing where it cannot be used. Errors: ZohoError where it may be had later."""
        try:
            return await self._work.client.jobs.results(url)
        except ZohoAPIError as error:
            if isinstance(error, NotReachable | ZohoRateLimitError):
                raise
            self._work.tally.tell(f"The result of a bulk job cannot be used, so its rows are read back: {error}")
            return {}

    async def _by_file(self, doubts: Sequence[Doubt], told: dict[str, tuple[str, str]]) -> bool:
        """Rows are what the file says of them, the others what reading back shows; False if the run is to pause."""
        watch = Watch(is_first=False)
        unsaid = []
        for doubt in doubts:
            outcomes = settle_by_file(doubt.rows, told, self._work.job.labels)
            settled = {one.number for one in outcomes}
            if len(settled) < len(doubt.rows):
                unsaid.append(replace(doubt, rows=tuple(row for row in doubt.rows if row.number not in settled)))
            await self._settled(doubt, outcomes, watch)
        is_settled = await self._by_two_readings(unsaid, watch)
        if watch.verdict and self._work.job.terms.waves:
            self._work.brake.pull(watch.verdict, is_by_rule=True)
        return is_settled

    async def _by_two_readings(self, doubts: Sequence[Doubt], watch: Watch) -> bool:
        """Rows that the file of a job that is over does not settle; False if the run is to pause.

        One reading proves new values; that nothing was done takes a second one some time later, for all rows at once.
        """
        left = []
        for doubt in doubts:
            read = await self._read(doubt, doubt.rows, may_repeat=True)
            if read is None:
                return False
            await self._settled(doubt, [one for one in read if one.state.is_final], watch)
            open_rows = {one.number for one in read if not one.state.is_final}
            if open_rows:
                left.append(replace(doubt, rows=tuple(row for row in doubt.rows if row.number in open_rows)))
        if left and not await self._work.wait(self._work.pace.quarantine_s / SECOND_LOOK, whatever_is_stopped=True):
            return False
        for doubt in left:
            read = await self._read(doubt, doubt.rows, may_repeat=doubt.attempt < MOST_ATTEMPTS)
            if read is None:
                return False
            await self._settled(doubt, read, watch)
        return True

    async def _settled(self, doubt: Doubt, outcomes: Sequence[Outcome], watch: Watch) -> None:
        """Write outcomes down, and read back the share that is wanted."""
        if not outcomes:
            return
        await self._write(doubt, outcomes)
        watch.settled(outcomes)
        good = {one.number for one in outcomes if one.state is RowState.UPDATED}
        share = chosen([row for row in doubt.rows if row.number in good], self._work.job.terms.verify)
        await self._verifier.verify(share, watch)

    async def _by_reading(self, doubts: Sequence[Doubt], otherwise: Outcome) -> bool:
        """Rows that show the new values are UPDATED, those that show the old ones are as `otherwise` says."""
        for doubt in doubts:
            read = await self._read(doubt, doubt.rows, may_repeat=True)
            if read is None:
                return False
            await self._write(
                doubt, [one if one.state.is_final else replace(otherwise, number=one.number) for one in read]
            )
        return True

    async def _read(self, doubt: Doubt, rows: Sequence[RowRecord], *, may_repeat: bool) -> list[Outcome] | None:
        """What the records show now: UPDATED, UNPROVED, or PLANNED where nothing was done so far."""
        live = await self._work.live(rows)
        if live is None:
            return None
        return settle_by_reading(
            rows, live, self._work.fields, stamp=STAMP, is_lost=doubt.is_lost, may_repeat=may_repeat
        )  # fmt: skip

    async def _write(self, doubt: Doubt, outcomes: Sequence[Outcome]) -> None:
        await in_thread(self._work.journal.runs.prove, self._work.hold.lease, doubt, outcomes)
        self._work.count(doubt.batch, RowState.SENT, outcomes)
