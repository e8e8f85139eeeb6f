"""Bulk read and bulk write over HTTP, from the request to the file."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import httpx
import pytest

from zoho_console.simulator import Simulator, SimulatorOptions

READ, WRITE = "/crm/bulk/v8/read", "/crm/bulk/v8/write"
MODULE = {"module": {"api_name": "Accounts"}}


@pytest.fixture
def bulk(api: httpx.Client, simulator: Simulator) -> httpx.Client:
    """The client at the root of the server."""
    api.base_url = httpx.URL(simulator.url)
    return api


def rows_of(content: bytes) -> tuple[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = archive.namelist()
        return name, list(csv.reader(io.StringIO(archive.read(name).decode(), newline="")))


def finished(bulk: httpx.Client, path: str, job_id: str) -> dict[str, Any]:
    """The answer of a job that is done; each question brings it one state further."""
    while True:
        answer = bulk.get(f"{path}/{job_id}").json()
        job = answer["data"][0] if "data" in answer else answer
        if job.get("state", job.get("status")) == "COMPLETED":
            return dict(job)


def read(bulk: httpx.Client, **query: Any) -> str:
    answer = bulk.post(READ, json={"query": query})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"][0]["details"]["id"])


def test_a_job_reads_every_field_as_text(bulk: httpx.Client, simulator: Simulator, ids) -> None:
    job = finished(bulk, READ, job_id := read(bulk, **MODULE))
    name, (header, *rows) = rows_of(bulk.get(job["result"]["download_url"]).content)

    assert (name, job["result"]["count"], job["result"]["more_records"]) == (f"{job_id}.csv", 450, False)
    assert header[0] == "Id"
    assert [row[0] for row in rows] == ids
    for row in rows:
        shown, kept = dict(zip(header, row, strict=True)), simulator.world.records("Accounts")[row[0]]
        assert shown["Account_Name"] == kept["Account_Name"]
        assert shown["Owner"] == kept["Owner"]
        assert shown["Is_Key_Account"] == str(kept["Is_Key_Account"]).lower()
        assert shown["Segments"] == ";".join(kept["Segments"] or ())
        assert shown["Employees"] == str(kept["Employees"] if kept["Employees"] is not None else "")


def test_a_page_token_goes_on_after_the_last_record() -> None:
    with Simulator(SimulatorOptions(accounts=450, bulk_read_rows=200)) as simulator:
        headers = {"Authorization": f"Zoho-oauthtoken {simulator.issue_grant()['access_token']}"}
        ids = list(simulator.world.records("Accounts"))
        with httpx.Client(base_url=simulator.url, headers=headers) as bulk:
            first = finished(bulk, READ, read(bulk, **MODULE, fields=["Fax"]))["result"]
            simulator.world.remove("Accounts", ids[0])
            second = finished(bulk, READ, read(bulk, page_token=first["next_page_token"]))["result"]
            third = finished(bulk, READ, read(bulk, page_token=second["next_page_token"]))["result"]
            pages = [rows_of(bulk.get(one["download_url"]).content)[1] for one in (first, second, third)]

    assert [row[0] for page in pages for row in page[1:]] == ids
    assert [(one["page"], one["count"], one["more_records"]) for one in (first, second, third)] == [
        (1, 200, True),
        (2, 200, True),
        (3, 50, False),
    ]


def test_a_job_costs_50_credits_and_ten_downloads_a_minute_are_given(bulk: httpx.Client, simulator, clock) -> None:
    job = finished(bulk, READ, read(bulk, **MODULE))
    assert simulator.allowance.spent == 50 + 3
    codes = [bulk.get(job["result"]["download_url"]).status_code for _ in range(11)]
    clock.forward(minutes=1)
    assert codes == [200] * 10 + [429]
    assert bulk.get(job["result"]["download_url"]).status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "INVALID_REQUEST"),
        ({"query": {}}, "MODULE_NOT_AVAILABLE"),
        ({"query": {**MODULE, "page": 0}}, "PAGE_RANGE_EXCEEDED"),
        ({"query": {**MODULE, "cvid": "1"}}, "CVID_NOT_SUPPORTED"),
        ({"query": {**MODULE, "fields": ["Nonsense"]}}, "FIELD_NOT_AVAILABLE"),
        ({"query": {"page_token": "x"}}, "INVALID_REQUEST"),
        ({"query": MODULE, "file_type": "ics"}, "INVALID_REQUEST"),
        ({"query": MODULE, "callback": {"url": "http://x", "method": "post"}}, "INVALID_CALLBACK_URL"),
        ({"query": MODULE, "callback": {"url": "https://x", "method": "get"}}, "INVALID_CALLBACK_METHOD"),
    ],
)
def test_wrong_jobs_are_refused(bulk: httpx.Client, body: dict[str, Any], code: str) -> None:
    answer = bulk.post(READ, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_jobs_and_results_that_are_not_there(bulk: httpx.Client) -> None:
    job_id = read(bulk, **MODULE)
    for path in (f"{READ}/1", f"{READ}/1/result", f"{READ}/{job_id}/result", f"{WRITE}/1"):
        answer = bulk.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "RESOURCE_NOT_FOUND")
    assert bulk.post(READ).json()["code"] == "REQUEST_BODY_IS_EMPTY"


def zipped(*rows: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("rows.csv", "\n".join(rows))
    return packed.getvalue()


def upload(bulk: httpx.Client, content: bytes, **headers: str) -> httpx.Response:
    named = {"feature": "bulk-write", "X-CRM-ORG": "60012345", **headers}
    return bulk.post("/crm/v8/upload", files={"file": ("rows.zip", content)}, headers=named)


def write(bulk: httpx.Client, operation: str, rows: list[str], /, **resource: Any) -> httpx.Response:
    file_id = upload(bulk, zipped(*rows)).json()["details"]["file_id"]
    whole = {"type": "data", **MODULE, "file_id": file_id, "file_names": ["rows.csv"], **resource}
    return bulk.post(WRITE, json={"operation": operation, "resource": [whole]})


def written(bulk: httpx.Client, operation: str, rows: list[str], /, **resource: Any) -> list[list[str]]:
    """The rows of the result without its header."""
    answer = write(bulk, operation, rows, **resource)
    assert answer.status_code == 201, answer.text
    job = finished(bulk, WRITE, answer.json()["details"]["id"])
    name, result = rows_of(bulk.get(job["result"]["download_url"]).content)
    assert name == "Accounts-rows.csv"
    return result[1:]


def test_an_update_writes_cells_and_skips_what_is_wrong(bulk: httpx.Client, simulator: Simulator, ids) -> None:
    rows = ["id,Rating,Employees,Fax", f"{ids[0]},Active,7,1", f"{ids[1]},Active,x,2", f"{ids[2]},,8,", "1,Active,1,1"]

    result = written(bulk, "update", rows, find_by="id")

    assert result == [
        [ids[0], "Active", "7", "UPDATED", ids[0], ""],
        [ids[1], "Active", "x", "SKIPPED", "", "INVALID_DATA-Employees"],
        [ids[2], "", "8", "UPDATED", ids[2], ""],
        ["1", "Active", "1", "SKIPPED", "", "RESOURCE_NOT_FOUND-id"],
    ]
    records = simulator.world.records("Accounts")
    assert (records[ids[0]]["Employees"], records[ids[0]]["Fax"]) == (7, "1")
    assert (records[ids[2]]["Rating"], records[ids[2]]["Fax"]) == (None, None)
    assert simulator.world.effects == {ids[0]: 1, ids[2]: 1}
    assert [one.trigger for one in simulator.world.writes] == [(), ()]


def test_empty_cells_can_be_left_alone(bulk: httpx.Client, simulator: Simulator, ids) -> None:
    bulk.put("/crm/v8/Accounts", json={"data": [{"id": ids[0], "Fax": "1", "Rating": "Active"}]})
    written(bulk, "update", ["id,Fax,Rating", f"{ids[0]},,Acquired"], find_by="id", ignore_empty=True)
    record = simulator.world.records("Accounts")[ids[0]]
    assert (record["Fax"], record["Rating"]) == ("1", "Acquired")


def test_mappings_choose_columns_forms_and_defaults(bulk: httpx.Client, simulator: Simulator, ids) -> None:
    mapped = [
        {"api_name": "id", "index": 2},
        {"api_name": "Last_Reviewed", "index": 0, "format": "dd.MM.yyyy"},
        {"api_name": "Parent_Account", "index": 1, "find_by": "Account_Name"},
        {"api_name": "Fax", "default_value": {"value": "99"}},
    ]
    parent = simulator.world.records("Accounts")[ids[5]]["Account_Name"]
    rows = ["when;parent;key", f'31.01.2026;"{parent.replace(chr(34), chr(34) * 2)}";{ids[0]}']

    ((*_, status, record_id, errors),) = written(bulk, "update", rows, find_by="id", field_mappings=mapped)

    assert (status, record_id, errors) == ("UPDATED", ids[0], "")
    record = simulator.world.records("Accounts")[ids[0]]
    assert (record["Last_Reviewed"], record["Fax"]) == ("2026-01-31", "99")
    assert simulator.world.records("Accounts")[record["Parent_Account"]]["Account_Name"] == parent


def test_inserts_and_upserts_by_a_unique_field(bulk: httpx.Client, simulator: Simulator) -> None:
    rows = ["Customer_Code,Account_Name", "BULK-1,One", "BULK-2,Two", ",Three", "BULK-1,"]
    inserted = written(bulk, "insert", rows[:3])
    skipped = written(bulk, "insert", rows[:2], find_by="Customer_Code")
    upserted = written(bulk, "upsert", [rows[0], "bulk-1,Uno", "BULK-4,Four"], find_by="Customer_Code")

    assert [row[2] for row in inserted] == ["ADDED", "ADDED"]
    assert [row[2:] for row in skipped] == [["SKIPPED", inserted[0][3], "DUPLICATE_DATA-Customer_Code"]]
    assert [row[2] for row in upserted] == ["UPDATED", "ADDED"]
    assert upserted[0][3] == inserted[0][3]
    assert simulator.world.records("Accounts")[inserted[0][3]]["Account_Name"] == "Uno"


@pytest.mark.parametrize(
    ("operation", "rows", "resource", "code"),
    [
        ("merge", ["id", "1"], {}, "INVALID_DATA"),
        ("update", ["id", "1"], {}, "MANDATORY_NOT_FOUND"),
        ("update", ["Fax", "1"], {"find_by": "id"}, "INVALID_FIELD"),
        ("insert", ["Fax", "1"], {}, "MANDATORY_FIELDS_NOT_MAPPED"),
        ("insert", ["Account_Name", "1"], {"file_id": "1"}, "INVALID_FILE_ID"),
        ("insert", ["Account_Name", "1"], {"file_names": ["other.csv"]}, "FILE_NOT_FOUND"),
        ("insert", ["Account_Name", "1"], {"module": {"api_name": "Nonsense"}}, "MODULE_NOT_AVAILABLE"),
        ("insert", ["Account_Name,Created_Time", "1,2"], {}, "INVALID_FIELD"),
        ("insert", ["Account_Name" + ",Fax" * 200, "1"], {}, "HEADER_LIMIT_EXCEEDED"),
        ("insert", ["Account_Name", *["x"] * 25_001], {}, "LIMIT_EXCEEDED"),
        ("insert", ["a"], {"field_mappings": [{"api_name": "Account_Name", "index": 1}]}, "COLUMN_INDEX_NOT_FOUND"),
        ("insert", ["a"], {"field_mappings": [{"api_name": "Account_Name"}]}, "MISSING_REQUIRED_KEY"),
        ("insert", [""], {}, "FILE_NOT_SUPPORTED"),
    ],
)
def test_wrong_imports_are_refused(
    bulk: httpx.Client, operation: str, rows: list[str], resource: dict[str, Any], code: str
) -> None:
    answer = write(bulk, operation, rows, **resource)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_uploads_need_a_zip_and_their_headers(bulk: httpx.Client) -> None:
    refused = [
        upload(bulk, b"no zip"),
        upload(bulk, zipped("a"), feature=""),
        upload(bulk, zipped("a"), feature="other"),
        upload(bulk, zipped("a"), **{"X-CRM-ORG": "1"}),
        bulk.post("/crm/v8/upload", content=b"x", headers={"feature": "bulk-write", "X-CRM-ORG": "60012345"}),
    ]
    assert [answer.json()["code"] for answer in refused] == [
        "INVALID_FILE_FORMAT",
        "MANDATORY_NOT_FOUND",
        "NOT_SUPPORTED_FEATURE",
        "INVALID_DATA",
        "MANDATORY_NOT_FOUND",
    ]


def test_a_bulk_write_job_costs_500_credits(bulk: httpx.Client, simulator: Simulator, ids) -> None:
    write(bulk, "update", ["id,Fax", f"{ids[0]},1"], find_by="id")
    assert simulator.allowance.spent == 1 + 500


def test_jobs_may_be_done_at_the_first_question() -> None:
    with Simulator(SimulatorOptions(accounts=3, bulk_polls=0)) as simulator:
        headers = {"Authorization": f"Zoho-oauthtoken {simulator.issue_grant()['access_token']}"}
        with httpx.Client(base_url=simulator.url, headers=headers) as client:
            state = client.get(f"{READ}/{read(client, **MODULE)}").json()["data"][0]["state"]
    assert state == "COMPLETED"
