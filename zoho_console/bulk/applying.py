"""Applies a plan: look again, write the promise, send, settle, write the outcome; batch by batch, some at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from typing import Any

from zoho_console.background import in_thread, together
from zoho_console.bulk.matching import RecordsClient, read_where
from zoho_console.bulk.planning import fields_of, look_again
from zoho_console.bulk.progress import OnProgress, Tally
from zoho_console.bulk.settling import settle, settle_by_reading
from zoho_console.domain.changes import ChangeSet, ChangeSetState, Outcome, RowRecord, RowState
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record, Reply
from zoho_console.errors import (
    NotReachable,
    UnreadableAnswer,
    ZohoAPIError,
    ZohoDatabaseError,
    ZohoError,
    ZohoRateLimitError,
)
from zoho_console.store.journal import Journal

PARALLEL = 4  # of the ten heavy calls that Zoho takes at once; the company's other programs need some too
DOUBT_WAIT_S = 5.0  # a request whose answer was lost may land this much later
MOST_LOST = 3  # answers lost in a row before the run waits for a person: the way to Zoho is not to be trusted
_CLOSED = "The console was closed."
_OWN_ERROR = "The console ran into an error of its own."


class _Doubt(Exception):
    """A batch was sent and its answer is lost: Zoho may have acted."""


class Run:
    """One run of a change set, from PLANNED or PAUSED to FINISHED, or to PAUSED with a reason.

    `pause` and `cancel` may be called from any thread and take effect between batches.
    """

    def __init__(
        self,
        change_set_id: int,
        client: RecordsClient,
        journal: Journal,
        fields: Sequence[Field],
        *,
        parallel: int = PARALLEL,
        doubt_wait_s: float = DOUBT_WAIT_S,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._id = change_set_id
        self._client = client
        self._journal = journal
        self._all_fields = fields
        self._parallel = parallel
        self._doubt_wait_s = doubt_wait_s
        self._on_progress = on_progress
        self._pause_reason = ""
        self._is_cancelled = False
        self._lost_in_a_row = 0
        self._fields: dict[str, Field] = {}
        self._labels: dict[str, str] = {}
        self._module = ""
        self._tally = Tally({}, on_progress)

    def pause(self, reason: str = "Paused by you.") -> None:
        """Stop after the batches that are on their way; the run can go on later. The first reason stands."""
        self._pause_reason = self._pause_reason or reason

    def cancel(self) -> None:
        """Stop after the batches that are on their way; rows not yet sent become SKIPPED."""
        self._is_cancelled = True

    async def apply(self) -> ChangeSet:
        """Run until nothing is open, or a pause. Only one console at a time may: ZohoConfigError otherwise.

        What was sent before and not settled is settled first, by reading. What Zoho or the network may do is an
        outcome or a pause; what is raised (ZohoDatabaseError, a bug, being cancelled) leaves a run that can go on.
        Cost: for each 100 rows 1 call to look again and 1 call of 10 credits to write.
        """
        async with self._right_to_apply():
            await self._begin()
            try:
                await self._settle_leftovers()
                await self._send_all()
            except ZohoDatabaseError:
                raise  # the state cannot be written either; the run is APPLYING still and can go on
            except BaseException as error:
                reason = _CLOSED if isinstance(error, asyncio.CancelledError) else _OWN_ERROR
                await self._set_state(ChangeSetState.PAUSED, reason)
                raise
            return await self._end()

    @asynccontextmanager
    async def _right_to_apply(self) -> AsyncIterator[None]:
        """The journal's exclusive right, taken and given back in threads; given back whatever happens."""
        stack = ExitStack()
        try:
            await in_thread(stack.enter_context, self._journal.applying(self._id))
            yield
        finally:
            await in_thread(stack.close)

    async def _begin(self) -> None:
        change_set = await in_thread(self._journal.change_set, self._id)
        self._fields = fields_of(change_set, self._all_fields)
        self._labels = change_set.labels
        self._module = change_set.module
        self._tally = Tally(change_set.counts, self._on_progress)
        await self._set_state(ChangeSetState.APPLYING)
        self._tally.tell(f"Began with {change_set.count(RowState.PLANNED):,} rows to send.")

    async def _end(self) -> ChangeSet:
        if self._is_cancelled:
            skipped = await in_thread(self._journal.skip_rest, self._id)
            self._tally.tell(f"Stopped; {skipped:,} rows were not sent.")
        change_set = await in_thread(self._journal.change_set, self._id)
        self._tally = Tally(change_set.counts, self._on_progress)
        if change_set.count(RowState.PLANNED, RowState.SENT):
            await self._set_state(ChangeSetState.PAUSED, self._pause_reason)
            self._tally.tell(self._pause_reason)
        else:
            await self._set_state(ChangeSetState.FINISHED)
            self._tally.tell("Every row has its outcome.")
        return await in_thread(self._journal.change_set, self._id)

    async def _send_all(self) -> None:
        batches = iter(await in_thread(self._journal.open_batches, self._id))

        async def worker() -> None:
            while not self._pause_reason and not self._is_cancelled:
                batch = next(batches, None)
                if batch is None:
                    return
                await self._batch(batch)

        await together(*(worker() for _ in range(self._parallel)))

    async def _batch(self, batch: int) -> None:
        """One batch from look to outcome."""
        rows = await in_thread(self._journal.batch_rows, self._id, batch)
        live = await self._live(rows)
        if live is None:
            return
        rows, outcomes = look_again(rows, live, self._fields, self._labels)
        await self._record(batch, outcomes, RowState.PLANNED, "looked again")
        if not rows:
            return
        # The promise: written before the first byte leaves. Resume depends on it.
        await in_thread(self._journal.record_attempt, self._id, batch, [row.number for row in rows])
        self._tally.move(RowState.PLANNED, [Outcome(row.number, RowState.SENT) for row in rows])
        try:
            outcomes = await self._sent(batch, rows)
        except _Doubt:
            self._count_lost()
            await self._settle_doubts(rows, is_lost=True)
            return
        self._lost_in_a_row = 0
        await self._record(
            batch, [one for one in outcomes if one.state is not RowState.IN_DOUBT], RowState.SENT, "sent"
        )
        doubtful = {one.number for one in outcomes if one.state is RowState.IN_DOUBT}
        await self._settle_doubts([row for row in rows if row.number in doubtful], is_lost=False)

    async def _sent(self, batch: int, rows: Sequence[RowRecord]) -> list[Outcome]:
        """Zoho's outcomes for the rows; none if nothing was sent and the run pauses. Errors: _Doubt."""
        records: list[Record] = [{**_writable(row.after), "id": row.record_id} for row in rows]
        replies: list[Reply] = []
        try:
            replies = await self._client.update_records(self._module, records)
        except ZohoError as error:
            if isinstance(error, NotReachable | UnreadableAnswer) and error.sent:
                raise _Doubt from error
            if isinstance(error, ZohoAPIError) and not isinstance(error, NotReachable | ZohoRateLimitError):
                return [Outcome(row.number, RowState.REFUSED, error.code, str(error), error.advice) for row in rows]
            await in_thread(self._journal.withdraw_attempt, self._id, batch)
            self._tally.move(RowState.SENT, [Outcome(row.number, RowState.PLANNED) for row in rows])
            self.pause(_sentence(error))
            return []
        return settle(rows, replies, self._labels)

    def _count_lost(self) -> None:
        self._lost_in_a_row += 1
        if self._lost_in_a_row >= MOST_LOST:
            self.pause(f"Zoho's answers to {MOST_LOST} batches in a row were lost. Check the network, then go on.")

    async def _settle_leftovers(self) -> None:
        """Rows that a former run sent and never settled: prove them by reading, or list them as in doubt."""
        await self._settle_doubts(await in_thread(self._journal.sent_rows, self._id), is_lost=True)

    async def _settle_doubts(self, rows: Sequence[RowRecord], *, is_lost: bool) -> None:
        """What reading proves: the new values are there, or doubt stays. If it cannot be read, the run pauses."""
        if not rows:
            return
        await asyncio.sleep(self._doubt_wait_s)
        live = await self._live(rows)
        if live is None:
            return
        for batch in dict.fromkeys(row.batch or 0 for row in rows):
            some = [row for row in rows if (row.batch or 0) == batch]
            outcomes = settle_by_reading(some, live, self._fields, is_lost=is_lost)
            await self._record(batch, outcomes, RowState.SENT, "settled by reading back")

    async def _live(self, rows: Sequence[RowRecord]) -> dict[str, Record] | None:
        """The records now, by id, with the fields that the rows set; None if they cannot be read: the run pauses."""
        names = list(dict.fromkeys(name for row in rows for name in row.after))
        try:
            found = await read_where(self._client, self._module, "id", [row.record_id for row in rows], names)
        except ZohoDatabaseError:
            raise
        except ZohoError as error:
            self.pause(_sentence(error))
            return None
        return {str(record["id"]): record for record in found}

    async def _record(self, batch: int, outcomes: Sequence[Outcome], former: RowState, note: str) -> None:
        if not outcomes:
            return
        await in_thread(self._journal.record_outcomes, self._id, batch, outcomes, note)
        self._tally.move(former, outcomes)
        bad = sum(not outcome.state.is_good for outcome in outcomes)
        self._tally.tell(f"Batch {batch}: {len(outcomes) - bad} settled{f', {bad} not applied' if bad else ''}.")

    async def _set_state(self, state: ChangeSetState, note: str = "") -> None:
        await in_thread(self._journal.set_state, self._id, state, note)


def _writable(values: dict[str, Any]) -> dict[str, Any]:
    """Values as Zoho takes them: of a lookup only the id."""
    return {
        name: {"id": value["id"]} if isinstance(value, dict) and "id" in value else value
        for name, value in values.items()
    }


def _sentence(error: ZohoError) -> str:
    return f"{error} {error.advice}".strip()
