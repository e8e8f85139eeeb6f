"""Reading the journal's rows: in the file's order, in blocks, by state or field, and rolled up into facets."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select, text

from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, Facet, Mapping, RowRecord, RowState
from zoho_console.domain.drifts import CHANGED_IN_BOTH, LEFT_TO_OTHERS, Drift, DriftCount, Drifted, explained
from zoho_console.domain.fields import print_value
from zoho_console.domain.terms import Proof, Terms
from zoho_console.store.database import Database
from zoho_console.store.tables import change_rows, change_sets, file_rows

BLOCK = 1000
# More kinds of change than this in one field are too many to read one by one.
MOST_FACETS = 4

# A field with few kinds of change shows them all; one with many, what its rows come to; the rare ones are one line.
_FACETS = text(
    """
    with pairs as (
        select changed.key as field, (before -> changed.key)::text as old, changed.value::text as new, count(*) as rows
        from change_rows, json_each(after) as changed
        where change_set_id = :id and batch is not null
        group by 1, 2, 3
    ), counted as (
        select *, count(*) over (partition by field) <= :most as is_few, sum(rows) over (partition by field) as total
        from pairs
    ), kinds as (
        select field, old, new, rows, total, is_few from counted where is_few
        union all
        select field, null, new, sum(rows), total, is_few from counted
        where not is_few group by field, new, total, is_few
    ), ranked as (
        select *, row_number() over (partition by field order by rows desc, old, new) as rank from kinds
    ), slotted as (
        select *, case when is_few or (rank <= :most and rows >= total * 0.05) then rank end as slot from ranked
    )
    select field, is_few as has_old, slot is not null as has_new, min(old) as old, min(new) as new,
        sum(rows)::integer as rows
    from slotted group by field, slot, is_few order by field, slot nulls last
    """
)
_DRIFTS = text(
    """
    select cell.key as field, cell.value ->> 'who' as who, count(*)::integer as rows,
        (count(*) filter (where cell.value ->> 'who' = 'both' and cell.value ->> 'policy' = 'ask'))::integer as asked,
        (count(*) filter (where cell.value ->> 'who' = 'both'
            and cell.value ->> 'policy' <> coalesce(cell.value ->> 'usual', 'ask')))::integer as decided
    from change_rows, json_each(drift) as cell
    where change_set_id = :id and state <> 'invalid' group by 1, 2 order by 1, 2
    """
)
_DRIFTED_IN = text("(change_rows.drift -> :field ->> 'who') = :who")
_DRIFTED = text("exists (select from json_each(change_rows.drift) as cell where cell.value ->> 'who' = :who)")


# The cell that finds the account is what the file calls it; a few digits are no part of an id that anybody looks for.
_FOUND = text(
    """
    (change_rows.record_name ilike :like or change_rows.record_id = :exact or change_rows.number::text = :exact
        or (file_rows.texts ->> cast(change_sets.mapping ->> 'key_column' as integer)) ilike :cell)
    """
)


class JournalRows:
    """Reads rows of change sets; every method is one short transaction, but for `all_rows`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(
        self,
        change_set_id: int,
        *,
        states: Collection[RowState] = (),
        field: str = "",
        drift: Drift | None = None,
        found: str = "",
        after: int = 0,
        limit: int = 200,
    ) -> list[RowRecord]:
        """Up to `limit` rows after row number `after`, in the file's order.

        Only those in one of `states` (all if empty), only those that change the field of this API name (if given); with
        `drift` those in which these changed it, or any field, since the export; with `found` those whose account is
        called so, in Zoho or in the file, whose record id this is, or whose number.
        """
        query = _rows_of(change_set_id).where(change_rows.c.number > after).limit(limit)
        if states:
            query = query.where(change_rows.c.state.in_([str(state) for state in states]))
        if found:
            like = f"%{_escaped(found)}%"
            cell = found if found.isdigit() else like
            query = query.where(_FOUND.bindparams(like=like, exact=found, cell=cell))
        if drift is not None:
            who = _DRIFTED_IN.bindparams(field=field, who=drift) if field else _DRIFTED.bindparams(who=drift)
            query = query.where(who)
        elif field:
            query = query.where(text("(change_rows.after -> :field) is not null").bindparams(field=field))
        return self._read(query)

    def all_rows(self, change_set_id: int, states: Collection[RowState] = ()) -> Iterator[RowRecord]:
        """Every row in the file's order, or those in one of `states`, in a short transaction for each 1,000.

        Memory does not grow with the file.
        """
        after = 0
        while block := self.rows(change_set_id, states=states, after=after, limit=BLOCK):
            yield from block
            after = block[-1].number

    def open_batches(self, change_set_id: int) -> list[int]:
        """Batches that have rows to send, in order."""
        query = (
            select(change_rows.c.batch)
            .where(change_rows.c.change_set_id == change_set_id, change_rows.c.state == str(RowState.PLANNED))
            .where(change_rows.c.batch.is_not(None))
            .distinct()
            .order_by(change_rows.c.batch)
        )
        with self._database.begin() as connection:
            return [int(batch) for batch in connection.execute(query).scalars()]

    def batch_rows(self, change_set_id: int, batch: int) -> list[RowRecord]:
        """The rows of a batch that are still to be sent."""
        # Asked for by batch alone and in the order of that index: by state too, the server takes the index of states,
        # and looks at every planned row of the change set for each batch.
        query = _rows_of(change_set_id).where(change_rows.c.batch == batch)
        query = query.order_by(None).order_by(change_rows.c.batch, change_rows.c.number)
        return [row for row in self._read(query) if row.state is RowState.PLANNED]

    def facets(self, change_set_id: int) -> list[Facet]:
        """The kinds of change among the rows that are or were to be sent, by field, most frequent first.

        A field with more than 4 has a facet for each frequent new value, whatever the old one (`before` None), and as
        its last one without values for the others. Takes about 1 s for 100,000 rows of three fields.
        """
        with self._database.begin() as connection:
            found = connection.execute(_FACETS, {"id": change_set_id, "most": MOST_FACETS}).all()
            labels = _labels(connection, change_set_id)
        return [
            Facet(
                row.field,
                labels.get(row.field, row.field),
                _printed(row.old) if row.has_old else None,
                _printed(row.new) if row.has_new else None,
                row.rows,
            )
            for row in found
        ]

    def drifts(self, change_set_id: int) -> list[DriftCount]:
        """Who changed which fields since the export, in how many rows; of usable rows only."""
        with self._database.begin() as connection:
            found = connection.execute(_DRIFTS, {"id": change_set_id}).all()
            labels = _labels(connection, change_set_id)
        return [
            DriftCount(row.field, labels.get(row.field, row.field), Drift(row.who), row.rows, row.asked, row.decided)
            for row in found
        ]

    def _read(self, query: Select[Any]) -> list[RowRecord]:
        with self._database.begin() as connection:
            return [row_from(row) for row in connection.execute(query).mappings()]

    def _counts(self, change_set_ids: Collection[int]) -> dict[int, dict[RowState, int]]:
        query = (
            select(change_rows.c.change_set_id, change_rows.c.state, func.count())
            .where(change_rows.c.change_set_id.in_(change_set_ids))
            .group_by(change_rows.c.change_set_id, change_rows.c.state)
        )
        counts: dict[int, dict[RowState, int]] = {change_set_id: {} for change_set_id in change_set_ids}
        with self._database.begin() as connection:
            for change_set_id, state, count in connection.execute(query):
                counts[change_set_id][RowState(state)] = count
        return counts


def row_values(change_set_id: int, row: RowRecord) -> dict[str, Any]:
    """A row as the table's columns."""
    return {
        "change_set_id": change_set_id,
        "number": row.number,
        "state": str(row.state),
        "record_id": row.record_id,
        "record_name": row.record_name,
        "before": row.before,
        "after": row.after,
        "code": row.code,
        "reason": row.reason,
        "advice": row.advice,
        "batch": row.batch,
        "drift": {name: one.as_json() for name, one in row.drift.items()},
    }


def change_set_from(row: RowMapping, counts: dict[RowState, int]) -> ChangeSet:
    """A row of the table, with its counts, as a value."""
    mapping = row["mapping"]
    targets = {int(column): name for column, name in mapping["targets"].items()}
    return ChangeSet(
        id=row["id"],
        connection_id=row["connection_id"],
        module=row["module"],
        kind=ChangeSetKind(row["kind"]),
        source=row["source"],
        header=tuple(row["header"]),
        mapping=Mapping(mapping["key_column"], mapping["key_field"], targets),
        labels=row["labels"],
        created_by=row["created_by"],
        undo_of=row["undo_of"],
        state=ChangeSetState(row["state"]),
        note=row["note"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        counts=counts,
        epoch=row["epoch"],
        owner=row["owner"],
        is_held=row["is_held"],
        file_id=row["file_id"],
        retries=row["retries"],
        blanks=row["blanks"],
        terms=Terms.from_json(row["terms"]),
        yes_by=row["yes_by"],
        yes_at=row["yes_at"],
        job_rows=row["job_rows"],
    )


def _rows_of(change_set_id: int) -> Select[Any]:
    """The rows of a change set with their cells in its file, in the file's order."""
    of_file = (file_rows.c.file_id == change_sets.c.file_id) & (file_rows.c.number == change_rows.c.number)
    return (
        select(change_rows, file_rows.c.texts, change_sets.c.labels)
        .join(change_sets, change_sets.c.id == change_rows.c.change_set_id)
        .outerjoin(file_rows, of_file)
        .where(change_rows.c.change_set_id == change_set_id)
        .order_by(change_rows.c.number)
    )


def row_from(row: RowMapping) -> RowRecord:
    """A row of the table as a value."""
    drift = {name: Drifted.from_json(one) for name, one in (row["drift"] or {}).items()}
    words = row["reason"], row["advice"]
    if not row["reason"] and row["code"] in (CHANGED_IN_BOTH, LEFT_TO_OTHERS):
        words = explained(row["code"], drift, row.get("labels") or {})
    return RowRecord(
        number=row["number"],
        texts=tuple(row.get("texts") or ()),
        state=RowState(row["state"]),
        record_id=row["record_id"],
        record_name=row["record_name"],
        before=row["before"],
        after=row["after"],
        code=row["code"],
        reason=words[0],
        advice=words[1],
        batch=row["batch"],
        attempt=row["attempt"],
        seen_at=row["seen_at"],
        proof=Proof(row["proof"]),
        drift=drift,
    )


def _escaped(words: str) -> str:
    """Words that a pattern finds as they are."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _labels(connection: Connection, change_set_id: int) -> dict[str, str]:
    query = select(change_sets.c.labels).where(change_sets.c.id == change_set_id)
    return connection.execute(query).scalar_one_or_none() or {}


def _printed(value: str | None) -> str:
    """A JSON text as a cell; a field that the record did not have yet is blank."""
    return "" if value is None else print_value(json.loads(value))
