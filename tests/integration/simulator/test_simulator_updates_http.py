from __future__ import annotations

from typing import Any

import httpx
import pytest

from zoho_console.simulator import Simulator


def put(api: httpx.Client, *items: dict[str, Any], **more: Any) -> httpx.Response:
    return api.put("/Accounts", json={"data": list(items), **more})


def refusal(answer: httpx.Response) -> tuple[int, str, dict[str, Any]]:
    body = answer.json()
    return answer.status_code, body["code"], body["details"]


def test_an_update_answers_for_each_record_in_order(api: httpx.Client, simulator: Simulator, clock, ids) -> None:
    clock.forward(minutes=5)

    answer = put(api, {"id": ids[2], "Health_Score": 7}, {"id": ids[1], "Rating": None}, trigger=["workflow"])

    assert answer.status_code == 200
    first, second = answer.json()["data"]
    assert (first["details"]["id"], second["details"]["id"]) == (ids[2], ids[1])
    assert (first["code"], first["status"], first["message"]) == ("SUCCESS", "success", "record updated")
    assert first["details"]["Modified_Time"] == "2026-03-04T10:35:00+01:00"
    assert first["details"]["Modified_By"] == {"name": "Mina Vogel", "id": "777000000000301001"}
    assert set(first["details"]) == {"Modified_Time", "Modified_By", "Created_Time", "id", "Created_By"}
    world = simulator.world
    assert world.records("Accounts")[ids[2]]["Health_Score"] == 7
    assert world.effects == {ids[2]: 1, ids[1]: 1}
    assert world.writes[0] == (clock(), ids[2], {"Health_Score": 7}, ("workflow",), "update")


def test_trigger_absent_and_empty_are_told_apart(api: httpx.Client, simulator: Simulator, ids: list[str]) -> None:
    put(api, {"id": ids[0], "Rating": None})
    put(api, {"id": ids[0], "Rating": None}, trigger=[])

    assert [write.trigger for write in simulator.world.writes] == [None, ()]


def test_mixed_results_answer_207_and_refusals_only_400(api: httpx.Client, simulator: Simulator, ids) -> None:
    bad = {"id": ids[0], "Employees": "12"}

    mixed, refused = put(api, bad, {"id": ids[1], "Employees": 12}), put(api, bad, {**bad, "id": "1"})

    assert (mixed.status_code, refused.status_code) == (207, 400)
    assert mixed.json()["data"][0] == {
        "code": "INVALID_DATA",
        "details": {"expected_data_type": "integer", "api_name": "Employees", "json_path": "$.data[0].Employees"},
        "message": "invalid data",
        "status": "error",
    }
    assert refused.json()["data"][1] == {
        "code": "INVALID_DATA",
        "details": {"id": "1", "api_name": "id", "json_path": "$.data[1].id"},
        "message": "the id given seems to be invalid",
        "status": "error",
    }
    assert simulator.world.effects == {ids[1]: 1}


def test_several_problems_of_a_record_are_told_together(api: httpx.Client, ids: list[str]) -> None:
    (item,) = put(api, {"id": ids[0], "Employees": "12", "Account_Name": None}).json()["data"]

    assert (item["code"], item["message"]) == ("MULTIPLE_OR_MULTI_ERRORS", "Multiple errors in the request")
    assert [error["code"] for error in item["details"]["errors"]] == ["INVALID_DATA", "MANDATORY_NOT_FOUND"]


def test_a_taken_unique_value_names_its_holder(api: httpx.Client, simulator: Simulator, ids: list[str]) -> None:
    code = simulator.world.records("Accounts")[ids[1]]["Customer_Code"] or "C-X"
    put(api, {"id": ids[1], "Customer_Code": code})

    own = put(api, {"id": ids[1], "Customer_Code": code.lower()})
    (item,) = put(api, {"id": ids[0], "Customer_Code": code}).json()["data"]

    assert own.status_code == 200
    assert item["code"] == "DUPLICATE_DATA"
    assert item["details"]["duplicate_record"]["id"] == ids[1]
    assert item["details"]["duplicate_record"]["module"]["api_name"] == "Accounts"


def test_unknown_and_read_only_names_are_passed_over_in_silence(api: httpx.Client, simulator: Simulator, ids) -> None:
    before = simulator.world.records("Accounts")[ids[0]]["Created_Time"]

    answer = put(api, {"id": ids[0], "Foo": 1, "Created_Time": "x", "Revenue_Per_Employee": 5, "Layout": {"id": "1"}})

    assert answer.status_code == 200
    assert simulator.world.writes[0].values == {}
    assert simulator.world.records("Accounts")[ids[0]]["Created_Time"] == before


def test_a_locked_record_is_refused(api: httpx.Client, simulator: Simulator, ids: list[str]) -> None:
    simulator.world.locked.add(ids[0])

    (item,) = put(api, {"id": ids[0], "Rating": None}).json()["data"]

    assert item["code"] == "RECORD_LOCKED"
    assert item["details"] == {"api_name": "id", "json_path": "$.data[0].id", "action": "record_locking"}


def test_values_can_be_appended_to_a_multi_select(api: httpx.Client, simulator: Simulator, ids: list[str]) -> None:
    put(api, {"id": ids[0], "Segments": ["SMB"]})
    put(api, {"id": ids[0], "Segments": ["Strategic"], "$append_values": {"Segments": True}})

    assert simulator.world.records("Accounts")[ids[0]]["Segments"] == ["SMB", "Strategic"]


def test_a_single_update_takes_the_id_of_the_path(api: httpx.Client, simulator: Simulator, ids: list[str]) -> None:
    answer = api.put(f"/Accounts/{ids[4]}", json={"data": [{"Rating": "Active"}]})

    assert answer.json()["data"][0]["details"]["id"] == ids[4]
    assert simulator.world.effects == {ids[4]: 1}


def test_a_record_changed_since_is_not_overwritten(api: httpx.Client, simulator: Simulator, clock, ids) -> None:
    known = simulator.world.moment(clock())
    clock.forward(minutes=1)
    simulator.world.change("Accounts", ids[0], {"Rating": "Active"})
    body = {"data": [{"id": ids[1], "Rating": None}, {"id": ids[0], "Rating": None}]}

    stale = api.put("/Accounts", json=body, headers={"If-Unmodified-Since": known})
    fresh = api.put("/Accounts", json=body, headers={"If-Unmodified-Since": simulator.world.moment(clock())})
    wrong = api.put("/Accounts", json=body, headers={"If-Unmodified-Since": "2026-03-04T10:00:00"})

    assert stale.status_code == 412
    (item,) = stale.json()["data"]
    assert item["code"] == "ALREADY_MODIFIED"
    assert item["message"] == "record updated time has already passed if-unmodified-since time"
    assert item["details"]["id"] == ids[0]
    assert (fresh.status_code, wrong.status_code) == (200, 400)
    assert simulator.world.effects == {ids[0]: 1, ids[1]: 1}


def test_more_than_100_records_are_refused_as_a_whole(api: httpx.Client, simulator: Simulator, ids) -> None:
    answer = put(api, *({"id": record_id} for record_id in ids[:101]))

    assert answer.status_code == 400
    assert answer.json()["data"] == [
        {
            "code": "LIMIT_EXCEEDED",
            "details": {"maximum_length": 100, "api_name": "data"},
            "message": "count of records in your request exceeds the limit",
            "status": "error",
        }
    ]
    assert not simulator.world.writes


@pytest.mark.parametrize(
    ("body", "code", "details"),
    [
        ("nonsense", "INVALID_DATA", {"expected_data_type": "jsonobject"}),
        ("[]", "INVALID_DATA", {"expected_data_type": "jsonobject"}),
        ("{}", "MANDATORY_NOT_FOUND", {"api_name": "data", "json_path": "$.data"}),
        (
            '{"data":{}}',
            "INVALID_DATA",
            {"expected_data_type": "jsonarray", "api_name": "data", "json_path": "$.data"},
        ),
        ('{"data":[]}', "INVALID_DATA", {"minimum_length": 1, "api_name": "data", "json_path": "$.data"}),
        (
            '{"data":[{"id":"1"}],"trigger":["all"]}',
            "INVALID_DATA",
            {
                "api_name": "trigger",
                "json_path": "$.trigger",
                "supported_values": ["workflow", "approval", "blueprint", "pathfinder", "orchestration"],
            },
        ),
    ],
)
def test_a_body_of_the_wrong_shape_is_refused(api: httpx.Client, body: str, code: str, details: dict[str, Any]) -> None:
    assert refusal(api.put("/Accounts", content=body)) == (400, code, details)


def test_an_id_is_needed_and_must_look_like_one(api: httpx.Client) -> None:
    missing, wrong = put(api, {"Rating": None}, {"id": [], "Rating": None}).json()["data"]

    assert (missing["code"], missing["details"]["json_path"]) == ("MANDATORY_NOT_FOUND", "$.data[0].id")
    assert wrong["details"]["expected_data_type"] == "bigint"
