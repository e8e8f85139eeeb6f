"""The client against the simulator, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from zoho_console.domain.connections import custom_origins
from zoho_console.domain.grants import Grant, RefreshFailure
from zoho_console.errors import (
    BadQuery,
    NotFound,
    NotReachable,
    ScopeMissing,
    SignInNeeded,
    TokenThrottled,
    UnreadableAnswer,
    WrongClient,
    ZohoAPIError,
    ZohoRateLimitError,
)
from zoho_console.simulator.server import Simulator
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.oauth import OAuthApp

T = TypeVar("T")


class Vault:
    """A grant in memory that counts what is done with it."""

    def __init__(self, grant: Grant | None) -> None:
        self.grant = grant
        self.saved = 0
        self.failures: list[str] = []
        self.claims_by_others = 0

    def load(self) -> Grant | None:
        return self.grant

    def save(self, grant: Grant, *, event: str = "refreshed", claim: int | None = None) -> Grant:
        self.saved += 1
        self.grant = replace(grant, generation=grant.generation + 1)
        return self.grant

    def claim_refresh(self, generation: int, lease: timedelta) -> int:
        if self.claims_by_others and self.grant is not None:
            self.claims_by_others -= 1
            if not self.claims_by_others:  # the other console has finished
                self.grant = replace(self.grant, generation=generation + 1, expires_at=soon(60))
            return False
        return self.grant is not None and self.grant.generation == generation

    def refresh_failed(self, generation: int, failure: RefreshFailure, claim: int) -> None:
        self.failures.append(failure.sentence)

    def note_ok(self, calls_at_once: int = 0) -> None:
        pass


def soon(minutes: float) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def vault_of(simulator: Simulator, *, minutes: float = 60, **changes: Any) -> Vault:
    answer = simulator.issue_grant(**changes)
    return Vault(Grant(answer["refresh_token"], answer["access_token"], soon(minutes), generation=1))


def run(simulator: Simulator, vault: Vault, work: Any, *, secret: str = "", url: str = "") -> Any:
    async def inside() -> Any:
        origins = custom_origins(url or simulator.url, url or simulator.url)
        app = OAuthApp(simulator.client_id, lambda: secret or simulator.client_secret)
        client = AsyncZohoClient(origins, app, vault, retry_delay=0.01)
        try:
            return await work(client)
        finally:
            await client.aclose()

    coroutine: Coroutine[Any, Any, Any] = inside()
    return asyncio.run(coroutine)


# --- reading ---


def test_accounts_are_paged_beyond_two_hundred(simulator: Simulator) -> None:
    async def work(client: AsyncZohoClient) -> Any:
        first = await client.get_accounts(limit=120, page=1, fields=["Account_Name"])
        third = await client.get_accounts(limit=120, page=3, fields=["Account_Name"])
        beyond = await client.get_accounts(limit=120, page=4, fields=["Account_Name"])
        return first, third, beyond, client.usage

    first, third, beyond, usage = run(simulator, vault_of(simulator), work)
    assert (len(first), len(third), beyond) == (120, 60, [])
    assert not {one["id"] for one in first} & {one["id"] for one in third}
    assert usage.calls == usage.credits_used > 0


def test_without_fields_every_field_comes(simulator: Simulator) -> None:
    records = run(simulator, vault_of(simulator), lambda client: client.get_accounts(limit=3))
    assert len(records[0]) >= 40


def test_one_account_and_one_that_is_not_there(simulator: Simulator) -> None:
    record_id = next(iter(simulator.world.records("Accounts")))
    record = run(simulator, vault_of(simulator), lambda client: client.get_account(record_id))
    assert record["Account_Name"] == simulator.world.records("Accounts")[record_id]["Account_Name"]
    with pytest.raises(NotFound):
        run(simulator, vault_of(simulator), lambda client: client.get_account("777000000000999999"))


def test_a_query_is_read_page_by_page_to_its_end(simulator: Simulator) -> None:
    async def work(client: AsyncZohoClient) -> list[int]:
        query = "select id from Accounts where id is not null"
        sizes = [len(part.records) async for part in client.coql_all(query, per_call=100)]
        limited = [len(part.records) async for part in client.coql_all(f"{query} limit 7")]
        return [*sizes, *limited]

    assert run(simulator, vault_of(simulator), work) == [100, 100, 100, 7]


def test_a_query_that_matches_nothing_has_no_rows(simulator: Simulator) -> None:
    query = "select id from Accounts where Account_Name = 'nobody'"
    assert run(simulator, vault_of(simulator), lambda client: client.coql(query)).records == ()
    with pytest.raises(BadQuery):
        run(
            simulator, vault_of(simulator), lambda client: client.coql("select Nonsense from Accounts where id is null")
        )


def test_search_by_criteria(simulator: Simulator) -> None:
    found = run(simulator, vault_of(simulator), lambda client: client.search_accounts("(Industry:equals:Retail)", 5))
    assert found
    assert all(one["Industry"] == "Retail" for one in found)


def test_modules_are_listed(simulator: Simulator) -> None:
    modules = run(simulator, vault_of(simulator), lambda client: client.modules())
    assert [one.api_name for one in modules] == ["Leads", "Accounts", "Contacts"]


# --- writing ---


def test_updates_have_one_reply_each_and_one_effect(simulator: Simulator) -> None:
    ids = list(simulator.world.records("Accounts"))[:2]
    records = [{"id": ids[0], "Health_Score": 7}, {"id": ids[1], "Health_Score": "x"}]
    replies = run(simulator, vault_of(simulator), lambda client: client.update_records("Accounts", records, trigger=()))
    assert [(one.ok, one.code) for one in replies] == [(True, "SUCCESS"), (False, "INVALID_DATA")]
    assert simulator.world.effects == {ids[0]: 1}
    assert simulator.world.writes[0].trigger == ()


def test_many_accounts_are_updated_in_batches(simulator: Simulator) -> None:
    records = [{"id": record_id, "Health_Score": 3} for record_id in list(simulator.world.records("Accounts"))[:150]]
    result = run(simulator, vault_of(simulator), lambda client: client.bulk_update_accounts(records))
    assert (result["total"], result["updated"], result["failed"]) == (150, 150, 0)
    assert len(simulator.world.effects) == 150


def test_one_account_is_updated_or_refused(simulator: Simulator) -> None:
    record_id = next(iter(simulator.world.records("Accounts")))
    vault = vault_of(simulator)
    done = run(simulator, vault, lambda client: client.update_account(record_id, {"Health_Score": 9}))
    assert done["id"] == record_id
    with pytest.raises(ZohoAPIError):
        run(simulator, vault, lambda client: client.update_account(record_id, {"Health_Score": "nine"}))


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_write_whose_answer_is_lost_is_never_sent_again(simulator: Simulator, drop: str) -> None:
    record_id = next(iter(simulator.world.records("Accounts")))
    simulator.faults.add(method="PUT", drop=drop)
    with pytest.raises(NotReachable) as caught:
        run(
            simulator,
            vault_of(simulator),
            lambda client: client.update_records("Accounts", [{"id": record_id, "Health_Score": 1}]),
        )
    assert caught.value.sent
    assert simulator.world.effects[record_id] == (1 if drop == "after" else 0)


@pytest.mark.parametrize("fault", [{"status": 503, "html": True}, {"cut": True}])
def test_a_write_with_a_broken_answer_is_never_sent_again(simulator: Simulator, fault: dict[str, Any]) -> None:
    record_id = next(iter(simulator.world.records("Accounts")))
    simulator.faults.add(method="PUT", **fault)
    with pytest.raises((UnreadableAnswer, NotReachable)) as caught:
        run(
            simulator,
            vault_of(simulator),
            lambda client: client.update_records("Accounts", [{"id": record_id, "Health_Score": 1}]),
        )
    assert caught.value.sent
    assert simulator.world.effects[record_id] <= 1


def test_a_write_that_was_refused_for_pace_is_sent_again(simulator: Simulator) -> None:
    record_id = next(iter(simulator.world.records("Accounts")))
    refusal = {"code": "TOO_MANY_REQUESTS", "details": {}, "message": "slow", "status": "error"}
    simulator.faults.add(method="PUT", status=429, body=refusal, times=2)
    run(
        simulator,
        vault_of(simulator),
        lambda client: client.update_records("Accounts", [{"id": record_id, "Health_Score": 1}]),
    )
    assert simulator.world.effects[record_id] == 1


def test_a_read_is_repeated_after_trouble(simulator: Simulator) -> None:
    simulator.faults.add(method="GET", drop="before")
    simulator.faults.add(method="GET", status=503, html=True)
    assert run(simulator, vault_of(simulator), lambda client: client.current_user()).name == "Mina Vogel"


def test_trouble_without_end_is_an_error(simulator: Simulator) -> None:
    body = {"code": "TOO_MANY_REQUESTS", "details": {}, "message": "slow", "status": "error"}
    simulator.faults.add(method="GET", status=429, body=body, times=99)
    with pytest.raises(ZohoRateLimitError):
        run(simulator, vault_of(simulator), lambda client: client.current_user())


def test_a_server_that_is_not_there_was_sent_nothing(simulator: Simulator) -> None:
    with pytest.raises(NotReachable) as caught:
        run(simulator, vault_of(simulator), lambda client: client.current_user(), url="http://127.0.0.1:9")
    assert not caught.value.sent


# --- tokens ---


def test_many_calls_with_an_expired_token_refresh_once(simulator: Simulator) -> None:
    async def work(client: AsyncZohoClient) -> None:
        await asyncio.gather(*(client.current_user() for _ in range(8)))

    vault = vault_of(simulator, minutes=1)
    run(simulator, vault, work)
    assert vault.saved == 1


def test_a_refused_token_is_renewed_once(simulator: Simulator) -> None:
    vault = vault_of(simulator)
    simulator.grants.end_access()
    run(simulator, vault, lambda client: client.current_user())
    assert vault.saved == 1


def test_a_second_401_asks_for_sign_in(simulator: Simulator) -> None:
    refusal = {"code": "INVALID_TOKEN", "details": {}, "message": "invalid oauth token", "status": "error"}
    simulator.faults.add(method="GET", status=401, body=refusal, times=5)
    with pytest.raises(SignInNeeded):
        run(simulator, vault_of(simulator), lambda client: client.current_user())


def test_a_missing_permission_is_named_and_nothing_is_refreshed(simulator: Simulator) -> None:
    vault = vault_of(simulator, scopes=("ZohoCRM.modules.ALL",))
    with pytest.raises(ScopeMissing):
        run(simulator, vault, lambda client: client.coql("select id from Accounts where id is not null"))
    assert vault.saved == 0


def test_a_console_that_comes_second_uses_the_token_of_the_first(simulator: Simulator) -> None:
    vault = vault_of(simulator, minutes=1)
    vault.claims_by_others = 3
    run(simulator, vault, lambda client: client.current_user())
    assert vault.saved == 0


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": "invalid_code"}, SignInNeeded),
        ({"error": "Access Denied", "status": "failure"}, TokenThrottled),
        ("<html>hotel portal", UnreadableAnswer),
    ],
)
def test_a_failed_refresh_is_noted_and_the_tokens_stay(simulator: Simulator, body: Any, kind: type[Exception]) -> None:
    vault = vault_of(simulator, minutes=-1)
    before = vault.grant
    simulator.faults.add(method="POST", path="/oauth/v2/token", status=200, body=body, times=9)
    with pytest.raises(kind):
        run(simulator, vault, lambda client: client.current_user())
    assert len(vault.failures) >= 1
    assert vault.grant == before


def test_a_wrong_secret_is_named(simulator: Simulator) -> None:
    with pytest.raises(WrongClient):
        run(simulator, vault_of(simulator, minutes=1), lambda client: client.current_user(), secret="wrong")


def test_without_a_grant_sign_in_is_needed(simulator: Simulator) -> None:
    for work in (lambda client: client.current_user(), lambda client: client.refresh()):
        with pytest.raises(SignInNeeded):
            run(simulator, Vault(None), work)
    assert run(simulator, Vault(None), lambda client: client.revoke()) is None


def test_a_revoked_sign_in_ends_and_may_be_revoked_again(simulator: Simulator) -> None:
    async def work(client: AsyncZohoClient) -> None:
        await client.revoke()
        await client.revoke()

    vault = vault_of(simulator)
    run(simulator, vault, work)
    with pytest.raises(SignInNeeded):
        run(simulator, vault, lambda client: client.current_user())
    simulator.faults.add(method="POST", path="/revoke", status=500, body={}, times=9)
    with pytest.raises(NotReachable):
        run(simulator, vault, lambda client: client.revoke())


def test_credits_left_are_read_from_the_header() -> None:
    from zoho_console.simulator.server import SimulatorOptions

    with Simulator(SimulatorOptions(accounts=5, credits=10)) as simulator:

        async def work(client: AsyncZohoClient) -> Any:
            for _ in range(6):
                await client.current_user()
            return client.usage

        usage = run(simulator, vault_of(simulator), work)
        assert (usage.calls, usage.credits_left) == (6, 4)
