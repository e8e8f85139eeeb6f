"""From a file to a plan in the journal: check, find, compare. Nothing is sent but questions."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from zoho_console.background import in_thread
from zoho_console.bulk.checking import Blanks, Survey, check_row, duplicates, survey
from zoho_console.bulk.drafting import draft
from zoho_console.bulk.mapping import check_mapping
from zoho_console.bulk.matching import RecordsClient, name_field, read_by_key
from zoho_console.bulk.planning import invalid_row, plan_row
from zoho_console.bulk.progress import OnProgress, Progress
from zoho_console.bulk.reading import Table
from zoho_console.domain.changes import (
    Change,
    ChangeSet,
    ChangeSetKind,
    Mapping,
    NewChangeSet,
    Outcome,
    Row,
    RowRecord,
    RowState,
)
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record
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
    module: str
    blanks: Blanks
    survey: Survey
    numbers_by_record: dict[str, list[int]] = field(default_factory=dict)

    async def planned(self, rows: Sequence[Row]) -> list[RowRecord]:
        """The plan of one block of rows, in their order. Cost: 1 call for each 100 different keys."""
        checked = [
            check_row(
                row, self.mapping, self.fields, self.table.header,
                blanks=self.blanks, has_rounded_ids=self.survey.has_rounded_ids,
            )
            for row in rows
        ]  # fmt: skip
        keys = list(dict.fromkeys(one.key for one in checked if isinstance(one, Change)))
        names = list(self.mapping.targets.values())
        found = await read_by_key(self.client, self.module, self.mapping.key_field, keys, names)
        return [
            self._plan(one, found.get(one.key, [])) if isinstance(one, Change) else invalid_row(row, one)
            for row, one in zip(rows, checked, strict=True)
        ]

    def _plan(self, change: Change, candidates: Sequence[Record]) -> RowRecord:
        row = plan_row(
            change, candidates, self.fields, key_field=self.mapping.key_field, name_field=name_field(self.module)
        )
        if row.record_id:
            self.numbers_by_record.setdefault(row.record_id, []).append(row.number)
        return row

    def outcomes_of_duplicates(self) -> list[Outcome]:
        """What becomes of rows that change the same record, known when the last row is planned."""
        return [
            Outcome(number, RowState.INVALID, one.code, one.sentence, one.advice)
            for number, one in duplicates(self.numbers_by_record).items()
        ]


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

    The file is read twice: whole, to find what makes it unusable before anything is asked, then in blocks. Memory
    grows with the number of records only (their ids). Cancelled or failed, the draft is ABANDONED.
    Errors: FileProblem, ZohoConfigError (mapping), those of the client and the database.
    """
    for problem in check_mapping(mapping, table.header, fields):
        raise ZohoConfigError(problem.sentence, advice=problem.advice)
    by_name = {one.api_name: one for one in fields}
    seen = await asyncio.to_thread(lambda: survey(table.rows(), mapping))
    work = _Preparing(table, mapping, by_name, client, module, blanks, seen)
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
    async with draft(journal, new) as change_set_id:
        rows, done = table.rows(), 0
        while block := await in_thread(_take, rows):
            await in_thread(journal.add_rows, change_set_id, await work.planned(block))
            done += len(block)
            if on_progress is not None:
                on_progress(Progress(done, seen.rows))
        await in_thread(journal.record_outcomes, change_set_id, work.outcomes_of_duplicates())
        return await in_thread(journal.finish_plan, change_set_id)


def _take(rows: Iterator[Row]) -> list[Row]:
    return list(itertools.islice(rows, BLOCK))
