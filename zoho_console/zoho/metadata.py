"""Calls for modules, fields, the organisation and the user behind the sign-in. Source: fact sheet 7."""

from __future__ import annotations

from typing import Any

from zoho_console.domain.connections import Organisation, User
from zoho_console.domain.fields import COMPUTED_TYPES, Field, Module
from zoho_console.zoho import decode
from zoho_console.zoho.call import Answer, Call
from zoho_console.zoho.records import BASE, module_path

_SETTINGS = "ZohoCRM.settings"
_EMPTY_CHOICE = "-None-"


def fields(module: str) -> Call[list[Field]]:
    """The fields of a module in Zoho's order, hidden and computed ones included."""
    module_path(module)  # refuses what cannot be a module
    path = f"{BASE}/settings/fields"
    return Call("GET", path, _read_fields, query={"module": module}, scope=f"{_SETTINGS}.fields.READ")


def modules() -> Call[list[Module]]:
    """The modules whose records the API shows to this user, in Zoho's order."""
    return Call("GET", f"{BASE}/settings/modules", _read_modules, scope=f"{_SETTINGS}.modules.READ")


def organisation() -> Call[Organisation]:
    """The organisation that the sign-in belongs to."""
    return Call("GET", f"{BASE}/org", _read_organisation, scope="ZohoCRM.org.READ")


def current_user() -> Call[User]:
    """The user that the sign-in belongs to; the cheapest proof that it works."""
    query = {"type": "CurrentUser"}
    return Call("GET", f"{BASE}/users", _read_user, query=query, scope="ZohoCRM.users.READ")


def _read_fields(answer: Answer) -> list[Field]:
    return [_field(item) for item in decode.records(answer, "fields") if item.get("api_name")]


def _field(item: dict[str, Any]) -> Field:
    name, kind = str(item["api_name"]), str(item.get("data_type") or "text")
    return Field(
        api_name=name,
        label=str(item.get("field_label") or item.get("display_label") or name),
        type=kind,
        length=_whole(item.get("length")),
        decimals=_whole(item.get("decimal_place")),
        pick_values=_pick_values(item.get("pick_list_values")),
        is_writable=_is_writable(item, kind),
        is_mandatory=item.get("system_mandatory") is True,
        is_unique=bool(item.get("unique")),
        is_custom=item.get("custom_field") is True,
        is_visible=item.get("visible") is not False,
    )


def _is_writable(item: dict[str, Any], kind: str) -> bool:
    """Not by `field_read_only`, which contradicts what Zoho does: Owner has it and can be set (fact sheet 7.2)."""
    operations = item.get("operation_type")
    may_update = isinstance(operations, dict) and operations.get("api_update") is True
    return may_update and item.get("read_only") is not True and kind not in COMPUTED_TYPES


def _pick_values(entries: Any) -> tuple[str, ...]:
    """What to send (`actual_value`) of the choices in use, without the empty one."""
    if not isinstance(entries, list):
        return ()
    used = (entry for entry in entries if isinstance(entry, dict) and entry.get("type", "used") == "used")
    values = (str(entry.get("actual_value") or "") for entry in used)
    return tuple(value for value in values if value and value != _EMPTY_CHOICE)


def _whole(number: Any) -> int | None:
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _read_modules(answer: Answer) -> list[Module]:
    return [
        Module(
            api_name=str(item["api_name"]),
            label=str(item.get("plural_label") or item["api_name"]),
            is_writable=item.get("editable") is True,
        )
        for item in decode.records(answer, "modules")
        if item.get("api_name") and _has_records(item)
    ]


def _has_records(item: dict[str, Any]) -> bool:
    is_shown = item.get("api_supported") is True and item.get("viewable") is True
    return is_shown and item.get("generated_type") in ("default", "custom")


def _read_organisation(answer: Answer) -> Organisation:
    item = _first(answer, "org")
    licence = item.get("license_details")
    return Organisation(
        id=str(item.get("zgid") or item.get("id") or ""),  # zgid is the number Zoho's own pages show
        name=str(item.get("company_name") or ""),
        environment=str(item.get("type") or "production"),
        edition=str((licence if isinstance(licence, dict) else {}).get("paid_type") or ""),
        currency=str(item.get("iso_code") or ""),
        time_zone=str(item.get("time_zone") or "UTC"),
    )


def _read_user(answer: Answer) -> User:
    item = _first(answer, "users")
    return User(id=str(item.get("id") or ""), name=str(item.get("full_name") or ""), email=str(item.get("email") or ""))


def _first(answer: Answer, key: str) -> dict[str, Any]:
    found = decode.records(answer, key)
    if not found:
        raise decode.unreadable(answer, f"no {key}")
    return found[0]
