"""Zoho's replies become outcomes, never those of another row."""

from __future__ import annotations

import pytest
from bulk_samples import BY_NAME, RECORD, bad, batch, good, planned_row
from hypothesis import given
from hypothesis import strategies as st

from zoho_console.bulk.progress import Progress, Tally
from zoho_console.bulk.settling import settle, settle_by_reading
from zoho_console.domain.changes import Outcome, RowRecord, RowState
from zoho_console.domain.records import Record, Reply


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
    assert settle(batch(2), [Reply(True, "", "SUCCESS", ""), bad()], {}) == []
    named = Reply(False, "0", "RECORD_LOCKED", "")
    assert settle(batch(2), [good("0"), named], {}) == [Outcome(0, RowState.UPDATED)]
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

    outcomes = {one.number: one.state for one in settle(rows, replies, {})}

    for row, ok in zip(rows, accepted, strict=True):
        assert outcomes.get(row.number) in (None, RowState.UPDATED if ok else RowState.REFUSED)
    if trouble == "none":
        assert len(outcomes) == len(rows)


def read(row: RowRecord, live: dict[str, Record], **how: bool) -> Outcome:
    how = {"is_lost": True, "may_repeat": True, **how}
    return settle_by_reading([row], live, BY_NAME, stamp="Modified_Time", **how)[0]


@pytest.mark.parametrize(
    ("industry", "state", "words"),
    [
        ("Finance", RowState.UPDATED, "shows the new values"),
        ("Media", RowState.UNPROVED, "neither the old nor the new"),
        (None, RowState.UNPROVED, "not in Zoho any more"),
    ],
)
@pytest.mark.parametrize("is_lost", [True, False])
def test_reading_back_proves_an_update_or_leaves_it_to_a_person(
    industry: str | None, state: RowState, words: str, is_lost: bool
) -> None:
    live = {"777": {**RECORD, "Industry": industry}} if industry else {}
    outcome = read(planned_row(), live, is_lost=is_lost)
    assert (outcome.state, outcome.number) == (state, 2)
    assert words in outcome.reason
    assert ("lost" in outcome.reason) is is_lost
    assert bool(outcome.advice) is (state is RowState.UNPROVED)


def test_old_values_on_a_record_nobody_touched_prove_that_nothing_was_done() -> None:
    live = {"777": {**RECORD, "Modified_Time": "noon"}}
    row = planned_row(seen_at="noon")
    assert read(row, live) == Outcome(2, RowState.PLANNED)
    tired = read(row, live, may_repeat=False)
    assert (tired.state, tired.code) == (RowState.UNPROVED, "lost-answer")
    unnamed = read(row, live, may_repeat=False, is_lost=False)
    assert (unnamed.state, unnamed.code) == (RowState.REFUSED, "not-applied")


def test_old_values_on_a_record_that_somebody_touched_prove_nothing() -> None:
    outcome = read(planned_row(seen_at="noon"), {"777": {**RECORD, "Modified_Time": "later"}})
    assert outcome.state is RowState.UNPROVED
    assert "somebody modified it" in outcome.reason


@given(st.lists(st.sampled_from([state for state in RowState if state.is_final]), max_size=40))
def test_totals_add_up_whatever_comes(states: list[RowState]) -> None:
    told: list[Progress] = []
    tally = Tally({RowState.PLANNED: len(states), RowState.INVALID: 3}, told.append)
    for number, state in enumerate(states):
        tally.move(RowState.PLANNED, [Outcome(number, state)])
        tally.tell("")
        assert (told[-1].done, told[-1].total) == (number + 4, len(states) + 3)
        assert sum(told[-1].counts.values()) == told[-1].total
