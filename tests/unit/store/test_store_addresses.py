"""Addresses of databases, and when they are spoken to by TLS. Nothing is connected here."""

from __future__ import annotations

import pytest

from zoho_console.errors import ZohoConfigError
from zoho_console.store.database import Database, address_of, arguments_for


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
def test_a_server_elsewhere_is_spoken_to_by_tls(url: str) -> None:
    assert arguments_for(address_of(url), {})["sslmode"] == "require"


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


def test_what_the_person_says_about_tls_stands() -> None:
    plain = address_of("postgresql://db.example.com/console?sslmode=verify-full")
    assert "sslmode" not in arguments_for(plain, {})
    assert "sslmode" not in arguments_for(address_of("postgresql://db.example.com/x"), {"PGSSLMODE": "verify-full"})


def test_every_connection_says_who_it_is_and_waits_ten_seconds_at_most() -> None:
    arguments = arguments_for(address_of("postgresql://localhost/console"), {})
    assert arguments == {"application_name": "zoho-console", "connect_timeout": 10, "keepalives_idle": 30}


@pytest.mark.parametrize("url", ["", "console", "mysql://localhost/console", "postgresql://localhost:port/console"])
def test_an_address_that_cannot_be_used_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ZohoConfigError) as caught:
        Database(url)
    assert "postgresql://" in caught.value.advice
