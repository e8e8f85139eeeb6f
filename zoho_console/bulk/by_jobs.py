"""Many rows by one bulk write job of Zoho: looked at again, promised, uploaded, started. `job_results` settles them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from zoho_console.background import by_workers, in_thread
from zoho_console.bulk.planning import look_again
from zoho_console.bulk.room import Room
from zoho_console.bulk.working import STAMP, Work, sentence_of, writable
from zoho_console.domain.changes import STARTING, Outcome, RowRecord, RowState
from zoho_console.domain.records import Record
from zoho_console.domain.terms import JOB_CREDITS, JOB_TAKES
from zoho_console.errors import (
    Guarded,
    LeaseLost,
    NotReachable,
    UnreadableAnswer,
    ZohoDatabaseError,
    ZohoError,
    ZohoRateLimitError,
)


class JobSender:
    """Sends rows that set the same fields by a bulk write job, where so many do that it costs less than records."""

    def __init__(self, work: Work, room: Room) -> None:
        self._work = work
        self._room = room
        self._runs = work.journal.runs
        self._is_refused = False  # by Zoho, so that the rest of the run goes by records

    async def send(self, batches: Sequence[int]) -> int:
        """Begin one job with rows of these batches; how many rows left the state PLANNED comes out.

        0 where records cost less, and nothing was done; the brake is pulled where the run is to wait. It begins only
        where the credits last. Cost: 1 call for each 100 rows to look again, 2 calls and 500 credits.
        """
        if not self._work.job.terms.may_use_jobs or self._is_refused or self._work.brake.is_pulled:
            return 0
        moved, is_enough = 0, False
        while not is_enough:
            planned = await self._alike(batches)
            cost = JOB_CREDITS + len(planned)
            if sum(map(len, planned)) < self._work.pace.job_from or not await self._work.afford(cost):
                return moved
            good, settled = await self._looked_at(planned)
            moved += settled
            is_enough = self._work.affords(JOB_CREDITS)  # a run's first look may be what tells how much is left
        sent = await self._promised(good)
        if sent:
            await self._started(sent)
        return moved + len(sent)

    async def _alike(self, batches: Sequence[int]) -> list[list[RowRecord]]:
        """The planned rows, by batch, that set the fields which most of them set; as many as a job takes."""
        found: list[list[RowRecord]] = []
        names: Counter[frozenset[str]] = Counter()
        for batch in batches:
            rows = await in_thread(self._work.journal.batch_rows, self._work.job.id, batch)
            if names.total() + len(rows) > JOB_TAKES:
                break
            found.append(rows)
            names.update(frozenset(row.after) for row in rows)
        if not names:
            return []
        most, _count = names.most_common(1)[0]
        alike = ([row for row in rows if row.after.keys() == most] for rows in found)
        return [rows for rows in alike if rows]

    async def _looked_at(self, planned: Sequence[Sequence[RowRecord]]) -> tuple[list[list[RowRecord]], int]:
        """The rows that may be sent, by batch, and how many others were settled by the look."""
        work, moved = self._work, 0
        good: list[list[RowRecord]] = []

        async def look(rows: Sequence[RowRecord]) -> tuple[list[RowRecord], list[Outcome]]:
            if work.brake.is_pulled:
                return [], []
            async with self._room:
                live = await work.live(rows)
            if live is None:
                return [], []
            return look_again(rows, live, work.fields, work.job.labels, stamp=STAMP)

        async for mine, outcomes in by_workers(look, planned, work.pace.parallel):
            if outcomes:
                await in_thread(self._runs.look, work.hold.lease, outcomes)
                work.count(0, RowState.PLANNED, outcomes)
            good.append(mine)
            moved += len(outcomes)
        return good, moved

    async def _promised(self, good: Sequence[Sequence[RowRecord]]) -> list[RowRecord]:
        """The rows of which it is written down that they are being sent; none once the brake is pulled."""
        sent: list[RowRecord] = []
        for rows in good:
            if self._work.brake.is_pulled:
                break
            if not rows or rows[0].batch is None:
                continue
            try:
                mine = await in_thread(self._runs.intend, self._work.hold.lease, rows[0].batch, rows)
            except Guarded as error:
                self._work.brake.pull(sentence_of(error))
                break
            self._work.tally.move(RowState.PLANNED, [Outcome(row.number, RowState.SENT) for row in mine])
            sent += mine
        if sent and self._work.brake.is_pulled:
            await self._withdrawn(sent)
            return []
        return sent

    async def _started(self, sent: Sequence[RowRecord]) -> None:
        """Upload the rows and start the job; where it is certain that none runs, they are PLANNED again."""
        work, lease, has_left = self._work, self._work.hold.lease, False
        records: list[Record] = [{**writable(row.after), "id": row.record_id} for row in sent]

        async def before() -> None:
            nonlocal has_left
            await in_thread(self._runs.by_job, lease, sent, STARTING)
            has_left = True

        try:
            job = await work.client.jobs.start_update(
                work.job.module, records, work.fields, before=before, guard=work.hold.check
            )
        except (LeaseLost, ZohoDatabaseError):
            raise
        except ZohoError as error:
            is_away = isinstance(error, NotReachable | UnreadableAnswer)
            if has_left and isinstance(error, NotReachable | UnreadableAnswer) and error.sent:
                work.tally.tell("Zoho's answer to the start of a bulk job was lost.")
                return
            await self._withdrawn(sent)
            if is_away or isinstance(error, ZohoRateLimitError):
                work.brake.pull(sentence_of(error))
            else:
                self._is_refused = True
                work.tally.tell(f"Zoho takes no bulk job, so the rows go by records: {error}")
        else:
            await in_thread(self._runs.by_job, lease, sent, job)
            work.tally.tell(f"Zoho works through {len(sent):,} rows: bulk job {job}.")

    async def _withdrawn(self, sent: Sequence[RowRecord]) -> None:
        by_batch: dict[int | None, list[RowRecord]] = {}
        for row in sent:
            by_batch.setdefault(row.batch, []).append(row)
        for rows in by_batch.values():
            await in_thread(self._runs.withdraw, self._work.hold.lease, rows)
        self._work.tally.move(RowState.SENT, [Outcome(row.number, RowState.PLANNED) for row in sent])
