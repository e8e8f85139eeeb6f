"""From a file to a plan in the journal: check, find, compare. Nothing is sent but questions."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from zoho_console.bulk.checking import Blanks, check_row, duplicates
from zoho_console.bulk.mapping import check_mapping
from zoho_console.bulk.matching import NAMES, RecordsClient, read_by_key
from zoho_console.bulk.planning import invalid_row, plan_row
from zoho_console.bulk.progress import OnProgress, Progress
from zoho_console.bulk.reading import Table
from zoho_console.domain.changes import (
    Change,
    ChangeSet,
    ChangeSetKind,
    ChangeSetState,
    Mapping,
    NewChangeSet,
    Outcome,
    Row,
    RowRecord,
    RowState,
)
from zoho_console.domain.fields import Field
from zoho_console.errors import ZohoConfigError
from zoho_console.store.journal import Journal

BLOCK = 1000


@dataclass
class _Preparing:
    """One preparation: what it works with, and which rows change which record."""

    table: Table
    mapping: Mapping
    fields: dict[str, Field]
    client: RecordsClient
    journal: Journal
    module: str
    blanks: Blanks
    id: int = 0
    numbers_by_record: dict[str, list[int]] = field(default_factory=dict)

    async def block(self, rows: Sequence[Row]) -> list[RowRecord]:
        """The plan of one block of rows, in their order. Cost: 1 call for each 100 different keys."""
        checked = [check_row(row, self.mapping, self.fields, self.table.header, blanks=self.blanks) for row in rows]
        keys = list(dict.fromkeys(one.key for one in checked if isinstance(one, Change)))
        names = list(self.mapping.targets.values())
        matches = await read_by_key(self.client, self.module, self.mapping.key_field, keys, names)
        planned = []
        for row, one in zip(rows, checked, strict=True):
            if isinstance(one, Change):
                made = plan_row(one, matches.get(one.key, []), self.fields, NAMES.get(self.module, "Name"))
                if made.record_id:
                    self.numbers_by_record.setdefault(made.record_id, []).append(made.number)
            else:
                made = invalid_row(row, one)
            planned.append(made)
        return planned


async def prepare(
    table: Table,
    mapping: Mapping,
    fields: Sequence[Field],
    client: RecordsClient,
    journal: Journal,
    *,
    connection_id: int,
    module: str = "Accounts",
    blanks: Blanks = "keep",
    created_by: str = "",
    on_progress: OnProgress | None = None,
) -> ChangeSet:
    """A PLANNED change set of every row of the file, each with its state and before-image.

    Memory grows with the number of records only (their ids). Cancelled or failed, the draft is ABANDONED.
    Errors: FileProblem, ZohoConfigError (mapping), those of the client and the database.
    """
    for problem in check_mapping(mapping, table.header, fields):
        raise ZohoConfigError(problem.sentence, advice=problem.advice)
    by_name = {one.api_name: one for one in fields}
    new = NewChangeSet(
        connection_id=connection_id,
        module=module,
        kind=ChangeSetKind.UPDATE,
        source=table.path.name,
        header=table.header,
        mapping=mapping,
        labels={name: by_name[name].label for name in mapping.targets.values()},
        created_by=created_by,
    )
    work = _Preparing(table, mapping, by_name, client, journal, module, blanks)
    work.id = await asyncio.to_thread(journal.begin, new)
    try:
        await _add_all(work, on_progress)
        return await asyncio.to_thread(journal.finish_plan, work.id)
    except BaseException as error:
        note = "cancelled" if isinstance(error, asyncio.CancelledError) else str(error)
        await asyncio.shield(asyncio.to_thread(journal.set_state, work.id, ChangeSetState.ABANDONED, note))
        raise


async def _add_all(work: _Preparing, on_progress: OnProgress | None) -> None:
    rows = work.table.rows()
    done = 0
    while block := await asyncio.to_thread(_take, rows):
        planned = await work.block(block)
        await asyncio.to_thread(work.journal.add_rows, work.id, planned)
        done += len(block)
        if on_progress is not None:
            on_progress(Progress(done))
    problems = duplicates(work.numbers_by_record)
    outcomes = [
        Outcome(number, RowState.INVALID, one.code, one.sentence, one.advice) for number, one in problems.items()
    ]
    await asyncio.to_thread(work.journal.record_outcomes, work.id, 0, outcomes)


def _take(rows: Iterator[Row]) -> list[Row]:
    return list(itertools.islice(rows, BLOCK))
