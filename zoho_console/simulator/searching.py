"""Search by criteria, word, e-mail or phone. Source: fact sheet 2.7."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from zoho_console.simulator.coql_grammar import Refused
from zoho_console.simulator.world import Module, Record, visible_value

Test = Callable[[Record], bool]

MOST_CRITERIA = 10
_TERM = re.compile(r"\(?\s*([A-Za-z0-9_]+):([a-z_]+):((?:\\.|[^()\\])*)\)?\s*")
_TEXT = ("text", "email", "phone", "website", "picklist", "textarea")


def test_of(module: Module, query: Mapping[str, str]) -> Test:
    """Whether a record is found. Errors: Refused."""
    if criteria := query.get("criteria"):
        if criteria.count(":") // 2 > MOST_CRITERIA:
            raise Refused("CRITERIA_LIMIT_EXCEEDED", "criteria limit exceeded", {"limit": MOST_CRITERIA})
        test, rest = _group(module, criteria.strip())
        if rest.strip():
            raise _invalid("invalid criteria", rest.strip()[:20])
        return test
    for name in ("email", "phone", "word"):
        if text := query.get(name):
            return _anywhere(module, text, name)
    names = ["criteria", "email", "phone", "word"]
    raise Refused("EXPECTED_PARAM_MISSING", "one of the expected parameter is missing", {"param_names": names})


def _anywhere(module: Module, text: str, kind: str) -> Test:
    if kind == "word" and len(text) < 2:
        raise Refused("INVALID_DATA", "provide atleast 2 letters for search", {})
    kinds = _TEXT if kind == "word" else (kind,)
    names = [name for name, spec in module.fields.items() if spec["data_type"] in kinds and spec["searchable"]]
    wanted = text.rstrip("*").lower()
    return lambda record: any(wanted in str(record.get(name) or "").lower() for name in names)


def _group(module: Module, text: str) -> tuple[Test, str]:
    """One node and what follows it: a term, or a bracketed chain of nodes."""
    term = _TERM.match(text)
    if term and (text[0] != "(" or not text.startswith("((")):
        return _term(module, term[1], term[2], _unescaped(term[3])), text[term.end() :]
    if not text.startswith("("):
        raise _invalid("invalid criteria", text[:20])
    test, rest = _group(module, text[1:].lstrip())
    while True:
        rest = rest.lstrip()
        if rest.startswith(")"):
            return test, rest[1:]
        word = re.match(r"(and|or)\b", rest)
        if word is None:
            raise _invalid("invalid criteria", rest[:20])
        other, rest = _group(module, rest[word.end() :].lstrip())
        test = _joined(word[1], test, other)


def _joined(word: str, left: Test, right: Test) -> Test:
    if word == "and":
        return lambda record: left(record) and right(record)
    return lambda record: left(record) or right(record)


def _term(module: Module, name: str, operator: str, text: str) -> Test:
    spec = module.fields.get(name)
    if spec is None or not spec["searchable"]:
        raise _invalid("the field is not available for search", name)
    number = spec["data_type"] in ("integer", "currency", "double", "percent")

    def value(record: Record) -> Any:
        found = visible_value(spec, record)
        if isinstance(found, dict):
            return str(found.get("name", "")).lower()
        return found if number or found is None else str(found).lower()

    try:
        wanted: list[Any] = [float(part) if number else part.strip().lower() for part in text.split(",")]
    except ValueError as error:
        raise _invalid("invalid value for search", name) from error
    first = wanted[0] if number else text.lower()
    tests: dict[str, Callable[[Any], bool]] = {
        "equals": lambda found: found == first if number else first in found,
        "not_equal": lambda found: found != first,
        "starts_with": lambda found: str(found).startswith(str(first)),
        "in": lambda found: found in wanted,
        "between": lambda found: wanted[0] <= found <= wanted[-1],
        "greater_than": lambda found: found > first,
        "greater_equal": lambda found: found >= first,
        "less_than": lambda found: found < first,
        "less_equal": lambda found: found <= first,
    }
    if operator not in tests:
        raise _invalid("invalid operator found", name)
    return lambda record: (found := value(record)) is not None and tests[operator](found)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _invalid(reason: str, name: str) -> Refused:
    return Refused("INVALID_QUERY", "Invalid query formed", {"reason": reason, "api_name": name})
