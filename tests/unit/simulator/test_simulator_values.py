from __future__ import annotations

from typing import Any

import pytest

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.values import ValueRules
from zoho_console.simulator.world import World

STATUSES = ["Active", "At Risk", "Inactive", "Good", "Excellent", "Prospect"]


@pytest.mark.parametrize(
    ("field", "sent", "stored"),
    [
        ("Account_Name", "  Acme\u00a0", "Acme"),
        ("Billing_City", "", None),
        ("Account_Name", "A" * 200, "A" * 200),
        ("Industry", "Unheard Of", "Unheard Of"),
        ("Industry", "-None-", None),
        ("Account_Status", "Good", "Good"),
        ("Segments", ["SMB", "SMB", "Other"], ["SMB", "Other"]),
        ("Segments", [], None),
        ("Is_Key_Account", True, True),
        ("Employees", -999_999_999, -999_999_999),
        ("Account_Number", "123456789012345678", "123456789012345678"),
        ("Account_Number", 5, "5"),
        ("Annual_Revenue", 12.34, 12.34),
        ("Annual_Revenue", 0, 0),
        ("Annual_Revenue", 1e15, 1e15),
        ("Satisfaction", 99.5, 99.5),
        ("Last_Reviewed", "2024-02-29", "2024-02-29"),
        ("Last_Health_Check", "2026-07-01T12:00:00Z", "2026-07-01T14:00:00+02:00"),
        ("Website", "example.org/path?x=1", "example.org/path?x=1"),
        ("Phone", "+49 (30) 12-34", "+49 (30) 12-34"),
        ("Parent_Account", {"id": "777000000000410001"}, "777000000000410001"),
        ("Parent_Account", "777000000000410001", "777000000000410001"),
        ("Parent_Account", None, None),
        ("Owner", {"id": "777000000000301002"}, "777000000000301002"),
        ("Tag", [{"name": "VIP"}], [{"name": "VIP", "id": None, "color_code": None}]),
        ("Tag", None, []),
    ],
)
def test_a_good_value_is_stored(world: World, field: str, sent: Any, stored: Any) -> None:
    spec = world.modules["Accounts"].fields[field]

    assert ValueRules(world).stored(spec, sent) == stored


@pytest.mark.parametrize(
    ("field", "sent", "details"),
    [
        ("Account_Name", 5, {"expected_data_type": "text"}),
        ("Account_Name", "A" * 201, {"maximum_length": 200}),
        ("Account_Status", "good", {"supported_values": STATUSES}),
        ("Segments", "SMB", {"expected_data_type": "jsonarray"}),
        ("Segments", ["x" * 600, "y" * 600], {"maximum_length": 1000}),
        ("Is_Key_Account", "true", {"expected_data_type": "boolean"}),
        ("Is_Key_Account", None, {"expected_data_type": "boolean"}),
        ("Employees", "12", {"expected_data_type": "integer"}),
        ("Employees", 1.5, {"expected_data_type": "integer"}),
        ("Employees", True, {"expected_data_type": "integer"}),
        ("Employees", 1_000_000_000, {"maximum_length": 9}),
        ("Account_Number", "12a", {"expected_data_type": "bigint"}),
        ("Account_Number", "1" * 19, {"maximum_length": 18}),
        ("Annual_Revenue", "1.5", {"expected_data_type": "currency"}),
        ("Annual_Revenue", float("nan"), {"expected_data_type": "currency"}),
        ("Annual_Revenue", 1.234, {"maximum_length": 16}),
        ("Annual_Revenue", 1e17, {"maximum_length": 16}),
        ("Satisfaction", 100_000.5, {"maximum_length": 5}),
        ("Last_Reviewed", "2026-02-30", {"expected_data_type": "date"}),
        ("Last_Reviewed", "03/04/2026", {"expected_data_type": "date"}),
        ("Last_Health_Check", "2026-02-03T10:00:00.000Z", {"expected_data_type": "datetime"}),
        ("Last_Health_Check", "2026-02-03", {"expected_data_type": "datetime"}),
        ("Website", "no dots", {"expected_data_type": "website"}),
        ("Phone", "☎ 5", {"expected_data_type": "phone"}),
        ("Parent_Account", {"id": "1"}, {"id": "1"}),
        ("Parent_Account", 5, {"expected_data_type": "jsonobject"}),
        ("Owner", None, {"expected_data_type": "jsonobject"}),
        ("Owner", {"id": "777000000000410001"}, {"id": "777000000000410001"}),
        ("Tag", ["VIP"], {"expected_data_type": "jsonarray"}),
    ],
)
def test_a_bad_value_is_refused_with_what_was_expected(
    world: World, field: str, sent: Any, details: dict[str, Any]
) -> None:
    with pytest.raises(Refusal) as refused:
        ValueRules(world).stored(world.modules["Accounts"].fields[field], sent)

    assert (refused.value.code, refused.value.details) == ("INVALID_DATA", details)


@pytest.mark.parametrize("sent", [None, "", "  "])
def test_a_mandatory_field_cannot_be_emptied(world: World, sent: str | None) -> None:
    with pytest.raises(Refusal, match="MANDATORY_NOT_FOUND: required field not found"):
        ValueRules(world).stored(world.modules["Accounts"].fields["Account_Name"], sent)


def test_an_unknown_value_of_a_restricted_picklist_is_stored_when_that_is_asked_for(world: World) -> None:
    rules = ValueRules(world, strict_picklists=False)

    assert rules.stored(world.modules["Accounts"].fields["Account_Status"], "good") == "good"


def test_an_email_has_zohos_pattern(world: World) -> None:
    spec = world.modules["Contacts"].fields["Email"]

    assert ValueRules(world).stored(spec, "mina@example.org") == "mina@example.org"
    with pytest.raises(Refusal) as refused:
        ValueRules(world).stored(spec, "mina@localhost")
    assert refused.value.details == {"expected_data_type": "email"}
