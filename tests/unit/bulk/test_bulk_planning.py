"""A change and a record become a plan; a plan is looked at again, and turned round."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from bulk_samples import BY_NAME, FIELDS, MAPPING, RECORD, planned_row, row
from hypothesis import given
from hypothesis import strategies as st

from zoho_console.bulk.planning import conflict_words, conflicts, fields_of, holds_already, look_again, plan_row
from zoho_console.bulk.undoing import undo_row
from zoho_console.domain.changes import Change, ChangeSet, ChangeSetKind, ChangeSetState, Problem, RowRecord, RowState
from zoho_console.domain.records import Record
from zoho_console.errors import ZohoConfigError

VALUES = st.fixed_dictionaries(
    {},
    optional={
        "Health_Score": st.none() | st.integers(-5, 5),
        "Industry": st.sampled_from([None, "Banking", "Finance"]),
        "Owner": st.none() | st.sampled_from([{"id": "1", "name": "A"}, {"id": "2"}]),
        "Is_Key": st.booleans(),
    },
)


def plan(values: dict[str, Any], *candidates: Record, key: str = "3M") -> RowRecord:
    change = Change(row(key), key, values)
    return plan_row(change, candidates, BY_NAME, key_field="Account_Name", name_field="Account_Name")


def test_only_what_differs_is_planned_with_its_before_image() -> None:
    planned = plan({"Health_Score": 42, "Industry": "Finance"}, RECORD)
    assert planned.state is RowState.PLANNED
    assert (planned.before, planned.after) == ({"Industry": "Banking"}, {"Industry": "Finance"})
    assert (planned.record_id, planned.record_name) == ("777", "3M")


def test_a_row_without_difference_is_left_out() -> None:
    assert plan({"Health_Score": 42.0}, RECORD).state is RowState.UNCHANGED
    assert plan({"Owner": {"id": "1"}}, RECORD).state is RowState.UNCHANGED
    assert "no value" in plan({}, RECORD).reason


def test_a_cell_that_is_no_value_is_a_problem_unless_zoho_shows_just_that() -> None:
    wrong = Problem("not-an-id", "“A” is no id.", "Give the id.", "Owner")

    def planned(text: str, values: dict[str, Any]) -> RowRecord:
        change = Change(row("3M"), "3M", values, {"Owner": (text, wrong)})
        return plan_row(change, [RECORD], BY_NAME, key_field="Account_Name", name_field="Account_Name")

    assert planned("A", {}).code == "unchanged"
    assert planned("A", {"Health_Score": 43}).after == {"Health_Score": 43}
    other = planned("B", {"Health_Score": 43})
    assert (other.state, other.code, other.reason) == (RowState.INVALID, "not-an-id", "Owner: “A” is no id.")


def test_no_match_and_several_matches_are_never_guessed() -> None:
    none = plan({"Health_Score": 1})
    many = plan({"Health_Score": 1}, *({**RECORD, "id": str(number)} for number in range(7)))
    assert (none.state, none.code, none.record_id) == (RowState.INVALID, "no-match", "")
    assert (many.state, many.code, many.record_id) == (RowState.INVALID, "several-matches", "")
    assert "and 2 more" in many.advice


def test_a_name_that_differs_in_case_is_named_and_not_taken() -> None:
    alike = [{**RECORD, "Account_Name": name} for name in ("3m", "3m", "3M ag")]
    planned = plan({"Health_Score": 1}, *alike)
    assert planned.code == "no-match"
    assert planned.advice == "Did you mean “3M ag” or “3m”?"
    assert plan({"Health_Score": 1}, RECORD, *alike).state is RowState.PLANNED


def test_a_value_that_others_changed_is_a_conflict() -> None:
    assert conflicts(planned_row(), RECORD, BY_NAME) == {}
    assert conflicts(planned_row(), {**RECORD, "Industry": "Media"}, BY_NAME) == {"Industry": "Media"}
    assert conflicts(planned_row(), None, BY_NAME) == {"Industry": None}
    assert holds_already(planned_row(), {**RECORD, "Industry": "Finance"}, BY_NAME)
    assert not holds_already(planned_row(), None, BY_NAME)


def test_looking_again_lets_through_only_what_is_as_it_was() -> None:
    rows = [planned_row(number=number, record_id=str(number)) for number in (1, 2, 3, 4)]
    live = {
        "1": {**RECORD, "id": "1", "Modified_Time": "noon"},
        "2": {**RECORD, "id": "2", "Industry": "Finance"},
        "3": {**RECORD, "id": "3", "Industry": "Media"},
    }
    good, outcomes = look_again(rows, live, BY_NAME, {"Industry": "Branch"}, stamp="Modified_Time")
    assert good == [replace(rows[0], seen_at="noon")]
    assert [(one.number, one.state) for one in outcomes] == [
        (2, RowState.UNCHANGED), (3, RowState.CONFLICT), (4, RowState.CONFLICT),
    ]  # fmt: skip
    assert "“Branch”" in outcomes[1].reason
    assert "“Media”" in outcomes[1].reason


def test_a_conflict_is_said_in_words() -> None:
    assert conflict_words(["Industry"], {"Industry": "Branch"}, {"Industry": None}) == (
        "Somebody changed “Branch” meanwhile; now it is blank."
    )
    assert "not in Zoho" in conflict_words(["Industry"], {}, None)


def change_set() -> ChangeSet:
    now = datetime.now(UTC)
    return ChangeSet(
        7, 1, "Accounts", ChangeSetKind.UPDATE, "f.csv", (), MAPPING, {"Industry": "Branch"}, "", None,
        ChangeSetState.PLANNED, "", now, None, None, {},
    )  # fmt: skip


def test_a_field_that_zoho_lost_meanwhile_is_named() -> None:
    assert set(fields_of(change_set(), FIELDS)) == {"Health_Score", "Industry"}
    with pytest.raises(ZohoConfigError, match="“Branch”"):
        fields_of(change_set(), [one for one in FIELDS if one.api_name != "Industry"])


def test_undo_turns_a_row_round_only_where_the_value_is_ours() -> None:
    done = planned_row(state=RowState.UPDATED)
    turned = undo_row(done, {**RECORD, "Industry": "Finance"}, BY_NAME, {})
    assert (turned.state, turned.before, turned.after) == (RowState.PLANNED, done.after, done.before)
    assert undo_row(done, {**RECORD, "Industry": "Media"}, BY_NAME, {}).state is RowState.CONFLICT
    assert undo_row(done, None, BY_NAME, {}).state is RowState.CONFLICT
    assert undo_row(done, {**RECORD, "Industry": "Banking"}, BY_NAME, {}).state is RowState.UNCHANGED


@given(VALUES, VALUES)
def test_applying_a_plan_and_its_undo_restores_the_record(old: dict[str, Any], new: dict[str, Any]) -> None:
    record = {**RECORD, **old}
    planned = plan(new, record)
    if planned.state is RowState.PLANNED:
        written = {**record, **planned.after}
        back = undo_row(replace(planned, state=RowState.UPDATED), written, BY_NAME, {})
        assert {**written, **back.after} == {**dict.fromkeys(planned.after), **record}
        again = undo_row(replace(back, state=RowState.UPDATED), {**written, **back.after}, BY_NAME, {})
        assert (again.before, again.after) == (planned.before, planned.after)
    assert planned.state in (RowState.PLANNED, RowState.UNCHANGED)
