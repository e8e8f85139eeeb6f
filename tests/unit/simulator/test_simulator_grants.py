from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from typing import Any, Protocol

import pytest

from zoho_console.simulator.grants import Access, Consent, Grants, RegisteredApp, TokenError

APP = {"client_id": "1000.APP", "client_secret": "s"}
CONSENT = Consent("1000.APP", "http://localhost:1/cb", ("ZohoCRM.modules.ALL",))


class Clock(Protocol):
    def __call__(self) -> Any: ...
    def forward(self, **amount: float) -> None: ...


@pytest.fixture
def grants(clock: Clock) -> Grants:
    made = Grants(clock, "777", "http://127.0.0.1:1")
    made.register(RegisteredApp("1000.APP", "s", "App", re.compile(".*")))
    return made


def exchanged(grants: Grants, consent: Consent = CONSENT, **more: str) -> dict[str, Any]:
    code = grants.issue_code(consent)
    return grants.exchange({**APP, "code": code, "redirect_uri": consent.redirect_uri, **more})


def test_a_code_brings_both_tokens(grants: Grants) -> None:
    answer = exchanged(grants)

    assert set(answer) == {"access_token", "refresh_token", "scope", "api_domain", "token_type", "expires_in"}
    assert (answer["expires_in"], answer["token_type"]) == (3600, "Bearer")
    assert re.fullmatch(r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}", answer["access_token"])
    assert grants.access(answer["access_token"]) is not None


def test_a_code_works_once(grants: Grants) -> None:
    form = {**APP, "code": grants.issue_code(CONSENT), "redirect_uri": CONSENT.redirect_uri}
    grants.exchange(form)

    with pytest.raises(TokenError, match="invalid_code"):
        grants.exchange(form)


def test_a_code_ends_after_two_minutes(grants: Grants, clock: Clock) -> None:
    form = {**APP, "code": grants.issue_code(CONSENT), "redirect_uri": CONSENT.redirect_uri}
    clock.forward(minutes=2)

    with pytest.raises(TokenError, match="invalid_code"):
        grants.exchange(form)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client_id": "1000.OTHER"}, "invalid_client"),
        ({"client_secret": "other"}, "invalid_client_secret"),
        ({"redirect_uri": "http://localhost:2/cb"}, "invalid_redirect_uri"),
    ],
)
def test_an_exchange_names_what_is_wrong(grants: Grants, wrong: dict[str, str], error: str) -> None:
    with pytest.raises(TokenError) as refused:
        exchanged(grants, **wrong)

    assert refused.value.body == {"error": error}


def test_the_verifier_must_belong_to_the_challenge(grants: Grants) -> None:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"long verifier").digest()).rstrip(b"=").decode()
    consent = replace(CONSENT, challenge=challenge, method="S256")

    assert "access_token" in exchanged(grants, consent, code_verifier="long verifier")
    with pytest.raises(TokenError, match="invalid_code"):
        exchanged(grants, consent, code_verifier="another")
    assert "access_token" in exchanged(grants, replace(CONSENT, challenge="plain one"), code_verifier="plain one")


def test_a_second_consent_without_prompt_brings_no_refresh_token(grants: Grants) -> None:
    silent = replace(CONSENT, prompted=False)

    assert "refresh_token" in exchanged(grants, silent)
    assert "refresh_token" not in exchanged(grants, silent)
    assert "refresh_token" in exchanged(grants, CONSENT)
    assert "refresh_token" not in exchanged(grants, replace(CONSENT, offline=False))


def test_a_refresh_keeps_the_refresh_token_to_itself(grants: Grants) -> None:
    first = exchanged(grants)

    answer = grants.refresh({**APP, "refresh_token": first["refresh_token"]})

    assert "refresh_token" not in answer
    assert grants.access(answer["access_token"]) is not None


def test_an_unknown_refresh_token_is_refused(grants: Grants) -> None:
    with pytest.raises(TokenError, match="invalid_code"):
        grants.refresh({**APP, "refresh_token": "1000.x"})


def test_ten_refreshes_in_ten_minutes_are_enough(grants: Grants, clock: Clock) -> None:
    form = {**APP, "refresh_token": exchanged(grants)["refresh_token"]}
    for _ in range(10):
        grants.refresh(form)

    with pytest.raises(TokenError) as refused:
        grants.refresh(form)

    assert refused.value.body["error"] == "Access Denied"
    assert refused.value.body["status"] == "failure"
    clock.forward(minutes=10)
    assert "access_token" in grants.refresh(form)


def test_the_sixteenth_access_token_ends_the_first(grants: Grants, clock: Clock) -> None:
    first = exchanged(grants)
    form = {**APP, "refresh_token": first["refresh_token"]}
    for _ in range(15):
        clock.forward(minutes=2)
        grants.refresh(form)

    assert grants.access(first["access_token"]) is None


def test_the_21st_refresh_token_ends_the_first(grants: Grants) -> None:
    tokens = [exchanged(grants)["refresh_token"] for _ in range(21)]

    with pytest.raises(TokenError, match="invalid_code"):
        grants.refresh({**APP, "refresh_token": tokens[0]})
    assert "access_token" in grants.refresh({**APP, "refresh_token": tokens[1]})


def test_an_access_token_ends_after_an_hour(grants: Grants, clock: Clock) -> None:
    token = exchanged(grants)["access_token"]
    clock.forward(seconds=3599)
    assert grants.access(token) is not None

    clock.forward(seconds=1)
    assert grants.access(token) is None


def test_revoking_a_refresh_token_kills_its_access_tokens(grants: Grants) -> None:
    answer = exchanged(grants)

    assert grants.revoke(answer["refresh_token"])
    assert grants.access(answer["access_token"]) is None
    assert not grants.revoke(answer["refresh_token"])


def test_every_token_can_be_ended_at_once(grants: Grants) -> None:
    answer = exchanged(grants)

    grants.end_access()
    assert grants.access(answer["access_token"]) is None
    assert "access_token" in grants.refresh({**APP, "refresh_token": answer["refresh_token"]})
    grants.revoke_all()
    with pytest.raises(TokenError):
        grants.refresh({**APP, "refresh_token": answer["refresh_token"]})


@pytest.mark.parametrize(
    ("granted", "needed", "allowed"),
    [
        ("ZohoCRM.modules.ALL", "modules.Accounts.UPDATE", True),
        ("ZohoCRM.modules.READ", "modules.Accounts.READ", True),
        ("ZohoCRM.modules.READ", "modules.Accounts.UPDATE", False),
        ("ZohoCRM.modules.accounts.WRITE", "modules.Accounts.UPDATE", True),
        ("ZohoCRM.modules.accounts.ALL", "modules.Leads.READ", False),
        ("ZohoCRM.settings.ALL", "settings.fields.READ", True),
        ("ZohoCRM.settings.modules.READ", "settings.fields.READ", False),
        ("ZohoSearch.securesearch.READ", "ZohoSearch.securesearch.READ", True),
        ("ZohoCRM.coql.READ", "coql.READ", True),
        ("ZohoCRM.modules.ALL", "coql.READ", False),
    ],
)
def test_scopes_allow_what_they_say(clock: Clock, granted: str, needed: str, allowed: bool) -> None:
    assert Access("t", "777", (granted,), clock()).allows(needed) is allowed
