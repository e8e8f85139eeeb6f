"""Checks the values of an update as Zoho does. Source: fact sheet 2.3 and 10.1."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from zoho_console.simulator.answers import error
from zoho_console.simulator.schema import Spec
from zoho_console.simulator.world import ZONE, Module, Record, World

_EMAIL = re.compile(r"[\w+-][\w.+'-]*@[\w-]+(\.[\w-]+)*\.[A-Za-z]{2,22}")
_WEBSITE = re.compile(r"((https?|ftp)://)?[^\s]+\.[^\s]+")
_PHONE = re.compile(r"\+?[A-Za-z0-9 .\-(),;#/]+")
_JSON: dict[str, tuple[type, ...]] = {
    "integer": (int,), "double": (int, float), "currency": (int, float), "percent": (int, float), "boolean": (bool,),
    "multiselectpicklist": (list,), "lookup": (dict, str), "ownerlookup": (dict, str),
}  # fmt: skip
_PATTERNS = {"email": _EMAIL, "website": _WEBSITE, "phone": _PHONE}


def checked(
    world: World, module: Module, given: Record, index: int, own_id: str
) -> tuple[Record, list[dict[str, Any]]]:
    """The values to store and the errors found. Unknown and read-only fields are passed over without a word."""
    values: Record = {}
    problems: list[dict[str, Any]] = []
    for name, value in given.items():
        spec = module.fields.get(name)
        if name == "id" or name.startswith("$") or spec is None or not spec["operation_type"]["api_update"]:
            continue
        facts = {"api_name": name, "json_path": f"$.data[{index}].{name}"}
        problem = _problem(spec, value, facts)
        if problem is None and spec["unique"] and value is not None:
            problem = _duplicate(module, name, value, own_id, facts)
        if problem is not None:
            problems.append(problem)
        else:
            values[name] = _stored(world, spec, value)
    return values, problems


def _problem(spec: Spec, value: Any, facts: dict[str, Any]) -> dict[str, Any] | None:
    kind = spec["data_type"]
    if value is None or value == "":
        if spec["system_mandatory"] or kind == "ownerlookup":
            return error("MANDATORY_NOT_FOUND", "required field not found", facts)
        return None
    wrong_type = error("INVALID_DATA", "invalid data", {"expected_data_type": kind, **facts})
    if not isinstance(value, _JSON.get(kind, (str,))) or (isinstance(value, bool) and kind != "boolean"):
        return wrong_type
    if isinstance(value, str) and not _is_written_right(kind, value):
        return wrong_type
    if _size(kind, value) > spec["length"]:
        return error("INVALID_DATA", "invalid data", {"maximum_length": spec["length"], **facts})
    if spec["restricted"]:
        allowed = [one["actual_value"] for one in spec["pick_list_values"]]
        if any(one not in allowed for one in (value if isinstance(value, list) else [value])):
            return error("INVALID_DATA", "invalid data", {"supported_values": allowed, **facts})
    return None


def _is_written_right(kind: str, value: str) -> bool:
    if kind in _PATTERNS:
        return bool(_PATTERNS[kind].fullmatch(value))
    if kind not in ("bigint", "date", "datetime"):
        return True
    try:
        if kind == "bigint":
            return value.isascii() and value.lstrip("-").isdigit()
        if kind == "date":
            return date.fromisoformat(value).isoformat() == value
        return "." not in value and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _size(kind: str, value: Any) -> int:
    if kind in ("integer", "double", "currency", "percent"):
        return len(str(abs(int(value))))
    if kind in ("boolean", "lookup", "ownerlookup"):
        return 0
    return len(";".join(value)) if isinstance(value, list) else len(value)


def _duplicate(module: Module, name: str, value: str, own_id: str, facts: dict[str, Any]) -> dict[str, Any] | None:
    for record in module.records.values():
        held = record.get(name)
        if record["id"] != own_id and isinstance(held, str) and held.lower() == value.lower():
            details = {**facts, "id": record["id"], "more_records": False,
                       "duplicate_record": {"id": record["id"], "Owner": record["Owner"],
                                            "module": {"api_name": module.name, "id": module.id}}}  # fmt: skip
            return error("DUPLICATE_DATA", "duplicate data", details)
    return None


def _stored(world: World, spec: Spec, value: Any) -> Any:
    kind = spec["data_type"]
    if value in (None, "", [], "-None-"):
        return False if kind == "boolean" else None
    if kind == "datetime":
        return datetime.fromisoformat(value).astimezone(ZONE).isoformat(timespec="seconds")
    if kind in ("lookup", "ownerlookup"):
        return _partner(world, kind, value["id"] if isinstance(value, dict) else value)
    return value.strip() if isinstance(value, str) else value


def _partner(world: World, kind: str, record_id: str) -> dict[str, str]:
    record = world.records("Accounts").get(record_id)
    return {"name": record["Account_Name"] if kind == "lookup" and record else "", "id": record_id}
