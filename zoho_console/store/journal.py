"""The journal: change sets and what became of every row. Intent is written before bytes leave, outcomes after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import bindparam, func, insert, select, text, update

from zoho_console.domain.changes import (
    BATCH_SIZE,
    ChangeSet,
    ChangeSetState,
    NewChangeSet,
    Outcome,
    RowRecord,
    RowState,
)
from zoho_console.errors import ZohoConfigError, ZohoDatabaseError
from zoho_console.store.database import Database
from zoho_console.store.journal_rows import JournalRows, change_set_from, row_values
from zoho_console.store.tables import attempts, change_rows, change_sets

# Every way a change set may go; anything else is a mistake of ours.
_NEXT: dict[ChangeSetState, frozenset[ChangeSetState]] = {
    ChangeSetState.DRAFT: frozenset({ChangeSetState.PLANNED, ChangeSetState.ABANDONED}),
    ChangeSetState.PLANNED: frozenset({ChangeSetState.APPLYING, ChangeSetState.FINISHED, ChangeSetState.ABANDONED}),
    ChangeSetState.APPLYING: frozenset({ChangeSetState.PAUSED, ChangeSetState.FINISHED, ChangeSetState.APPLYING}),
    ChangeSetState.PAUSED: frozenset({ChangeSetState.APPLYING, ChangeSetState.FINISHED}),
    ChangeSetState.FINISHED: frozenset(),
    ChangeSetState.ABANDONED: frozenset(),
}
# The first half of the advisory lock that gives one console the right to apply one change set.
_APPLYING_LOCK = 815_470


class Journal(JournalRows):
    """Writes and reads change sets. Every method is one short transaction; reading rows is in `JournalRows`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)

    def begin(self, new: NewChangeSet) -> int:
        """A new change set in DRAFT; its id comes out."""
        mapping = {
            "key_column": new.mapping.key_column,
            "key_field": new.mapping.key_field,
            "targets": {str(column): name for column, name in new.mapping.targets.items()},
        }
        values = {
            "connection_id": new.connection_id,
            "module": new.module,
            "kind": str(new.kind),
            "source": new.source,
            "header": list(new.header),
            "mapping": mapping,
            "labels": new.labels,
            "created_by": new.created_by,
            "undo_of": new.undo_of,
            "state": str(ChangeSetState.DRAFT),
        }
        with self._database.begin() as connection:
            return int(
                connection.execute(insert(change_sets).values(**values).returning(change_sets.c.id)).scalar_one()
            )

    def add_rows(self, change_set_id: int, rows: Sequence[RowRecord]) -> None:
        """Add rows to a draft; a thousand at a time is a good size."""
        if rows:
            with self._database.begin() as connection:
                connection.execute(insert(change_rows), [row_values(change_set_id, row) for row in rows])

    def finish_plan(self, change_set_id: int, batch_size: int = BATCH_SIZE) -> ChangeSet:
        """Put the PLANNED rows into batches, in the file's order; the change set becomes PLANNED."""
        number_in_order = text(
            "update change_rows set batch = numbered.batch from ("
            " select number, (row_number() over (order by number) - 1) / :size + 1 as batch"
            " from change_rows where change_set_id = :id and state = 'planned') as numbered"
            " where change_rows.change_set_id = :id and change_rows.number = numbered.number"
        )
        with self._database.begin() as connection:
            connection.execute(number_in_order, {"id": change_set_id, "size": batch_size})
        self.set_state(change_set_id, ChangeSetState.PLANNED)
        return self.change_set(change_set_id)

    def set_state(self, change_set_id: int, state: ChangeSetState, note: str = "") -> None:
        """Move a change set on. Errors: ZohoConfigError for a way that does not exist."""
        with self._database.begin() as connection:
            current = connection.execute(
                select(change_sets.c.state).where(change_sets.c.id == change_set_id).with_for_update()
            ).scalar_one_or_none()
            if current is None:
                raise ZohoConfigError(f"There is no job {change_set_id}.")
            if state not in _NEXT[ChangeSetState(current)]:
                raise ZohoConfigError(f"Job {change_set_id} is {current}; it cannot become {state}.")
            values: dict[str, Any] = {"state": str(state), "note": note}
            if state is ChangeSetState.APPLYING:
                values["started_at"] = func.coalesce(change_sets.c.started_at, func.now())
            if state in (ChangeSetState.FINISHED, ChangeSetState.ABANDONED):
                values["finished_at"] = func.now()
            connection.execute(update(change_sets).where(change_sets.c.id == change_set_id).values(**values))

    def change_set(self, change_set_id: int) -> ChangeSet:
        """One change set with its counts. Errors: ZohoConfigError."""
        found = self._change_sets(change_sets.c.id == change_set_id, 1)
        if not found:
            raise ZohoConfigError(f"There is no job {change_set_id}.", advice="List them with: zoho-console jobs")
        return found[0]

    def change_sets(self, connection_id: int | None = None, limit: int = 100) -> list[ChangeSet]:
        """Change sets, newest first."""
        mine = change_sets.c.connection_id == connection_id if connection_id is not None else text("true")
        return self._change_sets(mine, limit)

    def _change_sets(self, condition: Any, limit: int) -> list[ChangeSet]:
        with self._database.begin() as connection:
            query = select(change_sets).where(condition).order_by(change_sets.c.id.desc()).limit(limit)
            found = connection.execute(query).mappings().all()
            counted = connection.execute(
                select(change_rows.c.change_set_id, change_rows.c.state, func.count())
                .where(change_rows.c.change_set_id.in_([row["id"] for row in found]))
                .group_by(change_rows.c.change_set_id, change_rows.c.state)
            ).all()
        counts: dict[int, dict[RowState, int]] = {row["id"]: {} for row in found}
        for change_set_id, state, count in counted:
            counts[change_set_id][RowState(state)] = count
        return [change_set_from(row, counts[row["id"]]) for row in found]

    # --- sending ---

    def record_attempt(self, change_set_id: int, batch: int, numbers: Sequence[int]) -> None:
        """The promise before the bytes: these rows are being sent now.

        Errors: ZohoDatabaseError if one of them is not PLANNED; then nothing is written and nothing may be sent.
        """
        with self._database.begin() as connection:
            moved = connection.execute(
                update(change_rows)
                .where(*self._rows_of(change_set_id, numbers), change_rows.c.state == str(RowState.PLANNED))
                .values(state=str(RowState.SENT))
            )
            if moved.rowcount != len(numbers):
                raise ZohoDatabaseError(
                    f"Rows of batch {batch} were taken by another console, so nothing was sent.",
                    details={"wanted": len(numbers), "found": moved.rowcount},
                )
            connection.execute(
                insert(attempts).values(change_set_id=change_set_id, batch=batch, row_numbers=list(numbers))
            )

    def withdraw_attempt(self, change_set_id: int, batch: int) -> None:
        """Nothing can have reached Zoho: the rows of this batch are PLANNED again."""
        with self._database.begin() as connection:
            connection.execute(
                update(change_rows)
                .where(
                    change_rows.c.change_set_id == change_set_id,
                    change_rows.c.batch == batch,
                    change_rows.c.state == str(RowState.SENT),
                )
                .values(state=str(RowState.PLANNED))
            )
            self._answer(connection, change_set_id, batch, "withdrawn: nothing was sent")

    def record_outcomes(self, change_set_id: int, batch: int, outcomes: Sequence[Outcome], note: str = "") -> None:
        """What became of rows, in one commit; answers the batch's open attempt if there is one."""
        values = [
            {
                "key": o.number,
                "new_state": str(o.state),
                "new_code": o.code,
                "new_reason": o.reason,
                "new_advice": o.advice,
            }
            for o in outcomes
        ]
        with self._database.begin() as connection:
            if values:
                connection.execute(
                    update(change_rows)
                    .where(change_rows.c.change_set_id == change_set_id, change_rows.c.number == bindparam("key"))
                    .values(
                        state=bindparam("new_state"),
                        code=bindparam("new_code"),
                        reason=bindparam("new_reason"),
                        advice=bindparam("new_advice"),
                    ),
                    values,
                )
            self._answer(connection, change_set_id, batch, note)

    def skip_rest(self, change_set_id: int) -> int:
        """The person stopped: rows not yet sent become SKIPPED; how many comes out."""
        with self._database.begin() as connection:
            return connection.execute(
                update(change_rows)
                .where(change_rows.c.change_set_id == change_set_id, change_rows.c.state == str(RowState.PLANNED))
                .values(state=str(RowState.SKIPPED), code="stopped", reason="The run was stopped before this row.")
            ).rowcount

    @contextmanager
    def applying(self, change_set_id: int) -> Iterator[None]:
        """The right to apply this change set, for one console at a time; ends with the database session.

        Errors: ZohoConfigError if another console has it.
        """
        with self._database.engine.connect() as connection:
            key = {"one": _APPLYING_LOCK, "two": change_set_id}
            took = connection.execute(text("select pg_try_advisory_lock(:one, :two)"), key).scalar_one()
            connection.commit()
            if not took:
                raise ZohoConfigError(f"Job {change_set_id} is being applied by another console.")
            try:
                yield
            finally:
                connection.execute(text("select pg_advisory_unlock(:one, :two)"), key)
                connection.commit()

    @staticmethod
    def _rows_of(change_set_id: int, numbers: Sequence[int]) -> tuple[Any, ...]:
        return change_rows.c.change_set_id == change_set_id, change_rows.c.number.in_(numbers)

    @staticmethod
    def _answer(connection: Any, change_set_id: int, batch: int, note: str) -> None:
        connection.execute(
            update(attempts)
            .where(
                attempts.c.change_set_id == change_set_id,
                attempts.c.batch == batch,
                attempts.c.answered_at.is_(None),
            )
            .values(answered_at=func.now(), note=note)
        )
