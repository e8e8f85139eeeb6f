"""Fields, rows and records that the tests of the pure steps share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zoho_console.domain.changes import Change, Mapping, Problem, Row, RowRecord, RowState
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Reply

FIELDS = [
    Field("id", "Record Id", "bigint", is_writable=False),
    Field("Account_Name", "Account Name", "text", length=20, is_mandatory=True),
    Field("Health_Score", "Health Score", "integer", length=9),
    Field("Industry", "Industry", "picklist", pick_values=("Banking", "Finance")),
    Field("Website", "Website", "website"),
    Field("Customer_Code", "Customer Code", "text", is_unique=True),
    Field("Owner", "Account Owner", "ownerlookup"),
    Field("Is_Key", "Is Key", "boolean"),
    Field("Created_Time", "Created Time", "datetime", is_writable=False),
]
BY_NAME = {one.api_name: one for one in FIELDS}
HEADER = ("Account Name", "Score", "Industry")
MAPPING = Mapping(0, "Account_Name", {1: "Health_Score", 2: "Industry"})
RECORD = {
    "id": "777",
    "Account_Name": "3M",
    "Health_Score": 42,
    "Industry": "Banking",
    "Owner": {"id": "1", "name": "A"},
}


def row(*texts: str, number: int = 2) -> Row:
    return Row(number, texts)


def first_problem(checked: Change | Problem) -> Problem:
    """What is wrong with a row: with its key, or with the first of its cells."""
    if isinstance(checked, Problem):
        return checked
    return next(problem for _text, problem in checked.unreadable.values())


def planned_row(**changes: Any) -> RowRecord:
    made = RowRecord(
        2, ("3M",), RowState.PLANNED, "777", "3M", {"Industry": "Banking"}, {"Industry": "Finance"}, batch=1
    )
    return replace(made, **changes)


def batch(size: int) -> list[RowRecord]:
    return [planned_row(number=place, record_id=str(place)) for place in range(size)]


def good(record_id: str) -> Reply:
    return Reply(True, record_id, "SUCCESS", "record updated", {"id": record_id})


def bad(code: str = "INVALID_DATA", message: str = "invalid data", **details: Any) -> Reply:
    return Reply(False, "", code, message, details)
