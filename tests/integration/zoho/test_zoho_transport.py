"""The wire: what is asked again, what is not, what is counted and logged."""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from scripted_zoho import DROP, Say, ScriptedZoho, client_of, free_port, refusal

from zoho_console.domain.connections import Origins
from zoho_console.errors import (
    NotReachable,
    UnreadableAnswer,
    ZohoAPIError,
    ZohoConfigError,
    ZohoError,
    ZohoRateLimitError,
)
from zoho_console.zoho.call import Answer, Call
from zoho_console.zoho.limits import RetryPolicy
from zoho_console.zoho.transport import Transport

ORG = "/crm/v8/org"
ACCOUNTS = "/crm/v8/Accounts"
DELTA = Say({"org": [{"id": "7", "company_name": "Delta Foods"}]})
UPDATED = Say({"data": [{"status": "success", "code": "SUCCESS", "details": {"id": "1"}}]})
SLOW = refusal(429, "TOO_MANY_REQUESTS")
QUICK = RetryPolicy(max_retries=2, delay_s=0.001)


def run(test: Callable[[ScriptedZoho], Awaitable[None]]) -> None:
    async def body() -> None:
        async with ScriptedZoho() as zoho:
            await test(zoho)

    asyncio.run(body())


def text_of(answer: Answer) -> str:
    return answer.body.decode()


@pytest.mark.parametrize(
    "trouble", [DROP, refusal(500, "INTERNAL_ERROR"), Say(b"<html>", 503), Say(b'{"org":[{"id"'), SLOW]
)
def test_a_read_is_asked_again_until_it_works(trouble: Say) -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", ORG, trouble, trouble, trouble, DELTA)
        client = client_of(zoho)

        assert (await client.organisation()).name == "Delta Foods"

        assert len(zoho.asked(ORG)) == 4
        await client.aclose()

    run(body)


@pytest.mark.parametrize(
    ("trouble", "kind"), [(DROP, NotReachable), (Say(b"<html>", 502), NotReachable), (SLOW, ZohoRateLimitError)]
)
def test_a_read_gives_up_after_its_retries_with_advice(trouble: Say, kind: type[ZohoError]) -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", ORG, trouble)
        client = client_of(zoho, max_retries=2)

        with pytest.raises(kind) as caught:
            await client.organisation()

        assert caught.value.advice
        # What was refused for too many at once may be asked twice as often.
        assert len(zoho.asked(ORG)) == (5 if kind is ZohoRateLimitError else 3)
        await client.aclose()

    run(body)


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (DROP, NotReachable),
        (refusal(500, "INTERNAL_ERROR"), NotReachable),
        (Say(b"<html>", 503), NotReachable),
        (Say(b"<html>Wi-Fi</html>"), UnreadableAnswer),
        (Say(b'{"data":[{"code"'), UnreadableAnswer),
        (Say({}, 307, {"Location": "https://evil.example/"}), UnreadableAnswer),
        (Say({"data": []}), UnreadableAnswer),
        (Say(b"no zip", headers={"Content-Encoding": "gzip"}), UnreadableAnswer),
    ],
)
def test_a_write_in_doubt_is_sent_once_and_says_so(trouble: Say, kind: type[Any]) -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("PUT", ACCOUNTS, trouble, UPDATED)
        client = client_of(zoho)

        with pytest.raises(kind) as caught:
            await client.update_records("Accounts", [{"id": "1", "Phone": "1"}])

        assert caught.value.sent
        assert len(zoho.asked(ACCOUNTS)) == 1
        await client.aclose()

    run(body)


def test_a_write_refused_by_a_limit_is_sent_again() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("PUT", ACCOUNTS, SLOW, SLOW, UPDATED)
        client = client_of(zoho)

        assert (await client.update_records("Accounts", [{"id": "1"}]))[0].ok

        assert len(zoho.asked(ACCOUNTS)) == 3
        await client.aclose()

    run(body)


def test_a_wait_that_zoho_demands_is_kept() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", ORG, Say({}, 429, {"Retry-After": "1"}), DELTA)
        client = client_of(zoho)
        loop = asyncio.get_running_loop()

        began = loop.time()
        await client.organisation()

        assert loop.time() - began >= 1
        await client.aclose()

    run(body)


def test_where_nobody_listens_nothing_was_sent() -> None:
    async def body() -> None:
        transport = Transport(QUICK)
        call = Call("PUT", "/", text_of, body={}, is_repeatable=False)

        with pytest.raises(NotReachable, match="cannot be reached") as caught:
            await transport.send(call, f"http://127.0.0.1:{free_port()}")

        assert not caught.value.sent
        assert caught.value.advice
        await transport.aclose()

    asyncio.run(body())


def test_a_host_without_an_address_was_sent_nothing() -> None:
    async def body() -> None:
        transport = Transport(RetryPolicy(0))

        with pytest.raises(NotReachable) as caught:
            await transport.send(Call("GET", "/", text_of), "http://nobody.invalid")

        assert not caught.value.sent
        await transport.aclose()

    asyncio.run(body())


def test_an_answer_that_never_ends_is_not_waited_for() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", ORG, Say({}, delay_s=5))
        transport = Transport(RetryPolicy(0), limit_s=0.2)

        with pytest.raises(NotReachable, match="in time") as caught:
            await transport.send(Call("GET", ORG, text_of), zoho.url)

        assert caught.value.sent
        await transport.aclose()

    run(body)


@pytest.mark.parametrize("value", [datetime.date(2026, 3, 4), float("nan"), "\ud800", {1, 2}])
def test_a_value_that_json_cannot_hold_is_never_sent(value: Any) -> None:
    async def body(zoho: ScriptedZoho) -> None:
        client = client_of(zoho)

        with pytest.raises(ZohoConfigError):
            await client.update_account("1", {"Phone": value})

        assert zoho.seen == []
        await client.aclose()

    run(body)


def test_text_of_any_script_arrives_as_it_was() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("PUT", ACCOUNTS, UPDATED)
        client = client_of(zoho)

        await client.update_records(
            "Accounts", [{"id": "1", "Account_Name": "東京 🏢 “Ünï”", "Phone": None}], trigger=[]
        )

        (seen,) = zoho.asked(ACCOUNTS)
        assert seen.json == {"data": [{"id": "1", "Account_Name": "東京 🏢 “Ünï”", "Phone": None}], "trigger": []}
        assert seen.headers["content-type"] == "application/json"
        await client.aclose()

    run(body)


def test_signs_in_a_query_arrive_as_they_were() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", f"{ACCOUNTS}/search", Say(b"", 204))
        client = client_of(zoho)
        criteria = "((Account_Name:equals:A+B & Söhne/100%)and(Modified_Time:less_than:2026-03-04T09:00:00+01:00))"

        await client.search_accounts(criteria)

        assert zoho.seen[0].query["criteria"] == criteria
        await client.aclose()

    run(body)


def test_calls_and_credits_are_counted() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("PUT", ACCOUNTS, SLOW, Say(UPDATED.body, headers={"X-API-CREDITS-REMAINING": "24000"}))
        zoho.on("GET", ORG, DELTA)
        client = client_of(zoho)
        assert client.usage.last_ok_at is None

        await client.update_records("Accounts", [{"id": str(number)} for number in range(11)])
        await client.organisation()
        await client.refresh()

        usage = client.usage
        assert (usage.calls, usage.credits_used, usage.credits_left) == (3, 3, 24000)
        assert usage.last_ok_at is not None
        await client.aclose()

    run(body)


def test_a_refused_call_is_no_good_call() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", ORG, refusal(403, "NO_PERMISSION"))
        client = client_of(zoho)

        with pytest.raises(ZohoAPIError):
            await client.organisation()

        assert client.usage.last_ok_at is None
        await client.aclose()

    run(body)


def test_a_log_line_names_the_call_and_nothing_secret(caplog: pytest.LogCaptureFixture) -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("PUT", ACCOUNTS, DROP)
        zoho.on("GET", ACCOUNTS, Say({"data": []}, headers={"X-API-CREDITS-REMAINING": "24000"}))
        client = client_of(zoho)
        await client.refresh()
        await client.list_slice("Accounts", ["Phone"], page_token="page-secret")
        with pytest.raises(NotReachable):
            await client.update_account("1", {"Phone": "value-secret"})
        await client.aclose()

    with caplog.at_level(logging.DEBUG, logger="zoho_console"):
        run(body)

    assert "GET /crm/v8/Accounts: 200 in" in caplog.text
    assert "24000 credits left" in caplog.text
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("zoho_console")]
    for secret in ("s3cret", "token-", "1000.refresh", "page-secret", "value-secret"):
        assert not any(secret in line for line in ours)


def test_a_proxy_of_the_environment_is_not_asked_about_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{free_port()}")

    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", ORG, DELTA)
        by_name = zoho.url.replace("127.0.0.1", "localhost")
        for origin in (zoho.url, by_name):
            zoho.origins = Origins(origin, origin, origin)
            client = client_of(zoho)
            assert (await client.organisation()).id == "7"
            await client.aclose()

    run(body)


def test_a_closed_client_opens_again() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", ORG, DELTA)
        client = client_of(zoho)

        await client.organisation()
        await client.aclose()
        await client.organisation()

        await client.aclose()

    run(body)
