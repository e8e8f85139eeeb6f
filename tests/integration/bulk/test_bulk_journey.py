"""From a file to outcomes and back: real HTTP, real Postgres; the simulator's counters are the proof."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from bulk_journey import Journey
from sqlalchemy import text

from zoho_console.bulk.leasing import held
from zoho_console.bulk.mapping import mapping_from
from zoho_console.bulk.preparing import prepare
from zoho_console.bulk.reading import open_table
from zoho_console.domain.changes import ChangeSet, ChangeSetState, RowState
from zoho_console.errors import FileProblem, JobHeld, LeaseLost, NotReachable, SignInNeeded, ZohoConfigError

REFUSED_TOKEN = {"code": "INVALID_TOKEN", "details": {}, "message": "invalid oauth token", "status": "error"}


def test_every_good_row_has_one_effect_and_undo_takes_it_back(journey: Journey) -> None:
    before = {record_id: journey.value(record_id) for record_id in journey.ids(250)}

    planned = journey.scores(250)
    done = journey.apply(planned)

    assert done.state is ChangeSetState.FINISHED
    changed = {record_id for record_id, score in before.items() if score != 77}
    assert done.counts == {
        RowState.UPDATED: len(changed),
        **({RowState.UNCHANGED: 250 - len(changed)} if len(changed) < 250 else {}),
    }
    assert dict(journey.simulator.world.effects) == dict.fromkeys(changed, 1)
    assert journey.progress[-1].done == journey.progress[-1].total == 250

    undone = journey.apply(journey.undo(done))
    assert undone.counts == {RowState.UPDATED: len(changed)}
    assert {record_id: journey.value(record_id) for record_id in before} == before

    again = journey.apply(journey.undo(undone))
    assert again.count(RowState.UPDATED) == len(changed)
    assert {journey.value(record_id) for record_id in before} == {77}


def test_accounts_are_found_by_name_and_never_guessed(journey: Journey) -> None:
    records = list(journey.simulator.world.records("Accounts").values())
    name = records[0]["Account_Name"]
    named = Counter(one["Account_Name"] for one in records)
    twin = next(text for text, count in named.items() if count > 1)
    rows = [
        (name, 3),
        (name.upper() + "x", 3),
        (twin, 3),
        ("", 3),
        (f"  {records[1]['Account_Name']} ", 3),
    ]
    planned = journey.prepare(journey.file(rows, ("Account Name", "Health Score")))
    kinds = [(row.state, row.code) for row in journey.journal.rows(planned.id)]
    assert kinds == [
        (RowState.PLANNED, ""), (RowState.INVALID, "no-match"), (RowState.INVALID, "several-matches"),
        (RowState.INVALID, "no-key"), (RowState.PLANNED, ""),
    ]  # fmt: skip


def test_names_that_break_tools_are_found_and_stored_as_they_are(journey: Journey) -> None:
    nasty = [
        one
        for one in journey.simulator.world.records("Accounts").values()
        if any(mark in one["Account_Name"] for mark in "'\"<=🚀")
    ]
    assert len(nasty) >= 5
    planned = journey.prepare(
        journey.file([(one["Account_Name"], 1) for one in nasty], ("Account Name", "Health Score"))
    )
    assert planned.counts == {RowState.PLANNED: len(nasty)}


def test_one_account_twice_in_a_file_is_refused_whole(journey: Journey) -> None:
    one, other = journey.ids(2)
    planned = journey.prepare(journey.file([(one, 1), (other, 2), (one, 3)]))
    assert [row.code for row in journey.journal.rows(planned.id)] == ["duplicate", "", "duplicate"]
    done = journey.apply(planned)
    assert done.counts == {RowState.UPDATED: 1, RowState.INVALID: 2}
    assert journey.simulator.world.effects == {other: 1}


def test_a_file_whose_end_is_broken_leaves_no_plan(journey: Journey) -> None:
    path = journey.file([(record_id, 5) for record_id in journey.ids(30)])
    path.write_text(path.read_text() + '"unclosed\n')
    with pytest.raises(FileProblem):
        journey.prepare(path)
    assert journey.journal.change_sets() == []


def test_cancelling_the_comparison_gives_the_draft_up(journey: Journey) -> None:
    path = journey.file([(record_id, 5) for record_id in journey.ids(30)])
    journey.simulator.faults.add(method="POST", path="/coql", delay_ms=5000)

    async def work() -> None:
        table = open_table(path)
        fields = await journey.workspace.fields(journey.acme)
        preparing = prepare(
            table, mapping_from(table.header, fields), fields, journey.workspace.client(journey.acme), journey.journal,
            connection_id=journey.acme.id,
        )  # fmt: skip
        await asyncio.wait_for(preparing, 0.3)

    with pytest.raises(TimeoutError):
        journey.call(work())
    assert journey.journal.change_sets()[0].note == "cancelled"


def test_zohos_no_to_one_record_is_one_rows_outcome(journey: Journey) -> None:
    ids = journey.ids(5)
    journey.simulator.world.locked.add(ids[2])
    done = journey.apply(journey.scores(5, 1))
    refused = journey.journal.rows(done.id, states=(RowState.REFUSED,))
    assert [row.record_id for row in refused] == [ids[2]]
    assert "locked" in refused[0].reason
    assert ids[2] not in journey.simulator.world.effects


def test_a_value_changed_by_others_after_the_comparison_stays(journey: Journey) -> None:
    ids = journey.ids(4)
    planned = journey.scores(4, 2)
    records = journey.simulator.world.records("Accounts")
    records[ids[1]]["Health_Score"] = 50
    records[ids[2]]["Health_Score"] = 2
    done = journey.apply(planned)
    states = {row.record_id: row.state for row in journey.journal.rows(done.id)}
    assert states[ids[1]] is RowState.CONFLICT
    assert states[ids[2]] is RowState.UNCHANGED
    assert journey.value(ids[1]) == 50
    assert ids[1] not in journey.simulator.world.effects


def test_undo_leaves_alone_what_others_changed_since(journey: Journey) -> None:
    ids = journey.ids(4)
    done = journey.apply(journey.scores(4, 2))
    records = journey.simulator.world.records("Accounts")
    records[ids[0]]["Health_Score"] = 99
    records[ids[1]]["Industry"] = "Media"
    del records[ids[2]]
    undo = journey.undo(done)
    assert undo.counts == {RowState.CONFLICT: 2, RowState.PLANNED: 2}
    journey.apply(undo)
    assert journey.value(ids[0]) == 99
    assert journey.value(ids[1], "Industry") == "Media"


@pytest.mark.parametrize(("drop", "attempts", "code"), [("after", 1, "proved"), ("before", 2, "")])
def test_a_lost_answer_is_settled_by_reading_back_and_sent_again_only_if_nothing_was_done(
    journey: Journey, drop: str, attempts: int, code: str
) -> None:
    planned = journey.scores(3, 1)
    journey.simulator.faults.add(method="PUT", drop=drop)
    done = journey.apply(planned)
    assert done.counts == {RowState.UPDATED: 3}
    assert set(journey.simulator.world.effects.values()) == {1}
    assert {(row.attempt, row.code) for row in journey.journal.rows(done.id)} == {(attempts, code)}


def test_what_is_lost_three_times_is_left_to_a_person(journey: Journey) -> None:
    planned = journey.scores(3, 1)
    journey.simulator.faults.add(method="PUT", drop="before", times=3)
    done = journey.apply(journey.apply(planned))
    assert (done.state, done.counts) == (ChangeSetState.FINISHED, {RowState.UNPROVED: 3})
    assert journey.journal.rows(done.id)[0].advice
    assert not journey.simulator.world.effects


def test_an_account_that_somebody_modified_in_the_meantime_is_not_sent_again(journey: Journey) -> None:
    planned = journey.scores(1, 1)
    record_id = journey.ids(1)[0]
    journey.simulator.faults.add(method="PUT", drop="before", delay_ms=500)

    async def work() -> None:
        run = asyncio.ensure_future(applying.apply())
        await journey.until(lambda: journey.asked("PUT") == 1)
        journey.simulator.world.records("Accounts")[record_id]["Modified_Time"] = "2031-01-01T00:00:00+00:00"
        await run

    applying = journey.run(planned)
    journey.call(work())
    row = journey.journal.rows(planned.id)[0]
    assert (row.state, row.attempt) == (RowState.UNPROVED, 1)
    assert "somebody modified it" in row.reason


def test_an_account_that_is_neither_old_nor_new_after_a_lost_answer_is_unproved(journey: Journey) -> None:
    planned = journey.scores(1, 1)
    record = journey.simulator.world.records("Accounts")[journey.ids(1)[0]]
    journey.simulator.faults.add(method="PUT", drop="before", delay_ms=500)

    async def work() -> None:
        run = asyncio.ensure_future(applying.apply())
        await journey.until(lambda: journey.asked("PUT") == 1)
        record["Health_Score"] = 33
        await run

    applying = journey.run(planned)
    journey.call(work())
    assert "neither" in journey.journal.rows(planned.id)[0].reason


def test_trouble_before_anything_was_sent_pauses_and_goes_on_later(journey: Journey) -> None:
    planned = journey.scores(250, 1)
    journey.simulator.faults.add(method="POST", path="/coql", status=401, body=REFUSED_TOKEN, times=50)
    paused = journey.apply(planned)
    assert paused.state is ChangeSetState.PAUSED
    assert paused.note
    journey.simulator.faults.clear()
    done = journey.apply(paused)
    assert done.state is ChangeSetState.FINISHED
    assert set(journey.simulator.world.effects.values()) == {1}


def test_a_write_that_is_refused_as_a_whole_goes_back_and_pauses(journey: Journey) -> None:
    planned = journey.scores(3, 1)
    journey.simulator.faults.add(method="PUT", status=401, body=REFUSED_TOKEN, times=9)
    paused = journey.apply(planned)
    assert (paused.state, paused.count(RowState.PLANNED)) == (ChangeSetState.PAUSED, 3)
    journey.simulator.faults.clear()
    refusal = {"code": "NO_PERMISSION", "details": {}, "message": "Permission denied", "status": "error"}
    journey.simulator.faults.add(method="PUT", status=403, body=refusal)
    assert journey.apply(paused).counts == {RowState.REFUSED: 3}


def test_a_run_that_was_cut_off_proves_what_was_sent_before_it_goes_on(journey: Journey) -> None:
    planned = journey.scores(250, 1)
    rows = journey.intend(planned, 1)
    for row in rows[:60]:  # these had landed when the power went
        journey.simulator.world.records("Accounts")[row.record_id]["Health_Score"] = 1
    done = journey.apply(journey.journal.change_set(planned.id))
    proved = [row.number for row in journey.journal.rows(done.id, limit=300) if row.code == "proved"]
    assert proved == [row.number for row in rows[:60]]
    assert done.counts == {RowState.UPDATED: planned.count(RowState.PLANNED), **done_unchanged(planned)}
    assert {journey.simulator.world.effects[row.record_id] for row in rows[60:]} == {1}


def done_unchanged(planned: ChangeSet) -> dict[RowState, int]:
    count = planned.count(RowState.UNCHANGED)
    return {RowState.UNCHANGED: count} if count else {}


def test_leftovers_that_cannot_be_read_wait(journey: Journey) -> None:
    planned = journey.scores(3, 1)
    journey.intend(planned, 1)
    journey.simulator.faults.add(method="POST", path="/coql", status=401, body=REFUSED_TOKEN, times=9)
    paused = journey.apply(journey.journal.change_set(planned.id))
    assert (paused.state, paused.count(RowState.SENT)) == (ChangeSetState.PAUSED, 3)


def test_a_record_on_its_way_in_another_job_is_not_sent_in_this_one(journey: Journey) -> None:
    first = journey.scores(3, 1)
    second = journey.scores(4, 2)
    journey.intend(first, 1)
    paused = journey.apply(second)
    assert (paused.state, paused.counts) == (ChangeSetState.PAUSED, {RowState.UPDATED: 1, RowState.PLANNED: 3})
    assert "in another job" in paused.note
    assert journey.apply(journey.journal.change_set(first.id)).counts == {RowState.UPDATED: 3}
    done = journey.apply(paused)
    assert done.counts == {RowState.UPDATED: 1, RowState.CONFLICT: 3}


def test_pausing_and_stopping_take_effect_between_batches(journey: Journey) -> None:
    planned = journey.scores(300, 1)
    journey.simulator.faults.add(
        method="PUT", skip=1, delay_ms=1000
    )  # so that the first outcome comes before the third
    run = journey.run(planned, parallel=1, on_progress=lambda progress: run.pause() if progress.done else None)
    paused = journey.call(run.apply())
    assert paused.state is ChangeSetState.PAUSED
    sent = len(journey.simulator.world.effects)
    assert 0 < sent < 300
    second = journey.run(paused, parallel=1, on_progress=lambda progress: second.cancel())
    stopped = journey.call(second.apply())
    assert stopped.state is ChangeSetState.FINISHED
    assert stopped.count(RowState.SKIPPED) == stopped.total - stopped.count(RowState.UPDATED, RowState.UNCHANGED)


def test_only_one_console_applies_a_run(journey: Journey) -> None:
    planned = journey.scores(3, 1)
    runs = journey.journal.runs

    async def work() -> None:
        async with held(runs, planned.id, 0.4) as hold:
            with pytest.raises(JobHeld):
                await applying.apply()
            hold.check()
            await hold.release(ChangeSetState.PAUSED)

    applying = journey.run(planned)
    journey.call(work())
    assert not journey.simulator.world.effects
    assert journey.apply(planned).state is ChangeSetState.FINISHED


def test_a_console_that_lost_its_lease_sends_nothing_and_says_so(journey: Journey) -> None:
    planned = journey.scores(3, 1)
    journey.simulator.faults.add(method="POST", path="/coql", delay_ms=1000)
    run, before = journey.run(planned), journey.asked("POST")
    pending = journey.workspace.engine.start(run.apply())
    asyncio.run(journey.until(lambda: journey.asked("POST") > before))
    with journey.workspace.database.begin() as connection:  # as if it had been frozen and another one had taken over
        connection.execute(text("update change_sets set epoch = epoch + 1"))
    with pytest.raises(LeaseLost):
        pending.result()
    assert not journey.simulator.world.effects
    assert journey.journal.change_set(planned.id).count(RowState.PLANNED) == 3


def test_closing_the_console_pauses_the_run(journey: Journey) -> None:
    planned = journey.scores(200, 1)
    journey.simulator.faults.add(method="POST", path="/coql", delay_ms=3000, times=9)
    run, before = journey.run(planned), journey.asked("POST")
    pending = journey.workspace.engine.start(run.apply())
    asyncio.run(journey.until(lambda: journey.asked("POST") > before))
    pending.cancel()
    asyncio.run(journey.until(lambda: journey.journal.change_set(planned.id).state is ChangeSetState.PAUSED))


def test_only_a_finished_run_that_changed_something_can_be_undone(journey: Journey) -> None:
    planned = journey.scores(2, 1)
    with pytest.raises(ZohoConfigError):
        journey.undo(planned)
    journey.simulator.world.locked.update(journey.ids(2))
    with pytest.raises(ZohoConfigError):
        journey.undo(journey.apply(planned))


def test_an_undo_that_cannot_read_is_given_up(journey: Journey) -> None:
    done = journey.apply(journey.scores(2, 1))
    journey.simulator.faults.add(method="POST", path="/coql", status=401, body=REFUSED_TOKEN, times=9)
    with pytest.raises((SignInNeeded, NotReachable)):
        journey.undo(done)
    assert journey.journal.change_sets()[0].state is ChangeSetState.ABANDONED
