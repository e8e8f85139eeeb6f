"""Access tokens: renewed once for all, never thrown away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from scripted_zoho import (
    DROP,
    REVOKE_PATH,
    TOKEN_PATH,
    MemoryVault,
    Say,
    ScriptedZoho,
    Seen,
    client_of,
    grant_of,
    refusal,
)

from zoho_console.domain.grants import Grant
from zoho_console.errors import (
    NotReachable,
    ScopeMissing,
    SecretError,
    SignInNeeded,
    TokenThrottled,
    UnreadableAnswer,
    WrongClient,
    ZohoError,
)
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.oauth import OAuthApp

USERS = "/crm/v8/users"
MINA = Say({"users": [{"id": "3", "full_name": "Mina Vogel", "email": "mina@example.org"}]})
REFUSED = refusal(401, "INVALID_TOKEN", "invalid oauth token")
SOON = timedelta(minutes=3)
PAST = timedelta(minutes=-3)


def only(*tokens: str) -> Callable[[Seen], Say]:
    """An answer that accepts these access tokens."""
    return lambda seen: MINA if seen.headers["authorization"].removeprefix("Zoho-oauthtoken ") in tokens else REFUSED


def run(test: Callable[[ScriptedZoho], Awaitable[None]]) -> None:
    async def body() -> None:
        async with ScriptedZoho() as zoho:
            await test(zoho)

    asyncio.run(body())


def test_a_fresh_token_is_sent_as_it_is() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", USERS, only("token-0"))
        client = client_of(zoho)

        assert (await client.current_user()).name == "Mina Vogel"

        assert zoho.tokens_made == 0
        await client.aclose()

    run(body)


def test_good_calls_are_noted_now_and_then() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", USERS, refusal(403, "NO_PERMISSION"), MINA)
        vault = MemoryVault(grant_of())
        client = client_of(zoho, vault)

        with pytest.raises(ZohoError):
            await client.current_user()
        assert vault.oks == 0
        for _ in range(5):
            await client.current_user()

        assert vault.oks == 1
        await client.aclose()

    run(body)


def test_a_vault_that_keeps_no_generations_is_asked_once() -> None:
    class Forgetful(MemoryVault):
        def save(self, grant: Grant, *, event: str = "refreshed", claim: int | None = None) -> Grant:
            self.grant = grant
            return grant

        def claim_refresh(self, generation: int, lease: timedelta) -> int:
            return True

    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", USERS, REFUSED)
        client = client_of(zoho, Forgetful(grant_of(generation=0)))

        with pytest.raises(SignInNeeded):
            await client.current_user()

        assert zoho.tokens_made == 1
        await client.aclose()

    run(body)


def test_before_the_first_sign_in_nothing_is_sent() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        client = client_of(zoho, MemoryVault())

        with pytest.raises(SignInNeeded):
            await client.current_user()
        await client.revoke()

        assert zoho.seen == []
        await client.aclose()

    run(body)


def test_a_token_about_to_end_is_renewed_first() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", USERS, only("token-1"))
        vault = MemoryVault(grant_of(SOON))
        client = client_of(zoho, vault)

        await client.current_user()

        assert vault.grant is not None
        assert (vault.grant.access_token, vault.grant.generation) == ("token-1", 2)
        assert vault.grant.refresh_token == "1000.refresh"
        (asked,) = zoho.asked(TOKEN_PATH)
        assert asked.query == {}
        assert b"client_secret=s3cret" in asked.body
        await client.aclose()

    run(body)


def test_a_401_renews_the_token_and_asks_once_more() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("PUT", "/crm/v8/Accounts", REFUSED, Say({"data": [{"status": "success", "details": {"id": "1"}}]}))
        client = client_of(zoho)

        (reply,) = await client.update_records("Accounts", [{"id": "1", "Phone": "1"}])

        assert reply.ok
        assert [one.headers["authorization"] for one in zoho.asked("/crm/v8/Accounts")] == [
            "Zoho-oauthtoken token-0",
            "Zoho-oauthtoken token-1",
        ]
        await client.aclose()

    run(body)


def test_a_second_401_asks_for_sign_in_and_deletes_nothing() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", USERS, REFUSED)
        vault = MemoryVault(grant_of())
        client = client_of(zoho, vault)

        with pytest.raises(SignInNeeded):
            await client.current_user()

        assert len(zoho.asked(USERS)) == 2
        assert zoho.tokens_made == 1
        assert vault.grant is not None
        assert vault.grant.refresh_token == "1000.refresh"
        await client.aclose()

    run(body)


def test_a_missing_scope_never_renews() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", USERS, refusal(401, "OAUTH_SCOPE_MISMATCH", "Unauthorized"))
        client = client_of(zoho)

        with pytest.raises(ScopeMissing, match=r"ZohoCRM\.users\.READ"):
            await client.current_user()

        assert len(zoho.asked(USERS)) == 1
        assert zoho.tokens_made == 0
        await client.aclose()

    run(body)


def test_many_calls_with_a_dead_token_make_one_refresh() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", USERS, only("token-1"))
        client = client_of(zoho)

        users = await asyncio.gather(*(client.current_user() for _ in range(50)))

        assert len(users) == 50
        assert zoho.tokens_made == 1
        await client.aclose()

    run(body)


def test_two_programs_with_one_vault_make_one_refresh() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", USERS, only("token-1"))
        zoho.on("POST", TOKEN_PATH, Say({"access_token": "token-1"}, delay_s=0.5))
        vault = MemoryVault(grant_of(PAST))
        clients = [client_of(zoho, vault) for _ in range(4)]

        await asyncio.gather(*(client.current_user() for client in clients for _ in range(5)))

        assert len(zoho.asked(TOKEN_PATH)) == 1
        for client in clients:
            await client.aclose()

    run(body)


def test_who_waits_for_another_goes_on_when_that_one_fails() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", USERS, only("token-2"))
        zoho.on("POST", TOKEN_PATH, Say(b"<html>", 503, delay_s=0.3), Say({"access_token": "token-2"}))
        vault = MemoryVault(grant_of(PAST))
        one, other = client_of(zoho, vault), client_of(zoho, vault)

        outcomes = await asyncio.gather(one.current_user(), other.current_user(), return_exceptions=True)

        assert sum(isinstance(outcome, NotReachable) for outcome in outcomes) == 1
        assert vault.failures == [(1, "Zoho is out of order at the moment")]
        await one.aclose()
        await other.aclose()

    run(body)


@pytest.mark.parametrize(
    ("say", "kind"),
    [
        (Say({"error": "invalid_code"}), SignInNeeded),
        (Say({"error": "invalid_client"}), WrongClient),
        (Say({"error": "Access Denied"}), TokenThrottled),
        (Say(b"<html>Wi-Fi</html>"), UnreadableAnswer),
        (DROP, NotReachable),
    ],
)
def test_a_refused_refresh_is_noted_told_and_asked_once(say: Say, kind: type[ZohoError]) -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("POST", TOKEN_PATH, say)
        vault = MemoryVault(grant_of(PAST))
        client = client_of(zoho, vault)

        with pytest.raises(kind) as caught:
            await client.current_user()

        assert vault.failures == [(1, str(caught.value).rstrip("."))]
        assert vault.grant is not None
        assert caught.value.advice
        assert len(zoho.asked(TOKEN_PATH)) == 1
        assert zoho.asked(USERS) == []
        await client.aclose()

    run(body)


def test_a_throttled_refresh_is_not_asked_again_while_zoho_wants_quiet() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("POST", TOKEN_PATH, Say({"error": "Access Denied"}))
        client = client_of(zoho, MemoryVault(grant_of(PAST)))

        for _ in range(3):
            with pytest.raises(TokenThrottled) as caught:
                await client.current_user()

        assert 500 < caught.value.retry_after <= 600
        assert len(zoho.asked(TOKEN_PATH)) == 1
        await client.aclose()

    run(body)


def test_the_present_token_goes_on_while_renewing_fails() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", USERS, only("token-0"))
        zoho.on("POST", TOKEN_PATH, Say(b"<html>", 503))
        client = client_of(zoho, MemoryVault(grant_of(SOON)))

        for _ in range(3):
            assert (await client.current_user()).id == "3"

        assert len(zoho.asked(TOKEN_PATH)) == 1
        await client.aclose()

    run(body)


def test_a_missing_secret_is_told_and_frees_the_claim() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        def locked() -> str:
            raise SecretError("The keyring is locked.")

        vault = MemoryVault(grant_of(PAST))
        client = AsyncZohoClient(zoho.origins, OAuthApp("1000.ID", locked), vault)

        with pytest.raises(SecretError):
            await client.current_user()

        assert vault.failures == [(1, "The keyring is locked")]
        await client.aclose()

    run(body)


def test_a_person_may_renew_at_any_time() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        client = client_of(zoho)

        assert (await client.refresh()).generation == 2
        assert (await client.refresh()).access_token == "token-2"

        await client.aclose()

    run(body)


def test_a_refresh_outlives_the_caller_who_gave_up() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", USERS, only("token-1"))
        zoho.on("POST", TOKEN_PATH, Say({"access_token": "token-1"}, delay_s=0.3))
        vault = MemoryVault(grant_of(PAST))
        client = client_of(zoho, vault)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.current_user()
        await client.current_user()

        assert len(zoho.asked(TOKEN_PATH)) == 1
        await client.aclose()

    run(body)


def test_closing_waits_for_a_failing_refresh_without_a_word() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("POST", TOKEN_PATH, Say(b"<html>", 503, delay_s=0.2))
        vault = MemoryVault(grant_of(PAST))
        client = client_of(zoho, vault)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.current_user()
        await client.aclose()

        assert vault.failures == [(1, "Zoho is out of order at the moment")]

    run(body)


def test_revoking_names_the_refresh_token_and_keeps_the_vault() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("POST", REVOKE_PATH, Say({"status": "success"}), Say({"error": "invalid_token"}, 400))
        vault = MemoryVault(grant_of())
        client = client_of(zoho, vault)

        await client.revoke()
        await client.revoke()

        assert [one.body for one in zoho.asked(REVOKE_PATH)] == [b"token=1000.refresh"] * 2
        assert vault.grant is not None
        await client.aclose()

    run(body)
