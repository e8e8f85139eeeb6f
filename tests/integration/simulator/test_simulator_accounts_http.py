from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from zoho_console.simulator import Simulator, SimulatorOptions

REDIRECT = "http://localhost:8123/oauth/callback"


def asked(simulator: Simulator, **more: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": simulator.client_id,
        "redirect_uri": REDIRECT,
        "scope": "ZohoCRM.modules.ALL,ZohoCRM.org.READ",
        "access_type": "offline",
        "prompt": "consent",
        "state": "k3Jx",
        **more,
    }


def came_back(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def test_the_page_says_who_asks_for_what_and_accepting_brings_tokens(simulator: Simulator) -> None:
    page = httpx.get(f"{simulator.url}/oauth/v2/auth", params=asked(simulator))
    assert page.status_code == 200
    assert "Zoho Console" in page.text
    assert "Mina Vogel" in page.text
    assert "<code>ZohoCRM.org.READ</code>" in page.text

    back = came_back(httpx.post(f"{simulator.url}/oauth/v2/auth", data={**asked(simulator), "answer": "accept"}))

    assert (back["state"], back["location"], back["accounts-server"]) == ("k3Jx", "eu", simulator.url)
    form = {
        "grant_type": "authorization_code",
        "client_id": simulator.client_id,
        "client_secret": simulator.client_secret,
        "code": back["code"],
        "redirect_uri": REDIRECT,
    }
    tokens = httpx.post(f"{simulator.url}/oauth/v2/token", data=form).json()
    assert tokens["scope"] == "ZohoCRM.modules.ALL ZohoCRM.org.READ"
    assert tokens["api_domain"] == simulator.url

    form = {**form, "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    again = httpx.post(f"{simulator.url}/oauth/v2/token", params=form).json()
    assert again["access_token"] != tokens["access_token"]
    assert "refresh_token" not in again


def test_rejecting_goes_back_with_access_denied(simulator: Simulator) -> None:
    back = came_back(httpx.post(f"{simulator.url}/oauth/v2/auth", data={**asked(simulator), "answer": "reject"}))

    assert back == {"error": "access_denied", "state": "k3Jx"}


def test_automatic_consent_goes_back_at_once_and_checks_the_verifier() -> None:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"verifier").digest()).rstrip(b"=").decode()
    with Simulator(SimulatorOptions(accounts=1, auto_consent=True)) as simulator:
        query = asked(simulator, code_challenge=challenge, code_challenge_method="S256")
        back = came_back(httpx.get(f"{simulator.url}/oauth/v2/auth", params=query))
        form = {
            "grant_type": "authorization_code",
            "client_id": simulator.client_id,
            "client_secret": simulator.client_secret,
            "code": back["code"],
            "redirect_uri": REDIRECT,
            "code_verifier": "verifier",
        }
        assert "access_token" in httpx.post(f"{simulator.url}/oauth/v2/token", data=form).json()


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"client_id": "1000.<b>"}, "invalid_client"),
        ({"redirect_uri": "http://localhost:8123/elsewhere"}, "invalid_redirect_uri"),
        ({"redirect_uri": "http://evil.example/oauth/callback"}, "invalid_redirect_uri"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "Everything.ALL"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
def test_a_wrong_request_is_answered_with_a_page_and_never_goes_back(
    simulator: Simulator, wrong: dict[str, str], text: str
) -> None:
    answers = [
        httpx.get(f"{simulator.url}/oauth/v2/auth", params=asked(simulator, **wrong)),
        httpx.post(f"{simulator.url}/oauth/v2/auth", data={**asked(simulator, **wrong), "answer": "accept"}),
    ]

    for answer in answers:
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
        assert text in answer.text


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ({"grant_type": "password"}, {"error": "unsupported_grant_type"}),
        ({"grant_type": "refresh_token"}, {"error": "invalid_client"}),
        ({"grant_type": "authorization_code", "code": "1000.x"}, {"error": "invalid_client"}),
    ],
)
def test_token_errors_come_with_http_200(simulator: Simulator, form: dict[str, str], body: dict[str, Any]) -> None:
    answer = httpx.post(f"{simulator.url}/oauth/v2/token", data=form)

    assert (answer.status_code, answer.json()) == (200, body)


def test_the_eleventh_refresh_is_throttled_with_http_200(simulator: Simulator) -> None:
    form = {
        "grant_type": "refresh_token",
        "client_id": simulator.client_id,
        "client_secret": simulator.client_secret,
        "refresh_token": simulator.issue_grant()["refresh_token"],
    }

    answers = [httpx.post(f"{simulator.url}/oauth/v2/token", data=form) for _ in range(11)]

    assert "access_token" in answers[9].json()
    assert answers[10].status_code == 200
    assert answers[10].json() == {
        "error_description": "You have made too many requests continuously. Please try again after some time.",
        "error": "Access Denied",
        "status": "failure",
    }


def test_a_revoked_sign_in_is_over(simulator: Simulator) -> None:
    tokens = simulator.issue_grant()
    url = f"{simulator.url}/oauth/v2/token/revoke"

    first = httpx.post(url, data={"token": tokens["refresh_token"]})
    second = httpx.post(url, params={"token": tokens["refresh_token"]})

    assert (first.status_code, first.json()) == (200, {"status": "success"})
    assert second.status_code == 400


def test_calls_need_a_living_token_of_the_right_scope(simulator: Simulator, clock: Any) -> None:
    def code(path: str, header: str | None) -> tuple[int, str, str]:
        headers = {"Authorization": header} if header else {}
        answer = httpx.get(f"{simulator.url}/crm/v8/{path}", headers=headers)
        return answer.status_code, answer.json()["code"], answer.json()["message"]

    token = simulator.issue_grant(["ZohoCRM.modules.READ"])["access_token"]

    assert code("org", None) == (401, "AUTHENTICATION_FAILURE", "Authentication failed")
    assert code("org", "Zoho-oauthtoken 1000.x") == (401, "INVALID_TOKEN", "invalid oauth token")
    mismatch = (401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL")
    assert code("org", f"Zoho-oauthtoken {token}") == mismatch
    assert code("Accounts/search?word=twin", f"Bearer {token}") == mismatch
    clock.forward(hours=1)
    assert code("org", f"Zoho-oauthtoken {token}") == (401, "INVALID_TOKEN", "invalid oauth token")
