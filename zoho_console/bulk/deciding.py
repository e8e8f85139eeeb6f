"""Values that were changed in the file and in Zoho, decided by a person while nothing of the plan was sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from zoho_console.bulk.planning import decided
from zoho_console.domain.changes import ChangeSet, RowRecord, RowState
from zoho_console.domain.drifts import Drift, Policy
from zoho_console.store.journal import Journal

BLOCK = 1000


def decide(
    journal: Journal, change_set_id: int, field: str, policy: Policy, rows: Collection[int] = ()
) -> ChangeSet:  # fmt: skip
    """Decide this field in these rows, or in every row that both changed; the plan as it is then comes out.

    Rows without an open question are PLANNED, or UNCHANGED where nothing of them is left to send; ASK asks again.
    Blocking; 1,000 rows take about half a second. Errors: ZohoConfigError where something was sent already.
    """
    labels = journal.change_set(change_set_id).labels

    def blocks() -> Iterator[list[RowRecord]]:
        after = min(rows, default=1) - 1
        while found := journal.rows(change_set_id, field=field, drift=Drift.BOTH, after=after, limit=BLOCK):
            after = found[-1].number
            usable = (row for row in found if row.state is not RowState.INVALID)
            yield [decided(row, {field: policy}, labels) for row in usable if not rows or row.number in rows]
            if rows and after >= max(rows):
                return

    return journal.amend(change_set_id, blocks())
