from __future__ import annotations

from typing import Any

import httpx
import pytest

from zoho_console.simulator import Simulator


def refusal(answer: httpx.Response) -> tuple[int, str, dict[str, Any]]:
    body = answer.json()
    return answer.status_code, body["code"], body["details"]


def test_a_search_answers_like_a_list(api: httpx.Client, ids: list[str]) -> None:
    criteria = {"criteria": "(Account_Name:equals:Twin Peaks)", "fields": "Account_Name"}

    answer = api.get("/Accounts/search", params=criteria)

    assert [record["Account_Name"] for record in answer.json()["data"]] == ["Twin Peaks Holding"] * 2
    assert answer.json()["info"] == {
        "per_page": 200,
        "count": 2,
        "page": 1,
        "more_records": False,
        "sort_by": "id",
        "sort_order": "desc",
    }
    assert api.get("/Accounts/search", params={"word": "nowhere to be found"}).status_code == 204
    assert "Rating" in api.get("/Accounts/search", params={"word": "Twin"}).json()["data"][0]
    beyond = api.get("/Accounts/search", params={"word": "Twin", "page": 11})
    assert refusal(beyond) == (400, "LIMIT_REACHED", {"limit": "2000"})
    assert api.get("/Contacts/search", params={"email": "ADA.LOVELL@example.org"}).json()["info"]["count"] == 1


def test_records_are_counted(api: httpx.Client) -> None:
    assert api.get("/Accounts/actions/count").json() == {"count": 450}
    assert api.get("/Accounts/actions/count", params={"word": "Castor"}).json() == {"count": 2}


def test_coql_answers_rows_info_and_204(api: httpx.Client, simulator: Simulator) -> None:
    def query(where: str, **more: Any) -> httpx.Response:
        return api.post("/coql", json={"select_query": f"select Account_Name from Accounts where {where}", **more})

    answer = query("Account_Name = 'NULL'", include_meta=["fields"])

    assert answer.json()["info"] == {"count": 1, "more_records": False}
    assert list(answer.json()["data"][0]) == ["Account_Name", "id"]
    assert answer.json()["fields"]["Account_Name"]["data_type"] == "text"
    assert "fields" not in query("Account_Name = 'NULL'", include_meta=[]).json()
    empty = query("id = '1'")
    assert (empty.status_code, empty.content) == (204, b"")


@pytest.mark.parametrize(
    ("body", "code", "details"),
    [
        ({}, "MANDATORY_NOT_FOUND", {"api_name": "select_query"}),
        (
            {"select_query": 5},
            "INVALID_DATA",
            {"api_name": "select_query", "json_path": "$.select_query", "expected_data_type": "string"},
        ),
        ({"select_query": "select id"}, "SYNTAX_ERROR", {"clause": "from"}),
        (
            {"select_query": "", "include_meta": "fields"},
            "INVALID_DATA",
            {"expected_data_type": "jsonarray", "api_name": "include_meta", "json_path": "$.include_meta"},
        ),
        (
            {"select_query": "", "include_meta": ["rows"]},
            "INVALID_DATA",
            {"supported_values": ["fields"], "api_name": "include_meta", "json_path": "$.include_meta"},
        ),
    ],
)
def test_a_wrong_coql_call_is_refused(
    api: httpx.Client, body: dict[str, Any], code: str, details: dict[str, Any]
) -> None:
    assert refusal(api.post("/coql", json=body)) == (400, code, details)


def test_coql_also_needs_the_right_to_read_the_module(simulator: Simulator) -> None:
    token = simulator.issue_grant(["ZohoCRM.coql.READ"])["access_token"]

    answer = httpx.post(
        f"{simulator.url}/crm/v8/coql",
        json={"select_query": "select id from Accounts where id is not null"},
        headers={"Authorization": f"Zoho-oauthtoken {token}"},
    )

    assert refusal(answer) == (401, "OAUTH_SCOPE_MISMATCH", {})
