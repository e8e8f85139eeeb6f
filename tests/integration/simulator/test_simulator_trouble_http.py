"""Effects that come late, batches answered out of order, editions and traffic."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from zoho_console.simulator import Simulator, SimulatorOptions
from zoho_console.simulator.faults import STRANGER


def test_a_late_write_has_its_effect_after_the_connection_was_cut(api: httpx.Client, simulator: Simulator, ids) -> None:
    simulator.faults.add(method="PUT", drop="late", late_ms=1000)

    with pytest.raises(httpx.TransportError):
        api.put("/Accounts", json={"data": [{"id": ids[0], "Fax": "1"}]})
    at_once = dict(simulator.world.effects)
    while not simulator.world.effects:
        api.get("/org")

    assert at_once == {}
    assert simulator.world.effects == {ids[0]: 1}


@pytest.mark.parametrize(
    ("items", "places"),
    [("shuffled", [1, 2, 0]), ("doubled", [0, 0, 1, 2]), ("dropped", [1, 2]), ("foreign", [-1, 1, 2])],
)
def test_items_of_a_batch_come_back_in_disorder(
    api: httpx.Client, simulator: Simulator, ids: list[str], items: Any, places: list[int]
) -> None:
    simulator.faults.add(method="PUT", items=items)

    answer = api.put("/Accounts", json={"data": [{"id": record_id, "Fax": "1"} for record_id in ids[:3]]})

    asked = [*ids[:3], STRANGER]
    assert [item["details"]["id"] for item in answer.json()["data"]] == [asked[place] for place in places]
    assert simulator.world.effects == dict.fromkeys(ids[:3], 1)


def test_disorder_leaves_answers_without_items_alone(api: httpx.Client, simulator: Simulator) -> None:
    simulator.faults.add(items="dropped")
    assert "org" in api.get("/org").json()


@pytest.mark.parametrize(("edition", "parallel"), [("free", 5), ("standard", 10)])
def test_an_edition_sets_how_many_calls_may_run_at_once(edition: str, parallel: int) -> None:
    async def statuses(simulator: Simulator) -> list[int]:
        headers = {"Authorization": f"Zoho-oauthtoken {simulator.issue_grant()['access_token']}"}
        async with httpx.AsyncClient(base_url=simulator.url, headers=headers) as client:
            calls = [client.get("/crm/v8/org") for _ in range(parallel + 3)]
            return sorted(answer.status_code for answer in await asyncio.gather(*calls))

    with Simulator(SimulatorOptions(accounts=1, edition=edition, latency_ms=800)) as simulator:
        assert asyncio.run(statuses(simulator)) == [200] * parallel + [429] * 3
        assert simulator.world.organisation["license_details"]["paid_type"] == edition


def test_traffic_is_counted_by_place_and_recorded_on_demand(api: httpx.Client, simulator: Simulator, ids) -> None:
    api.get(f"/Accounts/{ids[0]}")
    api.get(f"/Accounts/{ids[1]}")
    simulator.faults.add(method="PUT", drop="before")
    with pytest.raises(httpx.TransportError):
        api.put("/Accounts", json={"data": []})

    state = httpx.get(f"{simulator.url}/_simulator/state").json()

    assert state["requests"] == {"GET /crm/v8/{module}/{id}": 2, "PUT /crm/v8/{module}": 1}
    assert (simulator.traffic.total, simulator.traffic.exchanges) == (3, [])


def test_recorded_traffic_has_requests_and_answers() -> None:
    with Simulator(SimulatorOptions(accounts=1, records_traffic=True)) as simulator:
        simulator.faults.add(path="/users", drop="before")
        httpx.get(f"{simulator.url}/crm/v8/org", params={"x": "1"})
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{simulator.url}/crm/v8/users")
        first, second = simulator.traffic.exchanges
    assert (first.method, first.route, first.query, first.status) == ("GET", "/crm/v8/org", {"x": "1"}, 401)
    assert b"AUTHENTICATION_FAILURE" in first.answer
    assert second.status == 0
