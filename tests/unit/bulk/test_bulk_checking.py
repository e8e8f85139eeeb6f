"""Rows become changes or named problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from bulk_samples import BY_NAME, HEADER, MAPPING, first_problem, row
from hypothesis import given
from hypothesis import strategies as st

from zoho_console.bulk.checking import ROUNDED, are_rounded, check_row
from zoho_console.domain.changes import Change
from zoho_console.domain.fields import Field, parse_text, print_value, same_value

BY_ID = replace(MAPPING, key_field="id")


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
        (("4,15087e18", "1", ""), "id", "id-ruined", "Account Name"),
        (("4150868000000370000", "1", ""), "id", "id-ruined", "Account Name"),
        (("12345", "1", ""), "id", "not-an-id", "Account Name"),
        (("7770000\u200b00000410001", "1", ""), "id", "not-an-id", "Account Name"),
        (("٧٧٧٠٠٠٠٠٠٠٠٠٤١٠٠٠١", "1", ""), "id", "not-an-id", "Account Name"),
        (("twelve", "1", ""), "Health_Score", "not-a-number", "Account Name"),
    ],
)
def test_a_bad_row_is_a_named_problem(texts: tuple[str, ...], key_field: str, code: str, column: str) -> None:
    mapping = replace(MAPPING, key_field=key_field)
    problem = first_problem(check_row(row(*texts), mapping, BY_NAME, HEADER, has_rounded_ids=True))
    assert (problem.code, problem.column) == (code, column)
    assert problem.advice


def test_an_id_that_happens_to_end_in_zeros_is_taken_in_a_sound_file() -> None:
    assert isinstance(check_row(row("777000000000420000", "1", ""), BY_ID, BY_NAME, HEADER), Change)


@pytest.mark.parametrize(
    ("ids", "is_rounded"),
    [
        ([777000000000410001 + number for number in range(2500)], False),  # two of them end in three zeros
        ([5104330000004 * 10**6 + 7 * number for number in range(3000)], False),
        ([round(777000000000410001 + 1234 * number, -3) for number in range(50)], True),
        ([round(4150868000000371234 + 98_765_432 * number, -4) for number in range(2)], True),
        ([777000000000420000], False),
    ],
)
def test_rounded_ids_show_over_the_whole_file(ids: Sequence[int], is_rounded: bool) -> None:
    suspects = sum(bool(ROUNDED.fullmatch(str(one))) for one in ids)
    assert are_rounded(suspects, len(ids)) is is_rounded


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("#N/A", "failed-formula"),
        (" #REF! ", "failed-formula"),
        ("4.91512E+12", "number-ruined"),
        ("1E+20", "number-ruined"),
    ],
)
def test_what_a_spreadsheet_left_instead_of_a_value_is_never_written(text: str, code: str) -> None:
    mapping = replace(MAPPING, targets={1: "Customer_Code"})
    problem = first_problem(check_row(row("3M", text, ""), mapping, BY_NAME, HEADER))
    assert (problem.code, problem.column) == (code, "Score")
    for sound in ("#N/B", "1E5", "E+5", "4.9E+"):
        change = check_row(row("3M", sound, ""), mapping, BY_NAME, HEADER)
        assert isinstance(change, Change)
        assert not change.unreadable


@given(st.integers(-(10**8), 10**8))
def test_whole_numbers_survive_the_way_to_a_cell_and_back(number: int) -> None:
    assert parse_text(BY_NAME["Health_Score"], print_value(number)) == number


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from(["double", "currency", "percent"]))
def test_decimals_survive_the_way_to_a_cell_and_back(number: object, kind: str) -> None:
    field = Field("Any", "Any", kind, decimals=2)
    value = parse_text(field, format(number, "f"))
    assert same_value(field, parse_text(field, print_value(value)), value)


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30))
def test_texts_survive_the_way_to_a_cell_and_back(text: str) -> None:
    field = Field("Any", "Any", "text", length=255)
    assert same_value(field, parse_text(field, print_value(text)), text)


@given(st.lists(st.sampled_from(["English", "German", "日本語"]), unique=True))
def test_choices_survive_the_way_to_a_cell_and_back(values: list[str]) -> None:
    field = Field("Any", "Any", "multiselectpicklist", pick_values=("English", "German", "日本語"))
    assert same_value(field, parse_text(field, print_value(values)), values)
