"""Undo: a new change set from before-images, only where the value is still ours. It is applied like any other."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from collections.abc import Mapping as Named
from dataclasses import dataclass, field, replace

from zoho_console.background import in_thread
from zoho_console.bulk.drafting import draft
from zoho_console.bulk.matching import RecordsClient, read_where
from zoho_console.bulk.planning import conflict_words, conflicts, fields_of, holds_already
from zoho_console.bulk.progress import OnProgress, Progress
from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, NewChangeSet, RowRecord, RowState
from zoho_console.domain.fields import Field, print_value
from zoho_console.domain.records import Record
from zoho_console.errors import ZohoConfigError
from zoho_console.store.journal import Journal

BLOCK = 1000


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a run is undone: rows in these states; only these fields and rows, where any are named.

    `values` are the new values, as a cell shows them, that the run must have set in a row, by API name. UNPROVED rows
    may be chosen too: such a value is put back where the account shows ours.
    """

    states: frozenset[RowState] = frozenset({RowState.UPDATED})
    fields: frozenset[str] = frozenset()
    rows: frozenset[int] = frozenset()
    values: Named[str, str] = field(default_factory=dict)

    def has(self, row: RowRecord) -> bool:
        """Whether this row is among the chosen ones, whatever its state."""
        is_named = not self.rows or row.number in self.rows
        return is_named and all(
            name in row.after and print_value(row.after[name]) == text for name, text in self.values.items()
        )


WHOLE = Choice()
_MAY_BE_UNDONE = frozenset({RowState.UPDATED, RowState.UNPROVED})


async def prepare_undo(
    change_set_id: int,
    client: RecordsClient,
    journal: Journal,
    fields: Sequence[Field],
    *,
    choice: Choice = WHOLE,
    created_by: str = "",
    on_progress: OnProgress | None = None,
) -> ChangeSet:
    """A PLANNED change set that puts back what a finished one updated, or a part of that; rows keep their numbers.

    It is applied, resumed and undone like any other. A row of which somebody changed one of the values since is a
    CONFLICT and stays as it is. Cost: 1 call for each 100 rows. Errors: ZohoConfigError if the run is not over, if
    nothing of it was chosen that can be undone, or if Zoho has lost one of its fields.
    """
    former = await asyncio.to_thread(journal.change_set, change_set_id)
    _check(former, choice)
    by_name = fields_of(former, fields)
    new = NewChangeSet(
        connection_id=former.connection_id,
        module=former.module,
        kind=ChangeSetKind.UNDO,
        source=former.source,
        header=former.header,
        mapping=former.mapping,
        labels=former.labels,
        created_by=created_by,
        undo_of=former.id,
        file_id=former.file_id,
        terms=former.terms,
    )
    async with draft(journal, new) as made:
        done, total = 0, len(choice.rows) or former.count(*choice.states)
        async for block in _chosen(journal, former.id, choice):
            await in_thread(journal.add_rows, made, await _planned(client, former, block, by_name))
            done += len(block)
            if on_progress is not None:
                on_progress(Progress(done, total))
        if not done:
            raise ZohoConfigError(
                f"Job {former.id} changed none of these rows and fields, so there is nothing to undo.",
                advice="Choose others.",
            )
        return await in_thread(journal.finish_plan, made)


def _check(former: ChangeSet, choice: Choice) -> None:
    if former.state is ChangeSetState.ABANDONED:
        raise ZohoConfigError(f"Nothing of job {former.id} was sent, so there is nothing to undo.")
    if former.state is not ChangeSetState.FINISHED:
        raise ZohoConfigError(
            f"Job {former.id} is {former.state}; only a finished one can be undone.",
            advice="Go on with it, or stop it.",
        )
    if not choice.states <= _MAY_BE_UNDONE:
        raise ZohoConfigError(
            "Only rows that were updated, or are unproved, can be undone.", advice="Choose one of these states."
        )
    unknown = (choice.fields | set(choice.values)) - set(former.mapping.targets.values())
    if unknown:
        raise ZohoConfigError(
            f"Job {former.id} does not set the field “{min(unknown)}”.",
            advice=f"It sets {', '.join(former.mapping.targets.values())}.",
        )
    if not former.count(*choice.states):
        raise ZohoConfigError(
            f"Job {former.id} changed nothing, so there is nothing to undo.", advice="Choose another one."
        )


async def _chosen(journal: Journal, change_set_id: int, choice: Choice) -> AsyncIterator[list[RowRecord]]:
    """The rows to undo with the fields to undo, in blocks, in the order of the file."""
    after = min(choice.rows, default=1) - 1
    while rows := await in_thread(_rows_after, journal, change_set_id, choice, after):
        after = rows[-1].number
        wanted = [row for row in rows if choice.has(row)]
        parts = [part for part in (_of_fields(row, choice.fields) for row in wanted) if part.after]
        if parts:
            yield parts
        if choice.rows and after >= max(choice.rows):
            return


def _rows_after(journal: Journal, change_set_id: int, choice: Choice, after: int) -> list[RowRecord]:
    return journal.rows(change_set_id, states=choice.states, after=after, limit=BLOCK)


def _of_fields(row: RowRecord, names: frozenset[str]) -> RowRecord:
    if not names:
        return row
    before, after = ({name: side[name] for name in side if name in names} for side in (row.before, row.after))
    return replace(row, before=before, after=after)


async def _planned(
    client: RecordsClient, former: ChangeSet, rows: Sequence[RowRecord], fields: Named[str, Field]
) -> list[RowRecord]:
    names = list(dict.fromkeys(itertools.chain.from_iterable(row.after for row in rows)))
    found = await read_where(client, former.module, "id", [row.record_id for row in rows], names)
    live = {str(record["id"]): record for record in found}
    return [undo_row(row, live.get(row.record_id), fields, former.labels) for row in rows]


def undo_row(row: RowRecord, live: Record | None, fields: Named[str, Field], labels: Named[str, str]) -> RowRecord:
    """The row turned round: from what we wrote back to what was there. Pure."""
    turned = RowRecord(
        row.number, row.texts, RowState.PLANNED, row.record_id, row.record_name, before=row.after, after=row.before
    )
    if holds_already(turned, live, fields):
        return replace(
            turned, state=RowState.UNCHANGED, code="unchanged", reason="The account holds its old values already."
        )
    differing = conflicts(turned, live, fields)
    if differing:
        words = conflict_words(list(differing), labels, live)
        advice = "Decide by hand; undo leaves values of others alone."
        return replace(turned, state=RowState.CONFLICT, code="changed-meanwhile", reason=words, advice=advice)
    return turned
