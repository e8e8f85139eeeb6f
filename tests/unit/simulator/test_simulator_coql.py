from __future__ import annotations

import pytest

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.coql import run
from zoho_console.simulator.world import World


def names(world: World, where: str, tail: str = "") -> list[str]:
    rows = run(world, f"select Account_Name from Accounts where {where} {tail}").rows
    return [row["Account_Name"] for row in rows]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Account_Name = 'o''brien & sons'", [1]),
        ('Account_Name = "O\'Brien & Sons"', [1]),
        ("Account_Name != 'Zenith'", [1, 2, 3]),
        ("Account_Name like 'DELTA%'", [2, 3]),
        ("Account_Name like '%foods'", [2]),
        ("Account_Name like '%e%'", [1, 2, 3, 4]),
        ("Account_Name like 'zenith'", [4]),
        ("Account_Name not like '%delta%'", [1, 4]),
        ("Account_Name in ('Zenith', 'Delta Foods')", [2, 4]),
        ("Account_Name not in ('Zenith', 'Delta Foods')", [1, 3]),
        ("Industry = Energy", [1, 3]),
        ("Industry != 'Energy'", [2]),
        ("Industry is null", [4]),
        ("Industry is not null", [1, 2, 3]),
        ("Employees > 3", [1, 3]),
        ("Employees >= '3'", [1, 2, 3]),
        ("Employees < 5", [2]),
        ("Employees <= 5", [2, 3]),
        ("Employees between 3 and 5", [2, 3]),
        ("Employees not between 3 and 5", [1]),
        ("Annual_Revenue in (100.5, 7)", [1]),
        ("Revenue_Per_Employee = 100", [2]),
        ("Account_Number = 900", [2]),
        ("Last_Reviewed > '2026-01-31'", [4]),
        ("Last_Reviewed between '2026-01-31' and '2026-02-10'", [1, 4]),
        ("Last_Health_Check = '2026-02-01T09:00:00+00:00'", [1]),
        ("Last_Health_Check < '2026-02-01T09:00:00Z'", []),
        ("Is_Key_Account = true", [1]),
        ("Is_Key_Account = 'false'", [2, 3, 4]),
        ("Segments = 'Strategic;Enterprise'", [1]),
        ("Segments in ('SMB', 'Enterprise')", [1, 3]),
        ("Segments not in ('SMB')", [1]),
        ("Segments != 'SMB'", [1]),
        ("Segments like '%mid%'", []),
        ("Parent_Account = '777000000000410001'", [2]),
        ("Parent_Account.Account_Name = 'O''Brien & Sons'", [2]),
        ("Parent_Account.Industry = 'Retail'", []),
        ("Owner.last_name = 'Okafor'", [2]),
        ("Owner.role.name = 'CEO'", [1, 3, 4]),
        ("!Accounts.Owner.role.id is not null", [1, 2, 3, 4]),
        ("id > '777000000000410003'", [4]),
        ("(Industry = 'Energy' and Employees > 5) or Account_Name = 'Zenith'", [1, 4]),
        ("((Industry = 'Energy' and Employees > 5) or Account_Name = 'Zenith')", [1, 4]),
        ("(((id is not null)))", [1, 2, 3, 4]),
    ],
)
def test_a_condition_chooses_records(world: World, where: str, expected: list[int]) -> None:
    ids = list(world.records("Accounts"))

    rows = run(world, f"SELECT id FROM Accounts WHERE {where}").rows

    assert [ids.index(row["id"]) + 1 for row in rows] == expected


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("order by Employees", ["Zenith", "Delta Foods", "delta mobile", "O'Brien & Sons"]),
        ("order by Employees desc", ["O'Brien & Sons", "delta mobile", "Delta Foods", "Zenith"]),
        ("order by Industry asc, Account_Name desc", ["Zenith", "O'Brien & Sons", "delta mobile", "Delta Foods"]),
        ("limit 2", ["O'Brien & Sons", "Delta Foods"]),
        ("limit 2 offset 1", ["Delta Foods", "delta mobile"]),
        ("limit 3, 5", ["Zenith"]),
    ],
)
def test_rows_are_ordered_and_cut(world: World, tail: str, expected: list[str]) -> None:
    assert names(world, "id is not null", tail) == expected


def test_rows_have_the_keys_the_query_writes_and_the_id(world: World) -> None:
    text = (
        "select Owner, Owner.last_name, Owner.role as role, Parent_Account p, 'Parent_Account.Account_Name' "
        "from Accounts where Account_Name = 'Delta Foods'"
    )

    (row,) = run(world, text).rows

    assert row == {
        "Owner": {"name": "Okafor", "id": "777000000000301002"},
        "Owner.last_name": "Okafor",
        "role": {"name": "Manager", "id": "777000000000026006"},
        "p": {"name": "O'Brien & Sons", "id": "777000000000410001"},
        "Parent_Account.Account_Name": "O'Brien & Sons",
        "id": "777000000000410002",
    }


def test_an_alias_orders(world: World) -> None:
    rows = run(world, "select Employees as 'how many' from Accounts where Employees > 0 order by 'how many'").rows

    assert [row["how many"] for row in rows] == [3, 5, 10]


def test_more_records_are_announced(world: World) -> None:
    cut, whole = (run(world, f"select id from Accounts where id is not null limit {n}") for n in (3, 4))

    assert (cut.more, whole.more) == (True, False)


@pytest.mark.parametrize(("limit", "credits"), [(1, 1), (200, 1), (201, 2), (1000, 2), (1001, 3), (2000, 3)])
def test_credits_go_by_the_limit(world: World, limit: int, credits: int) -> None:
    assert run(world, f"select id from Accounts where id is not null limit {limit}").credits == credits


def test_aggregates_without_groups_give_one_row(world: World) -> None:
    text = (
        "select COUNT(id) as n, SUM(Employees), AVG(Employees), MIN(Last_Reviewed), MAX(Annual_Revenue) "
        "from Accounts where id is not null"
    )

    assert run(world, text).rows == [
        {
            "n": 4,
            "SUM(Employees)": 18,
            "AVG(Employees)": 6.0,
            "MIN(Last_Reviewed)": "2026-01-31",
            "MAX(Annual_Revenue)": 300,
        }
    ]


def test_aggregates_of_nothing_are_zero_or_null(world: World) -> None:
    (row,) = run(world, "select COUNT(id), MAX(Employees) from Accounts where Employees > 99").rows

    assert row == {"COUNT(id)": 0, "MAX(Employees)": None}


def test_groups_come_with_their_columns(world: World) -> None:
    text = (
        "select Industry, COUNT(id) as n from Accounts where id is not null group by Industry order by n desc, Industry"
    )

    rows = run(world, text).rows

    assert rows == [{"Industry": "Energy", "n": 2}, {"Industry": None, "n": 1}, {"Industry": "Retail", "n": 1}]


def test_groups_can_be_lookups_and_are_ordered_by_name(world: World) -> None:
    text = "select Owner from Accounts where id is not null group by Owner order by Owner"

    assert [row["Owner"]["name"] for row in run(world, text).rows] == ["Okafor", "Vogel"]


@pytest.mark.parametrize("where", ["id > 1 and id > 2 and id > 3", "id > 1 and id > 2 or id > 3"])
def test_strict_brackets_join_two_and_two(world: World, where: str) -> None:
    text = f"select id from Accounts where {where}"

    with pytest.raises(Refusal) as refused:
        run(world, text)

    assert (refused.value.code, refused.value.details) == ("SYNTAX_ERROR", {"near": "where"})
    assert len(run(world, text, strict_brackets=False).rows) == 4
