"""Zoho's own SDK works on the simulator as on Zoho: each step is taken once, and its outcome held against the world."""

from __future__ import annotations

import json
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dev import oracle_python
from zoho_console.simulator import Simulator, SimulatorOptions, World
from zoho_console.simulator.grants import Consent
from zoho_console.simulator.server import ALL_SCOPES

SCRIPT = Path(__file__).with_name("sdk_session.py")
REDIRECT = "http://localhost:8000/oauth/callback"
COUNT = 450


@pytest.fixture(scope="module")
def simulator() -> Any:
    with Simulator(SimulatorOptions(accounts=COUNT)) as running:
        yield running


@pytest.fixture(scope="module")
def before(simulator: Simulator) -> dict[str, dict[str, Any]]:
    """The accounts as they were before the SDK came."""
    return {record_id: dict(record) for record_id, record in simulator.world.records("Accounts").items()}


@pytest.fixture(scope="module")
def outcomes(simulator: Simulator, before: dict[str, Any]) -> dict[str, Any]:
    """What each step came to, in the SDK's own words."""
    code = simulator.grants.issue_code(Consent(simulator.client_id, REDIRECT, ALL_SCOPES))
    with tempfile.TemporaryDirectory() as folder:  # the SDK keeps its tokens there in clear
        command = [str(part) for part in (oracle_python(), SCRIPT, simulator.url, code, folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(Path(folder, "outcomes.json").read_text("utf-8")))


@pytest.fixture
def world(simulator: Simulator) -> World:
    return simulator.world


def test_every_step_is_understood(outcomes: dict[str, Any]) -> None:
    errors = {name: one["trace"] for name, one in outcomes.items() if isinstance(one, dict) and "error" in one}
    assert errors == {}


def test_a_code_and_a_refresh_token_bring_access_tokens(outcomes: dict[str, Any], simulator: Simulator) -> None:
    first, second = outcomes["code"], outcomes["refresh"]
    assert first["refresh_token"] == second["refresh_token"]
    assert first["access_token"] != second["access_token"]
    assert simulator.grants.access(second["access_token"]) is not None


def test_the_organisation_and_its_people_are_read(outcomes: dict[str, Any], world: World) -> None:
    assert outcomes["organisation"] == {
        "zgid": world.organisation["zgid"],
        "name": world.organisation["company_name"],
        "paid": "enterprise",
    }
    people = [{"id": one["id"], "email": one["email"], "role": one["role"]["name"]} for one in world.users.values()]
    assert outcomes["users"] == people


def test_modules_fields_and_layouts_are_read(outcomes: dict[str, Any], world: World) -> None:
    fields = world.modules["Accounts"].fields
    assert [name for name in outcomes["modules"] if name in world.modules] == list(world.modules)
    assert {name: kind for name, (kind, _) in outcomes["fields"].items()} == {
        name: spec.data_type for name, spec in fields.items()
    }
    assert outcomes["fields"]["Rating"][1] == len(fields["Rating"].picks) + 1
    assert outcomes["layouts"] == {"Standard": ["Account_Name"]}


def test_all_records_come_in_pages_with_typed_values(outcomes: dict[str, Any], before: dict[str, Any]) -> None:
    pages = outcomes["pages"]
    assert pages["calls"] == 3
    assert [str(record["id"]) for record in pages["records"]] == list(reversed(before))
    for shown in pages["records"]:
        record = before[str(shown["id"])]
        assert shown["Account_Name"] == record["Account_Name"]
        assert (shown["Employees"], shown["Annual_Revenue"]) == (record["Employees"], record["Annual_Revenue"])
        assert (shown["Industry"], shown["Owner"], shown["Segments"]) == (
            record["Industry"],
            record["Owner"],
            record["Segments"],
        )
        check, kept = shown["Last_Health_Check"], record["Last_Health_Check"]
        assert (check is None) == (kept is None)
        assert check is None or datetime.fromisoformat(check) == datetime.fromisoformat(kept)


def test_one_record_comes_with_all_its_fields(outcomes: dict[str, Any], before: dict[str, Any], world: World) -> None:
    shown = outcomes["one"]
    record = before[str(shown["id"])]
    assert {name for name in shown if not name.startswith("$")} == set(world.modules["Accounts"].fields)
    assert (shown["Account_Name"], shown["Layout"]) == (record["Account_Name"], record["Layout"]["id"])


def test_records_are_made_changed_and_deleted(outcomes: dict[str, Any], world: World, before: dict[str, Any]) -> None:
    one, two = (item["details"]["id"] for item in outcomes["create"])
    three = outcomes["upsert"][1]["details"]["id"]
    done = [(write.record_id, write.action, write.trigger) for write in world.writes]
    assert done == [
        (one, "insert", ("workflow",)),
        (two, "insert", ("workflow",)),
        (one, "update", None),
        (one, "update", ()),
        (two, "update", ()),
        (two, "update", None),
        (three, "insert", None),
        *[(record_id, "update", ()) for record_id in (one, two, three)],
        *[(record_id, "delete", None) for record_id in (one, two, three)],
    ]
    values = [write.values for write in world.writes]
    assert values[0] == {"Account_Name": "Oracle 1", "Employees": 1, "Industry": "Energy"}
    assert values[2] == {"Health_Score": 77, "Last_Reviewed": "2026-01-31"}
    assert values[3] == {"Rating": "Active", "Annual_Revenue": 12.5}
    assert list(world.records("Accounts")) == list(before)


def test_refused_records_become_the_sdks_exceptions(outcomes: dict[str, Any]) -> None:
    kinds = [item["kind"] for item in outcomes["update_many"]]
    assert kinds == ["SuccessResponse", "SuccessResponse", "APIException"]
    assert outcomes["update_many"][2]["details"]["json_path"] == "$.data[2].id"
    assert [item["kind"] for item in outcomes["delete"]] == ["SuccessResponse"] * 3 + ["APIException"]


def test_an_upsert_says_what_it_did(outcomes: dict[str, Any]) -> None:
    assert [item["action"] for item in outcomes["upsert"]] == ["update", "insert"]
    assert outcomes["upsert"][0]["details"]["id"] == outcomes["create"][1]["details"]["id"]


def test_search_and_queries_find_what_was_made(outcomes: dict[str, Any]) -> None:
    assert {record["Account_Name"] for record in outcomes["search"]} == {"Oracle 1", "Oracle 2", "Oracle 3"}
    assert [(row["Account_Name"], row["Employees"]) for row in outcomes["query"]["rows"]] == [
        ("Oracle 1", 1),
        ("Oracle 2", 22),
    ]
    assert outcomes["query"]["more"] is True
    assert outcomes["refused_query"] == ["INVALID_QUERY", {"column_name": "Nonsense"}]


def test_a_bulk_read_gives_the_records_that_match(
    outcomes: dict[str, Any], before: dict[str, Any], world: World
) -> None:
    job = outcomes["bulk_read"]
    made = [(f"Oracle {number}", employees) for number, employees in ((1, 1), (2, 22), (3, 3))]
    small = [
        (record["Account_Name"], record["Employees"]) for record in before.values() if (record["Employees"] or 99) <= 30
    ]
    assert job["states"] == ["QUEUED", "IN PROGRESS", "COMPLETED"]
    assert job["rows"][0] == ["Id", "Account_Name", "Employees", "Owner", "Owner.last_name"]
    assert [(row[1], int(row[2])) for row in job["rows"][1:]] == small + made
    assert all(world.users[row[3]]["last_name"] == row[4] for row in job["rows"][1:])
    assert job["count"] == len(job["rows"]) - 1


def test_a_bulk_write_changes_the_records_and_says_so(outcomes: dict[str, Any], world: World) -> None:
    job = outcomes["bulk_write"]
    ids = [item["details"]["id"] for item in outcomes["create"]] + [outcomes["upsert"][1]["details"]["id"]]
    assert job["states"] == ["ADDED", "INPROGRESS", "COMPLETED"]
    assert (job["updated"], job["skipped"]) == (3, 1)
    assert job["rows"] == [
        ["id", "Employees", "Rating", "STATUS", "RECORD_ID", "ERRORS"],
        *[[record_id, str(900 + n), "Active", "UPDATED", record_id, ""] for n, record_id in enumerate(ids)],
        ["1", "2", "", "SKIPPED", "", "RESOURCE_NOT_FOUND-id"],
    ]
    written = [write.values for write in world.writes if write.values.get("Employees", 0) >= 900]
    assert [one["Employees"] for one in written] == [900, 901, 902]
