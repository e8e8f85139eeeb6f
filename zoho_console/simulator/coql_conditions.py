"""Conditions of a query as tests of a record (Zoho CRM v8, COQL operators by type).

Not established by Zoho, decided here: texts compare without capitals, `between` includes both ends, and a record
without a value matches nothing but `is null`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.coql_columns import Column, comparable
from zoho_console.simulator.coql_grammar import Condition, Predicate
from zoho_console.simulator.metadata import LOOKUPS, NUMBERS, FieldSpec
from zoho_console.simulator.records import Record

Test = Callable[[Record], bool]

_EQUAL, _NULL, _LISTED = {"=", "!="}, {"is null", "is not null"}, {"in", "not in"}
_ORDERED = _EQUAL | _NULL | _LISTED | {"<", "<=", ">", ">=", "between", "not between"}
_TEXT = _EQUAL | _NULL | _LISTED | {"like", "not like"}
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_DATETIME = re.compile(_DATE.pattern + r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d([+-]\d{2}:\d{2}|Z)", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_WHOLE = re.compile(r"-?\d+", re.ASCII)


def compiled(condition: Condition, columns: dict[str, Column]) -> Test:
    """The condition as one test; `columns` holds every column by its path. Errors: Refusal."""
    if isinstance(condition, Predicate):
        return _criterion(condition, columns[condition.column])
    tests = [compiled(part, columns) for part in condition.parts]
    if condition.joint == "and":
        return lambda record: all(test(record) for test in tests)
    return lambda record: any(test(record) for test in tests)


def _criterion(predicate: Predicate, column: Column) -> Test:
    spec, operator = column.spec, predicate.operator
    if spec.data_type in ("textarea", "layout") or spec.api_name == "Tag":
        details = {"cv_criteria": False, "column_name": column.path, "operator": operator}
        raise Refusal("INVALID_QUERY", "unsupported column in criteria", details)
    if operator not in _operators(spec):
        raise _invalid_operator(column, operator)
    if operator in _NULL:
        empty = operator == "is null"
        return lambda record: (column.raw(record) in (None, "")) == empty
    check = _check(column, operator, [_literal(column, value) for value in predicate.values])

    def test(record: Record) -> bool:
        key = column.key(record)
        return key is not None and check(key)

    return test


def _operators(spec: FieldSpec) -> set[str]:
    kind = spec.compares_as
    if kind == "boolean":
        return {"="}
    if kind in LOOKUPS:
        return _EQUAL | _LISTED | _NULL
    return _ORDERED if kind in NUMBERS or kind in ("date", "datetime") else _TEXT


def _check(column: Column, operator: str, values: list[Any]) -> Callable[[Any], bool]:
    """What an operator asks of a value that is there."""
    first = values[0]
    if operator.endswith("like"):
        return _like(column, operator, first)
    if column.spec.data_type == "multiselectpicklist":
        return _chosen(operator, values)
    listed = set(values)
    checks: dict[str, Callable[[Any], bool]] = {
        "=": lambda key: bool(key == first),
        "!=": lambda key: bool(key != first),
        "<": lambda key: bool(key < first),
        "<=": lambda key: bool(key <= first),
        ">": lambda key: bool(key > first),
        ">=": lambda key: bool(key >= first),
        "in": lambda key: key in listed,
        "not in": lambda key: key not in listed,
        "between": lambda key: bool(first <= key <= values[-1]),
        "not between": lambda key: not first <= key <= values[-1],
    }
    return checks[operator]


def _like(column: Column, operator: str, pattern: str) -> Callable[[str], bool]:
    """`%` counts at the ends only; `not like` takes `%x%` only."""
    core = pattern.strip("%")
    before, after = pattern.startswith("%"), pattern.endswith("%")
    if operator == "not like":
        if not (before and after):
            raise _invalid_operator(column, operator)
        return lambda key: core not in key
    if before and after:
        return lambda key: core in key
    if before:
        return lambda key: key.endswith(core)
    return (lambda key: key.startswith(core)) if after else (lambda key: key == core)


def _chosen(operator: str, values: list[str]) -> Callable[[str], bool]:
    """A multi-select picklist: `A;B` asks for both choices, a list of values for any of them."""
    wanted = [set(value.split(";")) for value in values]

    def any_of(key: str) -> bool:
        chosen = set(key.split(";"))
        return any(choices <= chosen for choices in wanted)

    return any_of if operator in ("=", "in") else lambda key: not any_of(key)


def _literal(column: Column, text: str | None) -> Any:
    """A value of the query in the form that compares. Errors: Refusal if the column cannot hold it."""
    spec = column.spec
    kind = spec.compares_as
    shapes = {"date": _DATE, "datetime": _DATETIME, "integer": _NUMBER, "bigint": _WHOLE}
    shape = _WHOLE if kind in LOOKUPS else shapes.get(kind, _NUMBER if kind in NUMBERS else None)
    if text is None or (shape and not shape.fullmatch(text)):
        raise _invalid_value(column)
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise _invalid_value(column)
        return text.lower() == "true"
    if kind in NUMBERS and kind != "bigint":
        return float(text)
    if kind == "multiselectpicklist":
        return text.casefold()
    try:
        return comparable(spec, text)
    except ValueError:  # 30 February has the shape of a moment
        raise _invalid_value(column) from None


def _invalid_value(column: Column) -> Refusal:
    kind = "bigint" if column.spec.is_lookup else column.spec.data_type
    details = {"expected_data_type": kind, "column_name": column.path}
    return Refusal("INVALID_QUERY", "value given seems to be invalid for the column", details)


def _invalid_operator(column: Column, operator: str) -> Refusal:
    details = {"reason": "invalid operator found", "column_name": column.path, "operator": operator}
    return Refusal("INVALID_QUERY", "Invalid query formed", details)
