"""The journal's promises in memory, on a simulated clock; `tests/integration/store` holds it against the real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from zoho_console.bulk.waves import CANARY, in_waves
from zoho_console.domain.changes import (
    ChangeSet,
    ChangeSetKind,
    ChangeSetState,
    Doubt,
    Lease,
    Mapping,
    Outcome,
    RowRecord,
    RowState,
)
from zoho_console.domain.records import Reply
from zoho_console.domain.terms import Proof, Proven, Terms
from zoho_console.errors import JobHeld, LeaseLost, ZohoConfigError, ZohoDatabaseError

_GOING_ON = (ChangeSetState.PLANNED, ChangeSetState.APPLYING, ChangeSetState.PAUSED)


@dataclass
class Attempt:
    """One sending of one batch."""

    answered_at: float | None = None
    lost_at: float | None = None
    zoho_job: str = ""


@dataclass
class Job:
    """One change set with its rows by number."""

    id: int
    rows: dict[int, RowRecord]
    terms: Terms
    state: ChangeSetState = ChangeSetState.PLANNED
    note: str = ""
    epoch: int = 0
    owner: str = ""
    lease_until: float | None = None
    attempts: dict[tuple[int, int], Attempt] = field(default_factory=dict)

    def is_ahead(self, record_ids: set[str]) -> bool:
        """Whether these records are of a later wave while rows of the first one are in doubt."""
        if not in_waves(sorted({row.batch or 0 for row in self.rows.values()}), is_wanted=self.terms.waves):
            return False
        is_later = any(row.record_id in record_ids and row.batch != CANARY for row in self.rows.values())
        return is_later and any(row.batch == CANARY and row.state is RowState.SENT for row in self.rows.values())


class MemoryJournal:
    """Jobs of one organisation. `runs` is the journal itself: what a run writes, under the same names."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.jobs: dict[int, Job] = {}
        self.flights: dict[str, tuple[int, int]] = {}

    @property
    def runs(self) -> MemoryJournal:
        return self

    # --- reading ---

    def change_set(self, job_id: int) -> ChangeSet:
        job = self.jobs[job_id]
        is_held = job.lease_until is not None and job.lease_until > self._clock()
        counts = dict(Counter(row.state for row in job.rows.values()))
        return ChangeSet(
            job_id, 1, "Accounts", ChangeSetKind.UPDATE, "simulated", ("id", "Score"), Mapping(0, "id", {1: "Score"}),
            {}, "", None, job.state, job.note, datetime.now(UTC), None, None, counts, job.epoch, job.owner, is_held,
            terms=job.terms,
        )  # fmt: skip

    def open_batches(self, job_id: int) -> list[int]:
        planned = (row for row in self.jobs[job_id].rows.values() if row.state is RowState.PLANNED)
        return sorted({row.batch for row in planned if row.batch is not None})

    def batch_rows(self, job_id: int, batch: int) -> list[RowRecord]:
        rows = self.jobs[job_id].rows.values()
        return [row for row in rows if row.batch == batch and row.state is RowState.PLANNED]

    def doubts(self, job_id: int) -> list[Doubt]:
        job, now = self.jobs[job_id], self._clock()
        found = []
        for (batch, number), attempt in job.attempts.items():
            mine = (row for row in job.rows.values() if (row.batch, row.attempt) == (batch, number))
            rows = tuple(row for row in mine if row.state is RowState.SENT)
            since = attempt.lost_at if attempt.answered_at is None else attempt.answered_at
            if rows and since is not None:
                found.append(Doubt(batch, number, now - since, attempt.answered_at is None, rows, attempt.zoho_job))
        return sorted(found, key=lambda doubt: (-doubt.age_s, doubt.batch, doubt.attempt))

    # --- leases ---

    def take(self, job_id: int, owner: str, lease_s: float, yes_by: str = "") -> Lease:
        job, now = self.jobs[job_id], self._clock()
        if job.lease_until is not None and job.lease_until > now:
            raise JobHeld(job_id, job.owner, lease=f"{job.epoch}/{job.lease_until}", left_s=job.lease_until - now)
        if job.state not in _GOING_ON:
            raise ZohoConfigError(f"Job {job_id} is {job.state}; it cannot become applying.")
        self._lose_open(job)
        job.state, job.note, job.owner, job.epoch = ChangeSetState.APPLYING, "", owner, job.epoch + 1
        job.lease_until = now + lease_s
        return Lease(job_id, job.epoch)

    def renew(self, lease: Lease, lease_s: float) -> int:
        self._fenced(lease).lease_until = self._clock() + lease_s
        return sum((job.lease_until or 0.0) > self._clock() for job in self.jobs.values())

    def release(self, lease: Lease, state: ChangeSetState, note: str = "") -> None:
        job = self._fenced(lease)
        if state is ChangeSetState.FINISHED and any(not row.state.is_final for row in job.rows.values()):
            raise ZohoConfigError("rows without an outcome")
        self._lose_open(job)
        job.state, job.note, job.lease_until = state, note, None

    # --- sending ---

    def intend(self, lease: Lease, batch: int, rows: Sequence[RowRecord]) -> list[RowRecord]:
        job = self._fenced(lease)
        known = [job.rows.get(row.number) for row in rows]
        good = [one is not None and (one.batch, one.state) == (batch, RowState.PLANNED) for one in known]
        if not all(good) or len({row.number for row in rows}) != len(rows):
            raise ZohoDatabaseError("not as planned")
        mine = [row for row in rows if row.record_id not in self.flights]
        if not mine:
            return []
        number = 1 + max((one for of, one in job.attempts if of == batch), default=0)
        job.attempts[batch, number] = Attempt()
        sent = [replace(row, state=RowState.SENT, attempt=number) for row in mine]
        for row in sent:
            self.flights[row.record_id] = (job.id, row.number)
            job.rows[row.number] = row
        return sent

    def withdraw(self, lease: Lease, rows: Sequence[RowRecord]) -> None:
        job = self._fenced(lease)
        _attempt(job, rows)
        self._settle(job, RowState.SENT, [Outcome(row.number, RowState.PLANNED) for row in rows])
        del job.attempts[_key(rows)]

    def answer(
        self, lease: Lease, rows: Sequence[RowRecord], outcomes: Sequence[Outcome], _replies: Sequence[Reply]
    ) -> None:
        job = self._fenced(lease)
        attempt = _attempt(job, rows)
        self._settle(job, RowState.SENT, outcomes)
        attempt.answered_at = self._clock()

    def lose(self, lease: Lease, rows: Sequence[RowRecord]) -> None:
        _attempt(self._fenced(lease), rows).lost_at = self._clock()

    def by_job(self, lease: Lease, rows: Sequence[RowRecord], job: str) -> None:
        mine = self._fenced(lease)
        for key in {_key([row]) for row in rows}:
            mine.attempts[key].zoho_job, mine.attempts[key].lost_at = job, self._clock()

    def look(self, lease: Lease, outcomes: Sequence[Outcome]) -> None:
        self._settle(self._fenced(lease), RowState.PLANNED, outcomes)

    def prove(self, lease: Lease, doubt: Doubt, outcomes: Sequence[Outcome]) -> None:
        job = self._fenced(lease)
        _attempt(job, doubt.rows)
        self._settle(job, RowState.SENT, outcomes)

    def unverified(self, job_id: int, batch: int) -> list[RowRecord]:
        rows = self.jobs[job_id].rows.values()
        confirmed = (row for row in rows if row.batch == batch and row.state is RowState.UPDATED)
        return [row for row in confirmed if row.proof is Proof.NONE]

    def verified(self, lease: Lease, proofs: Sequence[Proven]) -> None:
        job = self._fenced(lease)
        for one in proofs:
            job.rows[one.number] = replace(job.rows[one.number], proof=one.proof, reason=one.reason)

    def skip_rest(self, lease: Lease) -> int:
        job = self._fenced(lease)
        left = [row.number for row in job.rows.values() if row.state is RowState.PLANNED]
        self._settle(job, RowState.PLANNED, [Outcome(number, RowState.SKIPPED) for number in left])
        return len(left)

    # --- promises ---

    def _fenced(self, lease: Lease) -> Job:
        job = self.jobs[lease.change_set_id]
        if job.epoch != lease.epoch or job.lease_until is None or job.lease_until <= self._clock():
            raise LeaseLost(job.id)
        return job

    def _settle(self, job: Job, former: RowState, outcomes: Sequence[Outcome]) -> None:
        for one in outcomes:
            if not former.may_become(one.state):
                raise ValueError(f"row {one.number} cannot go from {former} to {one.state}")
        if any(one.number not in job.rows or job.rows[one.number].state is not former for one in outcomes):
            raise ZohoDatabaseError("not in that state")
        for one in outcomes:
            row = job.rows[one.number]
            job.rows[one.number] = replace(row, state=one.state, code=one.code, reason=one.reason, advice=one.advice)
            if self.flights.get(row.record_id) == (job.id, row.number):
                del self.flights[row.record_id]

    def _lose_open(self, job: Job) -> None:
        now = self._clock()
        for attempt in job.attempts.values():
            if attempt.answered_at is None and attempt.lost_at is None:
                attempt.lost_at = now if job.lease_until is None else min(now, job.lease_until)


def _attempt(job: Job, rows: Sequence[RowRecord]) -> Attempt:
    if _key(rows) not in job.attempts:
        raise ZohoDatabaseError("no such attempt")
    return job.attempts[_key(rows)]


def _key(rows: Sequence[RowRecord]) -> tuple[int, int]:
    return rows[0].batch or 0, rows[0].attempt
