"""What sending and reading back share while a job is on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from zoho_console.background import in_thread
from zoho_console.bulk.leasing import Hold
from zoho_console.bulk.matching import RecordsClient, read_where
from zoho_console.bulk.pace import Pace
from zoho_console.bulk.progress import Tally
from zoho_console.domain.changes import ChangeSet, Outcome, RowRecord, RowState
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record
from zoho_console.errors import ZohoDatabaseError, ZohoError
from zoho_console.store.journal import Journal

STAMP = "Modified_Time"
_STEP_S = 0.25


@dataclass(slots=True)
class Brake:
    """How a run is asked to stop between batches; may be pulled from any thread. The first reason stands."""

    reason: str = ""
    is_cancelled: bool = False
    is_by_rule: bool = False  # a wave did not go as it should

    @property
    def is_pulled(self) -> bool:
        """Whether nothing more may be sent."""
        return bool(self.reason) or self.is_cancelled

    def pull(self, reason: str, *, is_by_rule: bool = False) -> None:
        """Stop; the run can go on later."""
        if reason and not self.reason:
            self.reason, self.is_by_rule = reason, is_by_rule


@dataclass(slots=True)
class Work:
    """One job on its way. `fields` are those that it sets, by API name."""

    job: ChangeSet
    client: RecordsClient
    journal: Journal
    fields: dict[str, Field]
    hold: Hold
    pace: Pace
    tally: Tally
    brake: Brake = field(default_factory=Brake)

    async def live(self, rows: Sequence[RowRecord]) -> dict[str, Record] | None:
        """The records now, by id, with the fields that the rows set and when each was last modified.

        None if they cannot be read: the brake is pulled. Cost: 1 call for each 100 rows and 48 fields.
        """
        names = [*dict.fromkeys(name for row in rows for name in row.after), STAMP]
        ids = [row.record_id for row in rows]
        try:
            found = await read_where(self.client, self.job.module, "id", ids, names)
        except ZohoDatabaseError:
            raise
        except ZohoError as error:
            self.brake.pull(sentence_of(error))
            return None
        return {str(record["id"]): record for record in found}

    async def wait(self, seconds: float, *, whatever_is_stopped: bool = False) -> bool:
        """Wait so long; False if the run is to end meanwhile. A run that is stopped for good may have to wait on."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not (self.brake.reason if whatever_is_stopped else self.brake.is_pulled):
            left_s = until - loop.time()
            if left_s <= 0:
                return True
            await asyncio.sleep(min(left_s, _STEP_S))
        return False

    def affords(self, cost: int) -> bool:
        """Whether so many credits can be spent without those that are kept for others, as far as Zoho said."""
        left = self.client.usage.credits_left
        return left is None or left - cost >= self.job.terms.reserve

    async def afford(self, cost: int) -> bool:
        """Wait while a cost in credits would touch those kept for others; False if the run is to end meanwhile.

        Cost: 1 call of 1 credit each `credits_s` while it waits.
        """
        if not self.affords(cost):
            left, reserve = self.client.usage.credits_left, self.job.terms.reserve
            self.tally.tell(f"{left:,} credits are left, and {reserve:,} are kept for others: waiting for more.")
        while not self.affords(cost):
            if not await self.wait(self.pace.credits_s):
                return False
            try:
                await self.client.organisation()
            except ZohoError as error:
                self.brake.pull(sentence_of(error))
                return False
        return True

    async def look(self, batch: int, outcomes: Sequence[Outcome]) -> None:
        """Write down and tell which rows are not sent after all."""
        if outcomes:
            await in_thread(self.journal.runs.look, self.hold.lease, outcomes)
            self.count(batch, RowState.PLANNED, outcomes)

    def count(self, batch: int, former: RowState, outcomes: Sequence[Outcome]) -> None:
        """Tell of rows that left the state `former`."""
        self.tally.move(former, outcomes)
        settled = [one for one in outcomes if one.state.is_final]
        if settled:
            bad = sum(not one.state.is_good for one in settled)
            self.tally.tell(f"Batch {batch}: {len(settled) - bad} settled{f', {bad} not applied' if bad else ''}.")


def sentence_of(error: ZohoError) -> str:
    """What happened and what to do, as the reason of a pause."""
    return f"{error} {error.advice}".strip()


def writable(values: dict[str, Any]) -> dict[str, Any]:
    """Values as Zoho takes them: of a lookup only the id."""
    return {
        name: {"id": value["id"]} if isinstance(value, dict) and "id" in value else value
        for name, value in values.items()
    }
