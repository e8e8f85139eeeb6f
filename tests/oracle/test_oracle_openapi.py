"""Every answer of the simulator, and every request of our client, has the form that Zoho's OpenAPI files describe."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from openapi import Spec, spec_folders
from openapi_repairs import BORROWED, REPAIRS
from oracle_tour import Tour

from zoho_console.coql import parse_condition
from zoho_console.domain.connections import custom_origins
from zoho_console.domain.grants import Grant
from zoho_console.simulator import Exchange, Simulator, SimulatorOptions
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.oauth import OAuthApp

OPTIONS = SimulatorOptions(accounts=450, records_traffic=True)
OWN_PLACES = ("/oauth/", "/_simulator")


class KeptGrant:
    """A grant in memory, for one client that never has to share it."""

    def __init__(self, grant: Grant) -> None:
        self.grant = grant

    def load(self) -> Grant:
        return self.grant

    def save(self, grant: Grant, *, event: str = "refreshed") -> Grant:
        self.grant = replace(grant, generation=grant.generation + 1)
        return self.grant

    def claim_refresh(self, generation: int, lease: timedelta) -> bool:
        return self.grant.generation == generation

    def refresh_failed(self, generation: int, code: str) -> None:
        raise AssertionError(code)

    def note_ok(self, calls_at_once: int = 0) -> None:
        pass


@pytest.fixture(scope="module")
def spec() -> Spec:
    return Spec(spec_folders()[0])


@pytest.fixture(scope="module")
def toured() -> Iterator[Simulator]:
    """A simulator after a tour of all its places."""
    with Simulator(OPTIONS) as running:
        Tour(running).take()
        yield running


@pytest.fixture(scope="module")
def client_exchanges() -> list[Exchange]:
    """What our client sent and was answered, doing everything it can."""
    with Simulator(OPTIONS) as running:
        asyncio.run(_everything(running))
        return list(running.traffic.exchanges)


async def _everything(simulator: Simulator) -> None:
    answer = simulator.issue_grant()
    ends_at = datetime.now(UTC) + timedelta(hours=1)
    grant = Grant(answer["refresh_token"], answer["access_token"], ends_at, generation=1)
    app = OAuthApp(simulator.client_id, lambda: simulator.client_secret)
    client = AsyncZohoClient(custom_origins(simulator.url, simulator.url), app, KeptGrant(grant), retry_delay=0.01)
    ids = list(simulator.world.records("Accounts"))
    try:
        await client.organisation()
        await client.current_user()
        await client.modules()
        await client.fields("Accounts")
        await client.get_accounts(limit=450)
        await client.get_accounts(sort_by="Modified_Time", sort_order="desc", fields=["Account_Name"])
        await client.get_account(ids[0])
        await client.search_accounts("(Industry:equals:Retail)")
        async for _ in client.coql_all("select Account_Name from Accounts where id is not null"):
            pass
        await client.update_account(ids[0], {"Rating": "Active"})
        await client.bulk_update_accounts([{"id": one, "Health_Score": 4} for one in ids[:150]], trigger=[])
        await client.update_account(ids[0], {"Rating": "Active"}, unless_changed_since=datetime.now(UTC))
        condition = parse_condition("(Health_Score > 10 and Industry = 'Retail') or Last_Reviewed is null")
        async for _ in client.jobs.read("Accounts", ["Account_Name", "Owner"], condition):
            pass
        records = [{"id": one, "Health_Score": 5, "Last_Reviewed": "2026-03-04"} for one in ids[:20]]
        await client.update_by_jobs(records)
    finally:
        await client.aclose()


def problems(spec: Spec, exchanges: list[Exchange], *, requests: bool) -> list[str]:
    """Each problem once, with the place it was found at."""
    found: dict[str, None] = {}
    for one in exchanges:
        if not one.route.startswith(OWN_PLACES):
            for problem in spec.request_problems(one) if requests else spec.answer_problems(one):
                found[f"{one.method} {one.route} {one.status}: {problem}"] = None
    return list(found)


def test_the_tour_calls_every_place(toured: Simulator) -> None:
    # `traffic` counts by place, so a new place that the tour leaves out shows here.
    assert set(toured.places()) - set(toured.traffic.counts) == set()


def test_every_answer_is_as_described(spec: Spec, toured: Simulator) -> None:
    assert problems(spec, toured.traffic.exchanges, requests=False) == []


def test_every_request_of_the_tour_that_zoho_takes_is_as_described(spec: Spec, toured: Simulator) -> None:
    good = [one for one in toured.traffic.exchanges if one.status < 300]
    assert problems(spec, good, requests=True) == []


def test_what_our_client_sends_and_gets_is_as_described(spec: Spec, client_exchanges: list[Exchange]) -> None:
    assert {one.method for one in client_exchanges} == {"GET", "PUT", "POST"}
    assert problems(spec, client_exchanges, requests=True) == []
    assert problems(spec, client_exchanges, requests=False) == []


def test_wrong_answers_and_requests_are_seen(spec: Spec, client_exchanges: list[Exchange]) -> None:
    listed = next(one for one in client_exchanges if one.route == "/crm/v8/{module}" and one.method == "GET")
    body = json.loads(listed.answer)
    body["info"]["per_page"] = "200"
    wrong = [
        dataclasses.replace(listed, answer=json.dumps(body).encode()),
        dataclasses.replace(listed, status=299),
        dataclasses.replace(listed, path="/crm/v8/a/b/c/d", route="/crm/v8/a/b/c/d"),
    ]
    assert [bool(spec.answer_problems(one)) for one in wrong] == [True, True, True]
    asked = [
        dataclasses.replace(listed, query={**listed.query, "per_pages": "5"}),
        dataclasses.replace(listed, query={**listed.query, "per_page": "many"}),
    ]
    assert [bool(spec.request_problems(one)) for one in asked] == [True, True]


def test_every_known_fault_has_a_reason() -> None:
    assert all(repair.reason for repair in REPAIRS)
    assert all(one.reason for one in BORROWED.values())
