"""How much a query may ask for (Zoho CRM v8, COQL overview and limitations)."""

from __future__ import annotations

from collections import Counter

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.coql_grammar import Predicate, Query, is_paired, predicates

DEFAULT_ROWS, MAX_ROWS = 200, 2_000
MAX_REACH = 100_000
MAX_COLUMNS = 500
MAX_CRITERIA = 25
MAX_VALUES = 100
MAX_ORDERS, MAX_GROUPS, MAX_AGGREGATES = 10, 4, 5
MAX_WHERE_JOINS, MAX_SELECT_JOINS = 5, 15
AGGREGATES = ("SUM", "MIN", "MAX", "AVG", "COUNT")


def check(query: Query, *, strict_brackets: bool) -> None:
    """Refuse a query that asks for too much, or whose parts contradict each other. Errors: Refusal."""
    criteria = list(predicates(query.where)) if query.where else []
    if any(one.operator == "not" for one in criteria):
        raise Refusal("SYNTAX_ERROR", "operator not supported", {"operator": "not"})
    if strict_brackets and query.where and len(criteria) > 2 and not is_paired(query.where):
        raise Refusal("SYNTAX_ERROR", "error occured while parsing the query", {"near": "where"})
    _check_aliases(query)
    _check_counts(query, criteria)


def window(query: Query) -> tuple[int, int]:
    """How many rows at most, and how many to pass over before. Errors: Refusal."""
    limit = _whole(query.limit, DEFAULT_ROWS)
    offset = _whole(query.offset, 0)
    if limit < 1:
        raise Refusal("INVALID_DATA", "limit should be greater than 0")
    if limit > MAX_ROWS:
        raise _exceeded("limit", MAX_ROWS)
    if offset + limit > MAX_REACH:
        raise _exceeded("offset", MAX_REACH)
    return limit, offset


def cost(limit: int) -> int:
    """Credits of a query with this limit."""
    return 1 if limit <= 200 else 2 if limit <= 1000 else 3


def _whole(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal()):
        raise Refusal("INVALID_QUERY", "limit given seems to be invalid", {"limit": text})
    return int(text)


def _check_aliases(query: Query) -> None:
    seen: dict[str, str] = {}
    for item in query.items:
        if item.alias is None:
            continue
        if not item.alias:
            details = {"column_name": item.text, "alias": ""}
            raise Refusal("INVALID_ALIAS", "alias name cannot be an empty string", details)
        if item.alias in seen:
            both = {"alias": item.alias, "referred_columns": [seen[item.alias], item.text]}
            raise Refusal("DUPLICATE_ALIAS", "same alias cannot refer more than one column", both)
        seen[item.alias] = item.text
    for item in query.items:
        if item.aggregate and item.aggregate not in AGGREGATES:
            details = {"reason": "unsupported aggregate function", "column": item.text}
            raise Refusal("INVALID_DATA", "invalid data", details)
    twice = [text for text, count in Counter(item.text for item in query.items).items() if count > 1]
    if twice:
        twin = next(item for item in query.items if item.text == twice[0])
        if twin.aggregate:
            details = {"column_name": twin.column, "aggregate": twin.aggregate}
            raise Refusal("DUPLICATE_DATA", "duplicate aggregate function", details)
        raise Refusal("DUPLICATE_DATA", "duplicate select column", {"column_name": twin.column})


def _check_counts(query: Query, criteria: list[Predicate]) -> None:
    def joins(paths: set[str]) -> int:
        return len({path.rpartition(".")[0] for path in paths if "." in path})

    most_values = max((len(one.values) for one in criteria), default=0)
    for by, count, most in (
        ("select columns", len(query.items), MAX_COLUMNS),
        ("criteria", len(criteria), MAX_CRITERIA),
        ("in", most_values, MAX_VALUES),
        ("order by", len(query.order_by), MAX_ORDERS),
        ("group by", len(query.group_by), MAX_GROUPS),
        ("aggregate", sum(bool(item.aggregate) for item in query.items), MAX_AGGREGATES),
        ("base joins", joins({one.column for one in criteria}), MAX_WHERE_JOINS),
        ("select joins", joins({item.column for item in query.items}), MAX_SELECT_JOINS),
    ):
        if count > most:
            raise _exceeded(by, most)


def _exceeded(by: str, most: int) -> Refusal:
    return Refusal("LIMIT_EXCEEDED", "limit exceeded", {"by": by, "limit": most})
