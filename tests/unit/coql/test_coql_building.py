"""Conditions made of values in code, and their other two spellings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from zoho_console.coql import (
    EVERY,
    Column,
    Condition,
    Order,
    all_of,
    any_of,
    bulk_read_criteria,
    compared,
    contains,
    ends_with,
    equals,
    is_between,
    is_blank,
    is_filled,
    is_in,
    is_like,
    not_in,
    parse_condition,
    search_criteria,
    select,
    starts_with,
)
from zoho_console.errors import BadQuery

MOMENT = datetime(2026, 3, 4, 9, 30, 15, 250_000, timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (equals("Account_Name", "O'Hara"), "Account_Name = 'O''Hara'"),
        (equals("Account_Name", None), "Account_Name is null"),
        (equals("Order", "x"), "'Order' = 'x'"),
        (equals("a' or id is not null or 'b", "x"), "'a'' or id is not null or ''b' = 'x'"),
        (equals("Is_Key", True), "Is_Key = 'true'"),
        (equals("Since", date(2026, 3, 4)), "Since = '2026-03-04'"),
        (compared("Modified_Time", "<", MOMENT), "Modified_Time < '2026-03-04T09:30:15+01:00'"),
        (compared("Score", ">=", 4.5), "Score >= 4.5"),
        (compared("Score", "!=", 1e-7), "Score != 0.0000001"),
        (compared("Score", ">", Decimal("1E+3")), "Score > 1000"),
        (is_in("id", ["1", 2]), "id in ('1', 2)"),
        (not_in("id", ["1"]), "id not in ('1')"),
        (is_between("Score", 1, 2), "Score between 1 and 2"),
        (is_between("Score", 1, 2, negated=True), "Score not between 1 and 2"),
        (is_blank("Fax"), "Fax is null"),
        (is_filled("Fax"), "Fax is not null"),
        (is_like("Fax", "%x%", negated=True), "Fax not like '%x%'"),
        (contains("Fax", "'"), "Fax like '%''%'"),
        (starts_with("Fax", "x"), "Fax like 'x%'"),
        (ends_with("Fax", "x"), "Fax like '%x'"),
        (all_of(), "id is not null"),
        (all_of(EVERY), "id is not null"),
        (any_of(equals("a", 1), equals("b", 2)), "a = 1 or b = 2"),
        (all_of(equals("a", 1), any_of(equals("b", 2), equals("c", 3))), "(a = 1 and (b = 2 or c = 3))"),
    ],
)
def test_values_are_spelled_as_zoho_wants_them(condition: Condition, text: str) -> None:
    assert str(condition) == text


def test_a_query_is_made_of_names_and_a_condition() -> None:
    query = select(["id", "id", Column("id", "COUNT", "All of them")], "Accounts", order_by=[Order("id")], limit=5)
    assert str(query) == (
        "select id, COUNT(id) as 'All of them' from Accounts where id is not null order by id asc limit 5"
    )


def test_what_zoho_cannot_be_asked_is_refused_before_it_is_sent() -> None:
    for wrong in (
        any_of,
        lambda: is_in("id", []),
        lambda: contains("Fax", "5 %"),
        lambda: str(compared("Since", ">", datetime(2026, 3, 4))),
        lambda: str(equals("Score", float("nan"))),
    ):
        with pytest.raises(BadQuery) as caught:
            wrong()
        assert caught.value.advice


def test_what_was_mended_in_parts_is_said_of_the_whole() -> None:
    whole = all_of(parse_condition("a = b"), parse_condition("c == 'd'"))
    assert whole.mended == ("“b” was put in quotes.", "“==” was read as “=”.")


def one(field: str, comparator: str, value: Any) -> dict[str, Any]:
    return {"field": {"api_name": field}, "comparator": comparator, "value": value}


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        ("a = 'x'", one("a", "equal", "x")),
        ("a != 5", one("a", "not_equal", 5)),
        ("a < 1.5", one("a", "less_than", 1.5)),
        ("a <= 777000000000510001", one("a", "less_equal", "777000000000510001")),
        ("a > 0.10000000000000000001", one("a", "greater_than", "0.10000000000000000001")),
        ("a >= '2026-03-04'", one("a", "greater_equal", "2026-03-04")),
        ("a = true", one("a", "equal", True)),
        ("a is null", one("a", "equal", "${EMPTY}")),
        ("a is not null", one("a", "not_equal", "${EMPTY}")),
        ("a in ('x', 2)", one("a", "in", ["x", 2])),
        ("a not in ('x')", one("a", "not_in", ["x"])),
        ("a like '%x%'", one("a", "contains", "x")),
        ("a not like '%x%'", one("a", "not_contains", "x")),
        ("a like 'x%'", one("a", "starts_with", "x")),
        ("a like '%x'", one("a", "ends_with", "x")),
        ("a like 'x'", one("a", "equal", "x")),
        ("a not like 'x'", one("a", "not_equal", "x")),
        ("a like '%'", one("a", "contains", "")),
        ("a between '2026-03-04' and '2026-03-05'", one("a", "between", ["2026-03-04", "2026-03-05"])),
        ("a not between '2026-03-04' and '2026-03-05'", one("a", "not_between", ["2026-03-04", "2026-03-05"])),
        (
            "a between 1 and 2",
            {"group_operator": "and", "group": [one("a", "greater_equal", 1), one("a", "less_equal", 2)]},
        ),
        (
            "a not between 1 and 2",
            {"group_operator": "or", "group": [one("a", "less_than", 1), one("a", "greater_than", 2)]},
        ),
        (
            "a = 1 and (b = 2 or c = 3)",
            {
                "group_operator": "and",
                "group": [
                    one("a", "equal", 1),
                    {"group_operator": "or", "group": [one("b", "equal", 2), one("c", "equal", 3)]},
                ],
            },
        ),
    ],
)
def test_a_condition_is_spelled_for_a_bulk_read_job(text: str, criteria: dict[str, Any]) -> None:
    assert bulk_read_criteria(parse_condition(text)) == criteria


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        ("a = 'x'", "(a:equals:x)"),
        ("a != 'x, (y)'", r"(a:not_equal:x\, \(y\))"),
        ("a = 'x\\'", r"(a:equals:x\\)"),
        ("a in ('x,', 2)", r"(a:in:x\,,2)"),
        ("a between 1 and 2", "(a:between:1,2)"),
        ("a like 'x%'", "(a:starts_with:x)"),
        ("a <= 5 and b > '2026-03-04'", "((a:less_equal:5)and(b:greater_than:2026-03-04))"),
        ("a = 1 and b < 2 and c >= 3", "(((a:equals:1)and(b:less_than:2))and(c:greater_equal:3))"),
    ],
)
def test_a_condition_is_spelled_for_a_record_search(text: str, criteria: str) -> None:
    assert search_criteria(parse_condition(text)) == criteria


@pytest.mark.parametrize(
    "text", ["a in (select id from B)", "a = (select id from B)", "a like 'x%y'", "a not like 'x%'"]
)
def test_what_a_bulk_read_job_cannot_ask_is_said(text: str) -> None:
    with pytest.raises(BadQuery, match="bulk read job"):
        bulk_read_criteria(parse_condition(text))


@pytest.mark.parametrize(
    "text", ["a in (select id from B)", "a is null", "a not in (1)", "a like '%x%'", "a not between 1 and 2"]
)
def test_what_a_record_search_cannot_ask_is_said(text: str) -> None:
    with pytest.raises(BadQuery, match="record search"):
        search_criteria(parse_condition(text))


def test_a_record_search_takes_ten_conditions() -> None:
    with pytest.raises(BadQuery, match="10"):
        search_criteria(all_of(*(equals("a", number) for number in range(11))))


def test_moments_keep_their_offset() -> None:
    moment = datetime(2026, 3, 4, tzinfo=UTC)
    assert bulk_read_criteria(equals("a", moment))["value"] == "2026-03-04T00:00:00+00:00"
