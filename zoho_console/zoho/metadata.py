"""Calls for fields, modules, organisation and current user. Source: fact sheet section 7."""

from __future__ import annotations

from typing import Any

from zoho_console.domain.connections import Organisation, User
from zoho_console.domain.fields import COMPUTED_TYPES, Field, Module
from zoho_console.errors import UnreadableAnswer
from zoho_console.zoho.call import Answer, Call
from zoho_console.zoho.decode import items

_NO_VALUE = "-None-"


def fields(module: str) -> Call[list[Field]]:
    """The fields of a module over all layouts."""
    return Call("GET", "/crm/v8/settings/fields", _fields, query={"module": module})


def modules() -> Call[list[Module]]:
    """Modules that the API can read."""
    return Call("GET", "/crm/v8/settings/modules", _modules)


def organisation() -> Call[Organisation]:
    """The organisation the token belongs to."""
    return Call("GET", "/crm/v8/org", _organisation)


def current_user() -> Call[User]:
    """The user the token belongs to."""
    return Call("GET", "/crm/v8/users", _user, query={"type": "CurrentUser"})


def _fields(answer: Answer) -> list[Field]:
    return [_field(item) for item in items(answer, "fields")]


def _field(item: dict[str, Any]) -> Field:
    # `field_read_only` is misleading (true for Owner, which can be written); these two flags are the reliable ones.
    operations = item.get("operation_type") or {}
    kind = str(item.get("data_type", "text"))
    writable = bool(operations.get("api_update")) and not item.get("read_only") and kind not in COMPUTED_TYPES
    values = [
        str(value.get("actual_value") or "")
        for value in item.get("pick_list_values") or []
        if value.get("type", "used") == "used"
    ]
    return Field(
        api_name=str(item["api_name"]),
        label=str(item.get("display_label") or item.get("field_label") or item["api_name"]),
        type=kind,
        length=_number(item.get("length")),
        decimals=_number(item.get("decimal_place")),
        pick_values=tuple(value for value in values if value and value != _NO_VALUE),
        is_writable=writable,
        is_mandatory=bool(item.get("system_mandatory")),
        is_unique=bool(item.get("unique")),
        is_custom=bool(item.get("custom_field")),
        is_visible=bool(item.get("visible", True)),
    )


def _modules(answer: Answer) -> list[Module]:
    return [
        Module(
            str(item["api_name"]),
            str(item.get("plural_label") or item["api_name"]),
            is_writable=bool(item.get("editable")),
        )
        for item in items(answer, "modules")
        if item.get("api_supported") and item.get("viewable", True)
    ]


def _organisation(answer: Answer) -> Organisation:
    item = _first(answer, "org")
    licence = item.get("license_details") or {}
    return Organisation(
        id=str(item.get("zgid") or item["id"]),
        name=str(item.get("company_name") or ""),
        environment=str(item.get("type") or "production"),
        edition=str(licence.get("paid_type") or "free"),
        currency=str(item.get("iso_code") or ""),
        time_zone=str(item.get("time_zone") or "UTC"),
    )


def _user(answer: Answer) -> User:
    item = _first(answer, "users")
    name = str(item.get("full_name") or item.get("last_name") or "")
    return User(str(item["id"]), name, str(item.get("email") or ""))


def _first(answer: Answer, key: str) -> dict[str, Any]:
    found = items(answer, key)
    if not found or "id" not in found[0]:
        raise UnreadableAnswer(f"Zoho's answer names no “{key}”.", status=answer.status)
    return found[0]


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
