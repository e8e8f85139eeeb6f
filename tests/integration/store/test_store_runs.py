"""The journal of a run: leases, intents, answers and doubts; nothing is sent or settled out of order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from journal_samples import Begin, invalid, new, planned
from sqlalchemy import select, text

from zoho_console.domain.changes import ChangeSetState, Lease, Outcome, RowRecord, RowState
from zoho_console.domain.connections import Connection
from zoho_console.domain.records import Reply
from zoho_console.errors import JobHeld, LeaseLost, ZohoConfigError, ZohoDatabaseError
from zoho_console.store.database import Database
from zoho_console.store.journal import Journal
from zoho_console.store.journal_runs import JournalRuns
from zoho_console.store.tables import attempts, flights

LONG = 60.0


@pytest.fixture
def runs(journal: Journal) -> JournalRuns:
    return journal.runs


def attempts_in(database: Database) -> list[tuple[object, ...]]:
    query = select(attempts).order_by(attempts.c.batch, attempts.c.attempt)
    with database.begin() as connection:
        return [
            (one.batch, one.attempt, one.row_numbers, one.epoch, one.answered_at is not None, one.lost_at is not None)
            for one in connection.execute(query)
        ]


def flying(database: Database) -> list[str]:
    with database.begin() as connection:
        return list(connection.execute(select(flights.c.record_id).order_by(flights.c.record_id)).scalars())


def end_lease(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(text("update change_sets set lease_until = clock_timestamp() - interval '5 s'"))


def batch(journal: Journal, lease: Lease, number: int) -> list[RowRecord]:
    return journal.batch_rows(lease.change_set_id, number)


# --- leases ---


def test_a_lease_is_held_by_one_console_until_it_ends_or_is_given_back(
    journal: Journal, runs: JournalRuns, database: Database, ready: Begin
) -> None:
    job = ready([planned(2)])
    first = runs.take(job, "desk 1\x00", LONG)
    held = journal.change_set(job)
    assert (first.epoch, held.state, held.owner) == (1, ChangeSetState.APPLYING, "desk 1\ufffd")
    assert held.is_held
    assert not held.is_interrupted
    with pytest.raises(JobHeld, match="desk 1") as refused:
        runs.take(job, "desk 2", LONG)
    assert LONG / 2 < refused.value.left_s <= LONG

    end_lease(database)
    assert journal.change_set(job).is_interrupted
    second = runs.take(job, "desk 2", LONG)
    assert second.epoch == 2
    runs.release(second, ChangeSetState.PAUSED, "Paused by you.")
    paused = journal.change_set(job)
    assert (paused.state, paused.note, paused.is_held) == (ChangeSetState.PAUSED, "Paused by you.", False)
    assert runs.take(job, "desk 1", LONG).epoch == 3


def test_a_renewal_shows_and_prolongs(runs: JournalRuns, ready: Begin) -> None:
    lease = runs.take(ready([planned(2)]), "desk 1", 1.0)
    leases = []
    for _ in range(2):
        with pytest.raises(JobHeld) as refused:
            runs.take(lease.change_set_id, "desk 2", LONG)
        leases.append((refused.value.lease, refused.value.left_s > 1))
        runs.renew(lease, LONG)
    assert leases[0][0] != leases[1][0]
    assert [lasts for _, lasts in leases] == [False, True]


def test_of_many_consoles_that_take_a_job_at_once_one_gets_it(runs: JournalRuns, ready: Begin) -> None:
    job = ready([planned(2)])
    taken: list[Lease] = []
    start = threading.Barrier(8)

    def take() -> None:
        start.wait()
        try:
            taken.append(runs.take(job, "", LONG))
        except JobHeld:
            return

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [Lease(job, 1)]


def test_only_a_job_that_can_go_on_is_taken(journal: Journal, runs: JournalRuns, ready: Begin) -> None:
    with pytest.raises(ZohoConfigError, match="no job 99"):
        runs.take(99, "", LONG)
    job = ready([planned(2)])
    journal.set_state(job, ChangeSetState.ABANDONED)
    with pytest.raises(ZohoConfigError, match="abandoned"):
        runs.take(job, "", LONG)


@pytest.mark.parametrize("loss", ["ended", "taken over", "given back"])
def test_whoever_lost_the_lease_writes_nothing(
    journal: Journal, runs: JournalRuns, database: Database, ready: Begin, loss: str
) -> None:
    job = ready([planned(2), planned(3), planned(4)])
    old = runs.take(job, "desk 1", LONG)
    sent = runs.intend(old, 1, batch(journal, old, 1)[:1])
    if loss == "given back":
        runs.release(old, ChangeSetState.PAUSED)
    else:
        end_lease(database)
    if loss == "taken over":
        runs.take(job, "desk 2", LONG)
    (doubt,) = runs.doubts(job) or [None]
    before = list(journal.all_rows(job)), attempts_in(database), flying(database)
    writes: list[Callable[[], object]] = [
        lambda: runs.renew(old, LONG),
        lambda: runs.release(old, ChangeSetState.PAUSED),
        lambda: runs.intend(old, 2, batch(journal, old, 2)),
        lambda: runs.withdraw(old, sent),
        lambda: runs.answer(old, sent, [Outcome(2, RowState.UPDATED)], []),
        lambda: runs.lose(old, sent),
        lambda: runs.look(old, [Outcome(4, RowState.UNCHANGED)]),
        lambda: runs.prove(old, doubt, [Outcome(2, RowState.UPDATED)]) if doubt else runs.skip_rest(old),
        lambda: runs.skip_rest(old),
    ]
    for write in writes:
        with pytest.raises(LeaseLost):
            write()
    assert (list(journal.all_rows(job)), attempts_in(database), flying(database)) == before


# --- sending ---


def test_an_intent_is_on_record_before_its_answer(
    journal: Journal, runs: JournalRuns, database: Database, ready: Begin
) -> None:
    lease = runs.take(ready([planned(2), planned(3), planned(4)]), "", LONG)
    sent = runs.intend(lease, 1, [_seen(row) for row in batch(journal, lease, 1)])

    assert [(row.number, row.state, row.attempt) for row in sent] == [(2, RowState.SENT, 1), (3, RowState.SENT, 1)]
    assert attempts_in(database) == [(1, 1, [2, 3], 1, False, False)]
    assert flying(database) == [f"{2:018}", f"{3:018}"]
    assert journal.open_batches(lease.change_set_id) == [2]
    assert batch(journal, lease, 1) == []
    assert [row.seen_at for row in journal.all_rows(lease.change_set_id)] == ["noon", "noon", ""]
    assert runs.doubts(lease.change_set_id) == []  # on its way, and nothing doubtful yet


def test_rows_that_are_not_planned_in_the_batch_are_not_sent(
    journal: Journal, runs: JournalRuns, database: Database, ready: Begin
) -> None:
    lease = runs.take(ready([planned(2), planned(3), planned(4)]), "", LONG)
    rows = list(journal.all_rows(lease.change_set_id))
    for wrong in ([rows[0], rows[2]], [rows[0], rows[0]], [planned(99)]):
        with pytest.raises(ZohoDatabaseError, match="nothing was sent"):
            runs.intend(lease, 1, wrong)
    assert attempts_in(database) == []
    assert flying(database) == []


def test_a_record_is_on_its_way_once_in_an_organisation(
    journal: Journal, runs: JournalRuns, database: Database, ready: Begin
) -> None:
    first, second = (runs.take(ready([planned(2), planned(3)]), "", LONG) for _ in range(2))
    sent = runs.intend(first, 1, batch(journal, first, 1)[:1])
    assert [row.number for row in runs.intend(second, 1, batch(journal, second, 1))] == [3]
    assert runs.intend(second, 1, batch(journal, second, 1)) == []
    runs.lose(first, sent)
    assert runs.intend(second, 1, batch(journal, second, 1)) == []
    runs.prove(first, runs.doubts(first.change_set_id)[0], [Outcome(2, RowState.UPDATED)])
    assert [(row.number, row.attempt) for row in runs.intend(second, 1, batch(journal, second, 1))] == [(2, 2)]
    assert flying(database) == [f"{2:018}", f"{3:018}"]


def test_two_jobs_that_want_the_same_records_at_once_never_wait_in_a_circle(
    journal: Journal, runs: JournalRuns, acme: Connection
) -> None:
    rows = [planned(number) for number in range(2, 42)]
    jobs = [journal.begin(new(acme)) for _ in range(2)]
    for job, ordered in zip(jobs, (rows, rows[::-1]), strict=True):
        journal.add_rows(job, ordered)
        journal.finish_plan(job)
    leases = [runs.take(job, "", LONG) for job in jobs]
    taken: list[int] = []

    def send(lease: Lease) -> None:
        taken.append(len(runs.intend(lease, 1, batch(journal, lease, 1))))

    threads = [threading.Thread(target=send, args=(lease,)) for lease in leases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 40


def test_an_answer_settles_its_rows_and_leaves_the_others_in_doubt(
    journal: Journal, runs: JournalRuns, database: Database, ready: Begin
) -> None:
    lease = runs.take(ready([planned(2), planned(3)]), "", LONG)
    sent = runs.intend(lease, 1, batch(journal, lease, 1))
    refused = Outcome(3, RowState.REFUSED, "INVALID_DATA", "Zoho refused\x00 “Größe”.", "Correct it.")
    runs.answer(lease, sent, [refused], [Reply(False, "", "INVALID_DATA", "no")])

    rows = list(journal.all_rows(lease.change_set_id))
    assert [row.state for row in rows] == [RowState.SENT, RowState.REFUSED]
    assert rows[1].reason == "Zoho refused\ufffd “Größe”."
    assert attempts_in(database) == [(1, 1, [2, 3], 1, True, False)]
    assert flying(database) == [f"{2:018}"]
    (doubt,) = runs.doubts(lease.change_set_id)
    assert ([row.number for row in doubt.rows], doubt.is_lost, doubt.attempt) == ([2], False, 1)


def test_a_withdrawn_batch_can_be_sent_again_as_if_it_had_never_been(
    journal: Journal, runs: JournalRuns, database: Database, ready: Begin
) -> None:
    lease = runs.take(ready([planned(2), planned(3), planned(4)]), "", LONG)
    runs.withdraw(lease, runs.intend(lease, 1, batch(journal, lease, 1)))
    assert attempts_in(database) == []
    assert flying(database) == []
    assert [row.attempt for row in runs.intend(lease, 1, batch(journal, lease, 1))] == [1, 1]


def test_a_taker_finds_in_doubt_what_the_former_holder_sent(
    journal: Journal, runs: JournalRuns, database: Database, ready: Begin
) -> None:
    first = runs.take(ready([planned(2), planned(3), planned(4)]), "", LONG)
    runs.intend(first, 1, batch(journal, first, 1))
    end_lease(database)  # five seconds ago: nothing was sent after that
    second = runs.take(first.change_set_id, "", LONG)
    (doubt,) = runs.doubts(first.change_set_id)
    assert (doubt.batch, doubt.is_lost, [row.number for row in doubt.rows]) == (1, True, [2, 3])
    assert 5 <= doubt.age_s < 10
    runs.prove(second, doubt, [Outcome(2, RowState.UPDATED, "proved"), Outcome(3, RowState.PLANNED)])
    assert runs.doubts(first.change_set_id) == []
    assert [row.attempt for row in runs.intend(second, 1, batch(journal, second, 1))] == [2]


def test_doubts_come_oldest_first_and_age(journal: Journal, runs: JournalRuns, ready: Begin) -> None:
    lease = runs.take(ready([planned(2), planned(3), planned(4)]), "", LONG)
    for number in (2, 1):
        runs.lose(lease, runs.intend(lease, number, batch(journal, lease, number)))
    assert [doubt.batch for doubt in runs.doubts(lease.change_set_id)] == [2, 1]
    age_s = runs.doubts(lease.change_set_id)[0].age_s
    time.sleep(0.01)
    assert runs.doubts(lease.change_set_id)[0].age_s > age_s


@pytest.mark.parametrize("state", [state for state in RowState if not RowState.SENT.may_become(state)])
def test_a_row_that_was_sent_goes_no_forbidden_way(
    journal: Journal, runs: JournalRuns, ready: Begin, state: RowState
) -> None:
    lease = runs.take(ready([planned(2)]), "", LONG)
    sent = runs.intend(lease, 1, batch(journal, lease, 1))
    with pytest.raises(ValueError, match="cannot go"):
        runs.answer(lease, sent, [Outcome(2, state)], [])
    assert next(journal.all_rows(lease.change_set_id)).state is RowState.SENT


def test_an_outcome_is_written_once(journal: Journal, runs: JournalRuns, ready: Begin) -> None:
    lease = runs.take(ready([planned(2), planned(3)]), "", LONG)
    sent = runs.intend(lease, 1, batch(journal, lease, 1))
    runs.answer(lease, sent, [Outcome(2, RowState.UPDATED)], [])
    for outcomes in ([Outcome(2, RowState.REFUSED)], [Outcome(3, RowState.UPDATED), Outcome(9, RowState.UPDATED)]):
        with pytest.raises(ZohoDatabaseError, match="not sent any more"):
            runs.answer(lease, sent, outcomes, [])
    assert [row.state for row in journal.all_rows(lease.change_set_id)] == [RowState.UPDATED, RowState.SENT]


def test_the_rest_is_skipped_with_a_reason_and_a_run_ends_only_when_every_row_has_its_outcome(
    journal: Journal, runs: JournalRuns, ready: Begin
) -> None:
    lease = runs.take(ready([planned(2), planned(3), planned(4), invalid(5)]), "", LONG)
    sent = runs.intend(lease, 1, batch(journal, lease, 1))
    assert runs.skip_rest(lease) == 1
    states = [row.state for row in journal.all_rows(lease.change_set_id)]
    assert states == [RowState.SENT, RowState.SENT, RowState.SKIPPED, RowState.INVALID]
    assert journal.rows(lease.change_set_id, states=[RowState.SKIPPED])[0].reason
    with pytest.raises(ZohoConfigError, match="2 rows without an outcome"):
        runs.release(lease, ChangeSetState.FINISHED)
    runs.answer(lease, sent, [Outcome(2, RowState.UPDATED), Outcome(3, RowState.UPDATED)], [])
    runs.release(lease, ChangeSetState.FINISHED)
    assert journal.change_set(lease.change_set_id).state is ChangeSetState.FINISHED


def _seen(row: RowRecord) -> RowRecord:
    return replace(row, seen_at="noon")
