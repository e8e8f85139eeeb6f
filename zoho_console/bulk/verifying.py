"""Reads back what Zoho confirmed: whether it is stored, and what else changed."""

from __future__ import annotations

import asyncio
import zlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from zoho_console.background import in_thread
from zoho_console.bulk.matching import read_where
from zoho_console.bulk.planning import conflict_words, holds_already
from zoho_console.bulk.waves import Watch
from zoho_console.bulk.working import Work
from zoho_console.domain.changes import RowRecord
from zoho_console.domain.fields import COMPUTED_TYPES, STRUCTURED_TYPES, Field, same_value
from zoho_console.domain.records import Record
from zoho_console.domain.terms import Proof, Proven
from zoho_console.errors import ZohoDatabaseError, ZohoError

# What every write changes, and what changes by itself.
_ALWAYS = frozenset({"Modified_Time", "Modified_By", "Last_Activity_Time", "Change_Log_Time__s", "Locked__s"})


class Verifier:
    """Reads rows back and writes down what it saw. A reading that fails leaves rows unverified; it harms nothing."""

    def __init__(self, work: Work, all_fields: Sequence[Field]) -> None:
        self._work = work
        fields = (one for one in all_fields if one.is_writable and one.api_name not in _ALWAYS)
        unread = COMPUTED_TYPES | STRUCTURED_TYPES
        self._others = {one.api_name: one for one in fields if one.type not in unread}

    async def others_of(self, rows: Sequence[RowRecord]) -> dict[str, Record]:
        """The fields that the run does not set, by record id. Cost: 1 call for each 100 rows and 48 fields."""
        return await self._read(rows, [name for name in self._others if name not in self._work.fields])

    async def verify(self, rows: Sequence[RowRecord], watch: Watch, before: Mapping[str, Record] | None = None) -> None:
        """Read these rows back, after a moment for Zoho's automation where it is looked at with `before`."""
        if not rows:
            return
        if before is not None:
            await asyncio.sleep(self._work.pace.settle_s)
        live = await self._read(rows, list(dict.fromkeys(name for row in rows for name in row.after)))
        if not live:
            return
        proofs = prove(rows, live, self._work.fields, self._work.job.labels)
        await in_thread(self._work.journal.runs.verified, self._work.hold.lease, proofs)
        watch.read_back(proofs)
        if before:
            watch.side_effects(side_effects(before, await self.others_of(rows), self._others))

    async def _read(self, rows: Sequence[RowRecord], names: Sequence[str]) -> dict[str, Record]:
        ids = [row.record_id for row in rows]
        try:
            found = await read_where(self._work.client, self._work.job.module, "id", ids, names)
        except ZohoDatabaseError:
            raise
        except ZohoError as error:
            self._work.tally.tell(f"{len(rows):,} rows could not be read back: {error}")
            return {}
        return {str(record["id"]): record for record in found}


def chosen(rows: Sequence[RowRecord], share: int) -> list[RowRecord]:
    """The share of the rows in per cent that is read back: always the same ones, spread over all."""
    return [row for row in rows if zlib.crc32(row.record_id.encode()) % 100 < share]


def prove(
    rows: Sequence[RowRecord], live: Mapping[str, Record], fields: Mapping[str, Field], labels: Mapping[str, str]
) -> list[Proven]:
    """What the records, by id, show of rows that Zoho confirmed. Pure."""
    proofs = []
    for row in rows:
        record = live.get(row.record_id)
        if holds_already(row, record, fields):
            proofs.append(Proven(row.number, Proof.VERIFIED))
            continue
        other = [
            name
            for name in row.after
            if record is None or not same_value(fields[name], record.get(name), row.after[name])
        ]
        is_old = record is not None and all(
            same_value(fields[name], record.get(name), row.before.get(name)) for name in other
        )
        if is_old:
            which = ", ".join(f"“{labels.get(name, name)}”" for name in other)
            words = f"Zoho confirmed it, but reading back shows the old value of {which}."
            proofs.append(Proven(row.number, Proof.NOT_STORED, words))
        else:
            words = f"Zoho confirmed it. {conflict_words(other, labels, record)}"
            proofs.append(Proven(row.number, Proof.ALTERED, words))
    return proofs


def side_effects(
    before: Mapping[str, Record], after: Mapping[str, Record], fields: Mapping[str, Field]
) -> Counter[str]:
    """In how many records each of these fields changed, by label. Pure."""
    effects: Counter[str] = Counter()
    for record_id, record in before.items():
        now = after.get(record_id)
        if now is not None:
            effects.update(fields[name].label for name in _changed(record, now, fields))
    return effects


def _changed(before: Record, after: Record, fields: Mapping[str, Field]) -> Collection[str]:
    named = (name for name in before if name in fields and name in after)
    return [name for name in named if not same_value(fields[name], before[name], after[name])]
