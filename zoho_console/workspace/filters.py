"""What a person types under a column's header, as a condition in COQL. Source: fact sheet 3.3 and 3.4."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from zoho_console.domain.fields import LOOKUP_TYPES, Field, ValueProblem, parse_text, print_value
from zoho_console.errors import BadQuery
from zoho_console.zoho.search import quote

# Types that COQL takes no condition on, and formulas, whose operators depend on a type that metadata does not tell.
_NOT_FILTERED = frozenset(
    {"textarea", "subform", "multiselectlookup", "multiuserlookup", "fileupload", "imageupload", "profileimage"}
    | {"layout", "formula"}
)
_COMPARED = re.compile(r"(<=|>=|!=|<|>|=)\s*(.+)")
_BLANK, _FILLED = ("(blank)", "blank"), ("(filled)", "(not blank)")
_PEOPLE = ("ownerlookup", "userlookup")


def is_filterable(one: Field) -> bool:
    """Whether a filter can be typed under this field's header."""
    return one.type not in _NOT_FILTERED


def condition(one: Field, text: str) -> str:
    """The condition that `text` means for a field, in brackets.

    Part of a text; a comparison such as `< 40`, `>= 2026-01-01` or `= Retail`; `(blank)` and `(filled)`.
    Errors: BadQuery, with one sentence and one remedy.
    """
    if text.lower() in _BLANK:
        return f"({one.api_name} is null)"
    if text.lower() in _FILLED:
        return f"({one.api_name} is not null)"
    found = _COMPARED.fullmatch(text)
    operator, value = (found[1], found[2].strip()) if found else ("", text)
    if one.is_number:
        digits = value.replace(",", "").replace(" ", "")
        return f"({one.api_name} {operator or '='} {print_value(_typed(one, digits))})"
    if one.type == "date":
        return f"({one.api_name} {operator or '='} {quote(_typed(one, value))})"
    if one.type == "datetime":
        return _moment(one, operator or "=", value)
    if one.type == "boolean":
        wanted = _typed(one, value) is not (operator == "!=")
        return f"({one.api_name} = {quote('true' if wanted else 'false')})"
    name = _path(one)
    if operator in ("=", "!="):
        return f"({name} {operator} {quote(value)})"
    return f"({name} like {quote('%' + text.strip('%') + '%')})"


def _path(one: Field) -> str:
    """Names of people and accounts are found through the lookup, which itself compares ids only."""
    if one.type in _PEOPLE:
        return f"{one.api_name}.last_name"
    return f"{one.api_name}.Account_Name" if one.type in LOOKUP_TYPES else one.api_name


def _moment(one: Field, operator: str, text: str) -> str:
    """A day alone means all of it on the person's clock, as the table shows times."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return f"({one.api_name} {operator} {quote(_typed(one, text))})"
    first, last = (_local(day, clock) for clock in (time.min, time(23, 59, 59)))
    if operator in ("=", "!="):
        between = "between" if operator == "=" else "not between"
        return f"({one.api_name} {between} {quote(first)} and {quote(last)})"
    return f"({one.api_name} {operator} {quote(last if operator in ('>', '<=') else first)})"


def _local(day: date, clock: time) -> str:
    return datetime.combine(day, clock).astimezone().isoformat(timespec="seconds")


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
