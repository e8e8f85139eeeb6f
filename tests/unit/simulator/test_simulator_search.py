from __future__ import annotations

from typing import Any

import pytest

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.search import found_records
from zoho_console.simulator.world import World


def found(world: World, **query: str) -> list[int]:
    ids = list(world.records("Accounts"))
    return sorted(ids.index(record["id"]) + 1 for record in found_records(world, world.modules["Accounts"], query))


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ("Account_Name:equals:delta", [2, 3]),
        ("(Account_Name:equals:Delta Foods)", [2]),
        ("(Account_Name:starts_with:del)", [2, 3]),
        ("(Account_Name:not_equal:Zenith)", [1, 2, 3]),
        ("(Account_Name:in:zenith,delta mobile)", [3, 4]),
        ("((Account_Name:equals:delta)and(Employees:greater_than:3))", [3]),
        ("((Account_Name:equals:zenith) or (Employees:greater_equal:10))", [1, 4]),
        ("(((Employees:equals:3)or(Employees:equals:5))and(Industry:equals:Energy))", [3]),
        ("(Employees:less_than:5)", [2]),
        ("(Employees:less_equal:5)", [2, 3]),
        ("(Employees:between:4,10)", [1, 3]),
        ("(Last_Reviewed:greater_than:2026-02-01)", [4]),
        ("(Last_Health_Check:equals:2026-02-01T09:00:00+00:00)", [1]),
        ("(Is_Key_Account:equals:true)", [1]),
        ("(Owner:equals:Samuel Okafor)", [2]),
        ("(Owner:equals:777000000000301002)", [2]),
        ("(Owner:not_equal:Mina Vogel)", [2]),
        ("(Owner:in:Samuel Okafor,Mina Vogel)", [1, 2, 3, 4]),
        ("(Segments:equals:Strategic)", [1]),
        ("(Industry:in:Retail,Energy)", [1, 2, 3]),
    ],
)
def test_criteria_choose_records(world: World, criteria: str, expected: list[int]) -> None:
    assert found(world, criteria=criteria) == expected


def test_a_backslash_escapes_brackets_and_commas(world: World) -> None:
    world.add("Accounts", {"Account_Name": "Sons (North), Ltd"})

    assert found(world, criteria=r"(Account_Name:equals:sons \(north\)\, ltd)") == [5]
    assert found(world, criteria=r"(Account_Name:in:Sons \(North\)\, Ltd,Zenith)") == [4, 5]


def test_words_are_looked_for_in_every_text(world: World) -> None:
    assert found(world, word="delta") == [2, 3]
    assert found(world, word="delta retail") == [2]
    assert found(world, word="mob*") == [3]


def test_a_phone_number_is_looked_for_in_phones(world: World) -> None:
    assert found(world, phone="+49 30 1234") == [2]
    assert found(world, phone="+49") == []


@pytest.mark.parametrize(
    ("query", "code", "details"),
    [
        ({}, "EXPECTED_PARAM_MISSING", {"param_names": ["criteria", "email", "phone", "word"]}),
        ({"word": "a"}, "INVALID_DATA", {"param_name": "word"}),
        ({"criteria": "((Employees:equals:3)"}, "INVALID_QUERY", {"reason": "invalid criteria", "expected": ")"}),
        ({"criteria": "(Employees)"}, "INVALID_QUERY", {"reason": "invalid criteria"}),
        ({"criteria": "(Employees:equals:3))"}, "INVALID_QUERY", {"reason": "invalid criteria"}),
        (
            {"criteria": "(Modified_Time:equals:x)"},
            "INVALID_QUERY",
            {"reason": "the field is not available for search", "api_name": "Modified_Time"},
        ),
        (
            {"criteria": "(Last_Reviewed:starts_with:2026)"},
            "INVALID_QUERY",
            {"reason": "invalid operator found", "api_name": "Last_Reviewed", "operator": "starts_with"},
        ),
        (
            {"criteria": "(Employees:equals:many)"},
            "INVALID_QUERY",
            {"reason": "invalid value for search", "api_name": "Employees", "value": "many"},
        ),
        (
            {"criteria": "(Employees:between:1)"},
            "INVALID_QUERY",
            {"reason": "invalid value for search", "api_name": "Employees", "value": "1"},
        ),
        (
            {"criteria": f"(Industry:in:{','.join('x' * 101)})"},
            "INVALID_QUERY",
            {"reason": 'Only 100 values are allowed in "IN" criteria', "api_name": "Industry"},
        ),
        (
            {"criteria": "(" + "or".join(["(Employees:equals:3)"] * 11) + ")"},
            "CRITERIA_LIMIT_EXCEEDED",
            {"limit": 10},
        ),
    ],
)
def test_a_wrong_search_is_refused(world: World, query: dict[str, str], code: str, details: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        found(world, **query)

    assert (refused.value.code, refused.value.details) == (code, details)


def test_a_lookup_whose_target_is_gone_matches_by_id_only(world: World) -> None:
    parent = next(iter(world.records("Accounts")))
    world.remove("Accounts", parent)

    assert [
        r["Account_Name"]
        for r in found_records(world, world.modules["Accounts"], {"criteria": f"(Parent_Account:equals:{parent})"})
    ] == ["Delta Foods"]
