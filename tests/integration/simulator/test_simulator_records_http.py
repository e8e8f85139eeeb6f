from __future__ import annotations

from typing import Any

import httpx
import pytest

from zoho_console.simulator import Simulator

LIST = {"fields": "Account_Name,Owner,Parent_Account,Nonsense"}


def refusal(answer: httpx.Response) -> tuple[int, str, dict[str, Any]]:
    body = answer.json()
    return answer.status_code, body["code"], body["details"]


def test_a_list_comes_newest_first_with_what_was_asked_for(api: httpx.Client, ids: list[str]) -> None:
    answer = api.get("/Accounts", params={**LIST, "per_page": 2})

    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
    assert "X-ACCESSTOKEN-RESET" in answer.headers
    assert "X-API-CREDITS-REMAINING" not in answer.headers
    assert [record["id"] for record in answer.json()["data"]] == [ids[-1], ids[-2]]
    assert list(answer.json()["data"][0]) == ["id", "Account_Name", "Owner", "Parent_Account"]
    assert set(answer.json()["data"][0]["Owner"]) == {"name", "id", "email"}
    info = answer.json()["info"]
    assert (info["count"], info["page"], info["per_page"], info["more_records"]) == (2, 1, 2, True)
    assert (info["sort_by"], info["sort_order"], info["previous_page_token"]) == ("id", "desc", None)


def test_page_tokens_reach_every_record_once(api: httpx.Client, ids: list[str]) -> None:
    seen: list[str] = []
    parameters: dict[str, Any] = dict(LIST)
    while True:
        answer = api.get("/Accounts", params=parameters).json()
        seen += [record["id"] for record in answer["data"]]
        if not answer["info"]["more_records"]:
            break
        parameters["page_token"] = answer["info"]["next_page_token"]

    assert seen == ids[::-1]
    assert answer["info"]["next_page_token"] is None


def test_pages_by_number_go_to_the_end(api: httpx.Client, ids: list[str]) -> None:
    assert api.get("/Accounts", params={**LIST, "page": 3}).json()["info"]["count"] == 50
    assert api.get("/Accounts", params={**LIST, "page": 4}).status_code == 204
    assert refusal(api.get("/Accounts", params={**LIST, "page": 11})) == (
        400,
        "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
        {"limit": 2000},
    )


def test_an_empty_module_answers_204_without_a_body(api: httpx.Client) -> None:
    answer = api.get("/Leads", params={"fields": "Last_Name"})

    assert (answer.status_code, answer.content) == (204, b"")


def test_a_list_can_be_sorted_and_limited_to_ids(api: httpx.Client, simulator: Simulator, clock, ids) -> None:
    clock.forward(minutes=1)
    simulator.world.change("Accounts", ids[5], {"Rating": "Active"})

    by_change = api.get("/Accounts", params={**LIST, "sort_by": "Modified_Time", "per_page": 1}).json()["data"]
    by_age = api.get("/Accounts", params={**LIST, "sort_order": "asc", "per_page": 1}).json()["data"]
    named = api.get("/Accounts", params={**LIST, "ids": f"{ids[3]}, {ids[7]},1"}).json()["data"]

    assert [record["id"] for record in by_change + by_age + named] == [ids[5], ids[0], ids[7], ids[3]]


def test_only_what_changed_since_a_moment_comes(api: httpx.Client, simulator: Simulator, clock, ids) -> None:
    since = {"If-Modified-Since": simulator.world.moment(clock())}
    assert api.get("/Accounts", params=LIST, headers=since).status_code == 304

    clock.forward(minutes=1)
    simulator.world.change("Accounts", ids[5], {"Rating": "Active"})

    (record,) = api.get("/Accounts", params=LIST, headers=since).json()["data"]
    assert record["id"] == ids[5]


@pytest.mark.parametrize(
    ("parameters", "code", "details"),
    [
        ({"fields": ""}, "REQUIRED_PARAM_MISSING", {"param_name": "fields"}),
        (
            {"fields": ",".join(f"F{n}" for n in range(51))},
            "LIMIT_EXCEEDED",
            {"param_name": "fields", "limit": 50},
        ),
        ({"per_page": "201"}, "INVALID_DATA", {"param_name": "per_page", "maximum_length": 200}),
        ({"per_page": "x"}, "INVALID_DATA", {"param_name": "per_page", "expected_data_type": "integer"}),
        ({"page": "0"}, "INVALID_DATA", {"param_name": "page", "expected_data_type": "integer"}),
        ({"sort_by": "Rating"}, "INVALID_DATA", {"param_name": "sort_by", "expected_data_type": "string"}),
        ({"sort_order": "up"}, "INVALID_DATA", {"param_name": "sort_order", "expected_data_type": "string"}),
        ({"cvid": "1"}, "INVALID_DATA", {"param_name": "cvid"}),
        ({"page_token": "x"}, "INVALID_DATA", {"param_name": "page_token"}),
        (
            {"page_token": "x", "page": "1"},
            "AMBIGUITY_DURING_PROCESSING",
            {"ambiguity_due_to": [{"param_name": "page"}, {"param_name": "page_token"}]},
        ),
    ],
)
def test_a_wrong_list_is_refused(
    api: httpx.Client, parameters: dict[str, str], code: str, details: dict[str, Any]
) -> None:
    assert refusal(api.get("/Accounts", params={**LIST, **parameters})) == (400, code, details)


def test_a_page_token_is_bound_and_ends_after_a_day(api: httpx.Client, simulator: Simulator, clock) -> None:
    token = api.get("/Accounts", params=LIST).json()["info"]["next_page_token"]

    other = api.get("/Accounts", params={"fields": "Rating", "page_token": token})
    assert refusal(other) == (400, "TOKEN_BOUND_DATA_MISMATCH", {"param_name": "page_token"})
    bad = api.get("/Accounts", params=LIST, headers={"If-Modified-Since": "yesterday"})
    assert refusal(bad) == (400, "INVALID_DATA", {"api_name": "If-Modified-Since"})

    clock.forward(hours=24)
    fresh = {"Authorization": f"Zoho-oauthtoken {simulator.issue_grant()['access_token']}"}
    late = api.get("/Accounts", params={**LIST, "page_token": token}, headers=fresh)
    assert refusal(late) == (400, "EXPIRED_VALUE", {"api_name": "page_token"})


def test_one_record_comes_with_all_fields_or_those_asked_for(api: httpx.Client, ids: list[str]) -> None:
    whole = api.get(f"/Accounts/{ids[0]}").json()
    part = api.get(f"/Accounts/{ids[0]}", params={"fields": "Rating"}).json()

    assert list(whole) == ["data"]
    assert {"Account_Name", "$editable", "$has_more", "Layout"} <= set(whole["data"][0])
    assert list(part["data"][0]) == ["id", "Rating"]
    assert api.get("/Accounts/777000000000000001").status_code == 204


def test_unknown_modules_places_and_methods_have_their_own_words(api: httpx.Client) -> None:
    module = (400, "INVALID_MODULE", {"resource_path_index": 0})

    assert refusal(api.get("/accounts", params=LIST)) == module
    assert refusal(api.get("/accounts/1")) == module
    assert refusal(api.put("/accounts", json={"data": []})) == module
    assert refusal(api.patch("/Accounts")) == (400, "INVALID_REQUEST_METHOD", {})
    assert refusal(api.get("/a/b/c/d")) == (404, "INVALID_URL_PATTERN", {})


def test_a_person_has_a_full_name(api: httpx.Client, simulator: Simulator) -> None:
    lead = simulator.world.add("Leads", {"Last_Name": "Lovell", "First_Name": "Ada"})

    assert api.get(f"/Leads/{lead}").json()["data"][0]["Full_Name"] == "Ada Lovell"
