"""Which JSON values a field takes, and what is stored of them (fact sheet 10.1: form and write rules by type)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.metadata import FieldSpec
from zoho_console.simulator.world import World

_EMAIL = re.compile(r"[A-Za-z0-9_+-][\w.+'&-]*@([A-Za-z0-9-]+\.)+[A-Za-z]{2,22}")
_WEBSITE = re.compile(r"((https?|ftp)://)?[^\s/@]+\.[^\s@]+", re.IGNORECASE)
_PHONE = re.compile(r"\+?[A-Za-z0-9 .\-(),;#/]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([+-]\d{2}:\d{2}|Z)", re.ASCII)
_PATTERNS = {"email": _EMAIL, "website": _WEBSITE, "phone": _PHONE}

Taker = Callable[[FieldSpec, Any], Any]


class ValueRules:
    """Checks values against fields. Each refusal holds the details without `api_name` and `json_path`."""

    def __init__(self, world: World, *, strict_picklists: bool = True) -> None:
        self._world = world
        self._strict_picklists = strict_picklists
        self._takers: dict[str, Taker] = {
            "picklist": self._picked,
            "multiselectpicklist": self._several,
            "boolean": self._boolean,
            "integer": self._whole,
            "bigint": self._big,
            **dict.fromkeys(("currency", "percent", "double"), self._number),
            "date": self._date,
            "datetime": self._datetime,
            **dict.fromkeys(("lookup", "ownerlookup", "userlookup"), self._lookup),
        }

    def stored(self, spec: FieldSpec, value: Any) -> Any:
        """What is kept of a value that was sent. Errors: Refusal."""
        if spec.data_type in ("text", "textarea", *_PATTERNS) and isinstance(value, str) and spec.api_name != "Tag":
            value = value.strip() or None
        if value is None or (value == "-None-" and spec.data_type == "picklist"):
            return _cleared(spec)
        if spec.api_name == "Tag":
            return _tags(spec, value)
        taker: Taker = self._takers.get(spec.data_type, self._text)
        return taker(spec, value)

    def _text(self, spec: FieldSpec, value: Any) -> str:
        if not isinstance(value, str):
            raise _wrong(spec)
        if len(value) > spec.length:
            raise _too_long(spec)
        pattern = _PATTERNS.get(spec.data_type)
        if pattern and not pattern.fullmatch(value):
            raise _wrong(spec)
        return value

    def _picked(self, spec: FieldSpec, value: Any) -> str:
        text = self._text(spec, value)
        if spec.restricted and self._strict_picklists and text not in spec.picks:
            raise Refusal("INVALID_DATA", "invalid data", {"supported_values": list(spec.picks)})
        return text

    def _several(self, spec: FieldSpec, value: Any) -> list[str] | None:
        if not isinstance(value, list):
            raise _wrong(spec, "jsonarray")
        picked = list(dict.fromkeys(self._picked(spec, item) for item in value))
        if len(";".join(picked)) > spec.length:
            raise _too_long(spec)
        return picked or None

    def _boolean(self, spec: FieldSpec, value: Any) -> bool:
        if not isinstance(value, bool):
            raise _wrong(spec)
        return value

    def _whole(self, spec: FieldSpec, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong(spec)
        if len(str(abs(value))) > spec.length:
            raise _too_long(spec)
        return value

    def _big(self, spec: FieldSpec, value: Any) -> str:
        text = str(value)
        if isinstance(value, bool) or not re.fullmatch(r"-?\d+", text, re.ASCII):
            raise _wrong(spec)
        if len(text.lstrip("-")) > spec.length:
            raise _too_long(spec)
        return text

    def _number(self, spec: FieldSpec, value: Any) -> int | float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong(spec)
        _, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
        if not isinstance(exponent, int):  # NaN and Infinity, which Python's JSON reader lets in
            raise _wrong(spec)
        if len(digits) + exponent > spec.length or -exponent > (spec.decimals or 0):
            raise _too_long(spec)
        return value

    def _date(self, spec: FieldSpec, value: Any) -> str:
        if not isinstance(value, str) or not _DATE.fullmatch(value) or not _is_moment(date, value):
            raise _wrong(spec)
        return value

    def _datetime(self, spec: FieldSpec, value: Any) -> str:
        if not isinstance(value, str) or not _DATETIME.fullmatch(value) or not _is_moment(datetime, value):
            raise _wrong(spec)
        return self._world.moment(datetime.fromisoformat(value))

    def _lookup(self, spec: FieldSpec, value: Any) -> str:
        target = value.get("id") if isinstance(value, dict) else value
        if not isinstance(target, str):
            raise _wrong(spec, "jsonobject")
        known = self._world.users if spec.target == "Users" else self._world.records(spec.target)
        if target not in known:
            raise Refusal("INVALID_DATA", "the id given seems to be invalid", {"id": target})
        return target


def _cleared(spec: FieldSpec) -> Any:
    """What null leaves behind; mandatory fields, booleans and owners cannot be emptied."""
    if spec.mandatory:
        raise Refusal("MANDATORY_NOT_FOUND", "required field not found")
    if spec.data_type == "boolean":
        raise _wrong(spec)
    if spec.data_type == "ownerlookup":
        raise _wrong(spec, "jsonobject")
    return [] if spec.api_name == "Tag" else None


def _tags(spec: FieldSpec, value: Any) -> list[dict[str, Any]]:
    named = isinstance(value, list) and all(
        isinstance(tag, dict) and isinstance(tag.get("name"), str) and tag["name"] for tag in value
    )
    if not named:
        raise _wrong(spec, "jsonarray")
    return [{"name": tag["name"], "id": None, "color_code": None} for tag in value]


def _wrong(spec: FieldSpec, expected: str = "") -> Refusal:
    return Refusal("INVALID_DATA", "invalid data", {"expected_data_type": expected or spec.data_type})


def _too_long(spec: FieldSpec) -> Refusal:
    return Refusal("INVALID_DATA", "invalid data", {"maximum_length": spec.length})


def _is_moment(kind: type[date], text: str) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True
