"""Undo: a new change set from before-images, only where the value is still ours. It is applied like any other."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping as Named
from collections.abc import Sequence
from dataclasses import replace

from zoho_console.background import in_thread
from zoho_console.bulk.drafting import draft
from zoho_console.bulk.matching import RecordsClient, read_where
from zoho_console.bulk.planning import conflict_words, conflicts, fields_of, holds_already
from zoho_console.bulk.progress import OnProgress, Progress
from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, NewChangeSet, RowRecord, RowState
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record
from zoho_console.errors import ZohoConfigError
from zoho_console.store.journal import Journal

BLOCK = 1000


async def prepare_undo(
    change_set_id: int,
    client: RecordsClient,
    journal: Journal,
    fields: Sequence[Field],
    *,
    created_by: str = "",
    on_progress: OnProgress | None = None,
) -> ChangeSet:
    """A PLANNED change set that puts back what a finished one updated; its rows keep their numbers and texts.

    A value that somebody changed since is a CONFLICT and stays. Cost: 1 call for each 100 rows.
    Errors: ZohoConfigError if the run is not over or updated nothing, or if Zoho has lost one of its fields.
    """
    former = await asyncio.to_thread(journal.change_set, change_set_id)
    if former.state is not ChangeSetState.FINISHED:
        raise ZohoConfigError(
            f"Job {former.id} is {former.state}; only a finished one can be undone.",
            advice="Go on with it, or stop it.",
        )
    if not former.count(RowState.UPDATED):
        raise ZohoConfigError(
            f"Job {former.id} changed nothing, so there is nothing to undo.", advice="Choose another one."
        )
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
    )
    async with draft(journal, new) as made:
        done, after = 0, 0
        while rows := await in_thread(_updated_rows, journal, former.id, after):
            await in_thread(journal.add_rows, made, await _planned(client, former, rows, by_name))
            done, after = done + len(rows), rows[-1].number
            if on_progress is not None:
                on_progress(Progress(done, former.count(RowState.UPDATED)))
        return await in_thread(journal.finish_plan, made)


def _updated_rows(journal: Journal, change_set_id: int, after: int) -> list[RowRecord]:
    return journal.rows(change_set_id, states=(RowState.UPDATED,), after=after, limit=BLOCK)


async def _planned(
    client: RecordsClient, former: ChangeSet, rows: Sequence[RowRecord], fields: Named[str, Field]
) -> list[RowRecord]:
    names = list(dict.fromkeys(itertools.chain.from_iterable(row.after for row in rows)))
    found = await read_where(client, former.module, "id", [row.record_id for row in rows], names)
    live = {str(record["id"]): record for record in found}
    return [undo_row(row, live.get(row.record_id), fields, former.labels) for row in rows]


def undo_row(row: RowRecord, live: Record | None, fields: Named[str, Field], labels: Named[str, str]) -> RowRecord:
    """The row turned round: from what we wrote back to what was there. Pure."""
    turned = replace(
        row, state=RowState.PLANNED, before=row.after, after=row.before, code="", reason="", advice="", batch=None
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
