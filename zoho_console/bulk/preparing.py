"""From a file, or from the failed rows of a job, to a plan: stage, check, find, compare. Nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from zoho_console.background import Stop, in_thread
from zoho_console.bulk.checking import ROUNDED, TWINS, are_rounded, check_row
from zoho_console.bulk.drafting import draft
from zoho_console.bulk.drift import TITLE, Policies, read_stamp
from zoho_console.bulk.mapping import ID, check_mapping
from zoho_console.bulk.matching import RecordsClient, name_field, read_by_key
from zoho_console.bulk.planning import ASK, invalid_row, plan_row
from zoho_console.bulk.progress import OnProgress, Progress
from zoho_console.bulk.reading import Table
from zoho_console.domain.changes import (
    Blanks,
    Change,
    ChangeSet,
    ChangeSetKind,
    Mapping,
    NewChangeSet,
    Row,
    RowRecord,
    RowState,
)
from zoho_console.domain.fields import Field
from zoho_console.domain.terms import USUAL, Terms
from zoho_console.errors import ZohoConfigError
from zoho_console.store.journal import Journal
from zoho_console.store.staging import BLOCK, Staging

# Rows whose record does not hold what the file says, and of which that is certain.
FAILED = frozenset({RowState.INVALID, RowState.REFUSED, RowState.CONFLICT, RowState.SKIPPED})


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
    terms: Terms = USUAL,
    policies: Policies = ASK,
    created_by: str = "",
    on_progress: OnProgress | None = None,
) -> ChangeSet:
    """A PLANNED change set of every row of the file, each with its state and before-image.

    The file is read once, into the database, and not looked at again; a file that is wrong anywhere leaves no plan.
    Memory does not grow with the file. Where it is an export with stamps, `policies` say what becomes of values that
    were changed in Zoho too. Cancelled or failed, the draft is ABANDONED. Cost: 1 call for each 100 different
    keys. Errors: FileProblem, ZohoConfigError (mapping), those of the client and the database.
    """
    _check(mapping, table.header, fields)
    file_id = await stage(table, connection_id, journal.staging, on_progress)
    new = NewChangeSet(
        connection_id=connection_id,
        module=module,
        kind=ChangeSetKind.UPDATE,
        source=table.path.name,
        header=table.header,
        mapping=mapping,
        labels={one.api_name: one.label for one in fields if one.api_name in mapping.targets.values()},
        created_by=created_by,
        file_id=file_id,
        blanks=blanks,
        terms=terms,
    )
    total = await in_thread(journal.staging.count, file_id)
    planner = replace(await _planner(new, fields, client, journal.staging), policies=policies)
    return await _plan(planner, partial(journal.staging.rows, file_id), journal, total, on_progress)


async def prepare_retry(
    change_set_id: int,
    client: RecordsClient,
    journal: Journal,
    fields: Sequence[Field],
    *,
    states: frozenset[RowState] = FAILED,
    policies: Policies = ASK,
    created_by: str = "",
    on_progress: OnProgress | None = None,
) -> ChangeSet:
    """A PLANNED change set of the rows that a run did not apply, compared anew; rows keep their numbers.

    The run may be paused or cut off: what it has not sent stays with it, and what is in doubt is never retried (see
    `reporting.not_retried`). UNPROVED rows may be among `states`: they are compared with what Zoho holds now.
    `policies` as in `prepare`; what was decided in the run holds where the values are the same still. Errors:
    ZohoConfigError if the run is on its way, was not begun, is an undo, or has no such row; those of the client and the
    database.
    """
    former = await in_thread(journal.change_set, change_set_id)
    _check_retry(former, states)
    _check(former.mapping, former.header, fields)
    new = NewChangeSet(
        connection_id=former.connection_id,
        module=former.module,
        kind=ChangeSetKind.UPDATE,
        source=former.source,
        header=former.header,
        mapping=former.mapping,
        labels=former.labels,
        created_by=created_by,
        file_id=former.file_id,
        retries=former.id,
        blanks=former.blanks,
        terms=former.terms,
    )
    policies = replace(policies, decided_in=former.id)
    planner = replace(await _planner(new, fields, client, journal.staging), policies=policies)

    def read(after: int) -> list[Row]:
        return [Row(row.number, row.texts) for row in journal.rows(former.id, states=states, after=after, limit=BLOCK)]

    return await _plan(planner, read, journal, former.count(*states), on_progress)


async def stage(table: Table, connection_id: int, staging: Staging, on_progress: OnProgress | None = None) -> int:
    """The file's content in the database, whole or not at all; its id comes out. Errors: FileProblem."""
    stop = Stop()

    def tell(rows: int) -> None:
        stop.check()
        if on_progress is not None:
            on_progress(Progress(0, rows))

    return await in_thread(staging.add, connection_id, table.path.name, table.rows(), tell, stop=stop)


def _check(mapping: Mapping, header: Sequence[str], fields: Sequence[Field]) -> None:
    for problem in check_mapping(mapping, header, fields):
        raise ZohoConfigError(problem.sentence, advice=problem.advice)


def _check_retry(former: ChangeSet, states: frozenset[RowState]) -> None:
    if former.kind is ChangeSetKind.UNDO:
        raise ZohoConfigError(
            f"Job {former.id} is an undo, which is not retried.", advice=f"Undo job {former.undo_of} again."
        )
    if not former.may_be_retried:
        raise ZohoConfigError(
            f"Job {former.id} is {former.state}; only one that is over or paused can be retried.",
            advice="Pause it, or wait for its end." if former.is_held else "Go on with it.",
        )
    if not former.count(*states):
        raise ZohoConfigError(
            f"Job {former.id} has no failed row, so there is nothing to retry.", advice="Choose another one."
        )


@dataclass(frozen=True, slots=True)
class _Planner:
    """Makes the plan of rows: what of the file and of Zoho it needs for that."""

    new: NewChangeSet
    fields: dict[str, Field]
    client: RecordsClient
    has_rounded_ids: bool
    policies: Policies = ASK

    async def planned(self, rows: Sequence[Row]) -> list[RowRecord]:
        """The plan of one block of rows, in their order. Cost: 1 call for each 100 different keys."""
        new, mapping = self.new, self.new.mapping
        checked = [
            check_row(
                row, mapping, self.fields, new.header, blanks=new.blanks, has_rounded_ids=self.has_rounded_ids
            )
            for row in rows
        ]  # fmt: skip
        keys = list(dict.fromkeys(one.key for one in checked if isinstance(one, Change)))
        names = list(mapping.targets.values())
        found = await read_by_key(self.client, new.module, mapping.key_field, keys, names)
        how = {"key_field": mapping.key_field, "name_field": name_field(new.module)}
        return [
            plan_row(one, found.get(one.key, []), self.fields, stamp=self._stamp_of(row), policies=self.policies, **how)
            if isinstance(one, Change)
            else invalid_row(row, one)
            for row, one in zip(rows, checked, strict=True)
        ]  # fmt: skip

    def _stamp_of(self, row: Row) -> dict[bytes, bytes]:
        """What an export says of the values as they were; nothing where the file is none."""
        if TITLE not in self.new.header:
            return {}
        column = self.new.header.index(TITLE)
        return read_stamp(row.texts[column]) if column < len(row.texts) else {}


async def _planner(
    new: NewChangeSet, fields: Sequence[Field], client: RecordsClient, staging: Staging
) -> _Planner:  # fmt: skip
    """Knows of the whole file whether its ids went through a spreadsheet."""
    suspects = rows = 0
    if new.mapping.key_field == ID and new.file_id is not None:
        rows = await in_thread(staging.count, new.file_id)
        suspects = await in_thread(staging.count_matching, new.file_id, new.mapping.key_column, ROUNDED.pattern)
    return _Planner(new, {one.api_name: one for one in fields}, client, are_rounded(suspects, rows))


async def _plan(
    planner: _Planner,
    read: Callable[[int], list[Row]],
    journal: Journal,
    total: int,
    on_progress: OnProgress | None,
) -> ChangeSet:
    """Walk the staged rows by `read`, which takes the last row number; what comes of it is a plan in the journal."""
    async with draft(journal, planner.new) as change_set_id:
        done = after = 0
        while rows := await in_thread(read, after):
            await in_thread(journal.add_rows, change_set_id, await planner.planned(rows))
            done, after = done + len(rows), rows[-1].number
            if on_progress is not None:
                on_progress(Progress(done, total))
        await in_thread(journal.staging.refuse_twins, change_set_id, TWINS)
        former = planner.policies.decided_in
        if former is not None and TITLE in planner.new.header:
            await in_thread(journal.carry_decisions, change_set_id, former)
        return await in_thread(journal.finish_plan, change_set_id)
