"""Requests and answers held against Zoho's own OpenAPI files, where these are beside the checkout.

    spec = Spec(folder)
    spec.answer_problems(exchange)     what is wrong with an answer of the simulator, in sentences; [] for nothing
    spec.request_problems(exchange)    the same for a request that somebody sent

The files have faults; `openapi_repairs.py` names each with its reason. What is not described at all (a status, a
path) is named there too, so that nothing is passed over in silence.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from openapi_repairs import ABSENT, BORROWED, REPAIRS, UNDESCRIBED_PARAMETERS, UNDESCRIBED_PATHS
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from zoho_console.simulator import Exchange

BASE = "https://raw.githubusercontent.com/Zohocorp-Pvt-Ltd/crm-oas/refs/heads/main/v8.0/"
FILES = ("record", "record_count", "coql", "bulk_read", "bulk_write", "fields", "layouts", "modules", "users", "org")
_ROOT = Path(__file__).resolve().parents[2]
_JSON = "application/json"
# What tells an answer's form: the keys of a refusal, or the one that holds what was asked for, perhaps with `info`.
_ENVELOPE = {"code", "message", "status"}
_RESOURCES = {"data", "fields", "layouts", "modules", "org", "users"}


def spec_folders() -> list[Path]:
    """The folder of the files, in a list that is empty where they are not."""
    folder = Path(os.environ.get("ZOHO_OAS") or _ROOT.parent / "shared" / "zoho-oas-v8")
    return [folder] if (folder / "record.json").exists() else []


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path; `pointer` leads to its description."""

    file: str
    path: str
    pointer: str
    parts: dict[str, Any]

    def matches(self, path: str) -> bool:
        """Whether a request with this path may be meant."""
        pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(self.path))
        return re.fullmatch(pattern, path) is not None

    @property
    def exactness(self) -> int:
        """How many parts of the path are fixed."""
        return sum("{" not in part for part in self.path.split("/"))


class Spec:
    """The files of a folder, repaired."""

    def __init__(self, folder: Path) -> None:
        self._documents = {path.name: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
        for repair in REPAIRS:
            repair.apply(self._documents[repair.file])
        self._documents = {name: _as_json_schema(document) for name, document in self._documents.items()}
        self._documents |= {name: {} for name in ABSENT}
        resources = [(BASE + name, Resource(document, DRAFT202012)) for name, document in self._documents.items()]
        self._registry: Registry[Any] = Registry().with_resources(resources)

    def answer_problems(self, exchange: Exchange) -> list[str]:
        """What is wrong with an answer."""
        return self._least(exchange, self._answer_problems)

    def request_problems(self, exchange: Exchange) -> list[str]:
        """What is wrong with a request: an unknown parameter, a value or a body of the wrong form."""
        return self._least(exchange, self._request_problems)

    def _least(self, exchange: Exchange, problems: Callable[[Exchange, Operation], list[str]]) -> list[str]:
        """Several operations may be meant: the one that fits best counts."""
        found = [problems(exchange, operation) for operation in self._operations(exchange)]
        if not found and exchange.route not in UNDESCRIBED_PATHS:
            return [f"{exchange.method} {exchange.path} is not described"]
        return min(found, key=len, default=[])

    def _operations(self, exchange: Exchange) -> list[Operation]:
        found = [operation for operation in self._all(exchange.method.lower()) if operation.matches(exchange.path)]
        best = max((operation.exactness for operation in found), default=0)
        return [operation for operation in found if operation.exactness == best]

    def _all(self, method: str) -> list[Operation]:
        found = []
        for file in FILES:
            for path, operations in self._documents[f"{file}.json"]["paths"].items():
                if method in operations:
                    pointer = f"/paths/{path.replace('/', '~1')}/{method}"
                    found.append(Operation(f"{file}.json", path, pointer, operations[method]))
        return found

    def _answer_problems(self, exchange: Exchange, operation: Operation) -> list[str]:
        responses = operation.parts["responses"]
        status = str(exchange.status)
        if status not in responses:
            borrowed = BORROWED.get((exchange.method, exchange.status)) or BORROWED.get(("", exchange.status))
            if borrowed is None:
                return [f"{exchange.method} {exchange.route} does not describe the status {status}"]
            if not borrowed.described_as:
                return [] if not exchange.answer else [f"{status} has a body"]
            status = next((one for one in borrowed.described_as if one in responses), "")
        described, at = self._at(operation, f"/responses/{status}")
        content = described.get("content") or {}
        if not exchange.answer:
            return [f"{status} has no body"] if content else []
        if exchange.answer_type != _JSON:
            kinds = set(content)
            return [] if not kinds or exchange.answer_type in kinds else [f"{exchange.answer_type} is none of {kinds}"]
        return self._schema_problems(f"{at}/content/application~1json/schema", json.loads(exchange.answer))

    def _request_problems(self, exchange: Exchange, operation: Operation) -> list[str]:
        problems = []
        described = {}
        for number in range(len(operation.parts.get("parameters", []))):
            parameter, at = self._at(operation, f"/parameters/{number}")
            described[parameter["name"]] = (parameter, at)
        for name, text in exchange.query.items():
            if name not in described:
                if (exchange.route, name) not in UNDESCRIBED_PARAMETERS:
                    problems.append(f"the parameter {name} of {exchange.route} is not described")
                continue
            parameter, at = described[name]
            if "schema" in parameter:
                kinds = str(parameter["schema"].get("type"))
                value = int(text) if "integer" in kinds and text.isdecimal() else text
                value = value == "true" if "boolean" in kinds and value in ("true", "false") else value
                problems += self._schema_problems(f"{at}/schema", value)
        problems += [f"{name} is missing" for name, (one, _) in described.items() if _is_missing(one, exchange)]
        if operation.parts.get("requestBody"):
            body, at = self._at(operation, "/requestBody")
            if _JSON in body["content"]:
                problems += self._schema_problems(f"{at}/content/application~1json/schema", json.loads(exchange.body))
        elif exchange.body:
            problems.append(f"{exchange.method} {exchange.route} has a body")
        return problems

    def _at(self, operation: Operation, pointer: str) -> tuple[Any, str]:
        """What stands at a pointer below an operation, references followed, and its full address."""
        address = f"{BASE}{operation.file}#{operation.pointer}{pointer}"
        resolver = self._registry.resolver()
        found = resolver.lookup(address).contents
        while isinstance(found, dict) and "$ref" in found:
            address = found["$ref"] if "://" in found["$ref"] else f"{BASE}{operation.file}{found['$ref']}"
            found = resolver.lookup(address).contents
        return found, address

    def _schema_problems(self, address: str, value: Any) -> list[str]:
        validator = Draft202012Validator({"$ref": address}, registry=self._registry)
        return [_told(error) for error in validator.iter_errors(value)]


def _told(error: Any) -> str:
    """An error in words; of several alternatives the one that fits furthest is the one that was meant."""
    while error.context:
        error = max(error.context, key=lambda one: len(one.absolute_path))
    return f"{error.json_path}: {error.message[:300]}"


def _is_missing(parameter: dict[str, Any], exchange: Exchange) -> bool:
    return bool(
        parameter.get("in") == "query" and parameter.get("required") and parameter["name"] not in exchange.query
    )


def _as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema, and faults that run through all files.

    - `nullable` becomes null among the types.
    - `oneOf` becomes `anyOf`: its alternatives overlap, as where an empty object stands beside a described one.
    - A property that is a bare `$ref` may be null: OpenAPI 3.0 has no way of saying so beside a reference.
    - `enum` goes where it lists texts of a `message`: they are samples, with names of their test data in them.
    - `required` goes where it names every property: the files were generated so, and Zoho sends fewer. What
      tells one form from another is required all the same.
    """
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _as_json_schema(value) for key, value in node.items() if key not in ("nullable", "discriminator")}
    made = {("anyOf" if key == "oneOf" else key): value for key, value in made.items()}
    properties, required = made.get("properties"), made.get("required")
    if isinstance(properties, dict):
        nullable = {name: {"anyOf": [one, {"type": "null"}]} for name, one in properties.items() if "$ref" in one}
        made["properties"] = {**properties, **nullable}
        if "message" in properties:
            made["properties"]["message"] = {"type": "string"}
        if isinstance(required, list) and set(required) >= set(properties):
            del made["required"]
        if set(properties) >= _ENVELOPE:
            made["required"] = sorted(_ENVELOPE)
        elif len(set(properties) - {"info"}) == 1 and set(properties) & _RESOURCES:
            made["required"] = sorted(set(properties) & _RESOURCES)
    if node.get("nullable") is True:
        return {"anyOf": [made, {"type": "null"}]}
    if isinstance(made.get("$ref"), str) and len(made) > 1:
        return {"$ref": made["$ref"]}
    return made
