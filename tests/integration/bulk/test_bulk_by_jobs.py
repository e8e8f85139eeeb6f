"""Rows by bulk write jobs of Zoho: one effect a row and an outcome a row, whatever becomes of the job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from bulk_journey import Journey
from sqlalchemy import text

from zoho_console.domain.changes import STARTING, ChangeSet, ChangeSetState, RowState
from zoho_console.domain.guards import Level
from zoho_console.domain.terms import Terms
from zoho_console.errors import ZohoConfigError
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.zoho.usage import ApiUsage

MANY, ROWS = 5_200, 250
BY_JOB = Terms((), waves=False, verify=1)
QUICK = {"poll_s": 0.05, "quarantine_s": 0.1, "job_from": 200}
START, UPLOAD = {"method": "POST", "path": "/crm/bulk/v8/write"}, {"method": "POST", "path": "/crm/v8/upload"}


def planned(journey: Journey, terms: Terms = BY_JOB, rows: int = ROWS) -> ChangeSet:
    return journey.prepare(journey.file([(record_id, 991) for record_id in journey.ids(rows)]), terms=terms)


def jobs_made(journey: Journey) -> int:
    return dict(journey.simulator.traffic.counts).get("POST /crm/bulk/v8/write", 0)


def insist_on_one_effect_each(journey: Journey, done: ChangeSet, **states: int) -> None:
    """Each row has its outcome, and those that are UPDATED are those that Zoho changed, once."""
    rows = list(journey.journal.all_rows(done.id))
    assert done.state is ChangeSetState.FINISHED, done.note
    assert Counter(str(row.state) for row in rows) == Counter(states)
    effects = Counter(journey.simulator.world.effects)
    assert effects == Counter(row.record_id for row in rows if row.state is RowState.UPDATED)


class TestMany:
    """More rows than 500 credits would write as records."""

    @pytest.fixture
    def simulator(self) -> Iterator[Simulator]:
        with Simulator(SimulatorOptions(accounts=MANY, auto_consent=True)) as running:
            yield running

    def test_what_costs_less_goes_by_one_job_and_comes_back_row_by_row(self, journey: Journey) -> None:
        plan = planned(journey, rows=MANY)
        assert plan.job_rows == MANY
        locked = journey.ids(MANY)[7]
        journey.simulator.world.locked.add(locked)
        done = journey.apply(plan, poll_s=0.05)
        insist_on_one_effect_each(journey, done, updated=MANY - 1, refused=1)
        refused = journey.journal.rows(done.id, states=(RowState.REFUSED,))[0]
        assert (refused.record_id, refused.reason) == (locked, "The account is locked in Zoho.")
        assert (jobs_made(journey), journey.asked("PUT")) == (1, 0)
        assert any("Zoho works through 5,200 rows" in one.sentence for one in journey.progress)
        assert sum(row.proof != "" for row in journey.journal.all_rows(done.id)) > 20  # a share is read back

    def test_the_first_rows_go_by_records_and_what_is_left_is_too_little_for_a_job(self, journey: Journey) -> None:
        done = journey.apply(planned(journey, Terms((), verify=0), rows=MANY), settle_s=0.01)
        insist_on_one_effect_each(journey, done, updated=MANY)
        assert jobs_made(journey) == 0  # 1,100 rows of the first waves, then 4,100


def test_few_rows_are_cheaper_by_records(journey: Journey) -> None:
    insist_on_one_effect_each(journey, journey.apply(planned(journey)), updated=ROWS)
    assert jobs_made(journey) == 0


@pytest.mark.parametrize("terms", [Terms(None, waves=False), Terms((), waves=False, jobs=False)])
def test_a_run_that_wants_automation_or_no_jobs_goes_by_records(journey: Journey, terms: Terms) -> None:
    done = journey.apply(planned(journey, terms), **QUICK)
    insist_on_one_effect_each(journey, done, updated=ROWS)
    assert jobs_made(journey) == 0


def test_rows_that_others_changed_meanwhile_are_left_out_of_the_job(journey: Journey) -> None:
    plan = planned(journey)
    for record_id in journey.ids(ROWS)[:20]:
        journey.simulator.world.change("Accounts", record_id, {"Health_Score": 5})
    done = journey.apply(plan, **QUICK)
    insist_on_one_effect_each(journey, done, updated=ROWS - 20, conflict=20)


def test_where_zoho_takes_no_job_the_rows_go_by_records(journey: Journey) -> None:
    journey.simulator.faults.add(**START, status=400, body={"code": "COEXISTENCE_NOT_ALLOWED", "status": "error"})
    done = journey.apply(planned(journey), **QUICK)
    insist_on_one_effect_each(journey, done, updated=ROWS)
    assert jobs_made(journey) == 1
    assert any("Zoho takes no bulk job" in one.sentence for one in journey.progress)


def test_a_job_waits_until_its_price_leaves_the_reserve_alone(journey: Journey) -> None:
    plan = planned(journey, replace(BY_JOB, reserve=5_000))
    client, told = journey.call(client_of(journey)), list[str]()

    def tell(progress: Any) -> None:
        told.append(progress.sentence)
        if "waiting for more" in progress.sentence:
            assert jobs_made(journey) == 0
            client._transport._usage = ApiUsage(credits_left=90_000)

    client._transport._usage = ApiUsage(credits_left=5_100)  # enough for a batch of records
    done = journey.apply(plan, credits_s=0.05, on_progress=tell, **QUICK)
    insist_on_one_effect_each(journey, done, updated=ROWS)
    assert "5,100 credits are left, and 5,000 are kept for others: waiting for more." in told
    assert (jobs_made(journey), journey.asked("PUT")) == (1, 0)


async def client_of(journey: Journey) -> Any:
    return journey.workspace.client(journey.acme)


@pytest.mark.parametrize("fault", [{**UPLOAD, "drop": "after"}, {**UPLOAD, "drop": "before"}])
def test_an_upload_that_is_lost_changes_nothing_and_the_run_can_go_on(journey: Journey, fault: dict[str, Any]) -> None:
    plan = planned(journey)
    journey.simulator.faults.add(**fault, times=9)
    paused = journey.apply(plan, **QUICK)
    assert (paused.state, paused.counts) == (ChangeSetState.PAUSED, {RowState.PLANNED: ROWS})
    journey.simulator.faults.clear()
    insist_on_one_effect_each(journey, journey.apply(paused, **QUICK), updated=ROWS)


def test_a_job_whose_start_was_not_answered_is_read_back_after_a_long_wait(journey: Journey) -> None:
    journey.simulator.faults.add(**START, drop="after")
    done = journey.apply(planned(journey), **QUICK)
    assert jobs_made(journey) == 1  # never a second one
    assert set(Counter(row.state for row in journey.journal.all_rows(done.id))) <= {RowState.UPDATED, RowState.UNPROVED}
    effects = Counter(journey.simulator.world.effects)
    assert not effects or set(effects.values()) == {1}


def test_a_job_that_never_began_leaves_its_rows_unproved_and_sends_nothing_again(journey: Journey) -> None:
    journey.simulator.faults.add(**START, drop="before")
    done = journey.apply(planned(journey), **QUICK)
    assert done.counts == {RowState.UNPROVED: ROWS}
    row = journey.journal.rows(done.id, limit=1)[0]
    assert "the job may still run" in row.reason
    assert (jobs_made(journey), journey.asked("PUT")) == (1, 0)


def test_a_job_that_failed_is_told_row_by_row(journey: Journey) -> None:
    failed = {"status": "FAILED", "code": "INVALID_FORMAT", "message": "no"}
    journey.simulator.faults.add(method="GET", path="/crm/bulk/v8/write", status=200, body=failed)
    done = journey.apply(planned(journey), **QUICK)
    assert done.counts == {RowState.REFUSED: ROWS}
    assert journey.journal.rows(done.id, limit=1)[0].code == "INVALID_FORMAT"


@pytest.mark.parametrize("fault", [{"html": True}, {"status": 404, "body": {"code": "NOT_FOUND", "status": "error"}}])
def test_where_the_result_cannot_be_had_the_rows_of_a_job_that_is_done_are_read_back(
    journey: Journey, fault: dict[str, Any]
) -> None:
    journey.simulator.faults.add(method="GET", path="/bulk-write/", **fault)
    done = journey.apply(planned(journey), **QUICK)
    insist_on_one_effect_each(journey, done, updated=ROWS)
    assert jobs_made(journey) == 1


def test_a_job_that_is_over_and_did_nothing_is_read_back_twice_and_its_rows_are_sent_again(journey: Journey) -> None:
    begun = {"status": "success", "code": "SUCCESS", "message": "success", "details": {"id": "777000000000999"}}
    journey.simulator.faults.add(**START, status=201, body=begun)
    over = {"status": "COMPLETED", "result": {"download_url": "/v8/crm/org1/bulk-write/1/1.zip"}}
    journey.simulator.faults.add(method="GET", path="/crm/bulk/v8/write/777000000000999", status=200, body=over)
    done = journey.apply(planned(journey), **QUICK)
    insist_on_one_effect_each(journey, done, updated=ROWS)
    assert jobs_made(journey) == 2


def test_where_zoho_forgot_a_job_what_is_not_there_is_unproved_and_says_so(journey: Journey) -> None:
    begun = {"status": "success", "code": "SUCCESS", "message": "success", "details": {"id": "777000000000999"}}
    journey.simulator.faults.add(**START, status=201, body=begun)
    done = journey.apply(planned(journey), **QUICK)
    assert done.counts == {RowState.UNPROVED: ROWS}
    row = journey.journal.rows(done.id, limit=1)[0]
    assert row.reason == "Zoho does not know the bulk job any more; the account shows the old values."
    assert jobs_made(journey) == 1


def test_where_zoho_cannot_be_asked_about_a_job_its_rows_stay_in_doubt(journey: Journey) -> None:
    plan = planned(journey)
    journey.simulator.faults.add(method="GET", path="/crm/bulk/v8/write", html=True, times=99)
    paused = journey.apply(plan, **QUICK)
    assert (paused.state, paused.counts) == (ChangeSetState.PAUSED, {RowState.SENT: ROWS})
    journey.simulator.faults.clear()
    insist_on_one_effect_each(journey, journey.apply(paused, **QUICK), updated=ROWS)


def test_a_run_paused_while_zoho_works_goes_on_with_the_same_job(journey: Journey) -> None:
    plan = planned(journey)
    run = journey.run(plan, on_progress=lambda told: "works through" in told.sentence and run.pause(), **QUICK)
    paused = journey.call(run.apply())
    assert (paused.state, paused.counts) == (ChangeSetState.PAUSED, {RowState.SENT: ROWS})
    with journey.workspace.database.begin() as connection:
        names = set(connection.execute(text("select zoho_job from attempts")).scalars())
    assert len(names) == 1
    assert names.pop().isdigit()
    insist_on_one_effect_each(journey, journey.apply(paused, **QUICK), updated=ROWS)
    assert jobs_made(journey) == 1


def test_rows_that_were_promised_to_a_job_that_was_not_started_are_sent_again(journey: Journey) -> None:
    plan = planned(journey)
    journey.intend(plan, 1)  # a console that died before it uploaded
    done = journey.apply(plan, **QUICK)
    insist_on_one_effect_each(journey, done, updated=ROWS)


def test_a_console_that_died_at_the_start_of_a_job_sends_nothing_again(journey: Journey) -> None:
    plan = planned(journey)
    sent = journey.intend(plan, 1)
    with journey.workspace.database.begin() as connection:
        connection.execute(text("update attempts set zoho_job = :job"), {"job": STARTING})
    done = journey.apply(plan, **QUICK)
    insist_on_one_effect_each(journey, done, updated=ROWS - len(sent), unproved=len(sent))


def test_an_undo_goes_by_a_job_as_well_and_empties_what_was_empty(journey: Journey) -> None:
    empty = journey.ids(ROWS)[:30]
    for record_id in empty:
        journey.simulator.world.change("Accounts", record_id, {"Health_Score": None})
    former = {record_id: journey.value(record_id) for record_id in journey.ids(ROWS)}
    done = journey.apply(planned(journey), **QUICK)
    undone = journey.apply(journey.undo(done), **QUICK)
    assert jobs_made(journey) == 2
    assert undone.state is ChangeSetState.FINISHED
    assert {record_id: journey.value(record_id) for record_id in former} == former


def test_a_file_that_zoho_would_not_take_is_not_uploaded(journey: Journey) -> None:
    client, noise = journey.call(client_of(journey)), Random(7)
    records = [{"id": str(number), "Description": noise.randbytes(100_000).hex()} for number in range(400)]
    with pytest.raises(ZohoConfigError, match="less than 25 MB"):
        journey.call(client.jobs.start_update("Accounts", records, {}))
    assert not [one for one in dict(journey.simulator.traffic.counts) if "upload" in one or "bulk" in one]


@pytest.mark.parametrize("how", ["guard", "pause"])
def test_a_run_that_is_held_while_its_rows_are_looked_at_starts_no_job(journey: Journey, how: str) -> None:
    plan = planned(journey)
    journey.simulator.world.change("Accounts", journey.ids(1)[0], {"Health_Score": 5})

    def hold(progress: Any) -> None:
        if progress.sentence.startswith("Batch") and how == "guard":
            journey.workspace.connections.set_guard(journey.acme.id, Level.WATCH, None)
        elif progress.sentence.startswith("Batch"):
            run.pause()

    run = journey.run(plan, on_progress=hold, **QUICK)
    paused = journey.call(run.apply())
    assert (paused.state, paused.count(RowState.PLANNED)) == (ChangeSetState.PAUSED, ROWS - 1)
    assert (jobs_made(journey), journey.asked("PUT")) == (0, 0)
    journey.workspace.connections.set_guard(journey.acme.id, Level.OPEN, None)
    insist_on_one_effect_each(journey, journey.apply(paused, **QUICK), updated=ROWS - 1, conflict=1)
