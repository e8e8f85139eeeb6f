"""Whatever is typed: it is a query whose printed text is final, or a mistake with a place in the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from coql_trees import ROUNDS, conditions, queries
from hypothesis import given
from hypothesis import strategies as st

from zoho_console.coql import KEYWORDS, Condition, Query, parse, parse_condition, place_of
from zoho_console.errors import BadQuery

TOKENS = st.lists(
    st.sampled_from(
        (
            *KEYWORDS, "distinct", "contains", "starts with", "id", "Accounts", "Account_Name", "Tech", "COUNT",
            "count", "*", "(", ")", ",", ";", "=", "==", "!=", "<>", "<", "<=", "'x'", '"x"', "'", '"', "5", "-1.50",
            "007", "2026-03-04", "true", "null", "#", "777", "->", ".", "%", "\n",
        )
    ),
    max_size=14,
).map(" ".join)  # fmt: skip


@ROUNDS
@given(st.one_of(TOKENS, TOKENS.map("select id from Accounts where {}".format), st.text(max_size=30)))
def test_a_query_is_final_or_its_mistake_has_a_place(text: str) -> None:
    check(parse, text)


@ROUNDS
@given(st.one_of(TOKENS, st.text(max_size=30), st.text("ab= 5'\"()", max_size=20).map("a = {}".format)))
def test_criteria_are_final_or_their_mistake_has_a_place(text: str) -> None:
    check(parse_condition, text)


@ROUNDS
@given(queries(conditions()), st.data())
def test_a_query_with_a_piece_missing_or_doubled_is_final_or_marked(query: Query, data: st.DataObject) -> None:
    text = str(query)
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    check(parse, text[:start] + text[end:])
    check(parse, text[:end] + text[start:])


def check(read: Callable[[str], Query | Condition], text: str) -> None:
    try:
        printed = str(read(text))
    except BadQuery as problem:
        assert problem.advice
        assert problem.line is not None
        assert problem.column is not None
        lines = text.split("\n")
        assert problem.line <= len(lines)
        assert problem.column <= len(lines[problem.line - 1]) + 1
        place = place_of(problem, text)
        assert place is not None
        assert problem.details["near"] in ("", text[place[0] : place[0] + place[1]])
    else:
        again = read(printed)
        assert (str(again), again.mended) == (printed, ())


@pytest.mark.parametrize(
    ("problem", "place"),
    [
        (BadQuery("No.", status=400, details={"column_name": "Foo", "clause": "where"}), (24, 3)),
        (BadQuery("No.", status=400, line=1, column=2, details={"near": "from"}), (10, 4)),
        (BadQuery("No.", status=400, details={"clause": "where"}), (18, 5)),
        (BadQuery("No.", status=400, details={"column_name": "Bar"}), None),
        (BadQuery("No.", status=400, details={}), None),
        (BadQuery("No.", line=2, column=8, details={"near": "Foo"}), (24, 3)),
        (BadQuery("No.", line=2, column=13, details={"near": ""}), (28, 1)),
    ],
)
def test_a_problem_is_found_in_the_text(problem: BadQuery, place: tuple[int, int] | None) -> None:
    assert place_of(problem, "select id from B\n where Foo = 'Foo'") == place
