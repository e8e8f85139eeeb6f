"""Tokens and servers: what is believed and what is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from zoho_console.domain.connections import Environment, custom_origins, origins_for
from zoho_console.domain.grants import Grant
from zoho_console.errors import SignInNeeded, TokenThrottled, UnreadableAnswer, WrongClient
from zoho_console.zoho import oauth
from zoho_console.zoho.call import Answer

EU = origins_for("eu", Environment.PRODUCTION)
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def answer(body: Any, status: int = 200) -> Answer:
    return Answer(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    "hostile",
    [
        "https://accounts.zoho.com.evil.tld", "https://accounts.zoho.com@evil.tld", "http://accounts.zoho.com",
        "https://evilzoho.com", "https://accounts.zoho.com/", "https://accounts.zoho.com:443", "//accounts.zoho.com",
        "https://accounts.zoho.eu?x=1", "https://accounts.zoho.eu#x", "https://ACCOUNTS.zoho.eu", " https://accounts.zoho.eu",
        "https://accounts.zoho.eu.", "https://accounts.zoho.example", "javascript:alert(1)", "accounts.zoho.eu",
    ],
)  # fmt: skip
def test_the_secret_goes_to_a_known_accounts_server_only(hostile: str) -> None:
    with pytest.raises(SignInNeeded):
        oauth.accepted_accounts_server(hostile, EU, is_custom=False)


def test_a_known_accounts_server_of_another_data_centre_is_taken() -> None:
    assert oauth.accepted_accounts_server("https://accounts.zoho.in", EU, is_custom=False) == "https://accounts.zoho.in"
    assert oauth.accepted_accounts_server("", EU, is_custom=False) == EU.accounts


def test_a_custom_connection_knows_its_own_server_only() -> None:
    own = custom_origins("http://localhost:1", "http://localhost:2")
    assert oauth.accepted_accounts_server("http://localhost:1", own, is_custom=True) == "http://localhost:1"
    with pytest.raises(SignInNeeded):
        oauth.accepted_accounts_server("https://accounts.zoho.com", own, is_custom=True)


@pytest.mark.parametrize(
    "hostile",
    ["https://www.zohoapis.com.evil", "http://www.zohoapis.eu", "https://www.zohoapis.in", "https://zohoapis.eu"],
)
def test_an_api_server_that_does_not_belong_is_refused(hostile: str) -> None:
    with pytest.raises(SignInNeeded):
        oauth.accepted_api_domain(hostile, EU.accounts, EU)


def test_the_api_server_of_another_environment_is_taken() -> None:
    taken = oauth.accepted_api_domain("https://sandbox.zohoapis.eu", EU.accounts, EU)
    assert taken == "https://sandbox.zohoapis.eu"
    assert oauth.accepted_api_domain("", EU.accounts, EU) == EU.api


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": "invalid_code"}, SignInNeeded),
        ({"error": "invalid_client"}, WrongClient),
        ({"error": "invalid_client_secret"}, WrongClient),
        ({"error": "invalid_redirect_uri"}, WrongClient),
        ({"error": "Access Denied", "error_description": "…", "status": "failure"}, TokenThrottled),
        ({"error": "general_error"}, UnreadableAnswer),
        (b"<html>hotel portal", UnreadableAnswer),
        ({}, UnreadableAnswer),
        ([], UnreadableAnswer),
        ({"access_token": ""}, UnreadableAnswer),
        ({"access_token": 5}, UnreadableAnswer),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_a_token_answer_is_judged_by_its_body_never_by_its_status(
    body: Any, kind: type[Exception], status: int
) -> None:
    with pytest.raises(kind):
        oauth.token_body(answer(body, status))


def test_a_sign_in_without_refresh_token_is_no_sign_in() -> None:
    with pytest.raises(SignInNeeded):
        oauth.new_grant(answer({"access_token": "a", "expires_in": 3600}), EU.accounts, EU, ())


def test_a_new_grant_keeps_what_zoho_said() -> None:
    body = {
        "access_token": "a", "refresh_token": "r", "expires_in": 3600, "scope": "A.READ B.ALL",
        "api_domain": "https://www.zohoapis.eu",
    }  # fmt: skip
    grant = oauth.new_grant(answer(body), EU.accounts, EU, ("X",))
    assert grant.scopes == ("A.READ", "B.ALL")
    assert grant.api_domain == EU.api
    assert oauth.new_grant(answer({**body, "scope": ""}), EU.accounts, EU, ("X",)).scopes == ("X",)


def test_a_refresh_keeps_the_refresh_token() -> None:
    former = Grant("r", "old", NOW, ("A",), EU.api, 4)
    made = oauth.refreshed_grant(answer({"access_token": "new", "expires_in": 3600}), former)
    assert (made.refresh_token, made.access_token, made.scopes, made.generation) == ("r", "new", ("A",), 4)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"expires_in": 3600}, 3600),
        ({"expires_in": 3600000, "expires_in_sec": 3600}, 3600),
        ({"expires_in": "3600"}, 3600),
        ({"expires_in": 0}, 60),
        ({"expires_in": -1}, 60),
        ({"expires_in": 10**12}, 86400),
        ({"expires_in": None}, 3600),
        ({}, 3600),
    ],
)
def test_the_life_of_a_token_is_kept_within_reason(body: dict[str, Any], seconds: int) -> None:
    assert oauth.expiry(body, NOW) == NOW + timedelta(seconds=seconds)


def test_the_consent_page_is_asked_for_a_lasting_sign_in() -> None:
    url = oauth.consent_url(
        EU.accounts, "1000.X", ("A", "B"), "http://localhost:8000/oauth/callback", state="s", verifier="v"
    )
    query = {key: value[0] for key, value in parse_qs(urlsplit(url).query).items()}
    assert query["scope"] == "A,B"
    assert (query["access_type"], query["prompt"], query["code_challenge_method"]) == ("offline", "consent", "S256")
    assert "v" not in query.values()


def test_secrets_never_show() -> None:
    app = oauth.OAuthApp("1000.X", lambda: "topsecret")
    assert "topsecret" not in repr(app)
    form = oauth.exchange_form(app, "topsecret", "code", "uri", "verifier")
    assert form["client_secret"] == "topsecret"
