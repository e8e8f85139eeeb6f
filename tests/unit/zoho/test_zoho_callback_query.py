"""What a callback's query may say."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest

from zoho_console.domain.connections import DATA_CENTRES, Environment, Origins, origins_for
from zoho_console.errors import SignInCancelled, SignInNeeded, ZohoAuthError
from zoho_console.zoho.oauth import Consent
from zoho_console.zoho.signin import Rejected, read_callback

US = origins_for("us", Environment.PRODUCTION)
OWN = Origins("http://127.0.0.1:9000", "http://127.0.0.1:9000", "http://127.0.0.1:9000")
STATE = "k3Jx" * 11


def read(query: str, origins: Origins = US, *, is_custom: bool = False) -> Consent | ZohoAuthError:
    return read_callback(query, STATE, origins, is_custom=is_custom)


def query_of(**values: str) -> str:
    return urlencode({"state": STATE, "code": "1000.c", **{name.replace("_", "-"): v for name, v in values.items()}})


@pytest.mark.parametrize("code", list(DATA_CENTRES))
def test_every_known_accounts_server_is_accepted(code: str) -> None:
    accounts = DATA_CENTRES[code].origins.accounts

    assert read(query_of(location=code, accounts_server=accounts)) == Consent("1000.c", accounts)


def test_without_a_server_the_connections_own_is_meant() -> None:
    assert read(query_of()) == Consent("1000.c", US.accounts)
    assert read(query_of(location="eu")) == Consent("1000.c", US.accounts)
    assert read(query_of(), OWN, is_custom=True) == Consent("1000.c", OWN.accounts)


def test_a_custom_connection_believes_its_own_server_only() -> None:
    assert read(query_of(location="us", accounts_server=OWN.accounts), OWN, is_custom=True) == Consent(
        "1000.c", OWN.accounts
    )
    assert isinstance(read(query_of(accounts_server=US.accounts), OWN, is_custom=True), SignInNeeded)


@pytest.mark.parametrize(
    "server",
    [
        "",
        "https://accounts.zoho.eu/",
        "https://accounts.zoho.eu.",
        "https://accounts.zoho.eu:443",
        "https://accounts.zoho.eu@evil.example",
        "https://evil.example/accounts.zoho.eu",
        "https://accounts.zoho.eu.evil.example",
        "https://ACCOUNTS.zoho.eu",
        "http://accounts.zoho.eu",
        "https://accounts.zoho.eu#",
        "https://accounts.zoho.eu\t",
        " https://accounts.zoho.eu",
        "https:\\\\accounts.zoho.eu",
        "https://accounts%2Ezoho.eu",
        "https://аccounts.zoho.eu",
        "//accounts.zoho.eu",
    ],
)
def test_a_server_spelled_otherwise_is_refused(server: str) -> None:
    assert isinstance(read(query_of(location="eu", accounts_server=server)), SignInNeeded)


def test_a_server_of_another_data_centre_than_named_is_refused() -> None:
    assert isinstance(read(query_of(location="eu", accounts_server=US.accounts)), SignInNeeded)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "state",
        "code=1000.c",
        "state=&code=1000.c",
        f"state={STATE}x&code=1000.c",
        f"state={STATE.lower()}&code=1000.c",
        f"state={quote('ü')}&code=1000.c",
        f"state={STATE}",
        f"state={STATE}&code=",
        f"state={STATE}&state={STATE}&code=1000.c",
        f"state={STATE}&code=1000.c&code=1000.d",
        f"state={STATE}&code=1000.c&error=access_denied",
        f"state={STATE}&code=%ff",
        "&".join([f"state={STATE}", "code=c", *(f"n{number}=x" for number in range(40))]),
        "error=access_denied",
    ],
)
def test_what_zoho_did_not_make_for_this_attempt_is_refused(query: str) -> None:
    with pytest.raises(Rejected) as caught:
        read(query)

    assert STATE not in str(caught.value)


def test_a_no_in_the_browser_ends_the_attempt() -> None:
    outcome = read(f"state={STATE}&error=access_denied")

    assert isinstance(outcome, SignInCancelled)


def test_another_error_of_zoho_ends_the_attempt() -> None:
    outcome = read(f"state={STATE}&error=invalid_scope%0A")

    assert type(outcome) is ZohoAuthError
    assert "invalid_scope·" in str(outcome)
