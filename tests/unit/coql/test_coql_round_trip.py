"""From tree to text and back: nothing is lost, and a second round changes nothing."""

from __future__ import annotations

import random
import re

from coql_trees import ROUNDS, conditions, queries, with_sub_queries
from hypothesis import given
from hypothesis import strategies as st

from zoho_console.coql import Condition, Query, parse, parse_condition

PIECES = re.compile(r"'(?:[^']|'')*'|!=|[<>=]+|[!-]?[\w.$]+|\S")
KEYWORDS = re.compile(
    r"(select|from|where|as|and|or|not|like|in|between|is|null|group|order|by|limit|offset|asc|desc)", re.IGNORECASE
)


@ROUNDS
@given(conditions())
def test_a_condition_survives_its_text(condition: Condition) -> None:
    text = str(condition)
    again = parse_condition(text)
    assert again == condition
    assert str(again) == text
    assert again.mended == ()


@ROUNDS
@given(queries(conditions()))
def test_a_query_survives_its_text(query: Query) -> None:
    text = str(query)
    again = parse(text)
    assert again == query
    assert str(again) == text
    assert again.mended == ()


@ROUNDS
@given(with_sub_queries())
def test_a_query_within_a_query_survives_its_text(query: Query) -> None:
    assert parse(str(query)) == query


@ROUNDS
@given(queries(conditions()), st.randoms(use_true_random=False))
def test_case_blanks_and_double_quotes_mean_the_same(query: Query, chance: random.Random) -> None:
    assert parse(" ".join(respelled(piece, chance) for piece in PIECES.findall(str(query)))) == query


def respelled(piece: str, chance: random.Random) -> str:
    """One piece of a text in another spelling of the same meaning, with other blanks around it."""
    if KEYWORDS.fullmatch(piece):
        piece = "".join(chance.choice([letter.lower(), letter.upper()]) for letter in piece)
    elif piece.startswith("'") and len(piece) > 1 and chance.random() < 0.5:
        piece = '"' + piece[1:-1].replace("''", "'").replace('"', '""') + '"'
    return chance.choice(["", " ", "\n", "\t "]) + piece
