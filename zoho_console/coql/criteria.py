"""Conditions in the two other spellings of Zoho's: bulk read jobs (JSON) and record search (fact sheet 4.2 and 2.7)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from zoho_console.coql.spelling import Scalar, plain_text
from zoho_console.coql.tree import Between, Blank, Comparison, Condition, Joint, Junction, Like, Listed, Query, criteria
from zoho_console.domain.fields import shortened
from zoho_console.errors import BadQuery

MOST_SEARCH_CRITERIA = 10

_BULK_NAMES = {
    "=": "equal",
    "!=": "not_equal",
    "<": "less_than",
    "<=": "less_equal",
    ">": "greater_than",
    ">=": "greater_equal",
}
_SEARCH_NAMES = {**_BULK_NAMES, "=": "equals"}
_EMPTY = "${EMPTY}"


def bulk_read_criteria(condition: Condition) -> dict[str, Any]:
    """The `criteria` of a bulk read job. Errors: BadQuery for what a job cannot ask: sub-queries and some patterns."""
    if isinstance(condition, Junction):
        return _grouped(condition.joint, [bulk_read_criteria(part) for part in condition.parts])
    if isinstance(condition, Comparison) and not isinstance(condition.value, Query):
        return _one(condition.path, _BULK_NAMES[condition.operator], _json(condition.value))
    if isinstance(condition, Listed) and not isinstance(condition.values, Query):
        return _one(condition.path, _negated("in", condition.negated), [_json(value) for value in condition.values])
    if isinstance(condition, Blank):
        return _one(condition.path, _negated("equal", condition.negated), _EMPTY)
    if isinstance(condition, Between):
        return _bulk_between(condition)
    if isinstance(condition, Like):
        return _bulk_like(condition)
    raise _impossible(condition, "a bulk read job")


def search_criteria(condition: Condition) -> str:
    """The `criteria` of a record search, such as `((Industry:equals:Retail)and(Rating:equals:Hot))`.

    Zoho's search takes `equals` on texts as “contains these words”. Errors: BadQuery for what a search cannot ask:
    blank fields, “not in”, patterns but `text%`, sub-queries, more than 10 criteria.
    """
    if sum(1 for _ in criteria(condition)) > MOST_SEARCH_CRITERIA:
        raise BadQuery(
            f"A record search takes {MOST_SEARCH_CRITERIA} conditions at most.", advice="Ask in COQL instead."
        )
    return _searched(condition)


def _searched(condition: Condition) -> str:
    if isinstance(condition, Junction):
        text, *others = map(_searched, condition.parts)
        for other in others:
            text = f"({text}{condition.joint}{other})"
        return text
    if isinstance(condition, Comparison) and not isinstance(condition.value, Query):
        return _term(condition, _SEARCH_NAMES[condition.operator], condition.value)
    if isinstance(condition, Listed) and not isinstance(condition.values, Query) and not condition.negated:
        return _term(condition, "in", *condition.values)
    if isinstance(condition, Between) and not condition.negated:
        return _term(condition, "between", condition.low, condition.high)
    if isinstance(condition, Like) and not condition.negated and condition.shape == "starts_with":
        return _term(condition, "starts_with", condition.core)
    raise _impossible(condition, "a record search")


def _term(condition: Comparison | Listed | Between | Like, operator: str, *values: Scalar) -> str:
    return f"({condition.path}:{operator}:{','.join(map(_escaped, values))})"


def _escaped(value: Scalar) -> str:
    """Brackets and commas would end a value, and so would a backslash at its end spoil what follows."""
    text = plain_text(value)
    if text.endswith("\\"):
        text += "\\"
    return re.sub(r"[(),]", r"\\\g<0>", text)


def _bulk_between(condition: Between) -> dict[str, Any]:
    """Only days and moments have `between` there; numbers are compared twice."""
    path, low, high = condition.path, _json(condition.low), _json(condition.high)
    if isinstance(low, str):
        return _one(path, _negated("between", condition.negated), [low, high])
    if condition.negated:
        return _grouped("or", [_one(path, "less_than", low), _one(path, "greater_than", high)])
    return _grouped("and", [_one(path, "greater_equal", low), _one(path, "less_equal", high)])


def _bulk_like(condition: Like) -> dict[str, Any]:
    shape = condition.shape
    if not shape or (condition.negated and shape not in ("contains", "equal")):
        raise _impossible(condition, "a bulk read job")
    return _one(condition.path, _negated(shape, condition.negated), condition.core)


def _one(path: str, comparator: str, value: Any) -> dict[str, Any]:
    return {"field": {"api_name": path}, "comparator": comparator, "value": value}


def _grouped(joint: Joint, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"group_operator": joint, "group": parts}


def _negated(comparator: str, negated: bool) -> str:
    """not_in, not_equal, not_between, not_contains."""
    return f"not_{comparator}" if negated else comparator


def _json(value: Scalar) -> Any:
    """Numbers and true or false as JSON has them, all else as text; so are numbers that JSON would round."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, Decimal):
        return float(value) if Decimal(repr(float(value))) == value else plain_text(value)
    return value if isinstance(value, float) else plain_text(value)


def _impossible(condition: Condition, what: str) -> BadQuery:
    return BadQuery(
        f"{what.capitalize()} cannot ask for “{shortened(str(condition), 80)}”.", advice="Ask in COQL instead."
    )
