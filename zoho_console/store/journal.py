"""The journal: change sets and what became of every row. Intent is written before bytes leave, outcomes after."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, func, insert, literal, select, text, update

from zoho_console.domain.changes import (
    BATCH_SIZE,
    ChangeSet,
    ChangeSetState,
    NewChangeSet,
    RowRecord,
)
from zoho_console.domain.drifts import Policy
from zoho_console.domain.terms import JOB_FROM, WAVES_FROM, Terms
from zoho_console.errors import ZohoConfigError
from zoho_console.store.database import FOR_MANY_ROWS, Database
from zoho_console.store.decisions import carry, decide
from zoho_console.store.journal_rows import JournalRows, change_set_from, row_values
from zoho_console.store.journal_runs import JournalRuns
from zoho_console.store.journal_states import move, state_now, unknown
from zoho_console.store.staging import Staging
from zoho_console.store.tables import change_rows, change_sets

OF_EACH_KIND = 3
# A kind of change is the set of fields it sets, and which of them it clears.
_NUMBER_BATCHES = text(
    """
    with planned as (
        select number, count(*) over () > :many as are_many, row_number() over (
            partition by (
                select string_agg(
                    concat(key, case when json_typeof(value) = 'null' then ' cleared' end), ' ' order by key
                ) from json_each(after)
            ) order by number
        ) as nth
        from change_rows where change_set_id = :id and state = 'planned'
    ), tried as (
        select number, are_many and nth <= :of_each and row_number() over (
            order by case when nth <= :of_each then 0 else 1 end, nth, number
        ) <= :size as is_first from planned
    ), numbered as (
        select number, case when is_first then 1 else (
            row_number() over (partition by is_first order by number) - 1
        ) / :size + (case when bool_or(is_first) over () then 2 else 1 end) end as batch
        from tried
    )
    update change_rows set batch = numbered.batch from numbered
    where change_rows.change_set_id = :id and change_rows.number = numbered.number
        and change_rows.batch is distinct from numbered.batch
    """
)
# The server counts its rows by itself within a minute or so, and takes a run that begins before for one of few rows: it
# would go through all of them for each batch. Who may not tell it to count gets a warning that nobody hears.
_TAKE_STOCK = text("analyze change_rows")
MANY = 2_000
_COUNT_ALIKE = text(
    """
    update change_sets set job_rows = (
        select coalesce(sum(rows), 0) from (
            select count(*) as rows from change_rows
            where change_set_id = :id and state = 'planned' and (
                select count(*) from change_rows where change_set_id = :id and state = 'planned'
            ) >= :least
            group by (select array_agg(name order by name) from json_object_keys(after) as name)
        ) as alike where rows >= :least
    ) where id = :id
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
        states = {"kind": str(new.kind), "state": str(ChangeSetState.DRAFT)}
        values = {**asdict(new), **states, "terms": new.terms.as_json()}
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
        """Put the PLANNED rows into batches from 1 on, in the file's order; the change set is PLANNED then.

        Of many rows the first batch has a few of each kind of change: those that are tried first.
        """
        with self._database.begin() as connection:
            move(connection, change_set_id, ChangeSetState.PLANNED, "")
            _number_batches(connection, change_set_id, batch_size)
        plan = self.change_set(change_set_id)
        if plan.total > MANY:
            with self._database.begin() as connection:
                connection.execute(_TAKE_STOCK)
        return plan

    def decide(
        self,
        change_set_id: int,
        field: str,
        policy: Policy,
        rows: Collection[int] = (),
        on_rows: Callable[[int], None] = lambda _rows: None,
    ) -> ChangeSet:
        """Decide this field in these rows, or in every row that both changed; the plan as it is then comes out.

        Rows without an open question are PLANNED, or UNCHANGED where nothing of them is left to send; ASK asks again.
        One transaction, whatever the number of rows: what `on_rows` (told the rows so far) raises leaves all as it
        was. 100,000 rows take about 8 s. Errors: ZohoConfigError where it is no plan any more.
        """
        with self._database.begin() as connection:
            state = state_now(connection, change_set_id)
            if state is not ChangeSetState.PLANNED:
                raise ZohoConfigError(
                    f"Job {change_set_id} is {state}; its rows stay as they are.", advice="Retry them when it is over."
                )
            decide(connection, change_set_id, field, policy, rows, on_rows)
            _number_batches(connection, change_set_id, BATCH_SIZE)
        return self.change_set(change_set_id)

    def carry_decisions(self, change_set_id: int, former: int) -> None:
        """Decide in a draft as it was decided in a former plan, where record, field and values are the same still."""
        with self._database.begin() as connection:
            _insist_on_draft(connection, change_set_id)
            query = select(change_sets.c.retries).where(change_sets.c.id == change_set_id)
            is_retry = connection.execute(query).scalar_one() == former
            carry(connection, change_set_id, former, every=is_retry)

    def agree(self, change_set_id: int, terms: Terms) -> None:
        """Other terms for a plan of which nothing was sent. Errors: ZohoConfigError."""
        with self._database.begin() as connection:
            state = state_now(connection, change_set_id)
            if state is not ChangeSetState.PLANNED:
                raise ZohoConfigError(f"Job {change_set_id} is {state}; its terms stay as they are.")
            change = update(change_sets).where(change_sets.c.id == change_set_id).values(terms=terms.as_json())
            connection.execute(change)

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


def _number_batches(connection: Connection, change_set_id: int, size: int) -> None:
    terms = connection.execute(select(change_sets.c.terms).where(change_sets.c.id == change_set_id)).scalar_one()
    of_each = OF_EACH_KIND if Terms.from_json(terms).waves else 0
    values = {"id": change_set_id, "size": size, "of_each": of_each, "many": WAVES_FROM}
    connection.execute(FOR_MANY_ROWS)
    connection.execute(_NUMBER_BATCHES, values)
    connection.execute(_COUNT_ALIKE, {"id": change_set_id, "least": JOB_FROM})


def _insist_on_draft(connection: Connection, change_set_id: int) -> None:
    state = state_now(connection, change_set_id)
    if state is not ChangeSetState.DRAFT:
        raise ZohoConfigError(f"Job {change_set_id} is {state}; its rows can be changed in a draft only.")
