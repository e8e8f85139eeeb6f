"""Signing in through both loopback addresses."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession

from zoho_console.domain.connections import DEFAULT_SCOPES, custom_origins
from zoho_console.errors import PortTaken, SignInCancelled, SignInNeeded
from zoho_console.simulator.server import Simulator
from zoho_console.zoho.oauth import OAuthApp
from zoho_console.zoho.signin import SignIn


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def attempt(simulator: Simulator, port: int) -> SignIn:
    origins = custom_origins(simulator.url, simulator.url)
    app = OAuthApp(simulator.client_id, lambda: simulator.client_secret)
    return SignIn(origins, app, DEFAULT_SCOPES, port, is_custom=True)


def with_listening(simulator: Simulator, work: Callable[[SignIn, ClientSession, str], Coroutine[Any, Any, Any]]) -> Any:
    async def inside() -> Any:
        port = free_port()
        one = attempt(simulator, port)
        await one.listen()
        try:
            async with ClientSession() as browser:
                return await work(one, browser, f"http://localhost:{port}/oauth/callback")
        finally:
            await one.aclose()

    return asyncio.run(inside())


def state_of(one: SignIn) -> str:
    return parse_qs(urlsplit(one.consent_url).query)["state"][0]


async def status(browser: ClientSession, url: str, method: str = "GET", **options: Any) -> int:
    async with browser.request(method, url, **options) as response:
        await response.read()
        return response.status


def test_a_true_sign_in_ends_with_a_grant(simulator: Simulator) -> None:
    async def work(one: SignIn, browser: ClientSession, _callback: str) -> Any:
        async with browser.get(one.consent_url) as page:
            assert page.status == 200
            assert page.headers["Cache-Control"] == "no-store"
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        consent = await one.wait_for_code(5)
        return await one.exchange(consent)

    grant = with_listening(simulator, work)
    assert grant.refresh_token
    assert set(grant.scopes) == set(DEFAULT_SCOPES)
    assert grant.api_domain == simulator.url


def test_forged_callbacks_change_nothing_and_the_true_one_counts_once(simulator: Simulator) -> None:
    async def work(one: SignIn, browser: ClientSession, callback: str) -> None:
        told: list[str] = []
        one.on_rejected = told.append
        state = state_of(one)
        for url in (
            f"{callback}?code=x", f"{callback}?code=x&state=wrong", f"{callback}?code=x&state={state}&state={state}",
            f"{callback}?state={state}", f"{callback}?code=x&error=y&state={state}",
        ):  # fmt: skip
            assert await status(browser, url) == 400
        assert await status(browser, f"{callback}?code=x&state={state}", "POST") == 405
        assert await status(browser, f"{callback}?code=x&state={state}", headers={"Host": "attacker.example"}) == 400
        assert one.rejected == len(told) == 5
        assert await status(browser, f"{callback}?code=true&state={state}") == 200
        assert await status(browser, f"{callback}?code=again&state={state}") == 410
        assert (await one.wait_for_code(1)).code == "true"

    with_listening(simulator, work)


def test_a_foreign_accounts_server_ends_the_sign_in(simulator: Simulator) -> None:
    async def work(one: SignIn, browser: ClientSession, callback: str) -> None:
        url = f"{callback}?code=x&state={state_of(one)}&accounts-server=https%3A%2F%2Fevil.example"
        assert await status(browser, url) == 200
        with pytest.raises(SignInNeeded):
            await one.wait_for_code(1)

    with_listening(simulator, work)


def test_a_person_who_declines_cancels(simulator: Simulator) -> None:
    async def work(one: SignIn, browser: ClientSession, callback: str) -> None:
        await status(browser, f"{callback}?error=access_denied&state={state_of(one)}")
        with pytest.raises(SignInCancelled):
            await one.wait_for_code(1)

    with_listening(simulator, work)


def test_time_runs_out(simulator: Simulator) -> None:
    async def work(one: SignIn, _browser: ClientSession, _callback: str) -> None:
        with pytest.raises(SignInCancelled):
            await one.wait_for_code(0.05)

    with_listening(simulator, work)


@pytest.mark.parametrize(
    ("family", "address"),
    [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1"), (socket.AF_INET6, "::")],
)
def test_a_port_that_somebody_holds_is_named_before_any_browser(
    simulator: Simulator, family: int, address: str
) -> None:
    port = free_port()
    with socket.socket(family, socket.SOCK_STREAM) as squatter:
        if family == socket.AF_INET6:
            squatter.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if address == "::" else 1)
        squatter.bind((address, port))
        squatter.listen()
        with pytest.raises(PortTaken) as caught:
            asyncio.run(_listen_and_close(attempt(simulator, port)))
    assert caught.value.port == port
    asyncio.run(_listen_and_close(attempt(simulator, port)))


def test_one_sign_in_after_another_finds_the_port_free(simulator: Simulator) -> None:
    port = free_port()
    for _ in range(20):
        asyncio.run(_listen_and_close(attempt(simulator, port)))


async def _listen_and_close(one: SignIn) -> None:
    try:
        await one.listen()
    finally:
        await one.aclose()
