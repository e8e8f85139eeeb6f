"""Mapping, checking, planning and settling: values in, values out."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from zoho_console.bulk.checking import check_row, duplicates
from zoho_console.bulk.mapping import check_mapping, mapping_from, suggest
from zoho_console.bulk.planning import conflict_words, conflicts, holds_already, plan_row
from zoho_console.bulk.settling import settle
from zoho_console.bulk.undoing import undo_row
from zoho_console.domain.changes import Change, Mapping, Problem, Row, RowRecord, RowState
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Reply
from zoho_console.errors import ZohoConfigError

FIELDS = [
    Field("id", "Record Id", "bigint", is_writable=False),
    Field("Account_Name", "Account Name", "text", length=20, is_mandatory=True),
    Field("Health_Score", "Health Score", "integer", length=9),
    Field("Industry", "Industry", "picklist", pick_values=("Banking", "Finance")),
    Field("Website", "Website", "website"),
    Field("Customer_Code", "Customer Code", "text", is_unique=True),
    Field("Owner", "Account Owner", "ownerlookup"),
    Field("Is_Key", "Is Key", "boolean"),
    Field("Created_Time", "Created Time", "datetime", is_writable=False),
]
BY_NAME = {one.api_name: one for one in FIELDS}
HEADER = ("Account Name", "Score", "Industry")
MAPPING = Mapping(0, "Account_Name", {1: "Health_Score", 2: "Industry"})


def row(*texts: str, number: int = 2) -> Row:
    return Row(number, number, texts)


# --- mapping ---


def test_columns_are_recognised_by_name_label_words_and_likeness() -> None:
    header = ("Account Name", "Health_Score", "industry", "Web site", "Whatever", "Ownr")
    mapping, why = suggest(header, (), FIELDS)
    assert (mapping.key_column, mapping.key_field) == (0, "Account_Name")
    assert mapping.targets == {1: "Health_Score", 2: "Industry", 3: "Website", 5: "Owner"}
    assert why[5] == "similar name"
    assert why[1] == "same name"
    assert why[2] == "same words"


def test_an_id_column_is_the_best_key() -> None:
    mapping, _why = suggest(("Record ID", "Account Name", "Created Time"), (), FIELDS)
    assert (mapping.key_column, mapping.key_field) == (0, "id")
    assert mapping.targets == {1: "Account_Name"}


def test_a_unique_field_may_be_the_key_and_nothing_may_be() -> None:
    assert suggest(("Customer Code", "Industry"), (), FIELDS)[0].key_field == "Customer_Code"
    assert suggest(("Foo", "Bar"), (), FIELDS)[0] == Mapping(-1, "", {})


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        (Mapping(-1, "id", {1: "Industry"}), "no-key"),
        (Mapping(0, "Industry", {1: "Health_Score"}), "bad-key"),
        (Mapping(0, "Nothing", {1: "Health_Score"}), "bad-key"),
        (Mapping(0, "id", {}), "nothing-mapped"),
        (Mapping(0, "id", {1: "Nothing"}), "unknown-field"),
        (Mapping(0, "id", {1: "Created_Time"}), "read-only"),
        (Mapping(0, "id", {1: "Industry", 2: "Industry"}), "two-columns"),
    ],
)
def test_a_wrong_mapping_is_named(mapping: Mapping, code: str) -> None:
    problems = check_mapping(mapping, HEADER, FIELDS)
    assert code in {problem.code for problem in problems}
    assert all(problem.sentence and problem.advice for problem in problems)


def test_a_good_mapping_has_no_problem() -> None:
    assert check_mapping(MAPPING, HEADER, FIELDS) == []


def test_the_command_line_names_columns_and_fields() -> None:
    made = mapping_from(HEADER, FIELDS, "Account_Name", ["Score=Health_Score", "Industry=Industry"])
    assert made == MAPPING
    assert mapping_from(("id", "Industry"), FIELDS) == Mapping(0, "id", {1: "Industry"})
    assert (
        mapping_from(
            ("Name", "Industry"), FIELDS, "Account Name", ["Name=Account_Name", "Industry=Industry"]
        ).key_column
        == 0
    )


@pytest.mark.parametrize(
    ("key", "pairs"),
    [
        ("Nothing", []), ("", ["Score"]), ("", ["Scor=Health_Score"]), ("", ["Score=Helth_Score"]),
        ("", ["Score=Health_Score", "Score=Industry"]), ("Website", ["Score=Health_Score"]), ("", ["Zzz=Industry"]),
        ("Account_Name", ["Account Name=Account_Name"]),
    ],
)  # fmt: skip
def test_a_wrong_word_on_the_command_line_is_named(key: str, pairs: list[str]) -> None:
    with pytest.raises(ZohoConfigError) as caught:
        mapping_from(HEADER, FIELDS, key, pairs)
    assert caught.value.advice


# --- checking ---


def test_a_good_row_becomes_a_change() -> None:
    change = check_row(row("3M", "42", "Finance"), MAPPING, BY_NAME, HEADER)
    assert change == Change(row("3M", "42", "Finance"), "3M", {"Health_Score": 42, "Industry": "Finance"})


def test_an_empty_cell_keeps_or_clears() -> None:
    kept = check_row(row("3M", " ", "Finance"), MAPPING, BY_NAME, HEADER)
    cleared = check_row(row("3M", "", ""), MAPPING, BY_NAME, HEADER, blanks="clear")
    assert isinstance(kept, Change)
    assert kept.values == {"Industry": "Finance"}
    assert isinstance(cleared, Change)
    assert cleared.values == {"Health_Score": None, "Industry": None}


@pytest.mark.parametrize(
    ("texts", "key_field", "code", "column"),
    [
        (("", "1", ""), "Account_Name", "no-key", "Account Name"),
        (("3M", "x", ""), "Account_Name", "not-a-number", "Score"),
        (("3M", "1", "Bankng"), "Account_Name", "no-such-value", "Industry"),
        (("4.15E+18", "1", ""), "id", "id-ruined", "Account Name"),
        (("4,15087E+18", "1", ""), "id", "id-ruined", "Account Name"),
        (("4150868000000370000", "1", ""), "id", "id-ruined", "Account Name"),
        (("12345", "1", ""), "id", "not-an-id", "Account Name"),
        (("7770000\u200b00000410001", "1", ""), "id", "not-an-id", "Account Name"),
        (("٧٧٧٠٠٠٠٠٠٠٠٠٤١٠٠٠١", "1", ""), "id", "not-an-id", "Account Name"),
    ],
)
def test_a_bad_row_is_a_named_problem(texts: tuple[str, ...], key_field: str, code: str, column: str) -> None:
    problem = check_row(row(*texts), replace(MAPPING, key_field=key_field), BY_NAME, HEADER)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.column) == (code, column)
    assert problem.advice


def test_rows_of_one_record_name_each_other() -> None:
    found = duplicates({"a": [2, 7], "b": [3], "c": [4, 5, 6]})
    assert sorted(found) == [2, 4, 5, 6, 7]
    assert "row 7" in found[2].sentence
    assert "rows 5, 6" in found[4].sentence


# --- planning ---


def change(**values: Any) -> Change:
    return Change(row("3M", "42", "Finance"), "3M", values)


RECORD = {
    "id": "777",
    "Account_Name": "3M",
    "Health_Score": 42,
    "Industry": "Banking",
    "Owner": {"id": "1", "name": "A"},
}


def test_only_what_differs_is_planned_with_its_before_image() -> None:
    planned = plan_row(change(Health_Score=42, Industry="Finance"), [RECORD], BY_NAME, "Account_Name")
    assert planned.state is RowState.PLANNED
    assert (planned.before, planned.after) == ({"Industry": "Banking"}, {"Industry": "Finance"})
    assert (planned.record_id, planned.record_name) == ("777", "3M")


def test_a_row_without_difference_is_left_out() -> None:
    assert plan_row(change(Health_Score=42.0), [RECORD], BY_NAME, "Account_Name").state is RowState.UNCHANGED
    assert plan_row(change(Owner={"id": "1"}), [RECORD], BY_NAME, "Account_Name").state is RowState.UNCHANGED
    assert "no value" in plan_row(change(), [RECORD], BY_NAME, "Account_Name").reason


def test_no_match_and_several_matches_are_never_guessed() -> None:
    none = plan_row(change(Health_Score=1), [], BY_NAME, "Account_Name")
    many = plan_row(change(Health_Score=1), [{"id": str(n)} for n in range(7)], BY_NAME, "Account_Name")
    assert (none.state, none.code) == (RowState.INVALID, "no-match")
    assert (many.state, many.code) == (RowState.INVALID, "several-matches")
    assert "and 2 more" in many.advice


def planned_row(**changes: Any) -> RowRecord:
    made = RowRecord(
        2, ("3M",), RowState.PLANNED, "777", "3M", {"Industry": "Banking"}, {"Industry": "Finance"}, batch=1
    )
    return replace(made, **changes)


def test_a_value_that_others_changed_is_a_conflict() -> None:
    assert conflicts(planned_row(), RECORD, BY_NAME) == {}
    assert conflicts(planned_row(), {**RECORD, "Industry": "Media"}, BY_NAME) == {"Industry": "Media"}
    assert conflicts(planned_row(), None, BY_NAME) == {"Industry": None}
    assert holds_already(planned_row(), {**RECORD, "Industry": "Finance"}, BY_NAME)
    assert not holds_already(planned_row(), None, BY_NAME)


def test_a_conflict_is_said_in_words() -> None:
    assert "“Industry”" in conflict_words(["Industry"], {"Industry": "Industry"}, {"Industry": None})
    assert "(blank)" in conflict_words(["Industry"], {}, {"Industry": None})
    assert "not in Zoho" in conflict_words(["Industry"], {}, None)


def test_undo_turns_a_row_round_only_where_the_value_is_ours() -> None:
    done = planned_row(state=RowState.UPDATED)
    turned = undo_row(done, {**RECORD, "Industry": "Finance"}, BY_NAME, {})
    assert (turned.state, turned.before, turned.after) == (RowState.PLANNED, done.after, done.before)
    assert undo_row(done, {**RECORD, "Industry": "Media"}, BY_NAME, {}).state is RowState.CONFLICT
    assert undo_row(done, None, BY_NAME, {}).state is RowState.CONFLICT
    assert undo_row(done, {**RECORD, "Industry": "Banking"}, BY_NAME, {}).state is RowState.UNCHANGED


def test_undo_of_an_undo_is_the_plan_again() -> None:
    done = planned_row(state=RowState.UPDATED)
    back = undo_row(done, {**RECORD, "Industry": "Finance"}, BY_NAME, {})
    again = undo_row(replace(back, state=RowState.UPDATED), {**RECORD, "Industry": "Banking"}, BY_NAME, {})
    assert (again.before, again.after) == (done.before, done.after)


# --- settling ---


def good(record_id: str) -> Reply:
    return Reply(True, record_id, "SUCCESS", "record updated", {"id": record_id})


def bad(code: str = "INVALID_DATA", message: str = "invalid data", **details: Any) -> Reply:
    return Reply(False, "", code, message, details)


def batch(size: int) -> list[RowRecord]:
    return [planned_row(number=place, record_id=str(place)) for place in range(size)]


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


def test_shuffled_dropped_and_doubled_replies_are_never_attributed_wrongly() -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    draw = random.Random(seed)
    for _ in range(500):
        rows = batch(draw.randrange(1, 30))
        truth = {row.record_id: draw.random() < 0.7 for row in rows}
        replies = [good(row.record_id) if truth[row.record_id] else bad() for row in rows]
        trouble = draw.choice(("shuffle", "drop", "double", "stranger"))
        if trouble == "shuffle":
            draw.shuffle(replies)
        elif trouble == "drop":
            del replies[draw.randrange(len(replies))]
        elif trouble == "double":
            replies.insert(draw.randrange(len(replies)), draw.choice(replies))
        else:
            replies[draw.randrange(len(replies))] = good("stranger")
        for row_, outcome in zip(rows, settle(rows, replies, {}), strict=True):
            assert outcome.state is not RowState.UPDATED or truth[row_.record_id]
            assert outcome.state is not RowState.REFUSED or not truth[row_.record_id]
