"""Records as a dict that makes its copies when they are looked at, and queries that look at few of them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from zoho_console.simulator.coql import run
from zoho_console.simulator.coql_grammar import parse
from zoho_console.simulator.coql_ranges import id_range
from zoho_console.simulator.records import Records
from zoho_console.simulator.samples import DISTINCT, fill
from zoho_console.simulator.world import World

SEED = 20260304


def made(count: int) -> tuple[Records, list[str]]:
    """Records of which the last are copies, and a note of each copy that was made."""
    records, asked = Records(), []

    def make(record_id: str) -> dict[str, Any]:
        asked.append(record_id)
        return {"id": record_id}

    first = 10**17
    for number in range(3):
        records[str(first + number)] = {"id": str(first + number)}
    records.add_copies([str(first + number) for number in range(3, count)], make)
    return records, asked


def test_a_copy_is_kept_once_it_was_asked_for() -> None:
    records, asked = made(1000)
    record_id = list(records)[500]

    records[record_id]["Fax"] = "1"

    assert records[record_id]["Fax"] == records.look(record_id)["Fax"] == "1"  # type: ignore[index]
    assert asked == [record_id]


def test_a_page_makes_only_its_own_records() -> None:
    records, asked = made(10_000)
    ids = list(records)

    first, last = records.page(4000, 4200), records.page(0, 5, newest_first=True)

    assert [record["id"] for record in first] == ids[4000:4200]
    assert [record["id"] for record in last] == ids[:-6:-1]
    assert len(asked) == 205


def test_records_behave_as_a_dict() -> None:
    records, _ = made(10)
    ids = list(records)
    del records[ids[4]]
    records["0" * 18] = {"id": "0" * 18}

    assert list(records) == ["0" * 18, *ids[:4], *ids[5:]]
    assert (len(records), ids[4] in records, records.look(ids[4])) == (10, False, None)
    assert 7 not in records
    with pytest.raises(KeyError):
        records[ids[4]]
    with pytest.raises(KeyError):
        del records[ids[4]]


@pytest.mark.parametrize("newest_first", [False, True])
def test_reading_through_goes_on_while_records_come_and_go(newest_first: bool) -> None:
    records, _ = made(2000)
    ids = list(records)
    seen = []
    for number, record in enumerate(records.through(newest_first=newest_first)):
        seen.append(record["id"])
        if number == 100:
            del records[ids[1000]]
            del records[ids[20]]
            del records[ids[-20]]

    assert set(ids) - set(seen) <= {ids[1000], ids[20], ids[-20]}
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen, reverse=newest_first)


def test_a_large_organisation_has_names_and_codes_of_its_own() -> None:
    world = World()
    fill(world, DISTINCT + 1000, 1)
    accounts = world.records("Accounts")
    ids = list(accounts)
    copy, sample = accounts[ids[DISTINCT + 7]], accounts[ids[7]]

    assert copy["Account_Name"] == f"{sample['Account_Name']} 2"
    assert copy["Customer_Code"] == f"C-{DISTINCT + 8:06d}"
    assert world.modules["Accounts"].holder("Customer_Code", copy["Customer_Code"].lower()) == copy["id"]
    assert (copy["Industry"], len(accounts)) == (sample["Industry"], DISTINCT + 1000)


def test_narrowed_queries_find_what_full_ones_find() -> None:
    print("seed", SEED)
    rng = random.Random(SEED)
    world = World()
    fill(world, 300, 1)
    ids = list(map(int, world.records("Accounts")))
    for _ in range(200):
        low, high = rng.choice(ids) + rng.randrange(-1, 2), rng.choice(ids)
        tests = {
            f"id > {low}": lambda one, low=low: one > low,
            f"id >= {low}": lambda one, low=low: one >= low,
            f"id < {high}": lambda one, high=high: one < high,
            f"id <= {high}": lambda one, high=high: one <= high,
            f"id = {high}": lambda one, high=high: one == high,
            f"id between {low} and {high}": lambda one, low=low, high=high: low <= one <= high,
            f"id in ({low}, {high})": lambda one, low=low, high=high: one in (low, high),
            "Employees > 50": lambda one: (world.records("Accounts")[str(one)]["Employees"] or 0) > 50,
        }
        chosen = rng.sample(sorted(tests), 2)
        descending = rng.random() < 0.5
        order = "desc" if descending else "asc"
        query = f"select id from Accounts where {chosen[0]} and {chosen[1]} order by id {order} limit 2000"
        expected = [str(one) for one in ids if all(tests[text](one) for text in chosen)]
        found = [row["id"] for row in run(world, query).rows]
        assert found == (expected[::-1] if descending else expected), query


def test_only_what_must_hold_narrows_a_query() -> None:
    def narrowed(where: str) -> tuple[int, int, int]:
        found = id_range(parse(f"select id from Accounts where {where}").where)
        return found.low, found.high, len(found.rest)

    most = 10**18 - 1
    assert narrowed("((id > 5 and Rating = 'Active') and id <= 9)") == (6, 9, 1)
    assert narrowed("id > 5 or id < 3") == (0, most, 1)
    assert narrowed("id is not null") == (0, most, 0)
    assert narrowed("id not in (5)") == (0, most, 1)
