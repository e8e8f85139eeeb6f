"""What the token endpoint may answer, and what a connection is then said to be: one table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scripted_zoho import DROP, TOKEN_PATH, Say, ScriptedZoho
from sqlalchemy import text

from zoho_console.domain.connections import CUSTOM, Connection, NewConnection, custom_origins
from zoho_console.domain.grants import Grant
from zoho_console.errors import ZohoError
from zoho_console.workspace.checkup import Checkup
from zoho_console.workspace.health import HealthState
from zoho_console.workspace.workspace import Workspace

WORKS, EXPIRING, OFFLINE = HealthState.WORKS, HealthState.EXPIRING, HealthState.OFFLINE
THROTTLED, FAILED = HealthState.THROTTLED, HealthState.REFRESH_FAILED
REVOKED, WRONG = HealthState.REVOKED, HealthState.WRONG_CLIENT
PORTAL = b"<!doctype html><title>Sign in to the network</title>"
OURS = "(our own server)"


def token(**more: Any) -> Say:
    """A good answer."""
    return Say({"access_token": "1000.new", "expires_in": 3600, **more})


def error(code: Any, status: int = 200, **more: Any) -> Say:
    """A refusal as Zoho writes it."""
    return Say({"error": code, **more}, status)


# Answer, the state after it, and the state after the same a minute later.
ANSWERS: dict[str, tuple[Say, HealthState, HealthState]] = {
    "a token": (token(api_domain=OURS, token_type="Bearer"), WORKS, WORKS),
    "with scopes": (token(scope="ZohoCRM.modules.ALL ZohoCRM.org.READ"), WORKS, WORKS),
    "with another refresh token": (token(refresh_token="1000.other"), WORKS, WORKS),
    "that tells its life twice": (token(expires_in=3_600_000, expires_in_sec=3600), WORKS, WORKS),
    "that lives for no known time": (Say({"access_token": "1000.new"}), WORKS, WORKS),
    "that lives for ever": (token(expires_in=10**12), WORKS, WORKS),
    "that lives in words": (token(expires_in="an hour"), WORKS, WORKS),
    "that is about to end": (token(expires_in=120), EXPIRING, EXPIRING),
    "with a status of its own": (Say({"access_token": "1000.new"}, 201), WORKS, WORKS),
    "a token beside an error": (token(error="invalid_code"), WORKS, WORKS),
    "dead": (error("invalid_code"), FAILED, REVOKED),
    "dead, with a status": (error("invalid_code", 400), FAILED, REVOKED),
    "dead, not allowed": (error("invalid_code", 401), FAILED, REVOKED),
    "dead by the standard": (error("invalid_grant", 400), FAILED, REVOKED),
    "dead by another word": (error("invalid_token"), FAILED, REVOKED),
    "dead with a description": (error("invalid_code", error_description="oauthtoken revoked"), FAILED, REVOKED),
    "unknown client": (error("invalid_client"), WRONG, WRONG),
    "unknown client, not allowed": (error("invalid_client", 401), WRONG, WRONG),
    "wrong secret": (error("invalid_client_secret"), WRONG, WRONG),
    "throttled": (error("Access Denied", error_description="too many requests"), THROTTLED, THROTTLED),
    "throttled, with a status": (error("Access Denied", 400), THROTTLED, THROTTLED),
    "too many": (Say(b"", 429), THROTTLED, THROTTLED),
    "too many, with a time": (Say({}, 429, {"Retry-After": "900"}), THROTTLED, THROTTLED),
    "too many, by a portal": (Say(PORTAL, 429), THROTTLED, THROTTLED),
    "some fault": (error("general_error"), FAILED, FAILED),
    "a kind not known": (error("unsupported_grant_type", 400), FAILED, FAILED),
    "an address not known": (error("invalid_redirect_uri"), FAILED, FAILED),
    "a word never heard": (error("wibble"), FAILED, FAILED),
    "a dead word with more to it": (error("invalid_code_challenge"), FAILED, FAILED),
    "an error that is a number": (error(5), FAILED, FAILED),
    "an error that is a page": (error("<script>alert(1)</script>" * 200), FAILED, FAILED),
    "broken": (Say(b"", 500), OFFLINE, OFFLINE),
    "broken, with a page": (Say(PORTAL, 502), OFFLINE, OFFLINE),
    "broken, with a dead word": (error("invalid_code", 503), OFFLINE, OFFLINE),
    "a portal": (Say(PORTAL), OFFLINE, OFFLINE),
    "a portal, not allowed": (Say(PORTAL, 403), OFFLINE, OFFLINE),
    "a page that is not there": (Say(PORTAL, 404), OFFLINE, OFFLINE),
    "a way to elsewhere": (Say(PORTAL, 302, {"Location": "https://portal.example/"}), OFFLINE, OFFLINE),
    "nothing": (Say(b""), OFFLINE, OFFLINE),
    "nothing, and proud of it": (Say(b"", 204), OFFLINE, OFFLINE),
    "an empty object": (Say({}), OFFLINE, OFFLINE),
    "a list": (Say([]), OFFLINE, OFFLINE),
    "a text": (Say(b'"access_token"'), OFFLINE, OFFLINE),
    "half of it": (Say(b'{"access_token": "1000.ne'), OFFLINE, OFFLINE),
    "a line that broke": (DROP, OFFLINE, OFFLINE),
    "no token": (token(access_token=None), OFFLINE, OFFLINE),
    "an empty token": (token(access_token=""), OFFLINE, OFFLINE),
    "a token that fits in no header": (token(access_token="a\r\nX: y"), OFFLINE, OFFLINE),
    "a token that is a number": (token(access_token=5), OFFLINE, OFFLINE),
    "a foreign API server": (token(api_domain="https://www.zohoapis.eu.attacker.example"), OFFLINE, OFFLINE),
    "API servers": (token(api_domain=["https://www.zohoapis.eu"]), OFFLINE, OFFLINE),
}


@pytest.fixture
def zoho(workspace: Workspace) -> Iterator[ScriptedZoho]:
    scripted = ScriptedZoho()
    workspace.engine.call(scripted.__aenter__())
    yield scripted
    workspace.engine.call(scripted.__aexit__(None, None, None))


@pytest.fixture
def connection(workspace: Workspace, zoho: ScriptedZoho) -> Connection:
    new = NewConnection("Acme", CUSTOM, "1000.ID", custom_origins(zoho.url, zoho.url))
    return workspace.add_connection(new, "s3cret")


def state_after_a_call(workspace: Workspace, connection: Connection) -> HealthState:
    """As a console that was started anew would find it: its client remembers nothing."""
    workspace.engine.call(workspace.forget_client(connection.id))
    try:
        workspace.engine.call(workspace.identify(connection))
    except ZohoError as error:
        assert error.advice or str(error)
    checkup = Checkup(workspace)
    checkup.look_at_secrets()
    (health,) = checkup.look()
    assert health.verdict.sentence
    return health.state


def test_every_answer_of_the_token_endpoint_leads_to_its_state_and_none_signs_anybody_out(
    workspace: Workspace, connection: Connection, zoho: ScriptedZoho
) -> None:
    found, vault = {}, workspace.vault(connection.id)
    me = {"id": "3", "full_name": "Mina Vogel", "email": "mina@example.org"}
    zoho.on("GET", "/crm/v8/org", Say({"org": [{"id": "1", "company_name": "Acme"}]}))
    zoho.on("GET", "/crm/v8/users", Say({"users": [me]}))
    for name, (say, *_states) in ANSWERS.items():
        body = (
            {**say.body, "api_domain": zoho.url}
            if isinstance(say.body, dict) and OURS in say.body.values()
            else say.body
        )
        zoho.on("POST", TOKEN_PATH, Say(body, say.status, say.headers, say.drop))
        vault.save(Grant("1000.refresh", "1000.ended", datetime.now(UTC) - timedelta(seconds=1), api_domain=zoho.url))
        first = state_after_a_call(workspace, connection)
        with workspace.database.begin() as database:
            database.execute(text("update zoho_tokens set failing_since = failing_since - interval '61 seconds'"))
        found[name] = (first, state_after_a_call(workspace, connection))
        kept = vault.load()
        assert kept is not None
        assert kept.refresh_token in ("1000.refresh", "1000.other"), name
    assert found == {name: tuple(states) for name, (_say, *states) in ANSWERS.items()}
    assert len(ANSWERS) >= 40
