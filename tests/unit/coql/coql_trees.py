"""Random trees and random spellings of them, for the tests of the grammar."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from zoho_console.coql import (
    Between,
    Blank,
    Column,
    Comparison,
    Condition,
    Like,
    Listed,
    Order,
    Query,
    all_of,
    any_of,
)
from zoho_console.coql.spelling import typed
from zoho_console.coql.tree import AGGREGATES

# COQL_EXAMPLES=10000 for a whole campaign.
ROUNDS = settings(
    max_examples=int(os.environ.get("COQL_EXAMPLES", "50")),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
HOSTILE = "'\"\\%();,=<>! \t\n\r\u2028\u202eäß漢🙂\x00aA1."
PATHS = st.one_of(
    st.from_regex(r"[A-Za-z_$][A-Za-z0-9_$]{0,8}(\.[A-Za-z_$][A-Za-z0-9_$]{0,5}){0,2}", fullmatch=True),
    st.sampled_from(
        ["Order", "select", "from", "What_Id->Leads.Last_Name", "!Leads.Owner.role.id", "External", "a b'c"]
    ),
)
TEXTS = st.one_of(st.text(max_size=12), st.text(HOSTILE, max_size=20), st.just("x') or (id is not null")).map(typed)
NUMBERS = st.one_of(st.integers(-(10**18), 10**18), st.decimals(allow_nan=False, allow_infinity=False, places=2))
MOMENTS = st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)).map(
    lambda one: one.replace(microsecond=0)
)
SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans(), st.dates(), MOMENTS)
OPERATORS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


CRITERIA: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Comparison, PATHS, OPERATORS, SCALARS),
    st.builds(Like, PATHS, st.text(HOSTILE, max_size=10), st.booleans()),
    st.builds(Listed, PATHS, st.lists(SCALARS, min_size=1, max_size=4).map(tuple), st.booleans()),
    st.builds(Between, PATHS, SCALARS, SCALARS, st.booleans()),
    st.builds(Blank, PATHS, st.booleans()),
)


def conditions(criteria: st.SearchStrategy[Condition] = CRITERIA) -> st.SearchStrategy[Condition]:
    """Conditions of any shape, up to eight criteria or so."""
    return st.recursive(
        criteria,
        lambda parts: st.builds(
            lambda join, some: join(*some), st.sampled_from([all_of, any_of]), st.lists(parts, min_size=1, max_size=4)
        ),
        max_leaves=8,
    )


COLUMNS = st.builds(
    Column, PATHS, st.sampled_from(["", *AGGREGATES]), st.one_of(st.just(""), PATHS, st.text("ab 'ä", min_size=1))
)
SOURCES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name.lower() not in WORDS)
WORDS = {"select", "distinct", "from", "where", "having", "as", "and", "or", "not", "like", "in", "between", "is"} | {
    "null", "group", "order", "by", "limit", "offset", "asc", "desc", "external", "join", "on", "union", "case",
    "exists", "any", "all", "table",
}  # fmt: skip


def queries(where: st.SearchStrategy[Condition]) -> st.SearchStrategy[Query]:
    """Whole queries."""
    return st.builds(
        Query,
        columns=st.lists(COLUMNS, min_size=1, max_size=4).map(tuple),
        module=SOURCES,
        where=where,
        view=st.one_of(st.none(), st.integers(0, 10**18)),
        group_by=st.lists(PATHS, max_size=2).map(tuple),
        order_by=st.lists(st.builds(Order, PATHS, st.booleans()), max_size=2).map(tuple),
        limit=st.just(200),
        offset=st.integers(0, 100_000),
    )


def with_sub_queries() -> st.SearchStrategy[Query]:
    """Queries that compare with what other queries yield."""
    inner = queries(conditions())
    return queries(
        conditions(
            st.one_of(
                CRITERIA,
                st.builds(Comparison, PATHS, OPERATORS, inner),
                st.builds(Listed, PATHS, inner, st.booleans()),
            )
        )
    )
