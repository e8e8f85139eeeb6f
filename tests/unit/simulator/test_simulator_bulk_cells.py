"""Cells of bulk files and criteria of bulk jobs."""

from __future__ import annotations

from typing import Any

import pytest

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.bulk_cells import Reading, strptime_format
from zoho_console.simulator.bulk_criteria import read_criteria
from zoho_console.simulator.coql_conditions import compiled
from zoho_console.simulator.world import World


def value(world: World, name: str, text: str, **more: Any) -> Any:
    return Reading(world, world.modules["Accounts"].fields[name], **more).value(text)


def test_cells_are_read_by_the_type_of_their_field(world: World) -> None:
    assert value(world, "Account_Name", "007") == "007"
    assert value(world, "Account_Number", "007") == "007"
    assert (value(world, "Employees", "12"), value(world, "Annual_Revenue", "12.5")) == (12, 12.5)
    assert (value(world, "Is_Key_Account", "TRUE"), value(world, "Is_Key_Account", "yes")) == (True, "yes")
    assert value(world, "Segments", "SMB;Strategic") == ["SMB", "Strategic"]
    assert value(world, "Tag", "one, two") == [{"name": "one"}, {"name": "two"}]
    assert value(world, "Fax", "") is None


def test_dates_have_the_american_form_unless_told_otherwise(world: World) -> None:
    assert value(world, "Last_Reviewed", "01/31/2026") == "2026-01-31"
    assert value(world, "Last_Reviewed", "2026-01-31", form="yyyy-MM-dd") == "2026-01-31"
    assert value(world, "Last_Health_Check", "01/31/2026 10:00:00") == "2026-01-31T10:00:00+01:00"
    stamp = value(world, "Last_Health_Check", "2026-01-31T10:00:00+00:00", form="yyyy-MM-dd'T'HH:mm:ssXXX")
    assert stamp == "2026-01-31T11:00:00+01:00"


@pytest.mark.parametrize(
    ("name", "text"), [("Employees", "twelve"), ("Annual_Revenue", "1,5"), ("Last_Reviewed", "2026-01-31")]
)
def test_a_cell_of_the_wrong_form_is_refused(world: World, name: str, text: str) -> None:
    with pytest.raises(Refusal, match="INVALID_DATA"):
        value(world, name, text)


def test_an_unknown_pattern_is_refused() -> None:
    with pytest.raises(Refusal, match="INVALID_FORMAT"):
        strptime_format("QQ/yyyy")


def test_lookups_are_found_by_id_name_or_e_mail(world: World) -> None:
    first, second = list(world.records("Accounts"))[:2]
    people = list(world.users.values())
    assert value(world, "Parent_Account", first) == {"id": first}
    assert value(world, "Parent_Account", "delta foods", find_by="Account_Name") == {"id": second}
    assert value(world, "Owner", people[1]["email"], find_by="email") == {"id": people[1]["id"]}
    for name, text, key in (("Owner", "nobody@acme.example", "email"), ("Parent_Account", "nobody", "Account_Name")):
        with pytest.raises(Refusal):
            value(world, name, text, find_by=key)


def found(world: World, criteria: Any) -> list[int]:
    """The places of the accounts that a job with these criteria would read."""
    condition, columns = read_criteria(world, world.modules["Accounts"], criteria)
    test = compiled(condition, columns)
    return [place for place, record in enumerate(world.records("Accounts").values(), 1) if test(record)]


def criterion(name: str, comparator: str, wanted: Any) -> dict[str, Any]:
    return {"field": {"api_name": name}, "comparator": comparator, "value": wanted}


@pytest.mark.parametrize(
    ("name", "comparator", "wanted", "places"),
    [
        ("Industry", "equal", "Energy", [1, 3]),
        ("Industry", "not_equal", "Energy", [2]),
        ("Industry", "in", ["Energy", "Retail"], [1, 2, 3]),
        ("Industry", "equal", "${EMPTY}", [4]),
        ("Industry", "not_equal", "${EMPTY}", [1, 2, 3]),
        ("Account_Name", "contains", "elta", [2, 3]),
        ("Account_Name", "not_contains", "elta", [1, 4]),
        ("Account_Name", "starts_with", "O'B", [1]),
        ("Account_Name", "ends_with", "Foods", [2]),
        ("Employees", "greater_equal", 5, [1, 3]),
        ("Employees", "less_than", 5, [2]),
        ("Annual_Revenue", "equal", 100.5, [1]),
        ("Is_Key_Account", "equal", True, [1]),
        ("Last_Reviewed", "between", ["2026-01-01", "2026-01-31"], [1]),
        ("Parent_Account.Account_Name", "equal", "O'Brien & Sons", [2]),
    ],
)
def test_comparators_choose_by_type(world: World, name: str, comparator: str, wanted: Any, places: list[int]) -> None:
    assert found(world, criterion(name, comparator, wanted)) == places


def test_groups_are_joined(world: World) -> None:
    energy, few = criterion("Industry", "equal", "Energy"), criterion("Employees", "less_than", 6)
    assert found(world, {"group_operator": "and", "group": [energy, few]}) == [3]
    assert found(world, {"group_operator": "OR", "group": [energy, few]}) == [1, 2, 3]


@pytest.mark.parametrize(
    ("criteria", "code"),
    [
        ("Industry", "INVALID_CRITERIA"),
        ({"group_operator": "and", "group": []}, "INVALID_CRITERIA"),
        ({"group_operator": "xor", "group": [{}]}, "GROUP_OPERATOR_NOT_SUPPORTED"),
        ({**criterion("Industry", "equal", "x"), "group": []}, "AMBIGUOUS_CRITERIA"),
        (criterion("Nonsense", "equal", "x"), "FIELD_IN_CRITERIA_NOT_AVAILABLE"),
        (criterion("Industry", "greater_than", "x"), "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE"),
        (criterion("Employees", "equal", "x"), "FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (criterion("Employees", "in", 5), "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (criterion("Last_Reviewed", "between", ["2026-01-01"]), "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (criterion("Employees", "equal", None), "VALUE_TYPE_NOT_SUPPORTED"),
        ({"group_operator": "or", "group": [criterion("Fax", "equal", "1")] * 26}, "CRITERIA_LIMIT_EXCEEDED"),
    ],
)
def test_wrong_criteria_are_refused_by_name(world: World, criteria: Any, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        found(world, criteria)
    assert caught.value.code == code
