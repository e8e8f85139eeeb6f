"""The rows that a run did not apply, taken up again: from the staged content, with their numbers and their lineage."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from bulk_journey import Journey

from zoho_console.bulk.preparing import FAILED
from zoho_console.bulk.reporting import not_retried, summary
from zoho_console.domain.changes import ChangeSet, ChangeSetState, Outcome, RowState
from zoho_console.errors import FileProblem, ZohoConfigError


def failing(journey: Journey) -> tuple[list[str], ChangeSet]:
    """A run of six rows: one updated, one refused, one changed by others, one unknown name, two of one account."""
    names = [journey.value(one, "Account_Name") for one in journey.ids(300)]
    ids = [one for one, name in zip(journey.ids(300), names, strict=True) if names.count(name) == 1][:4]
    called = [journey.value(one, "Account_Name") for one in ids]
    rows = [(called[0], 991), (called[1], 991), (called[2], 991), ("Nobody knows", 991), (called[3], 1), (called[3], 2)]
    planned = journey.prepare(journey.file(rows, ("Account Name", "Health Score")))
    journey.simulator.world.locked.add(ids[1])
    journey.simulator.world.records("Accounts")[ids[2]]["Health_Score"] = 5
    done = journey.apply(planned)
    assert done.counts == {RowState.UPDATED: 1, RowState.REFUSED: 1, RowState.CONFLICT: 1, RowState.INVALID: 3}
    return ids, done


def test_only_the_failed_rows_are_taken_up_again_though_the_file_is_gone(journey: Journey) -> None:
    ids, done = failing(journey)
    (journey.folder / "corrections.csv").unlink()
    journey.simulator.world.locked.clear()

    retry = journey.retry(done)

    assert (retry.retries, retry.file_id, retry.source) == (done.id, done.file_id, "corrections.csv")
    assert {row.number: (row.state, row.texts[1]) for row in journey.journal.rows(retry.id)} == {
        3: (RowState.PLANNED, "991"), 4: (RowState.PLANNED, "991"), 5: (RowState.INVALID, "991"),
        6: (RowState.INVALID, "1"), 7: (RowState.INVALID, "2"),
    }  # fmt: skip
    again = journey.apply(retry)
    assert summary(again) == "5 rows in retry: 2 updated, 3 cannot be used."
    assert [journey.value(one) for one in ids[:3]] == [991] * 3
    assert set(journey.simulator.world.effects.values()) == {1}
    third = journey.retry(again)
    assert (third.retries, third.total) == (again.id, 3)
    # An undo of a retry puts back what the others had written, not what the first run found.
    journey.apply(journey.undo(again))
    assert journey.value(ids[2]) == 5


def test_the_report_of_a_retry_has_its_rows_with_all_their_columns(journey: Journey) -> None:
    _, done = failing(journey)
    with journey.report(journey.retry(done), form="exact").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [line["Row (cells to the letter)"] for line in found] == ["3", "4", "5", "6", "7"]
    assert [line["Health Score"] for line in found] == ["991", "991", "991", "1", "2"]


def test_what_an_empty_cell_means_is_remembered(journey: Journey) -> None:
    one = journey.ids(1)[0]
    journey.simulator.world.locked.add(one)
    journey.simulator.world.records("Accounts")[one]["Billing_City"] = "Bonn"
    done = journey.apply(journey.prepare(journey.file([(one, "")], ("id", "Billing City")), blanks="clear"))
    assert done.counts == {RowState.REFUSED: 1}
    journey.simulator.world.locked.clear()
    journey.apply(journey.retry(done))
    assert journey.value(one, "Billing_City") is None


def test_unproved_rows_are_compared_with_what_zoho_holds_if_a_person_says_so(journey: Journey) -> None:
    planned = journey.scores(3, 991)
    journey.simulator.faults.add(method="PUT", drop="before", times=3)
    done = journey.apply(journey.apply(planned))
    assert done.counts == {RowState.UNPROVED: 3}
    with pytest.raises(ZohoConfigError, match="nothing to retry"):
        journey.retry(done)
    again = journey.apply(journey.retry(done, states=frozenset({RowState.UNPROVED})))
    assert again.counts == {RowState.UPDATED: 3}
    assert set(journey.simulator.world.effects.values()) == {1}


def test_a_run_that_is_not_over_an_undo_and_a_good_run_are_not_retried(journey: Journey) -> None:
    planned = journey.scores(2, 991)
    with pytest.raises(ZohoConfigError, match="over or paused can be retried"):
        journey.retry(planned)
    done = journey.apply(planned)
    with pytest.raises(ZohoConfigError, match="no failed row"):
        journey.retry(done)
    with pytest.raises(ZohoConfigError, match="is an undo") as caught:
        journey.retry(journey.undo(done))
    assert str(done.id) in caught.value.advice


def paused(journey: Journey) -> ChangeSet:
    """A run of six rows that was paused: one refused, one updated, one in doubt, three to go."""
    planned = journey.scores(6, 991)
    runs, rows = journey.journal.runs, journey.journal.batch_rows(planned.id, 1)
    lease = runs.take(planned.id, "", 60)
    stamps = {one["id"]: one["Modified_Time"] for one in journey.simulator.world.records("Accounts").values()}
    sent = runs.intend(lease, 1, [replace(row, seen_at=stamps[row.record_id]) for row in rows[:3]])
    outcomes = [Outcome(sent[0].number, RowState.REFUSED), Outcome(sent[1].number, RowState.UPDATED)]
    runs.answer(lease, sent, outcomes, [])
    runs.release(lease, ChangeSetState.PAUSED, "Paused by you.")
    return journey.journal.change_set(planned.id)


def test_failed_rows_of_a_paused_run_are_retried_and_what_is_in_doubt_is_not(journey: Journey) -> None:
    former = paused(journey)

    retry = journey.retry(former)

    assert (retry.retries, retry.counts) == (former.id, {RowState.PLANNED: 1})
    assert not_retried(former, FAILED) == (
        f"Not retried, for they have not surely failed: 1 in doubt (resume run {former.id}, and they are read back), "
        "3 not sent yet."
    )
    assert journey.apply(retry).counts == {RowState.UPDATED: 1}
    assert journey.apply(former).counts == {RowState.REFUSED: 1, RowState.UPDATED: 5}
    assert max(journey.simulator.world.effects.values()) == 1


def test_a_paused_run_can_be_stopped_for_good_and_its_rows_retried(journey: Journey) -> None:
    former = paused(journey)
    run = journey.run(former)
    run.cancel()

    done = journey.call(run.apply())

    assert done.state is ChangeSetState.FINISHED
    assert done.counts == {RowState.REFUSED: 1, RowState.UPDATED: 1, RowState.SKIPPED: 4}
    assert journey.retry(done).counts == {RowState.PLANNED: 5}
    assert journey.simulator.world.effects == {}


def test_a_file_that_changes_after_it_was_compared_is_no_matter(journey: Journey) -> None:
    planned = journey.scores(3, 991)
    (journey.folder / "corrections.csv").write_text("id,Health Score\n1,2\n")
    assert journey.apply(planned).count(RowState.UPDATED, RowState.UNCHANGED) == 3


def test_a_file_that_breaks_off_while_it_is_copied_leaves_nothing(journey: Journey) -> None:
    path = journey.file([(record_id, 5) for record_id in journey.ids(300)] * 10)
    path.write_text(path.read_text() + "1,2,3\n")
    with pytest.raises(FileProblem, match="Line 3002 has 3 cells"):
        journey.prepare(path)
    assert journey.journal.change_sets() == []


def test_twins_are_refused_also_where_one_of_them_changes_nothing(journey: Journey) -> None:
    one = journey.ids(1)[0]
    planned = journey.prepare(journey.file([(one, journey.value(one)), (one, 991)]))
    assert planned.counts == {RowState.INVALID: 2}
    assert planned.state is ChangeSetState.PLANNED
