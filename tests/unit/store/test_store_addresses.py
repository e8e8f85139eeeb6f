"""Addresses of databases, and when they are spoken to by TLS. Nothing is connected here."""

from __future__ import annotations

import pytest

from zoho_console.errors import ZohoConfigError
from zoho_console.store.address import UNPROVEN_VARIABLE, address_of, arguments_for, is_proven
from zoho_console.store.database import Database


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna@db.example.com/console",
        "postgresql+psycopg2://anna@10.0.0.7/console",
        "postgresql:///console?host=db.example.com",
        "postgresql:///console?host=localhost&hostaddr=10.0.0.7",
        "postgresql://localhost/console?host=localhost,db.example.com",
    ],
)
def test_a_server_elsewhere_has_to_prove_who_it_is(url: str) -> None:
    arguments = arguments_for(address_of(url), {})
    assert arguments["sslmode"] == "verify-full"
    assert arguments["sslrootcert"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://localhost/console",
        "postgresql://anna:secret@127.0.0.1:5433/console",
        "postgresql://[::1]/console",
        "postgresql:///console?host=/run/postgresql",
        "postgresql:///console",
    ],
)
def test_a_server_of_this_computer_is_left_as_it_is(url: str) -> None:
    assert "sslmode" not in arguments_for(address_of(url), {})


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_a_server_elsewhere_that_need_not_prove_itself_is_refused_unless_the_risk_is_taken(mode: str) -> None:
    weak = address_of(f"postgresql://db.example.com/console?sslmode={mode}")
    with pytest.raises(ZohoConfigError, match=mode) as refused:
        arguments_for(weak, {})
    assert "sslmode=verify-full" in refused.value.advice
    with pytest.raises(ZohoConfigError):
        arguments_for(address_of("postgresql://db.example.com/x"), {"PGSSLMODE": mode})
    allowed = {UNPROVEN_VARIABLE: "yes"}
    assert "sslmode" not in arguments_for(weak, allowed)
    assert not is_proven(weak, allowed)


def test_whom_to_believe_can_be_said_in_the_address() -> None:
    own = address_of("postgresql://db.example.com/console?sslrootcert=/etc/our.crt")
    assert "sslrootcert" not in arguments_for(own, {})
    assert is_proven(own, {})
    assert "sslrootcert" not in arguments_for(address_of("postgresql://db.example.com/x"), {"PGSSLROOTCERT": "x"})


def test_a_database_on_this_computer_needs_no_proof() -> None:
    assert is_proven(address_of("postgresql://localhost/console?sslmode=disable"), {})


def test_every_connection_says_who_it_is_and_waits_ten_seconds_at_most() -> None:
    arguments = arguments_for(address_of("postgresql://localhost/console"), {})
    assert arguments == {"application_name": "zoho-console", "connect_timeout": 10, "keepalives_idle": 30}


@pytest.mark.parametrize("url", ["", "console", "mysql://localhost/console", "postgresql://localhost:port/console"])
def test_an_address_that_cannot_be_used_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ZohoConfigError) as caught:
        Database(url)
    assert "postgresql://" in caught.value.advice
