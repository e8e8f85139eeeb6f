"""Inserts, upserts and deletions."""

from __future__ import annotations

from typing import Any

import httpx

from zoho_console.simulator import Simulator


def outcome(answer: httpx.Response) -> tuple[int, list[str]]:
    return answer.status_code, [item["code"] for item in answer.json()["data"]]


def test_inserted_records_have_new_ids_and_their_maker(api: httpx.Client, simulator: Simulator, ids) -> None:
    answer = api.post("/Accounts", json={"data": [{"Account_Name": "New", "Employees": 3}], "trigger": ["approval"]})

    assert answer.status_code == 201
    (item,) = answer.json()["data"]
    assert (item["message"], item["details"]["$approval_state"]) == ("record added", "approved")
    record = simulator.world.records("Accounts")[item["details"]["id"]]
    assert record["id"] not in ids
    assert (record["Account_Name"], record["Employees"], record["Owner"]) == ("New", 3, simulator.world.me["id"])
    assert (simulator.world.writes[0].action, simulator.world.writes[0].trigger) == ("insert", ("approval",))
    assert simulator.world.effects == {record["id"]: 1}


def test_an_insert_needs_the_name_and_unique_values(api: httpx.Client, simulator: Simulator, ids) -> None:
    api.put("/Accounts", json={"data": [{"id": ids[0], "Customer_Code": "TAKEN"}]})

    mixed = api.post(
        "/Accounts",
        json={"data": [{"Fax": "1"}, {"Account_Name": "New"}, {"Account_Name": "Twin", "Customer_Code": "taken"}]},
    )
    refused = api.post("/Accounts", json={"data": [{"Fax": "1"}]})

    assert outcome(mixed) == (207, ["MANDATORY_NOT_FOUND", "SUCCESS", "DUPLICATE_DATA"])
    assert mixed.json()["data"][0]["details"] == {"api_name": "Account_Name", "json_path": "$.data[0].Account_Name"}
    assert outcome(refused) == (400, ["MANDATORY_NOT_FOUND"])
    assert len(simulator.world.records("Accounts")) == len(ids) + 1


def upsert(api: httpx.Client, *items: dict[str, Any], **more: Any) -> list[tuple[str, str, str | None]]:
    answer = api.post("/Accounts/upsert", json={"data": list(items), **more}).json()["data"]
    return [
        (item["details"].get("id"), item.get("action", item["code"]), item.get("duplicate_field")) for item in answer
    ]


def test_an_upsert_finds_by_name_then_by_unique_values(api: httpx.Client, simulator: Simulator, ids) -> None:
    name = simulator.world.records("Accounts")[ids[0]]["Account_Name"]
    api.put("/Accounts", json={"data": [{"id": ids[1], "Customer_Code": "ONE"}]})

    by_name = upsert(api, {"Account_Name": f" {name.upper()} ", "Fax": "1"})
    by_code = upsert(api, {"Account_Name": "Nobody knows", "Customer_Code": "one"})
    by_id = upsert(api, {"id": ids[2], "Fax": "3"})
    ((made, action, field),) = upsert(
        api, {"Account_Name": "Nobody knows me"}, duplicate_check_fields=["Customer_Code"]
    )

    assert by_name == [(ids[0], "update", "Account_Name")]
    assert by_code == [(ids[1], "update", "Customer_Code")]
    assert by_id == [(ids[2], "update", "id")]
    assert (made in ids, action, field) == (False, "insert", None)


def test_named_fields_take_the_place_of_the_name(api: httpx.Client, simulator: Simulator, ids) -> None:
    name = simulator.world.records("Accounts")[ids[0]]["Account_Name"]
    ((made, action, _),) = upsert(api, {"Account_Name": name}, duplicate_check_fields=["Customer_Code"])
    assert (made in ids, action) == (False, "insert")


def test_only_the_name_and_unique_fields_may_be_checked(api: httpx.Client) -> None:
    answer = api.post("/Accounts/upsert", json={"data": [{"Fax": "1"}], "duplicate_check_fields": ["Fax"]})
    assert answer.status_code == 400
    assert answer.json()["details"]["supported_values"] == ["Account_Name", "Customer_Code"]
    wrong = api.post("/Accounts/upsert", json={"data": [{"Fax": "1"}], "duplicate_check_fields": "Fax"})
    assert wrong.json()["details"]["expected_data_type"] == "jsonarray"


def test_deleted_records_are_gone_and_listed(api: httpx.Client, simulator: Simulator, ids, clock) -> None:
    name = simulator.world.records("Accounts")[ids[1]]["Account_Name"]
    simulator.world.locked.add(ids[3])

    mixed = api.delete("/Accounts", params={"ids": f"{ids[0]},{ids[3]},1", "wf_trigger": "false"})
    one = api.delete(f"/Accounts/{ids[1]}")
    again = api.delete(f"/Accounts/{ids[1]}")
    listed = api.get("/Accounts/deleted", params={"type": "recycle"}).json()

    assert outcome(mixed) == (207, ["SUCCESS", "RECORD_LOCKED", "INVALID_DATA"])
    assert (outcome(one), outcome(again)) == ((200, ["SUCCESS"]), (400, ["INVALID_DATA"]))
    assert again.json()["data"][0]["message"] == "record not deleted"
    assert api.get(f"/Accounts/{ids[1]}").status_code == 204
    assert [item["id"] for item in listed["data"]] == [ids[1], ids[0]]
    assert listed["data"][0]["display_name"] == name
    assert listed["data"][0]["deleted_by"]["id"] == simulator.world.me["id"]
    assert listed["data"][0]["deleted_time"] == simulator.world.moment(clock())
    assert [write.trigger for write in simulator.world.writes] == [(), None]


def test_ids_to_delete_must_be_there_and_be_numbers(api: httpx.Client, ids) -> None:
    codes = [
        api.delete("/Accounts", params=query).json()["code"]
        for query in ({}, {"ids": "x"}, {"ids": ",".join(ids[:101])})
    ]
    assert codes == ["REQUIRED_PARAM_MISSING", "UNABLE_TO_PARSE_DATA_TYPE", "LIMIT_EXCEEDED"]
    assert api.get("/Accounts/deleted", params={"type": "permanent"}).status_code == 204
    assert api.get("/Accounts/deleted", params={"type": "x"}).json()["code"] == "PATTERN_NOT_MATCHED"


def test_writes_cost_a_credit_for_ten_records_and_deletions_one(api: httpx.Client, simulator: Simulator, ids) -> None:
    before = simulator.allowance.spent
    api.post("/Accounts", json={"data": [{"Account_Name": f"New {number}"} for number in range(25)]})
    inserted = simulator.allowance.spent - before
    api.delete("/Accounts", params={"ids": ",".join(ids[:50])})
    assert (inserted, simulator.allowance.spent - before) == (3, 4)
