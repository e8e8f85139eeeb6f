"""The modules of the stand-in organisation and their fields: Accounts in full, Contacts and Leads in outline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zoho_console.simulator.metadata import MODULES, PROFILE, FieldSpec, module_id

ACCOUNT_TYPES = (
    "Analyst", "Competitor", "Customer", "Distributor", "Integrator", "Investor", "Other", "Partner", "Press",
    "Prospect", "Reseller", "Supplier", "Vendor",
)  # fmt: skip
INDUSTRIES = (
    "ASP (Application Service Provider)", "Data/Telecom OEM", "ERP (Enterprise Resource Planning)", "Energy",
    "Financial Services", "Food & Beverage", "Government/Military", "Health Care", "Large Enterprise",
    "Management ISV", "Manufacturing", "Optical Networking", "Retail", "Service Provider", "Small/Medium Enterprise",
    "Transportation", "Wireless Industry",
)  # fmt: skip
OWNERSHIPS = ("Other", "Private", "Public", "Subsidiary", "Partnership", "Government", "Privately Held")
RATINGS = ("Acquired", "Active", "Market Failed", "Project Cancelled", "Shut Down")
STATUSES = ("Active", "At Risk", "Inactive", "Good", "Excellent", "Prospect")
REVIEW_STATUSES = ("Not Started", "In Progress", "Completed")
SEGMENTS = ("Enterprise", "Mid-Market", "SMB", "Public Sector", "Strategic")


def _system_fields(mandatory: str, label: str, length: int) -> list[FieldSpec]:
    """The fields every module has."""
    return [
        FieldSpec("id", "Record Id", "bigint", 18, writable=False),
        FieldSpec(mandatory, label, "text", length, mandatory=True),
        FieldSpec("Owner", "Owner", "ownerlookup", 120, target="Users"),
        FieldSpec("Created_By", "Created By", "ownerlookup", 120, target="Users", writable=False),
        FieldSpec("Modified_By", "Modified By", "ownerlookup", 120, target="Users", writable=False),
        FieldSpec("Created_Time", "Created Time", "datetime", 120, writable=False),
        FieldSpec("Modified_Time", "Modified Time", "datetime", 120, writable=False),
        FieldSpec("Last_Activity_Time", "Last Activity Time", "datetime", 120, writable=False),
        FieldSpec("Tag", "Tag", "text", 2000),
        FieldSpec("Record_Image", "Record Image", "profileimage", 255),
        FieldSpec("Locked__s", "Locked", "boolean", 5, writable=False, visible=False),
        FieldSpec("Layout", "Layout", "layout", 50, visible=False),
    ]


def _address(prefix: str) -> list[FieldSpec]:
    lengths = {"Street": 250, "City": 100, "State": 100, "Code": 30, "Country": 100}
    return [FieldSpec(f"{prefix}_{part}", f"{prefix} {part}", "text", size) for part, size in lengths.items()]


def _account_fields() -> list[FieldSpec]:
    return [
        *_system_fields("Account_Name", "Account Name", 200),
        FieldSpec("Account_Number", "Account Number", "bigint", 18),
        FieldSpec("Account_Site", "Account Site", "text", 80),
        FieldSpec("Account_Type", "Account Type", "picklist", 120, picks=ACCOUNT_TYPES),
        FieldSpec("Industry", "Industry", "picklist", 120, picks=INDUSTRIES, unused_picks=("Textiles",)),
        FieldSpec("Ownership", "Ownership", "picklist", 120, picks=OWNERSHIPS),
        FieldSpec("Rating", "Rating", "picklist", 120, picks=RATINGS),
        FieldSpec("Annual_Revenue", "Annual Revenue", "currency", 16, decimals=2),
        FieldSpec("Employees", "Employees", "integer", 9),
        FieldSpec("Website", "Website", "website", 255),
        FieldSpec("Phone", "Phone", "phone", 30),
        FieldSpec("Fax", "Fax", "text", 30),
        FieldSpec("Ticker_Symbol", "Ticker Symbol", "text", 30),
        FieldSpec("SIC_Code", "SIC Code", "integer", 9),
        FieldSpec("Parent_Account", "Parent Account", "lookup", 120, target="Accounts"),
        *_address("Billing"),
        *_address("Shipping"),
        FieldSpec("Description", "Description", "textarea", 32000),
        *(replace(spec, custom=True) for spec in _custom_account_fields()),
    ]


def _custom_account_fields() -> list[FieldSpec]:
    return [
        FieldSpec("Account_Status", "Account Status", "picklist", 120, picks=STATUSES, restricted=True),
        FieldSpec("Health_Score", "Health Score", "integer", 9),
        FieldSpec("Last_Engagement_Date", "Last Engagement Date", "date", 20),
        FieldSpec("Last_Reviewed", "Last Reviewed", "date", 20),
        FieldSpec("Review_Status", "Review Status", "picklist", 120, picks=REVIEW_STATUSES, restricted=True),
        FieldSpec("Last_Health_Check", "Last Health Check", "datetime", 120),
        FieldSpec("Notes", "Notes", "textarea", 2000),
        FieldSpec("Segments", "Segments", "multiselectpicklist", 1000, picks=SEGMENTS),
        FieldSpec("Is_Key_Account", "Is Key Account", "boolean", 5),
        FieldSpec("Satisfaction", "Satisfaction", "percent", 5, decimals=2),
        FieldSpec("Customer_Code", "Customer Code", "text", 20, unique=True),
        FieldSpec(
            "Revenue_Per_Employee",
            "Revenue Per Employee",
            "formula",
            16,
            decimals=2,
            writable=False,
            ratio=("Annual_Revenue", "Employees"),
        ),
    ]


def _person_fields() -> list[FieldSpec]:
    return [
        *_system_fields("Last_Name", "Last Name", 80),
        FieldSpec("First_Name", "First Name", "text", 40),
        FieldSpec("Full_Name", "Full Name", "text", 80, writable=False),
        FieldSpec("Email", "Email", "email", 100),
        FieldSpec("Phone", "Phone", "phone", 30),
    ]


def _contact_fields() -> list[FieldSpec]:
    return [
        *_person_fields(),
        FieldSpec("Account_Name", "Account Name", "lookup", 120, target="Accounts"),
        FieldSpec("Department", "Department", "text", 50),
        FieldSpec("Email_Opt_Out", "Email Opt Out", "boolean", 5),
    ]


def _lead_fields() -> list[FieldSpec]:
    return [
        *_person_fields(),
        FieldSpec("Company", "Company", "text", 200),
        FieldSpec("Annual_Revenue", "Annual Revenue", "currency", 16, decimals=2),
    ]


def schemas() -> dict[str, list[FieldSpec]]:
    """The fields of each module, by the module's API name; every field has its id."""
    modules = dict(zip(MODULES, (_lead_fields(), _account_fields(), _contact_fields()), strict=True))
    return {
        name: [replace(spec, id=field_id(place, number)) for number, spec in enumerate(specs)]
        for place, (name, specs) in enumerate(modules.items())
    }


def field_id(module_place: int, number: int) -> str:
    """The 18 digits by which Zoho would know a field."""
    return str(777_000_000_000_002_501 + module_place * 1000 + number * 2)


def module_metadata(api_name: str, place: int) -> dict[str, Any]:
    """The dict of `GET /settings/modules` for one of our modules (Zoho CRM v8, modules metadata)."""
    return _module(api_name, api_name.removesuffix("s"), api_name, place)


def unsupported_modules() -> list[dict[str, Any]]:
    """Modules that Zoho lists, but that have no records to read by the API."""
    hidden = [("Home", "Home", "Home"), ("Reports", "Report", "Reports"), ("Dashboards", "Dashboard", "Dashboards")]
    off = {"api_supported": False, "creatable": False, "editable": False, "deletable": False, "viewable": False}
    return [{**_module(*names, place), **off} for place, names in enumerate(hidden, 40)]


def _module(api_name: str, singular: str, plural: str, place: int) -> dict[str, Any]:
    return {
        "api_name": api_name,
        "module_name": api_name,
        "singular_label": singular,
        "plural_label": plural,
        "id": module_id(place),
        "api_supported": True,
        "generated_type": "default",
        "creatable": True,
        "editable": True,
        "deletable": True,
        "viewable": True,
        "visible": True,
        "visibility": 1,
        "status": "visible",
        "show_as_tab": True,
        "convertable": api_name == "Leads",
        "parent_module": {},
        "recycle_bin_on_delete": True,
        "access_type": "org_based",
        "modified_time": None,
        "sequence_number": place + 1,
        "profiles": [PROFILE],
    }
