"""Zoho's replies become outcomes, never those of another row."""

from __future__ import annotations

import pytest
from bulk_samples import BY_NAME, RECORD, bad, batch, good, planned_row
from hypothesis import given
from hypothesis import strategies as st

from zoho_console.bulk.progress import Progress, Tally
from zoho_console.bulk.settling import settle, settle_by_reading
from zoho_console.domain.changes import Outcome, RowState
from zoho_console.domain.records import Reply


def test_each_row_has_its_own_outcome() -> None:
    outcomes = settle(
        batch(3), [good("0"), bad(api_name="Industry", maximum_length=20), good("2")], {"Industry": "Branch"}
    )
    assert [one.state for one in outcomes] == [RowState.UPDATED, RowState.REFUSED, RowState.UPDATED]
    assert outcomes[1].reason == "“Branch” takes at most 20 characters."


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (bad(api_name="X", expected_data_type="integer"), "expects integer"),
        (bad(api_name="X", supported_values=["a"]), "does not take"),
        (bad(api_name="X"), "invalid data (“X”)"),
        (bad("DUPLICATE_DATA", "duplicate data", api_name="X", id="9"), "(9)"),
        (bad("MANDATORY_NOT_FOUND", "required", api_name="X"), "must not be empty"),
        (bad("INVALID_DATA", "the id given seems to be invalid", id="1"), "no account with this id"),
        (bad("RECORD_LOCKED", "locked", api_name="id"), "locked in Zoho"),
        (bad("NO_PERMISSION", "Permission denied"), "may not change"),
        (bad("SOMETHING_NEW", "<b>odd</b>"), "<b>odd</b>"),
        (bad("MULTIPLE_OR_MULTI_ERRORS", "many", errors=[
            {"code": "MANDATORY_NOT_FOUND", "message": "x", "details": {"api_name": "A"}},
            {"code": "RECORD_LOCKED", "message": "x", "details": None}, "junk"]), "locked in Zoho"),
    ],
)  # fmt: skip
def test_a_refusal_is_said_in_plain_words_with_a_remedy(reply: Reply, words: str) -> None:
    outcome = settle(batch(1), [reply], {})[0]
    assert outcome.state is RowState.REFUSED
    assert words in outcome.reason
    assert outcome.advice


def test_a_reply_that_names_nobody_or_somebody_else_proves_nothing() -> None:
    states = [one.state for one in settle(batch(2), [Reply(True, "", "SUCCESS", ""), bad()], {})]
    assert states == [RowState.IN_DOUBT, RowState.IN_DOUBT]
    named = Reply(False, "0", "RECORD_LOCKED", "")
    assert [one.state for one in settle(batch(2), [good("0"), named], {})] == [RowState.UPDATED, RowState.IN_DOUBT]
    assert [one.state for one in settle(batch(1), [named], {})] == [RowState.REFUSED]


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.data())
def test_shuffled_dropped_doubled_and_strange_replies_are_never_attributed_wrongly(
    accepted: list[bool], data: st.DataObject
) -> None:
    rows = batch(len(accepted))
    replies = [good(row.record_id) if ok else bad() for row, ok in zip(rows, accepted, strict=True)]
    place = data.draw(st.integers(0, len(replies) - 1))
    trouble = data.draw(st.sampled_from(["none", "shuffle", "drop", "double", "stranger"]))
    if trouble == "shuffle":
        replies = data.draw(st.permutations(replies))
    elif trouble == "drop":
        del replies[place]
    elif trouble == "double":
        replies.insert(data.draw(st.integers(0, len(replies))), replies[place])
    elif trouble == "stranger":
        replies[place] = good("stranger")

    outcomes = settle(rows, replies, {})

    assert [one.number for one in outcomes] == [row.number for row in rows]
    for outcome, ok in zip(outcomes, accepted, strict=True):
        assert outcome.state is not RowState.UPDATED or ok
        assert outcome.state is not RowState.REFUSED or not ok
    if trouble == "none":
        assert RowState.IN_DOUBT not in {one.state for one in outcomes}


@pytest.mark.parametrize(
    ("industry", "state", "words"),
    [
        ("Finance", RowState.UPDATED, "shows the new values"),
        ("Banking", RowState.IN_DOUBT, "still shows the old values"),
        ("Media", RowState.IN_DOUBT, "neither the old nor the new"),
        (None, RowState.IN_DOUBT, "not in Zoho any more"),
    ],
)
@pytest.mark.parametrize("is_lost", [True, False])
def test_reading_back_proves_an_update_and_nothing_else(
    industry: str | None, state: RowState, words: str, is_lost: bool
) -> None:
    live = {"777": {**RECORD, "Industry": industry}} if industry else {}
    outcome = settle_by_reading([planned_row()], live, BY_NAME, is_lost=is_lost)[0]
    assert (outcome.state, outcome.number) == (state, 2)
    assert words in outcome.reason
    assert ("lost" in outcome.reason) is is_lost
    assert bool(outcome.advice) is (state is RowState.IN_DOUBT)


@given(st.lists(st.sampled_from([state for state in RowState if state.is_final]), max_size=40))
def test_totals_add_up_whatever_comes(states: list[RowState]) -> None:
    told: list[Progress] = []
    tally = Tally({RowState.PLANNED: len(states), RowState.INVALID: 3}, told.append)
    for number, state in enumerate(states):
        tally.move(RowState.PLANNED, [Outcome(number, state)])
        tally.tell("")
        assert (told[-1].done, told[-1].total) == (number + 4, len(states) + 3)
        assert sum(told[-1].counts.values()) == told[-1].total
