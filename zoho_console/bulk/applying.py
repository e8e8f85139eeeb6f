"""Applies a plan: look again, write the promise, send, settle, write the outcome; batch by batch, some at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from zoho_console.background import together
from zoho_console.bulk.matching import RecordsClient, read_where
from zoho_console.bulk.planning import conflict_words, conflicts, holds_already
from zoho_console.bulk.progress import OnProgress, Progress
from zoho_console.bulk.settling import settle
from zoho_console.domain.changes import ChangeSet, ChangeSetState, Outcome, RowRecord, RowState
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record
from zoho_console.errors import (
    NotReachable,
    UnreadableAnswer,
    ZohoAPIError,
    ZohoAuthError,
    ZohoDatabaseError,
    ZohoError,
    ZohoRateLimitError,
)
from zoho_console.store.journal import Journal

PARALLEL = 4  # of the ten heavy calls that Zoho takes at once; the company's other programs need some too
DOUBT_WAIT_S = 5.0
_RESEND = "Look at the account in Zoho; running the file again leaves out what is right already."


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
        self._fields = {one.api_name: one for one in fields}
        self._parallel = parallel
        self._doubt_wait_s = doubt_wait_s
        self._on_progress = on_progress
        self._pause_reason = ""
        self._is_cancelled = False
        self._counts: dict[RowState, int] = {}
        self._module = ""
        self._labels: dict[str, str] = {}

    def pause(self, reason: str = "Paused by you.") -> None:
        """Stop after the batches that are on their way; the run can go on later."""
        self._pause_reason = self._pause_reason or reason

    def cancel(self) -> None:
        """Stop after the batches that are on their way; rows not yet sent become SKIPPED."""
        self._is_cancelled = True

    async def apply(self) -> ChangeSet:
        """Run until nothing is open, or a pause. Only one console at a time may: ZohoConfigError otherwise.

        Cost: for each 100 rows 1 call to look again and 1 call of 10 credits to write.
        """
        with contextlib.ExitStack() as right:
            await asyncio.to_thread(right.enter_context, self._journal.applying(self._id))
            change_set = await self._begin()
            try:
                await self._settle_leftovers()
                await self._send_all()
            except BaseException as error:
                if not isinstance(error, ZohoDatabaseError):
                    reason = str(error) if isinstance(error, ZohoError) else "The console was closed."
                    await asyncio.shield(self._set_state(ChangeSetState.PAUSED, reason))
                raise
            change_set = await self._end()
            await asyncio.to_thread(right.close)
        return change_set

    async def _begin(self) -> ChangeSet:
        change_set = await asyncio.to_thread(self._journal.change_set, self._id)
        self._counts = dict(change_set.counts)
        self._module = change_set.module
        self._labels = change_set.labels
        await self._set_state(ChangeSetState.APPLYING)
        self._tell(f"Began with {change_set.count(RowState.PLANNED):,} rows to send.")
        return change_set

    async def _end(self) -> ChangeSet:
        if self._is_cancelled:
            skipped = await asyncio.to_thread(self._journal.skip_rest, self._id)
            self._tell(f"Stopped; {skipped:,} rows were not sent.")
        change_set = await asyncio.to_thread(self._journal.change_set, self._id)
        if change_set.count(RowState.PLANNED, RowState.SENT):
            await self._set_state(ChangeSetState.PAUSED, self._pause_reason)
            self._tell(self._pause_reason)
        else:
            await self._set_state(ChangeSetState.FINISHED)
            self._tell("Every row has its outcome.")
        return await asyncio.to_thread(self._journal.change_set, self._id)

    async def _send_all(self) -> None:
        batches = iter(await asyncio.to_thread(self._journal.open_batches, self._id))

        async def worker() -> None:
            while not self._pause_reason and not self._is_cancelled:
                batch = next(batches, None)
                if batch is None:
                    return
                await self._batch(batch)

        await together(*(worker() for _ in range(self._parallel)))

    async def _batch(self, batch: int) -> None:
        """One batch from look to outcome; what Zoho may do wrong is an outcome or a pause, never an exception."""
        rows = await asyncio.to_thread(self._journal.batch_rows, self._id, batch)
        try:
            rows = await self._looked_again(batch, rows)
        except ZohoDatabaseError:
            raise
        except ZohoError as error:
            self.pause(_sentence(error))
            return
        if not rows:
            return
        await asyncio.to_thread(self._journal.record_attempt, self._id, batch, [row.number for row in rows])
        try:
            outcomes = await self._sent(batch, rows)
        except _Doubt:
            outcomes = await self._settled_by_reading(rows)
        if outcomes:
            await self._record(batch, outcomes, "sent")

    async def _looked_again(self, batch: int, rows: Sequence[RowRecord]) -> list[RowRecord]:
        """The rows whose records still hold their before-image; the others get their outcome here."""
        live = await self._live(rows)
        good, outcomes = [], []
        for row in rows:
            record = live.get(row.record_id)
            differing = conflicts(row, record, self._fields)
            if not differing:
                good.append(row)
            elif holds_already(row, record, self._fields):
                reason = "Somebody else set these values meanwhile."
                outcomes.append(Outcome(row.number, RowState.UNCHANGED, "unchanged", reason))
            else:
                words = conflict_words(list(differing), self._labels, record)
                advice = "Decide which value is right, then run the row again."
                outcomes.append(Outcome(row.number, RowState.CONFLICT, "changed-meanwhile", words, advice))
        if outcomes:
            await self._record(batch, outcomes, "looked again")
        return good

    async def _sent(self, batch: int, rows: Sequence[RowRecord]) -> list[Outcome]:
        """Zoho's outcomes for the rows; none if nothing was sent and the run pauses. Errors: _Doubt."""
        records: list[Record] = [{**_writable(row.after), "id": row.record_id} for row in rows]
        try:
            replies = await self._client.update_records(self._module, records)
        except (NotReachable, UnreadableAnswer) as error:
            if error.sent:
                raise _Doubt from error
            await self._withdraw(batch, error)
            return []
        except (ZohoRateLimitError, ZohoAuthError) as error:
            await self._withdraw(batch, error)
            return []
        except ZohoAPIError as error:
            return [Outcome(row.number, RowState.REFUSED, error.code, str(error), error.advice) for row in rows]
        return settle(rows, replies, self._labels)

    async def _withdraw(self, batch: int, error: ZohoError) -> None:
        await asyncio.to_thread(self._journal.withdraw_attempt, self._id, batch)
        self.pause(_sentence(error))

    # --- doubt ---

    async def _settle_leftovers(self) -> None:
        """Rows that a former run sent and never settled: prove them by reading, or list them as in doubt."""
        rows = await asyncio.to_thread(self._journal.sent_rows, self._id)
        by_batch: dict[int, list[RowRecord]] = {}
        for row in rows:
            by_batch.setdefault(row.batch or 0, []).append(row)
        for batch, some in by_batch.items():
            if outcomes := await self._settled_by_reading(some):
                await self._record(batch, outcomes, "settled by reading back")

    async def _settled_by_reading(self, rows: Sequence[RowRecord]) -> list[Outcome]:
        """What reading proves: the new values are there, or doubt stays. Nothing if it fails; then the run pauses."""
        await asyncio.sleep(self._doubt_wait_s)
        try:
            live = await self._live(rows)
        except ZohoDatabaseError:
            raise
        except ZohoError as error:
            self.pause(_sentence(error))
            return []
        outcomes = []
        for row in rows:
            record = live.get(row.record_id)
            if holds_already(row, record, self._fields):
                reason = "Zoho's answer was lost; reading back shows the new values."
                outcomes.append(Outcome(row.number, RowState.UPDATED, "proved", reason))
            elif not conflicts(row, record, self._fields):
                reason = "Zoho's answer was lost; the account still shows the old values."
                outcomes.append(Outcome(row.number, RowState.IN_DOUBT, "lost-answer", reason, _RESEND))
            else:
                reason = "Zoho's answer was lost; the account shows neither the old nor the new values."
                outcomes.append(Outcome(row.number, RowState.IN_DOUBT, "lost-answer", reason, _RESEND))
        return outcomes

    # --- small steps ---

    async def _live(self, rows: Sequence[RowRecord]) -> dict[str, Record]:
        names = list(dict.fromkeys(name for row in rows for name in row.after))
        found = await read_where(self._client, self._module, "id", [row.record_id for row in rows], names)
        return {str(record["id"]): record for record in found}

    async def _record(self, batch: int, outcomes: Sequence[Outcome], note: str) -> None:
        await asyncio.to_thread(self._journal.record_outcomes, self._id, batch, outcomes, note)
        for outcome in outcomes:
            former = RowState.PLANNED if self._counts.get(RowState.PLANNED) else RowState.SENT
            self._counts[former] = self._counts.get(former, 0) - 1
            self._counts[outcome.state] = self._counts.get(outcome.state, 0) + 1
        bad = sum(not outcome.state.is_good for outcome in outcomes)
        self._tell(f"Batch {batch}: {len(outcomes) - bad} settled{f', {bad} not applied' if bad else ''}.")

    async def _set_state(self, state: ChangeSetState, note: str = "") -> None:
        await asyncio.to_thread(self._journal.set_state, self._id, state, note)

    def _tell(self, sentence: str) -> None:
        if self._on_progress is not None:
            counts = {state: count for state, count in self._counts.items() if count}
            total = sum(counts.values())
            open_rows = counts.get(RowState.PLANNED, 0) + counts.get(RowState.SENT, 0)
            self._on_progress(Progress(total - open_rows, total, counts, sentence))


def _writable(values: dict[str, Any]) -> dict[str, Any]:
    """Values as Zoho takes them: of a lookup only the id."""
    return {
        name: {"id": value["id"]} if isinstance(value, dict) and "id" in value else value
        for name, value in values.items()
    }


def _sentence(error: ZohoError) -> str:
    return f"{error} {error.advice}".strip()
