"""Bulk jobs of the library: exports and updates beyond what calls are for, and plans that say why."""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zoho_console import ZohoAPIError, ZohoConfigError, ZohoSDKClient, ZohoSDKConfig
from zoho_console.errors import UnreadableAnswer
from zoho_console.sdk.plans import CALLS, JOBS, QUERIES, read_plan, write_plan
from zoho_console.simulator.server import Simulator, SimulatorOptions


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """An organisation of 36,000 accounts, for which jobs are worth their credits."""
    with Simulator(SimulatorOptions(accounts=36_000, auto_consent=True)) as running:
        yield running


@pytest.mark.parametrize(
    ("records", "columns", "way"), [(0, 5, QUERIES), (33_000, 5, QUERIES), (40_000, 5, JOBS), (20_000, 90, JOBS)]
)
def test_the_cheapest_way_of_reading_is_taken_and_explained(records: int, columns: int, way: str) -> None:
    plan = read_plan(records, columns)
    assert plan.way == way
    assert str(plan.credits) in plan.why


def test_jobs_write_only_where_they_are_allowed_and_cost_less() -> None:
    assert write_plan(5000, by_jobs=True).way == CALLS
    assert write_plan(6000, by_jobs=True).way == JOBS
    assert write_plan(60_000, by_jobs=False).way == CALLS


def test_an_export_takes_the_job_where_it_is_cheaper_and_the_file_is_whole(
    client: ZohoSDKClient, simulator: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        count = client.export_accounts(tmp_path / "all.csv", fields=["Account_Name", "Health_Score"])
    every = simulator.world.records("Accounts")
    assert count == len(every)
    assert "way=jobs" in caplog.text
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == list(every)
    assert all(row["Account_Name"] == every[row["id"]]["Account_Name"] for row in rows)
    assert simulator.traffic.counts["POST /crm/bulk/v8/read"] == 1

    few = client.export_accounts(tmp_path / "few.csv", "Industry = 'Retail'", ["Account_Name"])
    assert few == sum(one["Industry"] == "Retail" for one in every.values())
    assert simulator.traffic.counts["POST /crm/bulk/v8/read"] == 1
    assert sorted(path.name for path in tmp_path.glob("*.csv*")) == ["all.csv", "few.csv"]


def test_a_result_file_that_is_no_zip_leaves_no_file(
    client: ZohoSDKClient, simulator: Simulator, tmp_path: Path
) -> None:
    simulator.faults.add(path="/result", html=True, times=9)
    with pytest.raises(UnreadableAnswer):
        client.export_accounts(tmp_path / "all.csv", fields=["Account_Name"])
    assert list(tmp_path.glob("*.csv*")) == []


def test_many_records_are_updated_by_jobs_each_once_and_refusals_are_theirs(
    client: ZohoSDKClient, simulator: Simulator
) -> None:
    ids = list(simulator.world.records("Accounts"))[:6000]
    before = dict(simulator.world.effects)
    records = [{"id": one, "Health_Score": 7, "Last_Reviewed": "2026-03-04"} for one in ids]
    records[10]["Health_Score"] = "high"
    records.append({"id": "999999999999999", "Health_Score": 1, "Last_Reviewed": None})
    result = client.bulk_update_accounts(records, by_jobs=True)
    assert (result["total"], result["updated"], result["failed"], result["unknown"]) == (6001, 5999, 2, 0)
    assert [one["code"] for one in result["results"] if one["status"] == "error"] == [
        "INVALID_DATA", "RESOURCE_NOT_FOUND",
    ]  # fmt: skip
    every = simulator.world.records("Accounts")
    assert all(every[one]["Last_Reviewed"] == "2026-03-04" for one in ids[:10])
    effects = simulator.world.effects
    assert {effects.get(one, 0) - before.get(one, 0) for one in ids[:10] + ids[11:]} == {1}
    assert simulator.traffic.counts["POST /crm/bulk/v8/write"] == 1


def test_a_start_whose_answer_is_lost_leaves_all_records_unknown(client: ZohoSDKClient, simulator: Simulator) -> None:
    ids = list(simulator.world.records("Accounts"))[:6000]
    simulator.faults.add(path="/crm/bulk/v8/write", drop="after", times=1)
    result = client.bulk_update_accounts([{"id": one, "Health_Score": 7} for one in ids], by_jobs=True)
    assert (result["updated"], result["unknown"]) == (0, 6000)
    assert simulator.traffic.counts["POST /crm/bulk/v8/write"] == 1


def test_records_of_different_fields_go_by_calls(client: ZohoSDKClient, simulator: Simulator) -> None:
    ids = list(simulator.world.records("Accounts"))[:5200]
    records = [{"id": one, "Health_Score" if place % 2 else "Rating": None} for place, one in enumerate(ids)]
    assert client.bulk_update_accounts(records, by_jobs=True)["updated"] == 5200
    assert simulator.traffic.counts["POST /crm/bulk/v8/write"] == 0
    assert simulator.traffic.counts["PUT /crm/v8/{module}"] == 52


def test_an_account_that_somebody_changed_is_not_overwritten(client: ZohoSDKClient, simulator: Simulator) -> None:
    known = next(iter(simulator.world.records("Accounts")))
    account = client.get_account(known)
    seen = datetime.fromisoformat(account["Modified_Time"])
    client.update_account(known, {"Health_Score": 1}, unless_changed_since=seen, trigger=[])
    with pytest.raises(ZohoAPIError) as caught:
        client.update_account(known, {"Health_Score": 2}, unless_changed_since=datetime.now(UTC) - timedelta(days=1))
    assert caught.value.code == "ALREADY_MODIFIED"
    assert simulator.world.records("Accounts")[known]["Health_Score"] == 1


def test_a_condition_that_no_job_takes_is_said_before_it_costs(client: ZohoSDKClient) -> None:
    with pytest.raises(ZohoConfigError):
        client.search_accounts("Industry = 'Retail'", limit=0)
    assert ZohoSDKConfig().origins.upload
