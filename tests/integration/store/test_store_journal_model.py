"""The journal of simulated histories keeps the promises of the real one: the same steps have the same answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from journal_samples import Begin, planned
from sqlalchemy import text

from tests.simulation.memory_journal import Job, MemoryJournal
from zoho_console.domain.changes import ChangeSetState, Doubt, Lease, Outcome, RowRecord, RowState
from zoho_console.errors import JobHeld, LeaseLost, ZohoError
from zoho_console.store.database import Database
from zoho_console.store.journal import Journal

STEPS, LONG = 80, 600.0
NAMES = ("take", "take", "intend", "intend", "intend", "lose", "answer", "answer", "prove", "prove", "withdraw", "look",
         "release", "renew", "doubts")  # fmt: skip
SAID = (RowState.UPDATED, RowState.REFUSED, RowState.PLANNED, RowState.UNPROVED, RowState.CONFLICT)


class Pair:
    """Both journals with the same jobs; every step is made in both."""

    def __init__(self, real: Journal, database: Database, jobs: list[int]) -> None:
        self._database = database
        self._now = 0.0
        self.real, self.model = real, MemoryJournal(lambda: self._now)
        for job in jobs:
            rows = {row.number: row for row in real.all_rows(job)}
            self.model.jobs[job] = Job(job, rows, terms=real.change_set(job).terms)

    def step(self, name: str, *arguments: Any) -> Any:
        real, modelled = (outcome(getattr(journal.runs, name), arguments) for journal in (self.real, self.model))
        assert real == modelled, (name, arguments)
        return real[1]

    def end_leases(self) -> None:
        """Time passes until nobody holds anything."""
        self._now += LONG
        with self._database.begin() as connection:
            connection.execute(text("update change_sets set lease_until = clock_timestamp() where lease_until > now()"))

    def compare(self, job: int) -> None:
        real, model = self.real.change_set(job), self.model.change_set(job)
        assert (real.state, real.epoch, real.is_held) == (model.state, model.epoch, model.is_held)
        assert list(self.real.all_rows(job)) == sorted(self.model.jobs[job].rows.values(), key=lambda row: row.number)


def outcome(call: Callable[..., Any], arguments: Sequence[Any]) -> tuple[str, Any]:
    """What a call gives, without moments; or what it raises."""
    try:
        value = call(*arguments)
    except (JobHeld, LeaseLost) as error:
        return type(error).__name__, None
    except (ZohoError, ValueError):
        return "refused", None  # whichever of two reasons comes first
    if call.__name__ == "doubts":
        value = sorted((doubt.batch, doubt.attempt, doubt.is_lost, doubt.rows) for doubt in value)
    return "", value


def arguments_for(name: str, draw: random.Random, journal: Journal, lease: Lease, sent: list[RowRecord]) -> list[Any]:
    """What an engine, or one that mixes things up, may say."""
    mine = draw.sample(sent, draw.randint(1, len(sent)))
    outcomes = [Outcome(row.number, draw.choice(SAID)) for row in mine]
    if name == "take":
        return [lease.change_set_id, "desk", LONG / 2]
    if name == "intend":
        batch = draw.randint(1, 4)
        rows = journal.batch_rows(lease.change_set_id, batch) or sent
        return [lease, batch, draw.sample(rows, draw.randint(1, len(rows)))]
    if name == "prove":
        doubts = journal.runs.doubts(lease.change_set_id)
        return [lease, doubts[0] if doubts else Doubt(1, 9, 0, True, tuple(mine)), outcomes]
    return {
        "renew": [lease, LONG / 2],
        "lose": [lease, sent],
        "withdraw": [lease, sent],
        "answer": [lease, sent, outcomes, []],
        "look": [lease, [Outcome(draw.randint(2, 12), RowState.CONFLICT)]],
        "release": [lease, draw.choice((ChangeSetState.PAUSED, ChangeSetState.FINISHED))],
        "doubts": [lease.change_set_id],
    }[name]


@pytest.mark.parametrize("_number", range(3))
def test_the_same_steps_have_the_same_answers(journal: Journal, database: Database, ready: Begin, _number: int) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    draw = random.Random(seed)
    jobs = [ready([planned(row) for row in range(first, first + 7)]) for first in (2, 5)]
    pair = Pair(journal, database, jobs)
    leases = {job: Lease(job, 0) for job in jobs}
    sent = {job: [planned(99)] for job in jobs}
    for _ in range(STEPS):
        job, name = draw.choice(jobs), draw.choice(NAMES)
        value = pair.step(name, *arguments_for(name, draw, journal, leases[job], sent[job]))
        if name == "take" and value:
            leases[job] = value
        if name == "intend" and value:
            sent[job] = value
        if draw.random() < 0.05:
            pair.end_leases()
        for one in jobs:
            pair.compare(one)
