"""The fields of the simulated modules, in the form of Zoho's field metadata."""

from __future__ import annotations

from typing import Any

Spec = dict[str, Any]

JSON_TYPES = {
    "integer": "integer", "double": "double", "currency": "double", "percent": "double", "boolean": "boolean",
    "lookup": "jsonobject", "ownerlookup": "jsonobject", "layout": "jsonobject", "multiselectpicklist": "jsonarray",
}  # fmt: skip
LENGTHS = {
    "text": 255, "textarea": 2000, "picklist": 120, "multiselectpicklist": 1000, "integer": 9, "bigint": 18,
    "double": 16, "currency": 16, "percent": 5, "boolean": 5, "date": 20, "datetime": 120, "lookup": 120,
    "ownerlookup": 120, "phone": 30, "email": 100, "website": 255, "formula": 16, "layout": 50,
}  # fmt: skip

INDUSTRIES = (
    "Banking", "Communications", "Consulting", "Education", "Energy", "Finance", "Government", "Healthcare",
    "Manufacturing", "Media", "Real Estate", "Retail", "Technology", "Transportation", "Utilities",
)  # fmt: skip
STATUSES = ("Active", "At Risk", "Inactive", "Good", "Excellent", "Prospect")
TYPES = ("Analyst", "Competitor", "Customer", "Distributor", "Investor", "Partner", "Prospect", "Reseller", "Supplier")


def spec(name: str, kind: str = "text", label: str = "", **facts: Any) -> Spec:
    """One field in Zoho's words; `values` are pick list values, `writable` false for what only Zoho sets."""
    values = facts.pop("values", ())
    writable = facts.pop("writable", True)
    made: Spec = {
        "api_name": name,
        "field_label": label or name.replace("_", " "),
        "display_label": label or name.replace("_", " "),
        "data_type": kind,
        "json_type": JSON_TYPES.get(kind, "string"),
        "length": LENGTHS.get(kind, 255),
        "decimal_place": 2 if kind in ("double", "currency", "percent") else None,
        "system_mandatory": False,
        "read_only": False,
        # As on the real service: of no use, true for Owner which can be written.
        "field_read_only": kind == "ownerlookup",
        "custom_field": False,
        "virtual_field": False,
        "visible": True,
        "type": "used",
        "operation_type": dict.fromkeys(("web_create", "web_update", "api_create", "api_update"), writable),
        "view_type": {"view": True, "edit": writable, "quick_create": False, "create": writable},
        "unique": {},
        "external": None,
        "lookup": {},
        "multiselectlookup": {},
        "multi_module_lookup": {},
        "formula": {},
        "rollup_summary": {},
        "auto_number": {},
        "currency": {"rounding_option": "normal", "precision": 2} if kind == "currency" else {},
        "crypt": None,
        "global_picklist": None,
        "pick_list_values": _values(values),
        "restricted": bool(values),
        "mass_update": writable,
        "searchable": kind not in ("textarea", "formula"),
        "sortable": True,
        "filterable": kind != "textarea",
    }
    return {**made, **facts}


def _values(values: tuple[str, ...]) -> list[dict[str, Any]]:
    if not values:
        return []
    return [
        {"id": f"7770000000{31000 + number:08d}", "display_value": value, "actual_value": value,
         "reference_value": value, "sequence_number": number + 1, "colour_code": None, "type": "used"}
        for number, value in enumerate(("-None-", *values))
    ]  # fmt: skip


def _system() -> list[Spec]:
    return [
        spec("id", "bigint", "Record Id", writable=False),
        spec("Owner", "ownerlookup", "Account Owner"),
        spec("Created_By", "ownerlookup", writable=False),
        spec("Modified_By", "ownerlookup", writable=False),
        spec("Created_Time", "datetime", writable=False),
        spec("Modified_Time", "datetime", writable=False),
        spec("Last_Activity_Time", "datetime", writable=False),
    ]


def _address(side: str) -> list[Spec]:
    return [
        spec(f"{side}_{part}", length=length)
        for part, length in (("Street", 250), ("City", 100), ("State", 100), ("Code", 30), ("Country", 100))
    ]


def account_fields() -> list[Spec]:
    """Zoho's standard fields of Accounts."""
    return [
        *_system(),
        spec("Account_Name", length=200, system_mandatory=True),
        spec("Account_Number", "bigint"),
        spec("Account_Type", "picklist", values=TYPES),
        spec("Account_Site", length=80),
        spec("Industry", "picklist", values=INDUSTRIES),
        spec("Ownership", "picklist", values=("Private", "Public", "Subsidiary", "Partnership", "Government")),
        spec("Rating", "picklist", values=("Acquired", "Active", "Market Failed", "Project Cancelled", "Shut Down")),
        spec("Annual_Revenue", "currency"),
        spec("Employees", "integer"),
        spec("Website", "website"),
        spec("Phone", "phone"),
        spec("Fax", length=30),
        spec("Ticker_Symbol", length=30),
        spec("SIC_Code", "integer"),
        spec("Parent_Account", "lookup", lookup={"module": {"api_name": "Accounts", "id": "777000000000002177"}}),
        *_address("Billing"),
        *_address("Shipping"),
        spec("Description", "textarea", length=32000),
    ]


def custom_fields() -> list[Spec]:
    """The custom fields that the integration guide works with."""
    made = [
        spec("Account_Status", "picklist", values=STATUSES),
        spec("Health_Score", "integer"),
        spec("Last_Engagement_Date", "date"),
        spec("Last_Reviewed", "date"),
        spec("Review_Status", "picklist", values=("Not Started", "In Progress", "Completed")),
        spec("Last_Health_Check", "datetime"),
        spec("Notes", "textarea"),
        spec("Segments", "multiselectpicklist", values=("Enterprise", "Mid Market", "Small Business", "Public Sector")),
        spec("Is_Key_Account", "boolean"),
        spec("Satisfaction", "percent"),
        spec("Customer_Code", length=40, unique={"case_sensitive": False}),
        spec("Revenue_Per_Employee", "formula", writable=False, formula={"return_type": "double"}, json_type="double"),
    ]
    return [{**one, "custom_field": True} for one in made]


def contact_fields() -> list[Spec]:
    """A few fields of Contacts."""
    return [
        *_system(),
        spec("First_Name", length=40),
        spec("Last_Name", length=80, system_mandatory=True),
        spec("Email", "email"),
        spec("Phone", "phone"),
        spec("Account_Name", "lookup", lookup={"module": {"api_name": "Accounts", "id": "777000000000002177"}}),
    ]


def numbered(fields: list[Spec]) -> list[Spec]:
    """The same fields with ids."""
    return [{**one, "id": f"7770000000{2000 + number:08d}"} for number, one in enumerate(fields)]
