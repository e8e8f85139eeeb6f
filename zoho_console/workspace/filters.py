"""What a person types under a column's header, as a condition of a query. Source: fact sheet 3.3 and 3.4."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, get_args

from zoho_console.coql import Condition, compared, equals, is_between, is_blank, is_filled, is_like
from zoho_console.coql.tree import Operator
from zoho_console.domain.fields import LOOKUP_TYPES, Field, ValueProblem, parse_text
from zoho_console.errors import BadQuery

# Types that COQL takes no condition on, and formulas, whose operators depend on a type that metadata does not tell.
_NOT_FILTERED = frozenset(
    {"textarea", "subform", "multiselectlookup", "multiuserlookup", "fileupload", "imageupload", "profileimage"}
    | {"layout", "formula"}
)
_COMPARED = re.compile(r"(<=|>=|!=|<|>|=)\s*(.+)")
_OPERATORS: dict[str, Operator] = {operator: operator for operator in get_args(Operator)}
_BLANK, _FILLED = ("(blank)", "blank"), ("(filled)", "(not blank)")
_PEOPLE = ("ownerlookup", "userlookup")


def is_filterable(one: Field) -> bool:
    """Whether a filter can be typed under this field's header."""
    return one.type not in _NOT_FILTERED


def condition(one: Field, text: str) -> Condition:
    """The condition that `text` means for a field.

    Part of a text; a comparison such as `< 40`, `>= 2026-01-01` or `= Retail`; `(blank)` and `(filled)`.
    Errors: BadQuery, with one sentence and one remedy.
    """
    if text.lower() in _BLANK:
        return is_blank(one.api_name)
    if text.lower() in _FILLED:
        return is_filled(one.api_name)
    found = _COMPARED.fullmatch(text)
    operator: Operator | None = _OPERATORS[found[1]] if found else None
    value = found[2].strip() if found else text
    if one.is_number:
        return compared(one.api_name, operator or "=", _typed(one, value.replace(",", "").replace(" ", "")))
    if one.type == "date":
        return compared(one.api_name, operator or "=", _typed(one, value))
    if one.type == "datetime":
        return _moment(one, operator or "=", value)
    if one.type == "boolean":
        return equals(one.api_name, _typed(one, value) is not (operator == "!="))
    name = _path(one)
    if operator in ("=", "!="):
        return compared(name, operator, value)
    return is_like(name, f"%{text.strip('%')}%")


def _path(one: Field) -> str:
    """Names of people and accounts are found through the lookup, which itself compares ids only."""
    if one.type in _PEOPLE:
        return f"{one.api_name}.last_name"
    return f"{one.api_name}.Account_Name" if one.type in LOOKUP_TYPES else one.api_name


def _moment(one: Field, operator: Operator, text: str) -> Condition:
    """A day alone means all of it on the person's clock, as the table shows times."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return compared(one.api_name, operator, _typed(one, text))
    first, last = (datetime.combine(day, clock).astimezone() for clock in (time.min, time(23, 59, 59)))
    if operator in ("=", "!="):
        return is_between(one.api_name, first, last, negated=operator == "!=")
    return compared(one.api_name, operator, last if operator in (">", "<=") else first)


def _typed(one: Field, text: str) -> Any:
    # Rules for writing do not bind a question: read-only fields and long numbers can be asked for.
    asked = replace(one, is_writable=True, length=None, decimals=None)
    try:
        return parse_text(asked, text)
    except ValueProblem as problem:
        raise BadQuery(
            f"The filter for “{one.label}” cannot be read: {problem}", advice=_advice(one, problem)
        ) from None


def _advice(one: Field, problem: ValueProblem) -> str:
    if one.type == "datetime":
        return "Write a day such as 2026-03-04."
    return "Write a number such as 40 or < 40." if one.is_number else problem.advice
