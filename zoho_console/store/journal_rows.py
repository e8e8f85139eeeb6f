"""Reading the journal's rows: in the file's order, in blocks, by state or field, and rolled up into facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import RowMapping, select, text

from zoho_console.domain.changes import (
    ChangeSet,
    ChangeSetKind,
    ChangeSetState,
    Facet,
    Mapping,
    RowRecord,
    RowState,
)
from zoho_console.domain.fields import print_value
from zoho_console.store.database import Database
from zoho_console.store.tables import change_rows

BLOCK = 1000
# More kinds of change than this in one field are shown as one line.
MOST_PAIRS = 4
WORTH_SHOWING = 0.05  # of the field's rows


class JournalRows:
    """Reads rows of change sets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(
        self,
        change_set_id: int,
        *,
        states: Collection[RowState] = (),
        field: str = "",
        after: int = 0,
        limit: int = 200,
    ) -> list[RowRecord]:
        """Up to `limit` rows after row number `after`, in the file's order.

        Only those in one of `states` (all if empty), only those that change the field of this API name (if given).
        """
        query = select(change_rows).where(change_rows.c.change_set_id == change_set_id, change_rows.c.number > after)
        if states:
            query = query.where(change_rows.c.state.in_([str(state) for state in states]))
        if field:
            query = query.where(change_rows.c.after.has_key(field))
        return self._read(query.order_by(change_rows.c.number).limit(limit))

    def all_rows(self, change_set_id: int) -> Iterator[RowRecord]:
        """Every row in the file's order; memory does not grow with the file."""
        after = 0
        while block := self.rows(change_set_id, after=after, limit=BLOCK):
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
            return [int(number) for number in connection.execute(query).scalars() if number is not None]

    def batch_rows(self, change_set_id: int, batch: int) -> list[RowRecord]:
        """The rows of a batch that are still to be sent."""
        return self._in_state(change_set_id, RowState.PLANNED, batch)

    def sent_rows(self, change_set_id: int) -> list[RowRecord]:
        """Rows that were sent and have no outcome: what a crash leaves."""
        return self._in_state(change_set_id, RowState.SENT)

    def _in_state(self, change_set_id: int, state: RowState, batch: int | None = None) -> list[RowRecord]:
        query = select(change_rows).where(
            change_rows.c.change_set_id == change_set_id, change_rows.c.state == str(state)
        )
        if batch is not None:
            query = query.where(change_rows.c.batch == batch)
        return self._read(query.order_by(change_rows.c.number))

    def facets(self, change_set_id: int) -> list[Facet]:
        """The kinds of change, most frequent first within each field; rare ones of a field fold into one."""
        query = text(
            "select changed.key, before -> changed.key, changed.value, count(*)"
            " from change_rows, jsonb_each(after) as changed"
            " where change_set_id = :id and batch is not null"
            " group by 1, 2, 3 order by 1, 4 desc, 2, 3"
        )
        with self._database.begin() as connection:
            found = connection.execute(query, {"id": change_set_id}).all()
            labels = connection.execute(
                text("select labels from change_sets where id = :id"), {"id": change_set_id}
            ).scalar_one()
        by_field: dict[str, list[tuple[Any, Any, int]]] = {}
        for name, before, after, rows in found:
            by_field.setdefault(name, []).append((before, after, rows))
        return [facet for name, pairs in by_field.items() for facet in _folded(name, labels.get(name, name), pairs)]

    def _read(self, query: Any) -> list[RowRecord]:
        with self._database.begin() as connection:
            return [row_from(row) for row in connection.execute(query).mappings()]


def _folded(name: str, label: str, pairs: Sequence[tuple[Any, Any, int]]) -> list[Facet]:
    """The kinds of change of one field: pairs if they are few, else what they come to, else one line for the rest."""
    total = sum(rows for _before, _after, rows in pairs)
    if len(pairs) <= MOST_PAIRS:
        return [Facet(name, label, print_value(before), print_value(after), rows) for before, after, rows in pairs]
    by_after: Counter[str] = Counter()
    for _before, after, rows in pairs:
        by_after[print_value(after)] += rows
    frequent = [(text, rows) for text, rows in by_after.most_common(MOST_PAIRS) if rows >= total * WORTH_SHOWING]
    shown = [Facet(name, label, None, text, rows) for text, rows in frequent]
    rest = total - sum(facet.rows for facet in shown)
    return [*shown, Facet(name, label, None, None, rest)] if rest else shown


def row_values(change_set_id: int, row: RowRecord) -> dict[str, Any]:
    """A row as the table's columns."""
    return {
        "change_set_id": change_set_id,
        "number": row.number,
        "texts": list(row.texts),
        "state": str(row.state),
        "record_id": row.record_id,
        "record_name": row.record_name,
        "before": row.before,
        "after": row.after,
        "code": row.code,
        "reason": row.reason,
        "advice": row.advice,
        "batch": row.batch,
    }


def row_from(row: RowMapping) -> RowRecord:
    """A row of the table as a value."""
    return RowRecord(
        number=row["number"],
        texts=tuple(row["texts"]),
        state=RowState(row["state"]),
        record_id=row["record_id"],
        record_name=row["record_name"],
        before=row["before"],
        after=row["after"],
        code=row["code"],
        reason=row["reason"],
        advice=row["advice"],
        batch=row["batch"],
    )


def change_set_from(row: RowMapping, counts: dict[RowState, int]) -> ChangeSet:
    """A row of the table, with its counts, as a value."""
    mapping = row["mapping"]
    return ChangeSet(
        id=row["id"],
        connection_id=row["connection_id"],
        module=row["module"],
        kind=ChangeSetKind(row["kind"]),
        source=row["source"],
        header=tuple(row["header"]),
        mapping=Mapping(
            mapping["key_column"],
            mapping["key_field"],
            {int(column): name for column, name in mapping["targets"].items()},
        ),
        labels=row["labels"],
        created_by=row["created_by"],
        undo_of=row["undo_of"],
        state=ChangeSetState(row["state"]),
        note=row["note"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        counts=counts,
    )
