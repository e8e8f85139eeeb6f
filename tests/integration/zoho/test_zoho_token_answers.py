"""Forty kinds of answers to a renewal, and what each makes of the connection: nobody is signed out by mistake."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from scripted_zoho import DROP, TOKEN_PATH, Say, ScriptedZoho, grant_of
from sqlalchemy import text

from zoho_console.domain.connections import CUSTOM, Connection, NewConnection, Organisation, User, custom_origins
from zoho_console.errors import ZohoError
from zoho_console.store.database import Database
from zoho_console.store.secrets import MemorySecrets
from zoho_console.workspace.checkup import Checkup
from zoho_console.workspace.health import HealthState
from zoho_console.workspace.workspace import Workspace

S = HealthState
FAILED = S.REFRESH_FAILED
PORTAL = b"<!doctype html><title>Sign in to the Wi-Fi</title>"
TOKEN: dict[str, Any] = {"access_token": "1000.new.new", "expires_in": 3600}


def error(code: str, status: int = 200, **more: Any) -> Say:
    return Say({"error": code, **more}, status)


# What was said, the state after it once, and after it twice with more than a minute between. Forty kinds.
ANSWERS: dict[str, tuple[Say, HealthState, HealthState]] = {
    "a token": (Say(TOKEN), S.WORKS, S.WORKS),
    "a token without its life": (Say({"access_token": "1000.n.n"}), S.WORKS, S.WORKS),
    "a life in two units": (Say({**TOKEN, "expires_in": 3600000, "expires_in_sec": 3600}), S.WORKS, S.WORKS),
    "a life in words": (Say({**TOKEN, "expires_in": "soon"}), S.WORKS, S.WORKS),
    "a life of no time": (Say({**TOKEN, "expires_in": 0}), S.EXPIRING, S.EXPIRING),
    "a token with scopes": (Say({**TOKEN, "scope": "ZohoCRM.modules.ALL"}), S.WORKS, S.WORKS),
    "a token with a new refresh token": (Say({**TOKEN, "refresh_token": "1000.later"}), S.WORKS, S.WORKS),
    "a token with status 400": (Say(TOKEN, 400), S.WORKS, S.WORKS),
    "a token without an API server": (Say({**TOKEN, "api_domain": ""}), S.WORKS, S.WORKS),
    "a token with a foreign API server": (Say({**TOKEN, "api_domain": "https://evil.example"}), FAILED, FAILED),
    "a token with a line break": (Say({**TOKEN, "access_token": "a\r\nb"}), FAILED, FAILED),
    "a token that is a number": (Say({**TOKEN, "access_token": 7}), FAILED, FAILED),
    "an empty token": (Say({**TOKEN, "access_token": ""}), FAILED, FAILED),
    "invalid_code": (error("invalid_code"), FAILED, S.REVOKED),
    "invalid_code with 400": (error("invalid_code", 400), FAILED, S.REVOKED),
    "invalid_grant": (error("invalid_grant"), FAILED, S.REVOKED),
    "invalid_token": (error("invalid_token", 401), FAILED, S.REVOKED),
    "invalid_client": (error("invalid_client"), S.WRONG_CLIENT, S.WRONG_CLIENT),
    "invalid_client_secret": (error("invalid_client_secret", 400), S.WRONG_CLIENT, S.WRONG_CLIENT),
    "Access Denied with 200": (error("Access Denied", error_description="too many"), S.THROTTLED, S.THROTTLED),
    "Access Denied with 400": (error("Access Denied", 400), S.THROTTLED, S.THROTTLED),
    "Access Denied in Chinese": (error("Access Denied", error_description="您请求过于频繁"), S.THROTTLED, S.THROTTLED),
    "status 429": (Say(b"", 429), S.THROTTLED, S.THROTTLED),
    "status 429 with a wait": (Say({}, 429, {"Retry-After": "30"}), S.THROTTLED, S.THROTTLED),
    "general_error": (error("general_error"), FAILED, FAILED),
    "unsupported_grant_type": (error("unsupported_grant_type"), FAILED, FAILED),
    "an error nobody knows": (error("teapot", 418), FAILED, FAILED),
    "an error in other capitals": (error("INVALID_CODE"), FAILED, FAILED),
    "invalid_code somewhere else": (Say({"message": "invalid_code"}), FAILED, FAILED),
    "a portal's page with 200": (Say(PORTAL), FAILED, FAILED),
    "a portal's page with 511": (Say(PORTAL, 511), FAILED, FAILED),
    "a redirect to a portal": (Say(b"", 302, {"Location": "http://portal.example/"}), FAILED, FAILED),
    "nothing at all with 200": (Say(b""), FAILED, FAILED),
    "nothing at all with 204": (Say(b"", 204), FAILED, FAILED),
    "half of an answer": (Say(json.dumps(TOKEN).encode()[:20]), FAILED, FAILED),
    "a list": (Say([TOKEN]), FAILED, FAILED),
    "invalid_code from a broken server": (error("invalid_code", 500), FAILED, FAILED),
    "status 503": (Say(b"<html>", 503), FAILED, FAILED),
    "a page that forbids": (Say(PORTAL, 403), FAILED, FAILED),
    "a connection that breaks": (DROP, FAILED, FAILED),
}  # fmt: skip


@pytest.fixture
def workspace(database: Database) -> Iterator[Workspace]:
    opened = Workspace(database, MemorySecrets())
    yield opened
    opened.close()


async def answered(workspace: Workspace, connection: Connection) -> HealthState:
    """The state after one renewal, by a console that was just started."""
    try:
        await workspace.engine.run(workspace.refresh(connection))
    except ZohoError as failed:
        assert failed.advice, failed
    await workspace.engine.run(workspace.forget_client(connection.id))
    return Checkup(workspace).look()[0].state


async def judged(workspace: Workspace) -> dict[str, tuple[HealthState, HealthState]]:
    states = {}
    async with ScriptedZoho() as zoho:
        new = NewConnection("Acme", CUSTOM, "1000.ID", custom_origins(zoho.url, zoho.url))
        connection = workspace.add_connection(new, "s3cret")
        workspace.connections.identified(connection.id, Organisation("1", "Acme"), User("1", "Mina", "m@example.org"))
        vault = workspace.vault(connection.id)
        for name, (say, *_) in ANSWERS.items():
            vault.save(grant_of(), event="signed_in")
            before = vault.load()
            zoho.on("POST", TOKEN_PATH, say)
            once = await answered(workspace, connection)
            with workspace.database.begin() as database:
                database.execute(text("update zoho_tokens set failing_since = now() - interval '61 seconds'"))
            states[name] = (once, await answered(workspace, connection))
            after = vault.load()
            assert before is not None
            assert after is not None, name  # nothing is deleted because of an answer
            if S.WORKS not in states[name] and S.EXPIRING not in states[name]:
                assert (after.access_token, after.refresh_token) == (before.access_token, before.refresh_token), name
    return states


def test_forty_kinds_of_answers_lead_to_the_right_state(workspace: Workspace) -> None:
    assert len(ANSWERS) == 40
    assert asyncio.run(judged(workspace)) == {name: (once, twice) for name, (_, once, twice) in ANSWERS.items()}
