"""Sends batches: look again, write the promise, send, write the outcome; some batches at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zoho_console.background import in_thread, together
from zoho_console.bulk.planning import look_again
from zoho_console.bulk.settling import settle
from zoho_console.bulk.working import STAMP, Work, sentence_of
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

MOST_LOST = 3  # answers lost in a row before the run waits for a person: the way to Zoho is not to be trusted


class _AnswerLost(Exception):
    """A batch was sent and its answer is lost: Zoho may have acted."""


class _NothingSent(Exception):
    """It is certain that no byte of a batch reached Zoho; the brake is pulled."""


class Sender:
    """Sends what is PLANNED until nothing is, or the brake is pulled."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._runs = work.journal.runs
        self._lease = work.hold.lease
        self._lost_in_a_row = 0

    async def send_all(self) -> bool:
        """Send every open batch once. Whether any row left the state PLANNED comes out.

        Cost: for each 100 rows 1 call to look again and 1 call of 10 credits to write.
        """
        batches = iter(await in_thread(self._work.journal.open_batches, self._work.job.id))
        moved = 0

        async def worker() -> None:
            nonlocal moved
            while not self._work.brake.is_pulled and (batch := next(batches, None)) is not None:
                moved += await self._batch(batch)

        await together(*(worker() for _ in range(self._work.pace.parallel)))
        return moved > 0

    async def _batch(self, batch: int) -> int:
        """One batch from look to outcome; how many rows were sent or settled comes out."""
        work = self._work
        rows = await in_thread(work.journal.batch_rows, work.job.id, batch)
        live = await work.live(rows)
        if live is None:
            return 0
        good, outcomes = look_again(rows, live, work.fields, work.job.labels, stamp=STAMP)
        await work.look(batch, outcomes)
        # The promise: written before the first byte leaves. Resume depends on it.
        try:
            sent = await in_thread(self._runs.intend, self._lease, batch, good) if good else []
        except Guarded as error:  # somebody raised the guard while the run was on its way
            work.brake.pull(sentence_of(error))
            sent = []
        if not sent:
            return len(outcomes)
        work.tally.move(RowState.PLANNED, [Outcome(row.number, RowState.SENT) for row in sent])
        try:
            replies = await self._exchange(sent)
        except _NothingSent:
            await in_thread(self._runs.withdraw, self._lease, sent)
            work.tally.move(RowState.SENT, [Outcome(row.number, RowState.PLANNED) for row in sent])
            return len(outcomes)
        except _AnswerLost:
            await in_thread(self._runs.lose, self._lease, sent)
            self._count_lost()
            return len(outcomes) + len(sent)
        except ZohoAPIError as error:
            settled = [Outcome(row.number, RowState.REFUSED, error.code, str(error), error.advice) for row in sent]
            replies = []
        else:
            settled = settle(sent, replies, work.job.labels)
        self._lost_in_a_row = 0
        await in_thread(self._runs.answer, self._lease, sent, settled, replies)
        work.count(batch, RowState.SENT, settled)
        return len(outcomes) + len(sent)

    async def _exchange(self, rows: Sequence[RowRecord]) -> list[Reply]:
        """Zoho's replies. Errors: _AnswerLost, _NothingSent; ZohoAPIError where Zoho refused the batch whole."""
        work = self._work
        records: list[Record] = [{**_writable(row.after), "id": row.record_id} for row in rows]
        try:
            return await work.client.update_records(work.job.module, records, guard=work.hold.check)
        except (LeaseLost, ZohoDatabaseError):
            raise
        except ZohoError as error:
            if isinstance(error, NotReachable | UnreadableAnswer) and error.sent:
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


def _writable(values: dict[str, Any]) -> dict[str, Any]:
    """Values as Zoho takes them: of a lookup only the id."""
    return {
        name: {"id": value["id"]} if isinstance(value, dict) and "id" in value else value
        for name, value in values.items()
    }
