from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from zoho_console.errors import FileProblem
from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.credits import Allowance, write_cost
from zoho_console.simulator.faults import Faults
from zoho_console.simulator.loading import load_accounts
from zoho_console.simulator.places import AWKWARD_NAMES
from zoho_console.simulator.samples import fill
from zoho_console.simulator.values import ValueRules
from zoho_console.simulator.world import World, zone_of

SP500 = Path(__file__).parents[4].parent / "shared" / "data" / "sp500-constituents.csv"


def filled(clock: Callable[[], datetime], accounts: int, seed: int = 1) -> World:
    world = World(clock)
    fill(world, accounts, seed)
    return world


def test_demo_accounts_are_many_and_only_the_twins_share_a_name(clock: Callable[[], datetime]) -> None:
    names = Counter(record["Account_Name"] for record in filled(clock, 5000).records("Accounts").values())

    assert names.total() == 5000
    assert {name for name, count in names.items() if count > 1} == {"Twin Peaks Holding", "Castor & Pollux"}
    assert {name.strip() for name in AWKWARD_NAMES} <= set(names)


def test_the_same_seed_makes_the_same_accounts(clock: Callable[[], datetime]) -> None:
    one, same, other = (filled(clock, 300, seed).records("Accounts") for seed in (3, 3, 4))

    assert one == same
    assert one != other


@pytest.mark.parametrize("accounts", [0, 1, 10, 200])
def test_any_number_of_accounts_can_be_made(clock: Callable[[], datetime], accounts: int) -> None:
    assert len(filled(clock, accounts).records("Accounts")) == accounts


def test_demo_values_are_values_the_fields_take(clock: Callable[[], datetime]) -> None:
    world = filled(clock, 1000)
    rules, fields = ValueRules(world), world.modules["Accounts"].fields

    for record in world.records("Accounts").values():
        for name, spec in fields.items():
            if spec.writable and record[name] is not None and name not in ("Tag", "Layout"):
                assert rules.stored(spec, record[name]) == record[name]
        assert re.fullmatch(r"[0-9]{18}", record["id"])
        assert datetime.fromisoformat(record["Created_Time"]).tzinfo is not None


def test_a_formula_follows_its_fields(world: World) -> None:
    record_id, record = next(iter(world.records("Accounts").items()))
    assert record["Revenue_Per_Employee"] == 10.05

    world.change("Accounts", record_id, {"Employees": 0})
    assert record["Revenue_Per_Employee"] is None


def test_a_colleagues_change_is_no_effect(world: World) -> None:
    record_id, record = next(iter(world.records("Accounts").items()))

    world.change("Accounts", record_id, {"Rating": "Active"})

    assert record["Rating"] == "Active"
    assert record["Modified_By"] == "777000000000301002"
    assert not world.effects
    assert not world.writes


def test_a_unique_value_is_free_again_after_its_record_is_gone(world: World) -> None:
    accounts, record_id = world.modules["Accounts"], next(iter(world.records("Accounts")))
    assert accounts.holder("Customer_Code", "c-1") == record_id

    world.remove("Accounts", record_id)
    assert accounts.holder("Customer_Code", "C-1") is None


def test_a_zone_this_computer_does_not_know_counts_as_utc() -> None:
    assert zone_of("No/Where") is UTC


def test_columns_find_fields_by_label_name_and_synonym(world: World, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    text = (
        "Symbol,Security,employees,Annual Revenue,GICS Sector,Date added,CIK,Founded,Industry,Rating,Zip Code\n"
        "MMM,3M,5,10.5,Industrials,1957-03-04,66740,1902,Energy,Active,0123\n"
        'ABBV,"AbbVie, Inc.",,,Health Care,2012-12-31,1551152,2013 (1888),New Trade,,\n'
        "ZZZ,,7\n"
    )
    path.write_text(text, encoding="utf-8-sig")

    assert load_accounts(world, path) == 3

    first, second, third = list(world.records("Accounts").values())[-3:]
    assert (first["Account_Name"], first["Ticker_Symbol"], first["Employees"]) == ("3M", "MMM", 5)
    assert (first["Annual_Revenue"], first["CIK"], first["Date_added"]) == (10.5, 66740, "1957-03-04")
    assert (second["GICS_Sector"], second["Founded"], second["Employees"]) == ("Health Care", "2013 (1888)", None)
    assert (second["Industry"], first["Zip_Code"]) == ("New Trade", "0123")
    assert third["Account_Name"] == "Row 4"
    fields = world.modules["Accounts"].fields
    types = {name: fields[name].data_type for name in ("GICS_Sector", "CIK", "Date_added", "Founded", "Zip_Code")}
    assert types == {
        "GICS_Sector": "text",
        "CIK": "integer",
        "Date_added": "date",
        "Founded": "text",
        "Zip_Code": "text",
    }
    assert fields["GICS_Sector"].custom
    assert fields["GICS_Sector"].label == "GICS Sector"
    assert len({spec.id for spec in fields.values()}) == len(fields)


def test_without_a_name_column_the_first_text_that_differs_in_every_row_is_the_name(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"No,Kind,Title,Title,!?,Employees\n1,a,Foo,x,{'y' * 300},many\n2,a,Bar,y,,few\n", encoding="utf-8")

    load_accounts(world, path)

    last = list(world.records("Accounts").values())[-1]
    assert (last["Account_Name"], last["No"], last["Title"]) == ("Bar", 2, "y")
    fields = world.modules["Accounts"].fields
    assert (fields["Column"].data_type, fields["Column"].label) == ("textarea", "!?")
    assert (fields["Employees_1"].data_type, last["Employees_1"]) == ("text", "few")


def test_where_no_column_tells_rows_apart_the_first_is_the_name(world: World, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("No,Kind\n1,a\n1,a\n", encoding="utf-8")

    load_accounts(world, path)

    assert [record["Account_Name"] for record in list(world.records("Accounts").values())[-2:]] == ["1", "1"]


@pytest.mark.parametrize("content", [b"", b"A,B\n", b"A\n\xff\n", None])
def test_a_file_that_is_no_csv_with_rows_is_refused(world: World, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(FileProblem) as refused:
        load_accounts(world, path)

    assert refused.value.advice


def test_the_real_company_list_loads_where_it_is_at_hand(clock: Callable[[], datetime]) -> None:
    world = World(clock)
    count = load_accounts(world, SP500) if SP500.exists() else 0

    assert count == (503 if SP500.exists() else 0)
    assert {"GICS_Sector", "GICS_Sub_Industry"} <= set(world.modules["Accounts"].fields) or not count


@pytest.mark.parametrize(("records", "credits"), [(1, 1), (10, 1), (11, 2), (100, 10)])
def test_an_update_costs_a_credit_for_ten_records(records: int, credits: int) -> None:
    assert write_cost(records) == credits


def test_credits_left_are_told_from_half_way_on_and_come_back_after_a_day(world: World, clock) -> None:
    allowance = Allowance(clock, 10)
    allowance.spend(4)
    assert allowance.headers == {}

    allowance.spend(6)
    assert allowance.headers == {"X-API-CREDITS-REMAINING": "0"}
    with pytest.raises(Refusal) as refused, allowance.running(heavy=False):
        pass
    assert refused.value.status == 429

    clock.forward(hours=24)
    with allowance.running(heavy=True):
        assert allowance.headers == {}


def test_twenty_calls_may_run_at_once_and_ten_of_them_heavy(clock: Callable[[], datetime]) -> None:
    allowance = Allowance(clock)
    with ExitStack() as calls:
        for _ in range(10):
            calls.enter_context(allowance.running(heavy=True))
        with pytest.raises(Refusal):
            calls.enter_context(allowance.running(heavy=True))
        for _ in range(10):
            calls.enter_context(allowance.running(heavy=False))
        with pytest.raises(Refusal):
            calls.enter_context(allowance.running(heavy=False))
    with allowance.running(heavy=True):
        pass


def test_a_fault_meets_the_calls_it_names_and_no_more() -> None:
    faults = Faults()
    fault = faults.add(method="PUT", path="/Accounts", times=2, skip=1, status=503)

    met = [faults.take(method, "/crm/v8/Accounts") for method in ("GET", "PUT", "PUT", "PUT", "PUT")]

    assert met == [None, None, fault, fault, None]
    assert faults.left == 0


def test_faults_can_be_matched_by_a_function_and_dropped() -> None:
    faults = Faults()
    faults.add(lambda method, path: path.endswith("/coql"), drop="before")

    assert faults.take("POST", "/crm/v8/org") is None
    faults.clear()
    assert faults.take("POST", "/crm/v8/coql") is None
