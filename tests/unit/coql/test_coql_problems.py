"""A text that is no COQL is refused with its place, what was expected and what to do."""

from __future__ import annotations

import pytest

from zoho_console.coql import Condition, all_of, any_of, equals, parse, parse_condition
from zoho_console.coql.tree import MOST_DEEP
from zoho_console.errors import BadQuery


@pytest.mark.parametrize(
    ("text", "place", "near", "said"),
    [
        ("", (1, 1), "", "no text yet"),
        ("delete from Accounts", (1, 1), "delete", "“select” is expected"),
        ("select * from Accounts", (1, 8), "*", "no “*”"),
        ("select a, from Accounts", (1, 11), "from", "name of a field"),
        ("select distinct a from Accounts", (1, 8), "distinct", "name of a field"),
        ("select Total(a) from Accounts", (1, 8), "Total", "SUM, MIN"),
        ("select a frm Accounts where id is null", (1, 14), "Accounts", "“from”"),
        ("select a from", (1, 14), "", "name of a module"),
        ("select a from B#1.5", (1, 17), "1.5", "whole number"),
        ("select a from B where x", (1, 24), "", "an operator such as ="),
        ("select a\nfrom B\nwhere x = ", (3, 10), "", "a value"),
        ("select a\nfrom B where\n x = 'y' z", (3, 10), "z", "“and”, “or” or the end"),
        ("select a from B where x = y z", (1, 29), "z", "in quotes"),
        ("select a from B where x = “Big Corp”", (1, 27), "“Big", "straight ones"),
        ("select a from B where x = 'abc", (1, 27), "'", "Close the quotes"),
        ("select a from B where x = O'Brien", (1, 28), "'", "twice"),
        ("select a from B where not (x = 1)", (1, 23), "not", "“not in”"),
        ("select a from B where Order = 1", (1, 23), "Order", "put it in quotes: 'Order'"),
        ("select a from B where (x = 1", (1, 29), "", "a closing bracket"),
        ("select a from B where x = 1)", (1, 28), ")", "Take the bracket away"),
        ("select a from B where x in ()", (1, 29), ")", "a value"),
        ("select a from B where x < null", (1, 25), "<", "is null"),
        ("select a from B where x = 1,000", (1, 28), ",", "“and”, “or” or the end"),
        ("select a from B where x = 1 order a", (1, 35), "a", "“by”"),
        ("select a from B where x = 1 limit few", (1, 35), "few", "a number"),
        ("select a from B where x = 1 limit -5", (1, 35), "-5", "whole number"),
    ],
)
def test_a_mistake_in_a_query_is_named_where_it_is(text: str, place: tuple[int, int], near: str, said: str) -> None:
    with pytest.raises(BadQuery) as caught:
        parse(text)
    problem = caught.value
    assert (problem.line, problem.column) == place
    assert problem.details == {"near": near}
    assert said in f"{problem} {problem.advice}"
    assert problem.advice.endswith(".")


@pytest.mark.parametrize(
    ("text", "column"), [("a", 2), ("a = ", 4), ("a = Food and Beverage", 22), ("a = by chance from b", 5), ("= 5", 1)]
)
def test_a_mistake_in_criteria_is_named_where_it_is(text: str, column: int) -> None:
    with pytest.raises(BadQuery) as caught:
        parse_condition(text)
    assert (caught.value.line, caught.value.column) == (1, column)


def test_brackets_without_end_are_refused_before_they_exhaust_the_program() -> None:
    text = "a = 1"
    for depth in range(5_000):
        text = f"({text} {'and' if depth % 2 else 'or'} b = {depth})"
    with pytest.raises(BadQuery, match="too deep"):
        parse_condition(text)
    with pytest.raises(BadQuery, match="too deep"):
        deep(MOST_DEEP + 1)
    assert str(deep(MOST_DEEP)).count("(") >= MOST_DEEP
    assert str(parse_condition("(" * 5_000 + "a = 1" + ")" * 5_000)) == "a = 1"


def deep(depth: int) -> Condition:
    condition = equals("a", 0)
    for number in range(depth):
        condition = (all_of if number % 2 else any_of)(condition, equals("a", number))
    return condition
