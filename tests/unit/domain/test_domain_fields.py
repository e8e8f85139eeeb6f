"""From the text of a cell to a value Zoho takes, and back."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoho_console.domain.fields import Field, ValueProblem, nearest, parse_text, print_value, same_value, shortened


def field(kind: str, **facts: Any) -> Field:
    return Field("Some_Field", "Some field", kind, **facts)


@pytest.mark.parametrize(
    ("one", "text", "value"),
    [
        (field("text", length=5), " abc ", "abc"),
        (field("text"), "", None),
        (field("textarea"), "two\nlines", "two\nlines"),
        (field("integer", length=9), "42", 42),
        (field("integer"), "-7", -7),
        (field("bigint", length=18), "900719925474099312", "900719925474099312"),
        (field("double", decimals=2), "12.50", 12.5),
        (field("currency", length=16, decimals=2), "1000", 1000),
        (field("percent"), "99.9", 99.9),
        (field("boolean"), "Yes", True),
        (field("boolean"), "0", False),
        (field("boolean"), "", False),
        (field("date"), "2026-02-28", "2026-02-28"),
        (field("datetime"), "2026-02-28T09:30:00+01:00", "2026-02-28T09:30:00+01:00"),
        (field("datetime"), "2026-02-28T09:30:00.123Z", "2026-02-28T09:30:00+00:00"),
        (field("picklist", pick_values=("Active", "At Risk")), "At Risk", "At Risk"),
        (field("picklist"), "anything", "anything"),
        (field("multiselectpicklist", pick_values=("A", "B")), "B; A", ["B", "A"]),
        (field("email"), "mina@example.org", "mina@example.org"),
        (field("website"), "https://example.org/x", "https://example.org/x"),
        (field("website"), "example.org", "example.org"),
        (field("phone"), "+49 (30) 1234-5", "+49 (30) 1234-5"),
        (field("lookup"), "777000000000410001", {"id": "777000000000410001"}),
        (field("ownerlookup"), "777000000000410001", {"id": "777000000000410001"}),
    ],
)
def test_a_good_text_becomes_its_value(one: Field, text: str, value: Any) -> None:
    assert parse_text(one, text) == value


@pytest.mark.parametrize(
    ("one", "text", "code"),
    [
        (field("text", length=3), "abcd", "too-long"),
        (field("text"), "a\x00b", "control-character"),
        (field("text", is_mandatory=True), "  ", "mandatory"),
        (field("text", is_writable=False), "a", "read-only"),
        (field("formula"), "1", "read-only"),
        (field("subform"), "x", "not-a-cell"),
        (field("integer"), "1.5", "not-a-number"),
        (field("integer"), "1,000", "not-a-number"),
        (field("integer"), "١٢", "not-a-number"),
        (field("integer", length=3), "1234", "too-long"),
        (field("double"), "1.234,56", "not-a-number"),
        (field("double"), "1e5", "not-a-number"),
        (field("double", decimals=1), "1.25", "too-precise"),
        (field("currency", length=2), "123", "too-long"),
        (field("boolean"), "perhaps", "not-yes-or-no"),
        (field("date"), "03/04/05", "not-a-date"),
        (field("date"), "2026-02-30", "not-a-date"),
        (field("date"), "20260228", "not-a-date"),
        (field("datetime"), "2026-02-28", "not-a-time"),
        (field("datetime"), "soon", "not-a-time"),
        (field("datetime"), "2026-02-28T09:30:00", "no-time-zone"),
        (field("picklist", pick_values=("Active",)), "active", "no-such-value"),
        (field("picklist", pick_values=("Active",)), "zzz", "no-such-value"),
        (field("multiselectpicklist", pick_values=("A",)), "A;B", "no-such-value"),
        (field("email"), "mina at example", "not-an-email"),
        (field("website"), "no dots", "not-a-website"),
        (field("phone"), "call me!", "not-a-phone"),
        (field("lookup"), "4.15E+18", "not-an-id"),
    ],
)
def test_a_bad_text_is_a_named_problem(one: Field, text: str, code: str) -> None:
    with pytest.raises(ValueProblem) as caught:
        parse_text(one, text)
    assert caught.value.code == code
    assert str(caught.value)


def test_a_pick_value_in_other_case_is_named_as_the_near_one() -> None:
    with pytest.raises(ValueProblem) as caught:
        parse_text(field("picklist", pick_values=("Active", "At Risk")), "active")
    assert caught.value.advice == "Did you mean “Active”?"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (12.0, "12"),
        (0.1, "0.1"),
        (1e16, "10000000000000000"),
        ({"name": "Mina Vogel", "id": "1"}, "Mina Vogel"),
        ({"id": "1"}, "1"),
        (["A", "B"], "A;B"),
        ("x", "x"),
        (7, "7"),
    ],
)
def test_a_value_prints_as_one_cell(value: Any, text: str) -> None:
    assert print_value(value) == text


@given(st.text(alphabet=string.printable + "äöü日本🙂", max_size=200))
def test_text_survives_the_way_there_and_back(text: str) -> None:
    value = parse_text(field("textarea"), text)
    assert print_value(value) == text.strip()


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_numbers_survive_the_way_there_and_back(number: int) -> None:
    assert print_value(parse_text(field("integer"), str(number))) == str(number)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False))
def test_money_survives_the_way_there_and_back(amount: Any) -> None:
    one = field("currency", decimals=2)
    assert same_value(one, parse_text(one, format(amount, "f")), float(amount))


@pytest.mark.parametrize(
    ("one", "left", "right", "same"),
    [
        (field("text"), "a ", "a", True),
        (field("text"), "", None, True),
        (field("text"), "a", "A", False),
        (field("double"), 5, 5.0, True),
        (field("double"), 5, None, False),
        (field("bigint"), "12", 12, True),
        (field("boolean"), True, True, True),
        (field("boolean"), False, None, False),
        (field("multiselectpicklist"), ["A", "B"], ["B", "A"], True),
        (field("multiselectpicklist"), [], None, True),
        (field("lookup"), {"id": "1", "name": "x"}, {"id": "1"}, True),
        (field("datetime"), "2026-03-04T09:30:00+01:00", "2026-03-04T08:30:00+00:00", True),
        (field("datetime"), "nonsense", "nonsense", True),
    ],
)
def test_values_that_zoho_holds_alike_are_the_same(one: Field, left: Any, right: Any, same: bool) -> None:
    assert same_value(one, left, right) is same


def test_numbers_are_known_by_their_type() -> None:
    assert field("currency").is_number
    assert not field("text").is_number


def test_nothing_near_is_said_as_nothing() -> None:
    assert nearest("qqqq", ["Active", "Inactive"]) == ""
    assert nearest("activ", ["Active", "Inactive"]) == "Active"


def test_long_and_invisible_text_is_shown_short_and_visible() -> None:
    assert shortened("a\u202eb\nc") == "a·b·c"
    assert shortened("x" * 100, 10) == "x" * 9 + "…"
