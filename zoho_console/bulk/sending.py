"""Sends batches: look again, write the promise, send, write the outcome; some batches at once."""

from __future__ import annotations

from collections.abc import Sequence

from zoho_console.background import in_thread, together
from zoho_console.bulk.by_jobs import JobSender
from zoho_console.bulk.planning import look_again
from zoho_console.bulk.room import Room, share
from zoho_console.bulk.settling import settle
from zoho_console.bulk.verifying import Verifier, chosen
from zoho_console.bulk.waves import CANARY, Watch, in_waves, wave_number, waves_of
from zoho_console.bulk.working import STAMP, Work, sentence_of, writable
from zoho_console.domain.changes import Outcome, RowRecord, RowState
from zoho_console.domain.records import Record, Reply
from zoho_console.errors import (
    Guarded,
    LeaseLost,
    NotReachable,
    UnreadableAnswer,
    ZohoAPIError,
    ZohoDatabaseError,
    ZohoError,
    ZohoRateLimitError,
)

AHEAD = 2  # batches beyond those whose calls run
BATCH_CREDITS = 12  # looked at again, written, read back
MOST_LOST = 3  # answers lost in a row before the run waits for a person: the way to Zoho is not to be trusted


class _AnswerLost(Exception):
    """A batch was sent and its answer is lost: Zoho may have acted."""


class _NothingSent(Exception):
    """It is certain that no byte of a batch reached Zoho; the brake is pulled."""


class Sender:
    """Sends what is PLANNED until nothing is, or the brake is pulled."""

    def __init__(self, work: Work, verifier: Verifier) -> None:
        self._work = work
        self._verifier = verifier
        self._room = Room(lambda: share(work.pace.parallel, work.hold.runs_beside))  # for calls
        self._jobs = JobSender(work, self._room)
        self._runs = work.journal.runs
        self._lease = work.hold.lease
        self._lost_in_a_row = 0

    async def send_all(self) -> bool:
        """Send every open batch once. Whether any row left the state PLANNED comes out.

        In waves, if the job's terms say so: when one does not go well, the brake is pulled before the next.
        Cost: for each 100 rows 1 call to look again, 1 call of 10 credits to write, 1 call to read back what is chosen.
        """
        open_batches = await in_thread(self._work.journal.open_batches, self._work.job.id)
        is_careful = in_waves(open_batches, is_wanted=self._work.job.terms.waves)
        waves = waves_of(open_batches) if is_careful else [open_batches]
        moved = 0
        if len(waves) > 1 and await self._is_first_unverified():
            return True
        for wave in waves:
            if self._work.brake.is_pulled or (is_careful and await self._is_former_in_doubt(wave)):
                break  # what is in doubt is settled before the next wave
            if wave is waves[-1] and await self._jobs.send(wave):
                return True  # what became of them is settled before anything else is sent
            moved += await self._wave(wave, Watch(is_first=wave == [CANARY] and len(waves) > 1))
        return moved > 0

    async def _wave(self, wave: Sequence[int], watch: Watch) -> int:
        """Some batches at once, several times over; the brake is pulled if the next wave should wait for a person."""
        batches = iter(wave)
        moved = 0

        async def worker() -> None:
            nonlocal moved
            while not self._work.brake.is_pulled and (batch := next(batches, None)) is not None:
                if await self._work.afford(BATCH_CREDITS):
                    moved += await self._batch(batch, watch)

        # More batches than calls may run at once: while some are written down, the calls of others are on their way.
        await together(*(worker() for _ in range(self._work.pace.parallel + AHEAD)))
        if watch.verdict and self._work.job.terms.waves:
            self._work.brake.pull(watch.verdict, is_by_rule=True)
        return moved

    async def _is_former_in_doubt(self, wave: Sequence[int]) -> bool:
        """Whether it is not known what became of rows of an earlier wave, in this run or before it was cut off."""
        doubts = await in_thread(self._runs.doubts, self._work.job.id)
        return any(wave_number(doubt.batch) < wave_number(wave[0]) for doubt in doubts)

    async def _is_first_unverified(self) -> bool:
        """Read back the first rows where a console that sent them did not; whether the run has to wait comes out."""
        rows = await in_thread(self._runs.unverified, self._work.job.id, CANARY)
        watch = Watch(is_first=True)
        await self._verifier.verify(rows, watch)
        if watch.verdict:
            self._work.brake.pull(watch.verdict, is_by_rule=True)
        return bool(watch.verdict)

    async def _batch(self, batch: int, watch: Watch) -> int:
        """One batch from look to outcome; how many rows were sent or settled comes out."""
        work = self._work
        rows = await in_thread(work.journal.batch_rows, work.job.id, batch)
        async with self._room:
            live = await work.live(rows)
        if live is None:
            return 0
        good, outcomes = look_again(rows, live, work.fields, work.job.labels, stamp=STAMP)
        watch.settled(outcomes)
        others = await self._verifier.others_of(good) if watch.is_first and good else None
        await work.look(batch, outcomes)
        sent: list[RowRecord] = []
        try:
            async with self._room:
                sent = await self._promised(batch, good)
                if not sent:
                    return len(outcomes)
                replies = await self._exchange(sent)
        except _NothingSent:
            await in_thread(self._runs.withdraw, self._lease, sent)
            work.tally.move(RowState.SENT, [Outcome(row.number, RowState.PLANNED) for row in sent])
            return len(outcomes)
        except _AnswerLost:
            await in_thread(self._runs.lose, self._lease, sent)
            return len(outcomes) + len(sent)
        except ZohoAPIError as error:
            settled = [Outcome(row.number, RowState.REFUSED, error.code, str(error), error.advice) for row in sent]
            replies = []
        else:
            settled = settle(sent, replies, work.job.labels)
        self._lost_in_a_row = 0
        await in_thread(self._runs.answer, self._lease, sent, settled, replies)
        work.count(batch, RowState.SENT, settled)
        watch.settled(settled)
        updated = {one.number for one in settled if one.state is RowState.UPDATED}
        share = 100 if watch.is_first else work.job.terms.verify
        await self._verifier.verify(chosen([row for row in sent if row.number in updated], share), watch, others)
        return len(outcomes) + len(sent)

    async def _promised(self, batch: int, rows: Sequence[RowRecord]) -> list[RowRecord]:
        """The rows of which it is written down that they are being sent, before the first byte leaves.

        Resume depends on it. None once the brake is pulled, or where somebody raised the guard during the run.
        """
        if not rows or self._work.brake.is_pulled:
            return []
        try:
            sent = await in_thread(self._runs.intend, self._lease, batch, rows)
        except Guarded as error:
            self._work.brake.pull(sentence_of(error))
            return []
        self._work.tally.move(RowState.PLANNED, [Outcome(row.number, RowState.SENT) for row in sent])
        return sent

    async def _exchange(self, rows: Sequence[RowRecord]) -> list[Reply]:
        """Zoho's replies. Errors: _AnswerLost, _NothingSent; ZohoAPIError where Zoho refused the batch whole."""
        work = self._work
        records: list[Record] = [{**writable(row.after), "id": row.record_id} for row in rows]
        try:
            return await work.client.update_records(
                work.job.module, records, trigger=work.job.terms.trigger, guard=work.hold.check
            )
        except (LeaseLost, ZohoDatabaseError):
            raise
        except ZohoError as error:
            if isinstance(error, NotReachable | UnreadableAnswer) and error.sent:
                self._count_lost()  # before anybody else's turn comes
                raise _AnswerLost from error
            if isinstance(error, ZohoAPIError) and not isinstance(error, NotReachable | ZohoRateLimitError):
                raise
            work.brake.pull(sentence_of(error))
            raise _NothingSent from error

    def _count_lost(self) -> None:
        self._lost_in_a_row += 1
        if self._lost_in_a_row >= MOST_LOST:
            self._work.brake.pull(
                f"Zoho's answers to {MOST_LOST} batches in a row were lost. Check the network, then go on."
            )
