"""What a field is, and the long dict by which Zoho describes it (Zoho CRM v8, fields metadata)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LOOKUPS = frozenset({"lookup", "ownerlookup", "userlookup"})
NUMBERS = frozenset({"integer", "bigint", "double", "currency", "percent"})
WHOLE_NUMBERS = frozenset({"integer", "bigint"})
PICKLISTS = frozenset({"picklist", "multiselectpicklist"})
MODULES = ("Leads", "Accounts", "Contacts")
PROFILE = {"name": "Administrator", "id": "777000000000026011"}
LAYOUT = {"api_name": "Standard__s", "name": "Standard", "id": "777000000000091055"}

_JSON_TYPES = {
    "integer": "integer",
    "double": "double",
    "currency": "double",
    "percent": "double",
    "formula": "double",
    "boolean": "boolean",
    "lookup": "jsonobject",
    "ownerlookup": "jsonobject",
    "userlookup": "jsonobject",
    "layout": "jsonobject",
    "multiselectpicklist": "jsonarray",
}


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of a module. `length` counts characters, for numbers digits.

    `target` is the module (or `Users`) a lookup leads to; `ratio` names the two fields a formula divides.
    A `restricted` picklist takes no values but its own; others store what they are sent, as Zoho does.
    """

    api_name: str
    label: str
    data_type: str
    length: int
    decimals: int | None = None
    picks: tuple[str, ...] = ()
    unused_picks: tuple[str, ...] = ()
    restricted: bool = False
    mandatory: bool = False
    unique: bool = False
    writable: bool = True
    custom: bool = False
    visible: bool = True
    target: str = ""
    ratio: tuple[str, str] | None = None
    id: str = ""

    @property
    def is_lookup(self) -> bool:
        """Whether its values are ids of other records or users."""
        return self.data_type in LOOKUPS

    @property
    def compares_as(self) -> str:
        """The type its values compare by: a formula by what it gives."""
        return "double" if self.data_type == "formula" else self.data_type

    @property
    def is_long_text(self) -> bool:
        """Whether it is a large text, which neither COQL criteria nor sorting take."""
        return self.data_type == "textarea" and self.length > 2000


def module_id(place: int) -> str:
    """The 18 digits by which Zoho would know a module."""
    return str(777_000_000_000_002_175 + place * 2)


def field_metadata(spec: FieldSpec, module: str) -> dict[str, Any]:
    """The dict of `GET /settings/fields` for one field.

    `field_read_only` misleads as it does in Zoho: true for the owner, who can be changed, and false for the
    creation time, which cannot; `operation_type` tells the truth.
    """
    may_create = spec.writable and spec.data_type not in ("formula", "bigint")
    json_type = "jsonarray" if spec.api_name == "Tag" else _JSON_TYPES.get(spec.data_type, "string")
    return {
        "api_name": spec.api_name,
        "field_label": spec.label,
        "display_label": spec.label,
        "id": spec.id,
        "data_type": spec.data_type,
        "json_type": json_type,
        "length": spec.length,
        "decimal_place": spec.decimals,
        "system_mandatory": spec.mandatory,
        "read_only": spec.data_type == "formula",
        "field_read_only": spec.api_name == "Owner" or spec.data_type == "formula",
        "custom_field": spec.custom,
        "created_source": "crm" if spec.custom else "default",
        "virtual_field": False,
        "visible": spec.visible,
        "type": "used",
        "operation_type": {
            "web_create": may_create,
            "web_update": spec.writable,
            "api_create": may_create,
            "api_update": spec.writable,
        },
        "view_type": {"view": True, "edit": spec.writable, "quick_create": spec.mandatory, "create": may_create},
        "pick_list_values": _pick_values(spec),
        "mass_update": spec.writable and spec.data_type not in ("profileimage", "layout"),
        "searchable": not spec.is_long_text and spec.data_type not in ("profileimage", "layout", "formula"),
        "sortable": not spec.is_long_text and spec.data_type != "multiselectpicklist",
        "filterable": not spec.is_long_text,
        "ui_type": 2 if spec.data_type == "picklist" else 1,
        "default_value": None,
        "private": None,
        "hipaa_compliance": None,
        "layout_associations": [LAYOUT],
        "profiles": [{**PROFILE, "permission_type": "read_write" if spec.writable else "read_only"}],
        **_type_details(spec, module),
    }


def _type_details(spec: FieldSpec, module: str) -> dict[str, Any]:
    """The keys that only one type fills; the others hold `{}` or null."""
    lookup = {}
    if spec.data_type == "lookup":
        target = {"api_name": spec.target, "id": module_id(MODULES.index(spec.target))}
        # What the related list at the other end is called.
        related = {"display_label": spec.label, "api_name": spec.api_name, "id": str(int(spec.id) + 1)}
        lookup = {"module": target, **related}
    formula = {}
    if spec.ratio:
        expression = "/".join(f"${{{module}.{name}}}" for name in spec.ratio)
        formula = {"return_type": "double", "expression": expression}
    return {
        "unique": {"case_sensitive": False} if spec.unique else {},
        "external": None,
        "lookup": lookup,
        "multiselectlookup": {},
        "multi_module_lookup": {},
        "multiuserlookup": {},
        "subform": None,
        "associated_module": None,
        "formula": formula,
        "rollup_summary": {},
        "auto_number": {},
        "currency": {"rounding_option": "normal", "precision": 2} if spec.data_type == "currency" else {},
        "textarea": {"type": "large" if spec.length > 2000 else "small"} if spec.data_type == "textarea" else None,
        "crypt": None,
        "global_picklist": None,
        "history_tracking": None,
    }


def _pick_values(spec: FieldSpec) -> list[dict[str, Any]]:
    if spec.data_type not in PICKLISTS:
        return []
    values = [("-None-", "used")] if spec.data_type == "picklist" else []
    values += [(value, "used") for value in spec.picks] + [(value, "unused") for value in spec.unused_picks]
    return [
        {
            "id": f"{int(spec.id) * 100 + number:018d}"[-18:],
            "display_value": value,
            "actual_value": value,
            "reference_value": value,
            "sequence_number": number,
            "colour_code": None,
            "type": used,
        }
        for number, (value, used) in enumerate(values, 1)
    ]
