"""What the tree prints, a second grammar that shares nothing with it reads alike, bracket pairs included."""

from __future__ import annotations

from typing import Any

from coql_trees import ROUNDS, conditions, queries
from hypothesis import given

from zoho_console.coql import Between, Blank, Comparison, Condition, Junction, Like, Listed, Query
from zoho_console.coql.spelling import plain_text
from zoho_console.simulator import coql_grammar as theirs


@ROUNDS
@given(queries(conditions()))
def test_a_printed_query_reads_the_same_to_another_grammar(query: Query) -> None:
    read = theirs.parse(str(query))
    assert [(item.column, item.aggregate, item.alias or "") for item in read.items] == [
        (column.path, column.aggregate, column.alias) for column in query.columns
    ]
    assert (read.module, read.view) == (query.module, None if query.view is None else str(query.view))
    assert read.group_by == query.group_by
    assert read.order_by == tuple((order.path, order.descending) for order in query.order_by)
    assert (read.limit, read.offset) == (str(query.limit), str(query.offset))
    assert read.where is not None
    assert criteria_read(read.where) == [facts(one) for one in criteria_asked(query.where)]


@ROUNDS
@given(conditions())
def test_conditions_are_printed_in_bracket_pairs(condition: Condition) -> None:
    read = theirs.parse(f"select id from Accounts where {condition}").where
    assert read is not None
    assert theirs.is_paired(read)
    assert meaning_read(read) == meaning_asked(condition)


def criteria_read(condition: theirs.Condition) -> list[tuple[str, str, tuple[Any, ...]]]:
    return [(one.column, one.operator, one.values) for one in theirs.predicates(condition)]


def criteria_asked(condition: Condition) -> list[Condition]:
    if isinstance(condition, Junction):
        return [one for part in condition.parts for one in criteria_asked(part)]
    return [condition]


def facts(one: Condition) -> tuple[str, str, tuple[Any, ...]]:
    """Field, operator and values as the other grammar tells them."""
    if isinstance(one, Comparison):
        assert not isinstance(one.value, Query)
        return one.path, one.operator, (plain_text(one.value),)
    assert isinstance(one, Like | Listed | Between | Blank)
    no = "not " if one.negated else ""
    if isinstance(one, Like):
        return one.path, f"{no}like", (one.pattern,)
    if isinstance(one, Between):
        return one.path, f"{no}between", (plain_text(one.low), plain_text(one.high))
    if isinstance(one, Blank):
        return one.path, f"is {no}null", ()
    assert isinstance(one.values, tuple)
    return one.path, f"{no}in", tuple(map(plain_text, one.values))


def meaning_read(condition: theirs.Condition) -> Any:
    """The condition as nested lists, pairs of one joint laid flat."""
    if isinstance(condition, theirs.Predicate):
        return (condition.column, condition.operator, condition.values)
    return flat(condition.joint, [meaning_read(part) for part in condition.parts])


def meaning_asked(condition: Condition) -> Any:
    if isinstance(condition, Junction):
        return flat(condition.joint, [meaning_asked(part) for part in condition.parts])
    return facts(condition)


def flat(joint: str, parts: list[Any]) -> list[Any]:
    made: list[Any] = [joint]
    for part in parts:
        made += part[1:] if isinstance(part, list) and part[0] == joint else [part]
    return made
