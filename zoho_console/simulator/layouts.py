"""How Zoho describes a layout: sections of fields, with what the layout demands of each (Zoho CRM v8, layouts)."""

from __future__ import annotations

from typing import Any

from zoho_console.simulator.metadata import LAYOUT, PROFILE, field_metadata
from zoho_console.simulator.module import Module

_MADE = "2024-01-10T09:00:00+01:00"
_ALLOWED = ("edit", "rename", "clone", "downgrade", "delete", "deactivate", "set_layout_permissions")


def layout_metadata(module: Module, maker: dict[str, Any]) -> dict[str, Any]:
    """The dict of `GET /settings/layouts` for the module's one layout; the maker is the user it names."""
    person = {"name": maker["full_name"], "id": maker["id"]}
    custom = [name for name, spec in module.fields.items() if spec.custom]
    standard = [name for name, spec in module.fields.items() if not spec.custom and spec.visible]
    sections = [(f"{module.api_name} Information", standard), ("Additional Information", custom)]
    return {
        **LAYOUT,
        "display_label": LAYOUT["name"],
        "status": "active",
        "visible": True,
        "source": "crm",
        "mode": "edit",
        "generated_type": "default",
        "display_type": 1,
        "show_business_card": True,
        "has_more_profiles": False,
        "subform_properties": None,
        "created_for": None,
        "convert_mapping": None,
        "created_by": person,
        "modified_by": person,
        "created_time": _MADE,
        "modified_time": _MADE,
        "profiles": [{**PROFILE, "default": True, "_default_view": None}],
        "actions_allowed": {name: name in ("edit", "clone", "set_layout_permissions") for name in _ALLOWED},
        "sections": [_section(module, place, *section) for place, section in enumerate(sections, 1) if section[1]],
    }


def _section(module: Module, place: int, label: str, names: list[str]) -> dict[str, Any]:
    return {
        "id": str(int(LAYOUT["id"]) + module.place * 100 + place),
        "api_name": label.replace(" ", "_"),
        "name": label,
        "display_label": label,
        "sequence_number": place,
        "type": "used",
        "generated_type": "default",
        "column_count": 2,
        "tab_traversal": "left_to_right",
        "isSubformSection": False,
        "properties": None,
        "fields": [
            {
                **field_metadata(module.fields[name], module.api_name),
                "required": module.fields[name].mandatory,
                "validation_rule": None,
                "sequence_number": number,
                "section_id": place,
            }
            for number, name in enumerate(names, 1)
        ],
    }
