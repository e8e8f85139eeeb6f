"""Criteria of a bulk read job as conditions of a query (Zoho CRM v8, bulk read, comparators by type)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.coql_columns import Column, resolve
from zoho_console.simulator.coql_conditions import compiled
from zoho_console.simulator.coql_grammar import Condition, Junction, Predicate, predicates
from zoho_console.simulator.metadata import LOOKUPS, NUMBERS, FieldSpec
from zoho_console.simulator.module import Module
from zoho_console.simulator.world import World

MAX_CRITERIA = 25
EMPTY = "${EMPTY}"
_EQUAL = {"equal": "=", "not_equal": "!=", "in": "in", "not_in": "not in"}
_ORDERED = {**_EQUAL, "less_than": "<", "less_equal": "<=", "greater_than": ">", "greater_equal": ">="}
_BETWEEN = {"between": "between", "not_between": "not between"}
_PATTERNS = {"contains": "%{}%", "not_contains": "%{}%", "starts_with": "{}%", "ends_with": "%{}"}
_TEXT = {**_EQUAL, **{name: "not like" if name.startswith("not") else "like" for name in _PATTERNS}}


def read_criteria(world: World, module: Module, criteria: Any) -> tuple[Condition, dict[str, Column]]:
    """The condition with its columns. Errors: Refusal in the words of bulk read."""
    columns: dict[str, Column] = {}
    condition = _condition(world, module, criteria, columns)
    if sum(1 for _ in predicates(condition)) > MAX_CRITERIA:
        raise Refusal("CRITERIA_LIMIT_EXCEEDED", "criteria limit exceeded", {"limit": MAX_CRITERIA})
    for predicate in predicates(condition):
        try:
            compiled(predicate, columns)
        except Refusal as refusal:
            details = {"api_name": predicate.column, "module": module.api_name}
            message = "The field and value in the criteria are not compatible"
            raise Refusal("FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE", message, details) from refusal
    return condition, columns


def _condition(world: World, module: Module, criteria: Any, columns: dict[str, Column]) -> Condition:
    if not isinstance(criteria, dict):
        raise Refusal("INVALID_CRITERIA", "The criteria is invalid", {"expected_data_type": "jsonobject"})
    if "group" in criteria and ("field" in criteria or "comparator" in criteria):
        raise Refusal("AMBIGUOUS_CRITERIA", "The criteria is ambiguous", {})
    if "group" not in criteria:
        return _criterion(world, module, criteria, columns)
    joint = str(criteria.get("group_operator")).lower()
    group = criteria["group"]
    if joint not in ("and", "or"):
        raise Refusal(
            "GROUP_OPERATOR_NOT_SUPPORTED", "The group operator is not supported", {"supported": ["and", "or"]}
        )
    if not isinstance(group, list) or not group:
        raise Refusal("INVALID_CRITERIA", "The criteria is invalid", {"expected_data_type": "jsonarray"})
    return Junction(joint, tuple(_condition(world, module, part, columns) for part in group))


def _criterion(world: World, module: Module, criteria: dict[str, Any], columns: dict[str, Column]) -> Condition:
    field = criteria.get("field")
    path = str(field.get("api_name") if isinstance(field, dict) else criteria.get("api_name"))
    try:
        column = columns[path] = resolve(world, module.api_name, path)
    except Refusal as refusal:
        details = {"api_name": path, "module": module.api_name}
        message = "The field in the criteria is not available"
        raise Refusal("FIELD_IN_CRITERIA_NOT_AVAILABLE", message, details) from refusal
    comparator, operators = str(criteria.get("comparator")), _operators(column.spec)
    if comparator not in operators:
        choice = {"api_name": path, "comparator": comparator, "supported": list(operators)}
        message = "The field and comparator in the criteria are not compatible"
        raise Refusal("FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE", message, choice)
    value = criteria.get("value")
    if value == EMPTY and comparator in ("equal", "not_equal"):
        return Predicate(path, "is null" if comparator == "equal" else "is not null")
    pattern = _PATTERNS.get(comparator, "{}")
    return Predicate(path, operators[comparator], tuple(pattern.format(text) for text in _texts(comparator, value)))


def _operators(spec: FieldSpec) -> dict[str, str]:
    kind = spec.compares_as
    if kind == "boolean":
        return {"equal": "="}
    if kind in LOOKUPS:
        return _EQUAL
    if kind in ("date", "datetime"):
        return {**_ORDERED, **_BETWEEN}
    return _ORDERED if kind in NUMBERS else _TEXT


def _texts(comparator: str, value: Any) -> Iterator[str]:
    """The values as a query would write them."""
    several = comparator in ("in", "not_in", "between", "not_between")
    values = value if several else [value]
    if not isinstance(values, list) or not values or ("between" in comparator and len(values) != 2):
        message = "The comparator and value in the criteria are not compatible"
        raise Refusal("COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE", message, {"comparator": comparator})
    for one in values:
        if one is None or isinstance(one, dict | list):
            raise Refusal("VALUE_TYPE_NOT_SUPPORTED", "The value type is not supported", {"comparator": comparator})
        yield str(one).lower() if isinstance(one, bool) else str(one)
