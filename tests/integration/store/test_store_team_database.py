"""The address of a team's database and its password, kept apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backends.null import Keyring as NoStore
from sqlalchemy import make_url

from zoho_console.errors import NoPasswordStore, ZohoConfigError, ZohoDatabaseError
from zoho_console.logs import redacted
from zoho_console.store.secrets import MemorySecrets, Secrets
from zoho_console.store.team_database import TeamDatabase

ADDRESS = "postgresql://anna@db.example.com:6543/console?sslrootcert=%2Fetc%2Fours.pem"
PASSWORD = "a password: with/every@sign?"


@given(password=st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_an_address_is_whole_again_with_the_password_that_was_kept_for_it(password: str) -> None:
    team = TeamDatabase(MemorySecrets())
    assert team.keep(ADDRESS, password) == ADDRESS
    assert make_url(team.whole(ADDRESS)).password == password
    assert make_url(team.whole(ADDRESS)).query == make_url(ADDRESS).query


def test_a_password_in_the_address_is_taken_out_and_kept() -> None:
    team = TeamDatabase(MemorySecrets())
    written = make_url(ADDRESS).set(password=PASSWORD).render_as_string(hide_password=False)
    assert team.without_password(written) == ADDRESS
    assert team.keep(written, "") == ADDRESS
    assert make_url(team.whole(ADDRESS)).password == PASSWORD
    assert PASSWORD not in redacted(f"could not reach it with {PASSWORD}")


def test_a_password_goes_to_the_server_it_was_kept_for_only() -> None:
    team = TeamDatabase(MemorySecrets())
    team.keep(ADDRESS, PASSWORD)
    for other in (
        ADDRESS.replace("db.example.com", "db.example.org"),
        ADDRESS.replace("6543", "5432"),
        ADDRESS.replace("anna", "ben"),
        ADDRESS.replace("/console", "/other"),
    ):
        assert team.whole(other) == other


def test_an_address_that_names_a_password_keeps_its_own() -> None:
    team = TeamDatabase(MemorySecrets())
    team.keep(ADDRESS, PASSWORD)
    written = ADDRESS.replace("anna@", "anna:other@")
    assert team.whole(written) == written


def test_a_password_that_is_forgotten_is_gone() -> None:
    team = TeamDatabase(MemorySecrets())
    team.keep(ADDRESS, PASSWORD)
    team.forget(ADDRESS)
    assert team.whole(ADDRESS) == ADDRESS


def test_without_a_password_store_another_place_may_have_the_password() -> None:
    team = TeamDatabase(Secrets({}, find=NoStore))
    assert team.whole(ADDRESS) == ADDRESS
    with pytest.raises(NoPasswordStore):
        team.keep(ADDRESS, PASSWORD)


def test_who_answers_is_told_and_nothing_is_made(empty_url: str, database_url: str) -> None:
    team = TeamDatabase(MemorySecrets())
    new, used = team.server(empty_url, ""), team.server(database_url, "")
    assert (new.has_tables, used.has_tables) == (False, True)
    assert used.is_proven
    assert used.version[0].isdigit()
    assert not team.server(empty_url, "").has_tables


def test_an_address_where_nobody_answers_is_said() -> None:
    with pytest.raises(ZohoDatabaseError, match="cannot reach its database"):
        TeamDatabase(MemorySecrets()).server("postgresql://anna@127.0.0.1:1/console", PASSWORD)


def test_what_is_no_address_is_said() -> None:
    with pytest.raises(ZohoConfigError):
        TeamDatabase(MemorySecrets()).without_password("postgresql://anna@host:port/x")
