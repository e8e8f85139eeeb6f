"""The journal: change sets and what became of every row. Intent is written before bytes leave, outcomes after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Connection, bindparam, func, insert, literal, select, text, update
from sqlalchemy.exc import DBAPIError

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
from zoho_console.store.journal_rows import JournalRows, change_set_from, row_values
from zoho_console.store.tables import Words, attempts, change_rows, change_sets

# Every way a change set may go; anything else is a mistake. APPLYING again is how a run goes on after a crash, FINISHED
# straight from PLANNED is one without a row to send.
_NEXT: dict[ChangeSetState, tuple[ChangeSetState, ...]] = {
    ChangeSetState.DRAFT: (ChangeSetState.PLANNED, ChangeSetState.ABANDONED),
    ChangeSetState.PLANNED: (ChangeSetState.APPLYING, ChangeSetState.FINISHED, ChangeSetState.ABANDONED),
    ChangeSetState.APPLYING: (ChangeSetState.APPLYING, ChangeSetState.PAUSED, ChangeSetState.FINISHED),
    ChangeSetState.PAUSED: (ChangeSetState.APPLYING, ChangeSetState.FINISHED),
    ChangeSetState.FINISHED: (),
    ChangeSetState.ABANDONED: (),
}
# The first half of the advisory lock that gives one console the right to apply; the second is the change set's id.
_APPLYING_LOCK = 815_470

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


_SETTLE = text(
    """
    update change_rows set state = said.state, code = said.code, reason = said.reason, advice = said.advice
    from unnest(
        cast(:numbers as integer[]), cast(:states as text[]), cast(:codes as text[]),
        cast(:reasons as text[]), cast(:advices as text[])
    ) as said (number, state, code, reason, advice)
    where change_rows.change_set_id = :id and change_rows.number = said.number
    """
).bindparams(*(bindparam(name, type_=ARRAY(Words)) for name in ("reasons", "advices")))


class Journal(JournalRows):
    """Writes and reads change sets; reading rows is in `JournalRows`. Every method is one short transaction.

    Errors of every method: ZohoDatabaseError; then nothing of it was written.
    """

    def begin(self, new: NewChangeSet) -> int:
        """A new change set in DRAFT; its id comes out."""
        values = {**asdict(new), "kind": str(new.kind), "state": str(ChangeSetState.DRAFT)}
        with self._database.begin() as connection:
            made = connection.execute(insert(change_sets).values(**values).returning(change_sets.c.id))
            return int(made.scalar_one())

    def add_rows(self, change_set_id: int, rows: Sequence[RowRecord]) -> None:
        """Add rows to a draft; 1,000 at a time take about 50 ms. Errors: ZohoConfigError (no draft)."""
        with self._database.begin() as connection:
            state = self._state(connection, change_set_id)
            if state is not ChangeSetState.DRAFT:
                raise ZohoConfigError(f"Job {change_set_id} is {state}; rows can be added to a draft only.")
            if rows:
                connection.execute(insert(change_rows), [row_values(change_set_id, row) for row in rows])

    def finish_plan(self, change_set_id: int, batch_size: int = BATCH_SIZE) -> ChangeSet:
        """Put the PLANNED rows into batches from 1 on, in the file's order; the change set is PLANNED then."""
        with self._database.begin() as connection:
            self._move(connection, change_set_id, ChangeSetState.PLANNED, "")
            connection.execute(_NUMBER_BATCHES, {"id": change_set_id, "size": batch_size})
        return self.change_set(change_set_id)

    def set_state(self, change_set_id: int, state: ChangeSetState, note: str = "") -> None:
        """Move a change set on, with a sentence for the person. Errors: ZohoConfigError for a way there is not."""
        with self._database.begin() as connection:
            self._move(connection, change_set_id, state, note)

    def change_set(self, change_set_id: int) -> ChangeSet:
        """One change set with its counts. Errors: ZohoConfigError."""
        found = self._change_sets(change_sets.c.id == change_set_id, limit=1)
        if not found:
            raise _unknown(change_set_id)
        return found[0]

    def change_sets(self, connection_id: int | None = None, limit: int = 100) -> list[ChangeSet]:
        """Change sets with their counts, newest first; of every connection, or of one."""
        is_mine = literal(True) if connection_id is None else change_sets.c.connection_id == connection_id
        return self._change_sets(is_mine, limit)

    def record_attempt(self, change_set_id: int, batch: int, numbers: Sequence[int]) -> None:
        """The promise before the bytes: these rows of the batch are being sent now.

        Errors: ZohoDatabaseError if one of them is not PLANNED; then nothing is written and nothing may be sent.
        """
        mine = (attempts.c.change_set_id == change_set_id) & (attempts.c.batch == batch)
        number = select(func.coalesce(func.max(attempts.c.attempt), 0) + 1).where(mine).scalar_subquery()
        with self._database.begin() as connection:
            moved = connection.execute(
                update(change_rows)
                .where(_in_batch(change_set_id, batch, RowState.PLANNED), change_rows.c.number.in_(numbers))
                .values(state=str(RowState.SENT))
            ).rowcount
            if moved != len(numbers):
                raise ZohoDatabaseError(
                    f"Rows of batch {batch} were taken by another console, so nothing was sent.",
                    advice="Look at the job again before going on.",
                    details={"wanted": len(numbers), "found": moved},
                )
            connection.execute(
                insert(attempts).values(
                    change_set_id=change_set_id, batch=batch, attempt=number, row_numbers=list(numbers)
                )
            )

    def withdraw_attempt(self, change_set_id: int, batch: int) -> None:
        """It is certain that nothing of this batch was sent: its SENT rows are PLANNED again, the attempt is closed."""
        with self._database.begin() as connection:
            connection.execute(
                update(change_rows)
                .where(_in_batch(change_set_id, batch, RowState.SENT))
                .values(state=str(RowState.PLANNED))
            )
            self._answer(connection, change_set_id, batch, "withdrawn: nothing was sent")

    def record_outcomes(self, change_set_id: int, batch: int, outcomes: Sequence[Outcome], note: str = "") -> None:
        """What became of rows, in one commit; answers the batch's open attempt if there is one.

        Saying the same twice is harmless. Errors: ZohoDatabaseError if one of the rows is not there.
        """
        columns = {
            "numbers": [one.number for one in outcomes],
            "states": [str(one.state) for one in outcomes],
            "codes": [one.code for one in outcomes],
            "reasons": [one.reason for one in outcomes],
            "advices": [one.advice for one in outcomes],
        }
        with self._database.begin() as connection:
            found = connection.execute(_SETTLE, {"id": change_set_id, **columns}).rowcount
            if found != len(outcomes):
                raise ZohoDatabaseError(
                    f"Job {change_set_id} does not have all rows that were to be written down.",
                    details={"wanted": len(outcomes), "found": found},
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
        """The right to apply this change set, held by one console at a time; a crash gives it back.

        Errors: ZohoConfigError if another console has it.
        """
        key = {"one": _APPLYING_LOCK, "two": change_set_id}
        with self._database.session() as connection:
            if not connection.execute(text("select pg_try_advisory_lock(:one, :two)"), key).scalar_one():
                raise ZohoConfigError(
                    f"Job {change_set_id} is being applied by another console.", advice="Wait until it is done there."
                )
            try:
                yield
            finally:
                with suppress(DBAPIError):  # a session that was cut has given it back already
                    connection.execute(text("select pg_advisory_unlock(:one, :two)"), key)

    def _change_sets(self, condition: ColumnElement[bool], limit: int) -> list[ChangeSet]:
        query = select(change_sets).where(condition).order_by(change_sets.c.id.desc()).limit(limit)
        with self._database.begin() as connection:
            found = connection.execute(query).mappings().all()
        counts = self._counts([row["id"] for row in found])
        return [change_set_from(row, counts[row["id"]]) for row in found]

    @staticmethod
    def _state(connection: Connection, change_set_id: int) -> ChangeSetState:
        """The state now, which nobody else can change before this transaction ends."""
        query = select(change_sets.c.state).where(change_sets.c.id == change_set_id).with_for_update()
        state = connection.execute(query).scalar_one_or_none()
        if state is None:
            raise _unknown(change_set_id)
        return ChangeSetState(state)

    def _move(self, connection: Connection, change_set_id: int, state: ChangeSetState, note: str) -> None:
        current = self._state(connection, change_set_id)
        if state not in _NEXT[current]:
            raise ZohoConfigError(f"Job {change_set_id} is {current}; it cannot become {state}.")
        values: dict[str, Any] = {"state": str(state), "note": note}
        if state is ChangeSetState.APPLYING:
            values["started_at"] = func.coalesce(change_sets.c.started_at, func.now())
        if not _NEXT[state]:
            values["finished_at"] = func.now()
        connection.execute(update(change_sets).where(change_sets.c.id == change_set_id).values(**values))

    @staticmethod
    def _answer(connection: Connection, change_set_id: int, batch: int, note: str) -> None:
        is_open = attempts.c.answered_at.is_(None)
        connection.execute(
            update(attempts)
            .where(attempts.c.change_set_id == change_set_id, attempts.c.batch == batch, is_open)
            .values(answered_at=func.now(), note=note)
        )


def _in_batch(change_set_id: int, batch: int, state: RowState) -> ColumnElement[bool]:
    mine = (change_rows.c.change_set_id == change_set_id) & (change_rows.c.batch == batch)
    return mine & (change_rows.c.state == str(state))


def _unknown(change_set_id: int) -> ZohoConfigError:
    return ZohoConfigError(f"There is no job {change_set_id}.")
