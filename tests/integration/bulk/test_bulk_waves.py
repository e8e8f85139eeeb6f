"""Runs that begin with a few rows, verify, widen, and wait for a person when something is not as it should be."""

from __future__ import annotations

import csv
from collections import Counter
from typing import Any

import pytest
from bulk_journey import PLAIN, Journey

from zoho_console.domain.changes import ChangeSet, ChangeSetState, Lease, Outcome, RowState
from zoho_console.domain.terms import Proof, Terms
from zoho_console.errors import ZohoConfigError
from zoho_console.zoho.usage import ApiUsage

WAVES = Terms()


def mixed(journey: Journey, count: int = 280, terms: Terms = WAVES) -> ChangeSet:
    """A plan of three kinds of change: a score, a phone, both."""
    path = journey.folder / "mixed.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "Health Score", "Phone"))
        for number, one in enumerate(journey.ids(count)):
            score, phone = str(500 + number % 400), f"+49 30 {100000 + number}"
            rows.writerow((one, score if number % 3 < 2 else "", phone if number % 3 else ""))
    return journey.prepare(path, terms=terms)


def sent_in_order(journey: Journey) -> list[str]:
    return [one.record_id for one in journey.simulator.world.writes]


def on_write(journey: Journey, record_id: str, field: str, value: Any) -> None:
    """A workflow of the organisation: whenever this record is written, a field gets a value."""
    write = journey.simulator.world.write

    def written(module: str, one: str, values: dict[str, Any], **more: Any) -> None:
        write(module, one, values, **more)
        if one == record_id:
            journey.simulator.world.records(module)[one][field] = value

    journey.simulator.world.write = written  # type: ignore[method-assign]


def first_of(journey: Journey, planned: ChangeSet) -> list[str]:
    return [row.record_id for row in journey.journal.batch_rows(planned.id, 1)]


def test_a_few_rows_of_each_kind_of_change_go_first_and_every_row_once(journey: Journey) -> None:
    planned = mixed(journey)
    first = first_of(journey, planned)
    kinds = Counter(tuple(sorted(row.after)) for row in journey.journal.batch_rows(planned.id, 1))
    assert len(kinds) == 3
    assert set(kinds.values()) == {3}

    done = journey.apply(planned)
    assert done.state is ChangeSetState.FINISHED
    assert set(sent_in_order(journey)[: len(first)]) == set(first)
    assert set(journey.simulator.world.effects.values()) == {1}
    rows = [row for row in journey.journal.all_rows(done.id) if row.state is RowState.UPDATED]
    proofs = Counter(row.proof for row in rows)
    assert proofs[Proof.VERIFIED] >= len(first)
    assert proofs[Proof.NONE] > 200 - 60  # one in ten of the others
    assert {row.proof for row in rows if row.batch == 1} == {Proof.VERIFIED}
    undo = journey.undo(done)
    assert undo.terms == WAVES


def test_few_rows_are_sent_in_one_go(journey: Journey) -> None:
    planned = mixed(journey, 150)
    assert len(journey.journal.batch_rows(planned.id, 1)) == 100
    assert journey.apply(planned).state is ChangeSetState.FINISHED


def test_all_rows_are_read_back_where_that_is_wanted(journey: Journey) -> None:
    done = journey.apply(mixed(journey, 150, Terms(verify=100)))
    proofs = {row.proof for row in journey.journal.all_rows(done.id) if row.state is RowState.UPDATED}
    assert proofs == {Proof.VERIFIED}


def test_a_value_that_automation_alters_in_the_first_rows_stops_the_run_once(journey: Journey) -> None:
    planned = mixed(journey)
    first = first_of(journey, planned)
    row = next(one for one in journey.journal.batch_rows(planned.id, 1) if "Health_Score" in one.after)
    on_write(journey, row.record_id, "Health_Score", 1)

    paused = journey.apply(planned)
    assert paused.state is ChangeSetState.PAUSED
    assert "1 hold another value than was sent" in paused.note
    assert len(journey.simulator.world.effects) == len(first)
    told = next(one for one in journey.journal.all_rows(planned.id) if one.number == row.number)
    assert (told.state, told.proof, told.code) == (RowState.UPDATED, Proof.ALTERED, "altered")
    assert "now it is “1”" in told.reason

    assert journey.apply(paused).state is ChangeSetState.FINISHED
    assert set(journey.simulator.world.effects.values()) == {1}


def test_a_value_that_zoho_confirms_and_does_not_store_is_found(journey: Journey) -> None:
    planned = mixed(journey)
    row = next(one for one in journey.journal.batch_rows(planned.id, 1) if "Health_Score" in one.after)
    on_write(journey, row.record_id, "Health_Score", row.before["Health_Score"])
    paused = journey.apply(planned)
    assert "still hold the old value" in paused.note
    told = next(one for one in journey.journal.all_rows(planned.id) if one.number == row.number)
    assert (told.proof, told.code) == (Proof.NOT_STORED, "not-stored")


def test_what_automation_changes_beside_is_told_before_the_run_widens(journey: Journey) -> None:
    planned = mixed(journey)
    on_write(journey, first_of(journey, planned)[0], "Website", "https://automation.example")
    paused = journey.apply(planned)
    assert paused.state is ChangeSetState.PAUSED
    assert "automation also changed “Website” in 1" in paused.note
    assert journey.apply(paused).state is ChangeSetState.FINISHED


def test_first_rows_that_zoho_refuses_stop_the_run(journey: Journey) -> None:
    planned = mixed(journey)
    first = first_of(journey, planned)
    journey.simulator.world.locked.update(first[:6])
    paused = journey.apply(planned)
    assert paused.state is ChangeSetState.PAUSED
    assert "6 of 9 in the first rows were not applied" in paused.note
    assert "locked" in paused.note
    assert len(journey.simulator.world.effects) == 3
    done = journey.apply(paused)
    assert (done.state, done.count(RowState.REFUSED)) == (ChangeSetState.FINISHED, 6)


def test_first_rows_that_nobody_read_back_are_read_back_before_the_run_widens(journey: Journey) -> None:
    planned = mixed(journey)
    rows = journey.intend(planned, 1)  # a console that dies once it has the answer
    for row in rows:
        journey.simulator.world.records("Accounts")[row.record_id].update(row.after)
    runs = journey.journal.runs
    runs.answer(Lease(planned.id, 1), rows, [Outcome(row.number, RowState.UPDATED) for row in rows], [])
    journey.simulator.world.records("Accounts")[rows[0].record_id][next(iter(rows[0].after))] = "another"

    paused = journey.apply(planned)
    assert paused.state is ChangeSetState.PAUSED
    assert "1 hold another value than was sent" in paused.note
    assert not journey.simulator.world.effects
    assert journey.apply(paused).state is ChangeSetState.FINISHED


@pytest.mark.parametrize(
    ("terms", "trigger"), [(PLAIN, None), (Terms(trigger=()), ()), (Terms(trigger=("workflow",)), ("workflow",))]
)
def test_the_automation_that_was_chosen_is_asked_for_and_carried_into_the_undo(
    journey: Journey, terms: Terms, trigger: tuple[str, ...] | None
) -> None:
    done = journey.apply(mixed(journey, 3, terms))
    assert {one.trigger for one in journey.simulator.world.writes} == {trigger}
    undone = journey.apply(journey.undo(done))
    assert undone.terms.trigger == trigger
    assert {one.trigger for one in journey.simulator.world.writes} == {trigger}


def test_a_run_waits_while_only_the_reserve_is_left_and_goes_on_by_itself(journey: Journey) -> None:
    planned = mixed(journey, 150, Terms(reserve=5_000))
    client = journey.call(client_of(journey))
    spent: list[str] = []

    def tell(progress: Any) -> None:
        spent.append(progress.sentence)
        if "waiting for more" in progress.sentence:
            client._transport._usage = ApiUsage(credits_left=90_000)

    client._transport._usage = ApiUsage(credits_left=5_004)
    done = journey.apply(planned, credits_s=0.05, on_progress=tell)
    assert done.state is ChangeSetState.FINISHED
    assert any("5,004 credits are left, and 5,000 are kept for others" in one for one in spent)


async def client_of(journey: Journey) -> Any:
    return journey.workspace.client(journey.acme)


def test_terms_can_be_changed_until_something_was_sent(journey: Journey) -> None:
    planned = mixed(journey, 3, PLAIN)
    journey.journal.agree(planned.id, Terms(trigger=(), reserve=7))
    assert journey.journal.change_set(planned.id).terms == Terms(trigger=(), reserve=7)
    done = journey.apply(planned)
    with pytest.raises(ZohoConfigError):
        journey.journal.agree(done.id, PLAIN)
