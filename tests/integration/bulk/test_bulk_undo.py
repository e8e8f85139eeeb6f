"""Undo: of a whole run or a part of it, only what is ours, and itself a run like any other."""

from __future__ import annotations

import pytest
from bulk_journey import Journey

from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, RowState
from zoho_console.errors import ZohoConfigError

HEADER = ("id", "Health Score", "Phone")


@pytest.fixture
def before(journey: Journey) -> dict[str, tuple[object, object]]:
    """Score and phone of the first accounts, as they were."""
    return {one: (journey.value(one), journey.value(one, "Phone")) for one in journey.ids(6)}


@pytest.fixture
def done(journey: Journey, before: dict[str, tuple[object, object]]) -> ChangeSet:
    """A finished run that set two fields of six accounts."""
    rows = [(one, 991, f"+48 {place}") for place, one in enumerate(before)]
    return journey.apply(journey.prepare(journey.file(rows, HEADER)))


def now(journey: Journey, ids: list[str]) -> list[tuple[object, object]]:
    return [(journey.value(one), journey.value(one, "Phone")) for one in ids]


def test_one_field_of_a_run_is_put_back_and_the_other_stays(
    journey: Journey, before: dict[str, tuple[object, object]], done: ChangeSet
) -> None:
    undone = journey.apply(journey.undo(done, fields=frozenset({"Phone"})))
    assert undone.counts == {RowState.UPDATED: 6}
    assert now(journey, list(before)) == [(991, phone) for _, phone in before.values()]


def test_some_rows_of_a_run_are_put_back(
    journey: Journey, before: dict[str, tuple[object, object]], done: ChangeSet
) -> None:
    undo = journey.undo(done, rows=frozenset({3, 5}))
    assert [(row.number, row.state) for row in journey.journal.rows(undo.id)] == [
        (3, RowState.PLANNED), (5, RowState.PLANNED),
    ]  # fmt: skip
    journey.apply(undo)
    ids = list(before)
    old = [now_ == was for now_, was in zip(now(journey, ids), before.values(), strict=True)]
    assert old == [False, True, False, True, False, False]


def test_unproved_rows_are_put_back_where_the_account_shows_our_value(
    journey: Journey, before: dict[str, tuple[object, object]]
) -> None:
    ids = list(before)[:2]
    planned = journey.scores(2, 991)
    rows = journey.intend(planned, 1)
    journey.simulator.world.records("Accounts")[ids[0]]["Health_Score"] = 5
    journey.simulator.world.records("Accounts")[ids[1]]["Health_Score"] = 5
    unproved = journey.apply(journey.journal.change_set(planned.id))
    assert unproved.counts == {RowState.UNPROVED: len(rows)}
    journey.simulator.world.records("Accounts")[ids[0]]["Health_Score"] = 991  # it landed after all
    undo = journey.undo(unproved, states=frozenset({RowState.UNPROVED}))
    assert undo.counts == {RowState.PLANNED: 1, RowState.CONFLICT: 1}
    journey.apply(undo)
    assert (journey.value(ids[0]), journey.value(ids[1])) == (before[ids[0]][0], 5)


def test_an_undo_is_interrupted_resumed_and_undone_again(
    journey: Journey, before: dict[str, tuple[object, object]], done: ChangeSet
) -> None:
    undo = journey.undo(done)
    journey.intend(undo, 1)
    undone = journey.apply(journey.journal.change_set(undo.id))
    assert (undone.kind, undone.state, undone.counts) == (
        ChangeSetKind.UNDO, ChangeSetState.FINISHED, {RowState.UPDATED: 6},
    )  # fmt: skip
    assert now(journey, list(before)) == list(before.values())
    redone = journey.apply(journey.undo(undone))
    assert redone.counts == {RowState.UPDATED: 6}
    assert [score for score, _ in now(journey, list(before))] == [991] * 6


def test_what_cannot_be_undone_is_said_before_anything_is_asked(journey: Journey, done: ChangeSet) -> None:
    for choice, words in (
        ({"fields": frozenset({"Industry"})}, "does not set the field “Industry”"),
        ({"states": frozenset({RowState.REFUSED})}, "Only rows that were updated"),
        ({"states": frozenset({RowState.UNPROVED})}, "changed nothing"),
        ({"rows": frozenset({99})}, "none of these rows"),
    ):
        with pytest.raises(ZohoConfigError, match=words):
            journey.undo(done, **choice)
    assert all(one.state is not ChangeSetState.DRAFT for one in journey.journal.change_sets())


def test_only_rows_that_set_a_field_to_a_value_are_undone(journey: Journey) -> None:
    ids = journey.ids(4)
    scores = {one: journey.value(one) for one in ids}
    done = journey.apply(journey.prepare(journey.file([(one, 901 + place % 2) for place, one in enumerate(ids)])))
    undone = journey.apply(journey.undo(done, values={"Health_Score": "902"}))
    assert undone.counts == {RowState.UPDATED: 2}
    assert [journey.value(one) for one in ids] == [901, scores[ids[1]], 901, scores[ids[3]]]
    with pytest.raises(ZohoConfigError, match="changed none of these rows"):
        journey.undo(done, values={"Health_Score": "903"})
    with pytest.raises(ZohoConfigError, match="does not set"):
        journey.undo(done, values={"Phone": "1"})
