"""The journal: change sets and what became of every row. Intent is written before bytes leave, outcomes after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, func, insert, literal, select, text

from zoho_console.domain.changes import (
    BATCH_SIZE,
    ChangeSet,
    ChangeSetState,
    NewChangeSet,
    RowRecord,
)
from zoho_console.errors import ZohoConfigError
from zoho_console.store.database import Database
from zoho_console.store.journal_rows import JournalRows, change_set_from, row_values
from zoho_console.store.journal_runs import JournalRuns
from zoho_console.store.journal_states import move, state_now, unknown
from zoho_console.store.staging import Staging
from zoho_console.store.tables import change_rows, change_sets

_NUMBER_BATCHES = text(
    """
    update change_rows set batch = numbered.batch
    from (
        select number, (row_number() over (order by number) - 1) / :size + 1 as batch
        from change_rows where change_set_id = :id and state = 'planned'
    ) as numbered
    where change_rows.change_set_id = :id and change_rows.number = numbered.number
    """
)


class Journal(JournalRows):
    """Writes and reads change sets; reading rows is in `JournalRows`. Every method is one short transaction.

    What a run writes goes through `runs`, the content of files through `staging`. Errors of every method:
    ZohoDatabaseError; then nothing of it was written.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.runs = JournalRuns(database)
        self.staging = Staging(database)

    def begin(self, new: NewChangeSet) -> int:
        """A new change set in DRAFT; its id comes out."""
        values = {**asdict(new), "kind": str(new.kind), "state": str(ChangeSetState.DRAFT)}
        with self._database.begin() as connection:
            made = connection.execute(insert(change_sets).values(**values).returning(change_sets.c.id))
            return int(made.scalar_one())

    def add_rows(self, change_set_id: int, rows: Sequence[RowRecord]) -> None:
        """Add rows to a draft; 1,000 at a time take about 50 ms. Errors: ZohoConfigError (no draft)."""
        with self._database.begin() as connection:
            _insist_on_draft(connection, change_set_id)
            if rows:
                connection.execute(insert(change_rows), [row_values(change_set_id, row) for row in rows])

    def finish_plan(self, change_set_id: int, batch_size: int = BATCH_SIZE) -> ChangeSet:
        """Put the PLANNED rows into batches from 1 on, in the file's order; the change set is PLANNED then."""
        with self._database.begin() as connection:
            move(connection, change_set_id, ChangeSetState.PLANNED, "")
            connection.execute(_NUMBER_BATCHES, {"id": change_set_id, "size": batch_size})
        return self.change_set(change_set_id)

    def set_state(self, change_set_id: int, state: ChangeSetState, note: str = "") -> None:
        """Move a change set on, with a sentence for the person. Errors: ZohoConfigError for a way there is not."""
        with self._database.begin() as connection:
            move(connection, change_set_id, state, note)

    def change_set(self, change_set_id: int) -> ChangeSet:
        """One change set with its counts. Errors: ZohoConfigError."""
        found = self._change_sets(change_sets.c.id == change_set_id, limit=1)
        if not found:
            raise unknown(change_set_id)
        return found[0]

    def change_sets(self, connection_id: int | None = None, limit: int = 100) -> list[ChangeSet]:
        """Change sets with their counts, newest first; of every connection, or of one."""
        is_mine = literal(True) if connection_id is None else change_sets.c.connection_id == connection_id
        return self._change_sets(is_mine, limit)

    def _change_sets(self, condition: ColumnElement[bool], limit: int) -> list[ChangeSet]:
        is_held = func.coalesce(change_sets.c.lease_until > func.clock_timestamp(), False).label("is_held")
        query = select(change_sets, is_held).where(condition).order_by(change_sets.c.id.desc()).limit(limit)
        with self._database.begin() as connection:
            found = connection.execute(query).mappings().all()
        counts = self._counts([row["id"] for row in found])
        return [change_set_from(row, counts[row["id"]]) for row in found]


def _insist_on_draft(connection: Connection, change_set_id: int) -> None:
    state = state_now(connection, change_set_id)
    if state is not ChangeSetState.DRAFT:
        raise ZohoConfigError(f"Job {change_set_id} is {state}; its rows can be changed in a draft only.")
