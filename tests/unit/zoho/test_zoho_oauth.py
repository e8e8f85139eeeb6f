"""The consent address, token calls and what may come back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from zoho_console.domain.connections import DATA_CENTRES, Environment, Origins, origins_for
from zoho_console.domain.grants import Grant
from zoho_console.errors import (
    NotReachable,
    SignInNeeded,
    TokenThrottled,
    UnreadableAnswer,
    WrongClient,
    ZohoAuthError,
    ZohoConfigError,
    ZohoError,
)
from zoho_console.zoho import oauth
from zoho_console.zoho.call import Answer

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
EU = origins_for("eu", Environment.PRODUCTION)
US = origins_for("us", Environment.PRODUCTION)
OWN = Origins("http://127.0.0.1:9000", "http://127.0.0.1:9000", "http://127.0.0.1:9000")
TOKEN = {
    "access_token": "1000.aaa.bbb",
    "refresh_token": "1000.ccc.ddd",
    "scope": "ZohoCRM.modules.ALL ZohoCRM.coql.READ",
    "api_domain": "https://www.zohoapis.eu",
    "token_type": "Bearer",
    "expires_in": 3600,
}
GRANT = Grant("1000.old.old", "1000.was.was", NOW - timedelta(hours=1), ("ZohoCRM.org.READ",), EU.api, 7)


def answer(body: Any, status: int = 200) -> Answer:
    return Answer(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def exchanged(body: Any, origins: Origins = EU, accounts: str = "", status: int = 200) -> Grant:
    consent = oauth.Consent("1000.code", accounts or origins.accounts)
    call = oauth.exchange(
        consent, origins, "1000.ID", "s3cret", port=8000, verifier="v" * 43, scopes=("A", "B"), asked_at=NOW
    )
    return call.decode(answer(body, status))


def refreshed(body: Any, grant: Grant = GRANT, origins: Origins = EU) -> Grant:
    return oauth.refresh(grant, origins, "1000.ID", "s3cret", asked_at=NOW).decode(answer(body))


def test_the_consent_address_asks_for_a_lasting_sign_in_bound_to_this_attempt() -> None:
    url = oauth.consent_url(EU.accounts, "1000.ID", ("A.READ", "B.ALL"), 8000, state="s&s", verifier="v" * 43)

    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://accounts.zoho.eu/oauth/v2/auth"
    assert {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()} == {
        "response_type": "code",
        "client_id": "1000.ID",
        "redirect_uri": "http://localhost:8000/oauth/callback",
        "scope": "A.READ,B.ALL",
        "access_type": "offline",
        "prompt": "consent",
        "state": "s&s",
        "code_challenge": oauth.challenge("v" * 43),
        "code_challenge_method": "S256",
    }


def test_the_challenge_is_that_of_rfc_7636() -> None:
    assert oauth.challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == (
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_secrets_travel_in_the_form_and_never_show() -> None:
    call = oauth.refresh(GRANT, EU, "1000.ID", "s3cret", asked_at=NOW)
    app = oauth.OAuthApp("1000.ID", lambda: "s3cret")

    assert call.form is not None
    assert call.form["client_secret"] == "s3cret"
    assert call.query == {}
    assert not call.is_repeatable
    assert "s3cret" not in repr(call)
    assert "s3cret" not in repr(app)
    assert "1000.old" not in repr(call)
    assert "1000.code" not in repr(oauth.Consent("1000.code", EU.accounts))


def test_an_exchange_gives_a_grant_that_is_not_stored_yet() -> None:
    assert exchanged(TOKEN) == Grant(
        "1000.ccc.ddd",
        "1000.aaa.bbb",
        NOW + timedelta(hours=1),
        ("ZohoCRM.modules.ALL", "ZohoCRM.coql.READ"),
        "https://www.zohoapis.eu",
        0,
    )


def test_what_zoho_leaves_out_is_what_was_asked_for() -> None:
    grant = exchanged({"access_token": "a", "refresh_token": "r"})

    assert grant.scopes == ("A", "B")
    assert grant.api_domain == EU.api
    assert grant.expires_at == NOW + timedelta(hours=1)


def test_a_refresh_keeps_the_refresh_token_and_the_generation() -> None:
    grant = refreshed({"access_token": "new", "expires_in": 3600, "api_domain": EU.api})

    assert grant == replace(GRANT, access_token="new", expires_at=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("life", "seconds"),
    [
        ({"expires_in": 3600}, 3600),
        ({"expires_in": 3_600_000, "expires_in_sec": 3600}, 3600),
        ({"expires_in": 1}, 60),
        ({"expires_in": 10**9}, 86_400),
        ({"expires_in": "1800"}, 1800),
        ({"expires_in": "nan"}, 60),
        ({"expires_in": None}, 3600),
        ({"expires_in_sec": "soon", "expires_in": 900}, 900),
        ({}, 3600),
    ],
)
def test_the_life_of_a_token_is_read_with_care(life: dict[str, Any], seconds: int) -> None:
    assert refreshed({"access_token": "a", **life}).expires_at == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("invalid_code", SignInNeeded),
        ("invalid_grant", SignInNeeded),
        ("invalid_client", WrongClient),
        ("invalid_client_secret", WrongClient),
        ("invalid_redirect_uri", ZohoConfigError),
        ("general_error", ZohoAuthError),
        ("unsupported_grant_type", ZohoAuthError),
        ("Access Denied", TokenThrottled),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_an_error_counts_whatever_the_status(code: str, kind: type[ZohoError], status: int) -> None:
    with pytest.raises(kind) as caught:
        exchanged({"error": code, "error_description": "您", "status": "failure"}, status=status)

    assert type(caught.value) is kind
    assert caught.value.advice
    assert caught.value.details["code"] == code


def test_a_throttle_asks_for_ten_minutes() -> None:
    with pytest.raises(TokenThrottled) as caught:
        refreshed({"error": "Access Denied"})

    assert caught.value.retry_after == 600


def test_a_429_of_the_token_endpoint_is_a_throttle() -> None:
    with pytest.raises(TokenThrottled):
        exchanged(b"", status=429)


def test_a_dead_refresh_token_is_told_apart_from_a_dead_code() -> None:
    with pytest.raises(SignInNeeded, match="no longer accepts"):
        refreshed({"error": "invalid_code"})
    with pytest.raises(SignInNeeded, match="two minutes"):
        exchanged({"error": "invalid_code"})


def test_an_unregistered_address_is_named() -> None:
    with pytest.raises(ZohoConfigError) as caught:
        exchanged({"error": "invalid_redirect_uri"})

    assert "http://localhost:8000/oauth/callback" in caught.value.advice


@pytest.mark.parametrize("body", [b"<html>Sign in to the Wi-Fi</html>", b"", {}, {"hello": "world"}])
def test_what_is_not_zohos_signs_nobody_out(body: Any) -> None:
    with pytest.raises(UnreadableAnswer):
        refreshed(body)


def test_a_broken_accounts_server_signs_nobody_out() -> None:
    with pytest.raises(NotReachable):
        exchanged(b"<html>", status=502)


def test_an_exchange_without_a_refresh_token_is_of_no_use() -> None:
    with pytest.raises(SignInNeeded, match="lasting"):
        exchanged({key: value for key, value in TOKEN.items() if key != "refresh_token"})


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "ü", 5, ["a"], "a" * 2001])
def test_a_token_that_fits_in_no_header_is_refused(token: Any) -> None:
    with pytest.raises(UnreadableAnswer):
        refreshed({"access_token": token})


@pytest.mark.parametrize(
    "domain",
    [
        "https://www.zohoapis.com",
        "https://www.zohoapis.eu.evil.example",
        "https://www.zohoapis.eu/",
        "https://WWW.zohoapis.eu",
        "http://www.zohoapis.eu",
        "https://www.zohoapis.eu:443",
        "https://www.zohoapis.eu@evil.example",
        "https://sandbox.zohoapis.eu",
        ["https://www.zohoapis.eu"],
        5,
    ],
)
def test_a_foreign_api_server_is_refused(domain: Any) -> None:
    with pytest.raises(UnreadableAnswer):
        exchanged({**TOKEN, "api_domain": domain})


@pytest.mark.parametrize("code", list(DATA_CENTRES))
def test_every_known_pair_is_accepted_from_any_connection(code: str) -> None:
    home = DATA_CENTRES[code].origins

    grant = exchanged({**TOKEN, "api_domain": home.api}, origins=US, accounts=home.accounts)

    assert grant.api_domain == home.api
    assert oauth.servers_of(grant, US) == home


def test_a_sandbox_stays_a_sandbox_at_home() -> None:
    sandbox = origins_for("us", Environment.SANDBOX)

    grant = exchanged(TOKEN, origins=sandbox, accounts=EU.accounts)

    assert grant.api_domain == "https://sandbox.zohoapis.eu"
    assert oauth.servers_of(grant, sandbox) == origins_for("eu", Environment.SANDBOX)


def test_a_custom_connection_keeps_its_own_servers() -> None:
    grant = exchanged({**TOKEN, "api_domain": OWN.api}, origins=OWN)

    assert grant.api_domain == OWN.api
    assert oauth.servers_of(grant, OWN) == OWN
    with pytest.raises(UnreadableAnswer):
        exchanged(TOKEN, origins=OWN)


@pytest.mark.parametrize(("accounts", "own"), [(EU.accounts, OWN), ("https://accounts.evil.example", EU)])
def test_a_server_that_is_not_zohos_gets_no_code(accounts: str, own: Origins) -> None:
    with pytest.raises(SignInNeeded):
        oauth.home_of(accounts, own)


def test_an_api_server_altered_in_the_database_is_not_believed() -> None:
    grant = replace(GRANT, api_domain="https://www.zohoapis.evil.example")

    assert oauth.servers_of(grant, EU) == EU
    assert oauth.servers_of(grant, OWN) == OWN
    assert oauth.servers_of(replace(GRANT, api_domain=""), EU) == EU


def test_revoking_is_done_when_the_token_is_dead() -> None:
    call = oauth.revoke("1000.old.old")

    assert call.form == {"token": "1000.old.old"}
    call.decode(answer({"status": "success"}))
    call.decode(answer({"error": "invalid_token"}, 400))


@pytest.mark.parametrize(
    ("body", "kind"), [(b"<html>", UnreadableAnswer), ({"error": "Access Denied"}, TokenThrottled)]
)
def test_revoking_is_not_done_when_zoho_did_not_say_so(body: Any, kind: type[ZohoError]) -> None:
    with pytest.raises(kind):
        oauth.revoke("1000.old.old").decode(answer(body))
