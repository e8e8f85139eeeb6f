"""Search by criteria, word, e-mail or phone (Zoho CRM v8, Search Records).

`equals` on a text finds it anywhere in the value, as Zoho's word index does. The index delay is not acted out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.metadata import NUMBERS, FieldSpec
from zoho_console.simulator.module import Module
from zoho_console.simulator.records import Record
from zoho_console.simulator.world import World

SEARCH_CREDITS = 3
MAX_CRITERIA = 10
MAX_VALUES = 100
Test = Callable[[Record], bool]

_TOKEN = re.compile(r"\s*(\(|\)|and\b|or\b)", re.IGNORECASE)
_TERM = re.compile(r"\s*([A-Za-z_$][\w$]*):([a-z_]+):((?:\\.|[^()\\])*)", re.DOTALL)
_COMMA = re.compile(r"(?<!\\),")
_ORDERED = frozenset(
    {"equals", "not_equal", "greater_equal", "greater_than", "less_equal", "less_than", "between", "in"}
)
_NAMED = frozenset({"equals", "not_equal", "in"})
_OPERATORS = {
    **dict.fromkeys(("date", "datetime", *NUMBERS), _ORDERED),
    "boolean": {"equals", "not_equal"},
    "textarea": {"equals", "not_equal", "starts_with"},
    **dict.fromkeys(("text", "email", "phone", "website"), _NAMED | {"starts_with"}),
    **dict.fromkeys(("picklist", "lookup", "ownerlookup", "userlookup"), _NAMED),
    "multiselectpicklist": {*_NAMED, "starts_with"},
}


def found_records(world: World, module: Module, query: dict[str, str]) -> Iterator[Record]:
    """The records that match, newest first. Criteria go before e-mail, phone and word. Errors: Refusal."""
    for name, maker in (("criteria", _criteria), ("email", _typed), ("phone", _typed), ("word", _word)):
        if query.get(name):
            test = maker(world, module, name, query[name])
            return (record for record in module.records.through(newest_first=True) if test(record))
    names = ["criteria", "email", "phone", "word"]
    raise Refusal("EXPECTED_PARAM_MISSING", "one of the expected parameter is missing", {"param_names": names})


def _typed(world: World, module: Module, kind: str, text: str) -> Test:
    """Whether a field of this type holds the text."""
    names = [name for name, spec in module.fields.items() if spec.data_type == kind]
    sought = text.casefold()
    return lambda record: any(str(record[name] or "").casefold() == sought for name in names)


def _word(world: World, module: Module, _: str, text: str) -> Test:
    """Whether every word is in some text of the record."""
    if len(text.strip()) < 2:
        raise Refusal("INVALID_DATA", "provide atleast 2 letters for search", {"param_name": "word"})
    kinds = ("text", "email", "phone", "website", "picklist", "textarea")
    names = [
        name
        for name, spec in module.fields.items()
        if spec.data_type in kinds and not spec.is_long_text and name != "Tag"
    ]
    words = [word.replace("*", "").casefold() for word in text.split()]

    def test(record: Record) -> bool:
        whole = "\n".join(str(record[name]) for name in names if record[name]).casefold()
        return all(word in whole for word in words)

    return test


def _criteria(world: World, module: Module, _: str, text: str) -> Test:
    parser = _Parser(world, module, text)
    test = parser.node()
    parser.end()
    return test


class _Parser:
    """Reads `((A:equals:x)and(B:in:y,z))` from left to right into a test."""

    def __init__(self, world: World, module: Module, text: str) -> None:
        self._world = world
        self._module = module
        self._text = text
        self._at = 0
        self._terms = 0

    def node(self) -> Test:
        """One or more parts joined by and, or; read up to the closing bracket or the end."""
        test = self._part()
        while (joint := self._peek()) in ("and", "or"):
            self._take(joint)
            test = _joined(joint, test, self._part())
        return test

    def end(self) -> None:
        """Make sure that nothing is left over."""
        if self._text[self._at :].strip():
            raise _unreadable("")

    def _part(self) -> Test:
        if self._peek() != "(":
            return self._term()
        self._take("(")
        test = self.node()
        self._take(")")
        return test

    def _term(self) -> Test:
        found = _TERM.match(self._text, self._at)
        if found is None:
            raise _unreadable("")
        self._at = found.end()
        self._terms += 1
        if self._terms > MAX_CRITERIA:
            raise Refusal("CRITERIA_LIMIT_EXCEEDED", "criteria limit exceeded", {"limit": MAX_CRITERIA})
        name, operator, value = found.groups()
        spec = self._module.fields.get(name)
        if spec is None or spec.is_long_text or spec.data_type not in _OPERATORS or name in ("Modified_Time", "Tag"):
            reason = "the field is not available for search"
            raise Refusal("INVALID_QUERY", "Invalid query formed", {"reason": reason, "api_name": name})
        if operator not in _OPERATORS[spec.data_type]:
            details = {"reason": "invalid operator found", "api_name": name, "operator": operator}
            raise Refusal("INVALID_QUERY", "Invalid query formed", details)
        several = operator in ("in", "between")
        values = [_plain(part) for part in (_COMMA.split(value) if several else [value])]
        if len(values) > MAX_VALUES:
            reason = 'Only 100 values are allowed in "IN" criteria'
            raise Refusal("INVALID_QUERY", "Invalid query formed", {"reason": reason, "api_name": name})
        return _compared(self._world, spec, operator, values)

    def _peek(self) -> str:
        found = _TOKEN.match(self._text, self._at)
        return found.group(1).lower() if found else ""

    def _take(self, token: str) -> None:
        found = _TOKEN.match(self._text, self._at)
        if found is None or found.group(1).lower() != token:
            raise _unreadable(token)
        self._at = found.end()


def _joined(joint: str, one: Test, other: Test) -> Test:
    if joint == "and":
        return lambda record: one(record) and other(record)
    return lambda record: one(record) or other(record)


def _compared(world: World, spec: FieldSpec, operator: str, texts: list[str]) -> Test:
    """A term as a test; a record without a value in the field never matches."""
    values = [_key(spec, text) for text in texts]
    if operator == "between" and len(values) != 2:
        raise _invalid_value(spec, ",".join(texts))
    contains = spec.data_type in ("text", "textarea", "email", "phone", "website")
    checks: dict[str, Callable[[Any], bool]] = {
        "equals": lambda key: values[0] in key if contains else key == values[0],
        "not_equal": lambda key: key != values[0],
        "in": lambda key: key in values,
        "starts_with": lambda key: str(key).startswith(str(values[0])),
        "greater_than": lambda key: key > values[0],
        "greater_equal": lambda key: key >= values[0],
        "less_than": lambda key: key < values[0],
        "less_equal": lambda key: key <= values[0],
        "between": lambda key: values[0] <= key <= values[1],
    }
    check = checks[operator]

    def test(record: Record) -> bool:
        value = record[spec.api_name]
        if value is None:
            return False
        if spec.is_lookup:
            shown = world.linked(spec, value) or {"name": "", "id": value}
            keys = [str(shown["name"]).casefold(), value]
            return all(map(check, keys)) if operator == "not_equal" else any(map(check, keys))
        if isinstance(value, list):
            return any(check(item.casefold()) for item in value)
        return check(_key(spec, value))

    return test


def _key(spec: FieldSpec, value: Any) -> Any:
    """A value, or its text in the criteria, in the form that compares. Errors: Refusal."""
    try:
        if spec.data_type in NUMBERS:
            return float(value)
        if spec.data_type == "datetime":
            return datetime.fromisoformat(value).timestamp()
    except ValueError:
        raise _invalid_value(spec, value) from None
    return str(value).casefold()


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text).strip()


def _invalid_value(spec: FieldSpec, value: str) -> Refusal:
    details = {"reason": "invalid value for search", "api_name": spec.api_name, "value": value}
    return Refusal("INVALID_QUERY", "Invalid query formed", details)


def _unreadable(expected: str) -> Refusal:
    more = {"expected": expected} if expected else {}
    return Refusal("INVALID_QUERY", "Invalid query formed", {"reason": "invalid criteria", **more})
