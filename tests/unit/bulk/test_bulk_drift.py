"""Who changed a value since an export, cell by cell, and what becomes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from zoho_console.bulk.drift import Policies, drift_of, policies_from, read_stamp, stamp_of
from zoho_console.bulk.planning import ASK, decided, plan_row
from zoho_console.domain.changes import Change, Problem, Row, RowRecord, RowState
from zoho_console.domain.drifts import Drift, Policy
from zoho_console.domain.fields import Field
from zoho_console.errors import ZohoConfigError

SCORE, PHONE = Field("Score", "Health Score", "integer"), Field("Phone", "Phone", "phone")
FIELDS = {"Score": SCORE, "Phone": PHONE}
EXPORTED = {"id": "777000000000001", "Score": 5, "Phone": None}
STAMP = stamp_of(EXPORTED, ("id", "Score", "Phone"))


@pytest.mark.parametrize(
    ("mine", "theirs", "drift"),
    [(5, 5, Drift.SAME), (6, 5, Drift.MINE), (5, 7, Drift.THEIRS), (6, 7, Drift.BOTH), (6, 6, Drift.SAME)],
)
def test_a_cell_tells_who_changed_it(mine: int, theirs: int, drift: Drift) -> None:
    assert drift_of(SCORE, mine, {**EXPORTED, "Score": theirs}, read_stamp(STAMP)) is drift


def test_a_field_that_was_not_exported_is_unknown() -> None:
    assert drift_of(PHONE, "1", EXPORTED, read_stamp(stamp_of(EXPORTED, ("Score",)))) is Drift.UNKNOWN


def test_a_stamp_of_another_row_fits_no_value() -> None:
    other = {**EXPORTED, "id": "777000000000002"}
    assert drift_of(SCORE, 6, other, read_stamp(STAMP)) is Drift.BOTH


@given(some.text(max_size=80))
def test_what_is_no_stamp_says_nothing_and_harms_nothing(text: str) -> None:
    for one in (text, f"1.{text}", STAMP[: len(text)]):
        assert all(len(part) == 6 for part in read_stamp(one).values())


@given(some.dictionaries(some.text(min_size=1, max_size=8), some.none() | some.integers() | some.text(max_size=9)))
def test_every_column_has_a_fingerprint_of_its_own(values: dict[str, object]) -> None:
    record = {**values, "id": "777000000000001"}
    assert len(read_stamp(stamp_of(record, values))) == len(set(values) - {"id"})


def planned(mine: dict[str, object], theirs: dict[str, object], policies: Policies = ASK) -> RowRecord:
    change = Change(Row(2, ("777000000000001",)), "777000000000001", mine)
    live = {**EXPORTED, "Account_Name": "Acme", **theirs}
    how = {"key_field": "id", "name_field": "Account_Name"}
    return plan_row(change, [live], FIELDS, stamp=read_stamp(STAMP), policies=policies, **how)


def test_what_only_others_changed_is_left_and_the_rest_is_sent() -> None:
    row = planned({"Score": 5, "Phone": "1"}, {"Score": 9})
    assert (row.state, row.after) == (RowState.PLANNED, {"Phone": "1"})
    alone = planned({"Score": 5}, {"Score": 9})
    assert (alone.state, alone.code) == (RowState.UNCHANGED, "theirs")


def test_what_both_changed_is_asked_or_decided_by_policy() -> None:
    asked = planned({"Score": 6, "Phone": "1"}, {"Score": 9})
    assert (asked.state, asked.code, asked.after) == (
        RowState.CONFLICT, "changed-in-both", {"Score": 6, "Phone": "1"},
    )  # fmt: skip
    assert "now it is “9” there" in asked.reason
    mine = planned({"Score": 6}, {"Score": 9}, Policies(Policy.MINE))
    assert (mine.before, mine.after) == ({"Score": 9}, {"Score": 6})
    theirs = planned({"Score": 6, "Phone": "1"}, {"Score": 9}, Policies(Policy.ASK, {"Score": Policy.THEIRS}))
    assert theirs.after == {"Phone": "1"}


def test_an_exported_name_that_is_no_value_stays_zohos_where_only_others_changed_it() -> None:
    owner = Field("Owner", "Owner", "ownerlookup")
    fields = {**FIELDS, "Owner": owner}
    stamp = read_stamp(stamp_of({**EXPORTED, "Owner": {"id": "1", "name": "Vogel"}}, ("id", "Score", "Owner")))
    wrong = Problem("not-an-id", "no id")
    how = {"key_field": "id", "name_field": "Account_Name"}

    def of(text: str, values: dict[str, object]) -> RowRecord:
        change = Change(Row(2, ("777000000000001",)), "777000000000001", values, {"Owner": (text, wrong)})
        return plan_row(change, [{**EXPORTED, "Owner": {"id": "2", "name": "Roth"}}], fields, stamp=stamp, **how)

    assert (of("Vogel", {}).code, of("Vogel", {"Score": 6}).after) == ("theirs", {"Score": 6})
    assert of("Somebody", {"Score": 6}).code == "not-an-id"


def test_a_decision_is_taken_back_and_a_row_without_one_waits() -> None:
    labels = {"Score": "Health Score", "Phone": "Phone"}
    asked = planned({"Score": 6, "Phone": "1"}, {"Score": 9, "Phone": "2"})
    half = decided(asked, {"Score": Policy.MINE}, labels)
    assert (half.state, half.reason) == (
        RowState.CONFLICT, "You changed “Phone” in the file, and somebody in Zoho; now it is “2” there.",
    )  # fmt: skip
    whole = decided(half, {"Phone": Policy.THEIRS}, labels)
    assert (whole.state, whole.before, whole.after, whole.reason) == (RowState.PLANNED, {"Score": 9}, {"Score": 6}, "")
    nothing = decided(whole, {"Score": Policy.THEIRS}, labels)
    assert (nothing.state, nothing.after) == (RowState.UNCHANGED, {})
    assert decided(nothing, {"Score": Policy.ASK, "Phone": Policy.ASK}, labels) == asked


@given(some.lists(some.sampled_from(list(Policy)), min_size=1, max_size=6))
def test_only_the_last_decision_counts(policies: list[Policy]) -> None:
    row = planned({"Score": 6, "Phone": "1"}, {"Score": 9})
    for policy in policies:
        row = decided(row, {"Score": policy}, {})
    assert row == decided(planned({"Score": 6, "Phone": "1"}, {"Score": 9}), {"Score": policies[-1]}, {})


def test_policies_are_read_from_words() -> None:
    assert policies_from(["mine", "Score=ask"], FIELDS) == Policies(Policy.MINE, {"Score": Policy.ASK})
    for wrong in ("ours", "Nonsense=mine", "Score="):
        with pytest.raises(ZohoConfigError):
            policies_from([wrong], FIELDS)
