"""What a run writes: its lease, the intent before bytes leave, the answer with its outcomes after, and doubts.

Every write holds the lease in its own transaction, so that a console which lost it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import ARRAY, Connection, RowMapping, TextClause, bindparam, func, select, text

from zoho_console.domain.changes import ChangeSetState, Doubt, Lease, Outcome, RowRecord, RowState
from zoho_console.domain.records import Reply
from zoho_console.domain.terms import Proof, Proven
from zoho_console.errors import ZohoDatabaseError
from zoho_console.store.database import Database
from zoho_console.store.guards import insist_on_sending
from zoho_console.store.job_leases import fenced, insist_on_free, renewed, runs_beside, taken
from zoho_console.store.journal_rows import row_from
from zoho_console.store.journal_states import move, settle
from zoho_console.store.tables import Words, attempts, change_rows

# In the order of their ids, so that two jobs which want the same records never wait for each other in a circle.
_FLY = text(
    """
    insert into flights (organisation, module, record_id, change_set_id, number)
    select :organisation, :module, record_id, change_set_id, number from change_rows
    where change_set_id = :id and batch = :batch and state = 'planned' and number = any(:numbers)
    order by record_id on conflict do nothing returning number
    """
)
_ATTEMPT = text(
    """
    insert into attempts (change_set_id, batch, attempt, row_numbers, epoch)
    select :id, :batch, coalesce(max(attempt), 0) + 1, :numbers, :epoch
    from attempts where change_set_id = :id and batch = :batch returning attempt
    """
)
_SEND = text(
    """
    update change_rows set state = 'sent', attempt = :attempt, seen_at = said.seen_at
    from unnest(cast(:numbers as integer[]), cast(:seen as text[])) as said (number, seen_at)
    where change_set_id = :id and change_rows.number = said.number and state = 'planned'
    """
).bindparams(bindparam("seen", type_=ARRAY(Words)))
# A holder sends nothing after its lease, so a doubt is no younger than the lease's end.
_LOSE_OPEN = text(
    """
    update attempts set lost_at = least(clock_timestamp(), coalesce(
        (select lease_until from change_sets where id = :id), clock_timestamp()))
    where change_set_id = :id and answered_at is null and lost_at is null
    """
)
_VERIFIED = text(
    """
    update change_rows set proof = said.proof,
        code = case when said.reason = '' then code else replace(said.proof, ' ', '-') end,
        reason = case when said.reason = '' then change_rows.reason else said.reason end
    from unnest(cast(:numbers as integer[]), cast(:proofs as text[]), cast(:reasons as text[]))
        as said (number, proof, reason)
    where change_set_id = :id and change_rows.number = said.number and state = 'updated' and change_rows.proof = ''
    """
).bindparams(bindparam("reasons", type_=ARRAY(Words)))
_ONE_ATTEMPT = "change_set_id = :id and batch = :batch and attempt = :attempt"
_LOSE = text(f"update attempts set lost_at = clock_timestamp() where {_ONE_ATTEMPT}")
_ANSWER = text(
    f"update attempts set answered_at = clock_timestamp(), answer = :answer where {_ONE_ATTEMPT}"
).bindparams(bindparam("answer", type_=attempts.c.answer.type))
_BY_JOB = text(
    """
    update attempts set zoho_job = :job, lost_at = clock_timestamp()
    from unnest(cast(:batches as integer[]), cast(:tries as integer[])) as sent (batch, attempt)
    where change_set_id = :id and attempts.batch = sent.batch and attempts.attempt = sent.attempt
    """
)
_WITHDRAW = text(f"delete from attempts where {_ONE_ATTEMPT}")
_READ_BACK = text(f"update attempts set note = :note where {_ONE_ATTEMPT}")


class JournalRuns:
    """Writes what a run does; every method is one short transaction.

    Errors of every method: ZohoDatabaseError; then nothing of it was written, or the connection broke at the commit
    and the journal says which. Those that take a lease: LeaseLost if it is not the job's present one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, change_set_id: int, owner: str, lease_s: float, yes_by: str = "") -> Lease:
        """The lease of a job that nobody holds; the job is APPLYING, and what an earlier holder sent is in doubt.

        `yes_by` says yes to its plan. Errors: JobHeld; Guarded; ZohoConfigError if there is nothing to go on with.
        """
        with self._database.begin() as connection:
            insist_on_free(connection, change_set_id)
            insist_on_sending(connection, change_set_id, yes_by)
            move(connection, change_set_id, ChangeSetState.APPLYING, "")
            connection.execute(_LOSE_OPEN, {"id": change_set_id})
            return taken(connection, change_set_id, owner, lease_s)

    def renew(self, lease: Lease, lease_s: float) -> int:
        """Hold it for so many seconds from now; how many of its organisation are held comes out, it too."""
        with self._database.begin() as connection:
            renewed(connection, lease, lease_s)
            return runs_beside(connection, lease)

    def release(self, lease: Lease, state: ChangeSetState, note: str = "") -> None:
        """Give the lease back; the job is PAUSED with a reason, or FINISHED.

        Errors: ZohoConfigError for FINISHED while a row has no outcome.
        """
        with self._fenced(lease) as (connection, _):
            connection.execute(_LOSE_OPEN, {"id": lease.change_set_id})
            move(connection, lease.change_set_id, state, note, lease_until=None)

    def intend(self, lease: Lease, batch: int, rows: Sequence[RowRecord]) -> list[RowRecord]:
        """The promise before the bytes: these rows of the batch are being sent now, in one attempt.

        Those come out that may be sent, with their attempt. A record that is on its way in another job is left out and
        stays PLANNED. Errors: Guarded; ZohoDatabaseError if a row is not PLANNED; then nothing is written.
        """
        with self._fenced(lease) as (connection, job):
            insist_on_sending(connection, lease.change_set_id)
            numbers = [row.number for row in rows]
            _insist(connection, lease, batch, numbers)
            flying = {**job, "id": lease.change_set_id, "batch": batch, "numbers": numbers}
            taken = set(connection.execute(_FLY, flying).scalars())
            mine = [row for row in rows if row.number in taken]
            if not mine:
                return []
            values: dict[str, Any] = {"id": lease.change_set_id, "batch": batch, "epoch": lease.epoch}
            values |= {"numbers": [row.number for row in mine], "seen": [row.seen_at for row in mine]}
            attempt = int(connection.execute(_ATTEMPT, values).scalar_one())
            connection.execute(_SEND, {**values, "attempt": attempt})
        return [_sent(row, attempt) for row in mine]

    def withdraw(self, lease: Lease, rows: Sequence[RowRecord]) -> None:
        """It is certain that nothing of this attempt was sent: its rows are PLANNED again, as if it had never been."""
        with self._fenced(lease) as (connection, _):
            settle(
                connection, lease.change_set_id, RowState.SENT, [Outcome(row.number, RowState.PLANNED) for row in rows]
            )
            _write(connection, _WITHDRAW, lease, rows)

    def answer(
        self, lease: Lease, rows: Sequence[RowRecord], outcomes: Sequence[Outcome], replies: Sequence[Reply]
    ) -> None:
        """Zoho's answer to an attempt, with the outcomes of the rows it names; the others are in doubt from now on."""
        said = [[reply.id, reply.code] for reply in replies]
        with self._fenced(lease) as (connection, _):
            settle(connection, lease.change_set_id, RowState.SENT, outcomes)
            _write(connection, _ANSWER, lease, rows, answer=said)

    def lose(self, lease: Lease, rows: Sequence[RowRecord]) -> None:
        """The answer to an attempt is lost: its rows are in doubt from now on."""
        with self._fenced(lease) as (connection, _):
            _write(connection, _LOSE, lease, rows)

    def by_job(self, lease: Lease, rows: Sequence[RowRecord], job: str) -> None:
        """A bulk write job has these rows, which are in doubt from now on.

        `job` is STARTING before the bytes that start it leave, and its number once that is known.
        """
        sent = sorted({(row.batch or 0, row.attempt) for row in rows})
        batches, tries = [batch for batch, _ in sent], [attempt for _, attempt in sent]
        values = {"id": lease.change_set_id, "job": job, "batches": batches, "tries": tries}
        with self._fenced(lease) as (connection, _):
            if connection.execute(_BY_JOB, values).rowcount != len(sent):
                raise _never_sent(lease)

    def doubts(self, change_set_id: int) -> list[Doubt]:
        """The rows in doubt, by attempt, oldest first."""
        since = func.coalesce(attempts.c.answered_at, attempts.c.lost_at)
        query = (
            select(
                change_rows,
                func.extract("epoch", func.clock_timestamp() - since).label("age_s"),
                attempts.c.answered_at.is_(None).label("is_lost"),
                attempts.c.zoho_job,
            )
            .join(
                attempts,
                (attempts.c.change_set_id == change_rows.c.change_set_id)
                & (attempts.c.batch == change_rows.c.batch)
                & (attempts.c.attempt == change_rows.c.attempt),
            )
            .where(change_rows.c.change_set_id == change_set_id, change_rows.c.state == str(RowState.SENT))
            .where(since.is_not(None))
            .order_by(since, change_rows.c.batch, change_rows.c.attempt, change_rows.c.number)
        )
        with self._database.begin() as connection:
            found = connection.execute(query).mappings().all()
        return [_doubt(list(rows)) for _, rows in groupby(found, key=lambda row: (row["batch"], row["attempt"]))]

    def look(self, lease: Lease, outcomes: Sequence[Outcome]) -> None:
        """What a look before sending showed: these rows are not sent."""
        with self._fenced(lease) as (connection, _):
            settle(connection, lease.change_set_id, RowState.PLANNED, outcomes)

    def prove(self, lease: Lease, doubt: Doubt, outcomes: Sequence[Outcome]) -> None:
        """What reading back showed of rows in doubt; PLANNED are those that were certainly not changed."""
        with self._fenced(lease) as (connection, _):
            settle(connection, lease.change_set_id, RowState.SENT, outcomes)
            _write(connection, _READ_BACK, lease, doubt.rows, note="read back")

    def unverified(self, change_set_id: int, batch: int) -> list[RowRecord]:
        """The rows of a batch that Zoho confirmed and nobody read back."""
        mine = (change_rows.c.change_set_id == change_set_id) & (change_rows.c.batch == batch)
        is_open = (change_rows.c.state == str(RowState.UPDATED)) & (change_rows.c.proof == str(Proof.NONE))
        with self._database.begin() as connection:
            found = connection.execute(select(change_rows).where(mine, is_open).order_by(change_rows.c.number))
            return [row_from(row) for row in found.mappings()]

    def verified(self, lease: Lease, proofs: Sequence[Proven]) -> None:
        """What reading back showed of rows that Zoho confirmed."""
        columns: dict[str, Any] = {
            "numbers": [one.number for one in proofs],
            "proofs": [str(one.proof) for one in proofs],
            "reasons": [one.reason for one in proofs],
        }
        with self._fenced(lease) as (connection, _):
            connection.execute(_VERIFIED, {"id": lease.change_set_id, **columns})

    def skip_rest(self, lease: Lease) -> int:
        """The person stopped: rows not yet sent become SKIPPED; how many comes out."""
        left = select(change_rows.c.number).where(
            change_rows.c.change_set_id == lease.change_set_id, change_rows.c.state == str(RowState.PLANNED)
        )
        with self._fenced(lease) as (connection, _):
            numbers = connection.execute(left).scalars().all()
            reason = "The run was stopped before this row."
            outcomes = [Outcome(number, RowState.SKIPPED, "stopped", reason) for number in numbers]
            settle(connection, lease.change_set_id, RowState.PLANNED, outcomes)
        return len(numbers)

    @contextmanager
    def _fenced(self, lease: Lease) -> Iterator[tuple[Connection, dict[str, str]]]:
        """A transaction during which this lease is the present one; with it module and organisation of the job."""
        with self._database.begin() as connection:
            yield connection, fenced(connection, lease)


def _insist(connection: Connection, lease: Lease, batch: int, numbers: Sequence[int]) -> None:
    planned = select(func.count()).where(
        change_rows.c.change_set_id == lease.change_set_id,
        change_rows.c.batch == batch,
        change_rows.c.state == str(RowState.PLANNED),
        change_rows.c.number.in_(numbers),
    )
    found = connection.execute(planned).scalar_one()
    if found != len(numbers):
        raise ZohoDatabaseError(
            f"Rows of batch {batch} are not as the plan says, so nothing was sent.",
            advice="Look at the job again before going on.",
            details={"wanted": len(numbers), "found": found},
        )


def _write(connection: Connection, change: TextClause, lease: Lease, rows: Sequence[RowRecord], **values: Any) -> None:
    """Change the attempt in which these rows were sent. Errors: ZohoDatabaseError if there is none."""
    values |= {"id": lease.change_set_id, "batch": rows[0].batch, "attempt": rows[0].attempt}
    if connection.execute(change, values).rowcount != 1:
        raise _never_sent(lease)


def _never_sent(lease: Lease) -> ZohoDatabaseError:
    return ZohoDatabaseError(f"Job {lease.change_set_id} never sent these rows, so nothing was written down.")


def _sent(row: RowRecord, attempt: int) -> RowRecord:
    return replace(row, state=RowState.SENT, attempt=attempt)


def _doubt(rows: Sequence[RowMapping]) -> Doubt:
    first = rows[0]
    return Doubt(
        first["batch"], first["attempt"], float(first["age_s"]), first["is_lost"],
        tuple(row_from(row) for row in rows), first["zoho_job"],
    )  # fmt: skip
