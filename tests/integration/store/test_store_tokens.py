"""Tokens: one refresh at a time on the database's clock, a history, and the guide's own store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from zoho_console.domain.connections import Connection, NewConnection, Origins
from zoho_console.domain.grants import FailureKind, Grant, GrantVault, RefreshFailure
from zoho_console.errors import ZohoDatabaseError
from zoho_console.store.connections import Connections
from zoho_console.store.data_keys import DataKeys
from zoho_console.store.database import Database
from zoho_console.store.desktops import Desktops
from zoho_console.store.secrets import MemorySecrets
from zoho_console.store.token_history import token_events
from zoho_console.store.token_store import TokenStore
from zoho_console.store.tokens import ConnectionVault, TokenHealth

ENDS = datetime(2030, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
LEASE = timedelta(seconds=30)


def grant(access: str = "access", **other: object) -> Grant:
    values: dict[str, object] = {"scopes": ("ZohoCRM.org.READ", "x"), "api_domain": "https://www.zohoapis.eu"}
    return Grant("refresh", access, ENDS, **{**values, **other})  # type: ignore[arg-type]


def failure(sentence: str) -> RefreshFailure:
    return RefreshFailure(FailureKind.REFUSED, sentence)


def vault_of(database: Database, connection_id: int) -> ConnectionVault:
    return ConnectionVault(database, connection_id, DataKeys(database, Desktops(database, MemorySecrets())))


def loaded(vault: GrantVault) -> Grant | None:
    """What the vault holds; its expiry is put back to ENDS if it is that moment but for what two clocks differ in."""
    grant = vault.load()
    if grant is not None and abs(grant.expires_at - ENDS) < timedelta(milliseconds=100):
        return replace(grant, expires_at=ENDS)
    return grant


@pytest.fixture
def vault(database: Database, acme: Connection) -> ConnectionVault:
    return vault_of(database, acme.id)


def test_a_vault_is_empty_before_the_first_sign_in(vault: GrantVault) -> None:
    assert vault.load() is None
    assert vault.claim_refresh(0, LEASE) == 0


def test_what_is_saved_is_loaded_as_the_next_generation(vault: ConnectionVault) -> None:
    first = vault.save(grant(), event="signed_in")
    second = vault.save(grant("second"))

    assert first == grant(generation=1)
    assert second == grant("second", generation=2)
    assert loaded(vault) == second
    assert second.expires_at.tzinfo is UTC


def test_connections_do_not_see_each_others_tokens(database: Database, vault: ConnectionVault) -> None:
    other = Connections(database).add(NewConnection("Other", "custom", "1000.X", Origins("http://a", "http://b", "")))
    vault.save(grant())

    assert vault_of(database, other.id).load() is None
    vault_of(database, other.id).save(grant("theirs"))
    vault_of(database, other.id).delete()
    assert loaded(vault) == grant(generation=1)


def test_one_of_many_consoles_refreshes(vault: ConnectionVault) -> None:
    vault.save(grant())
    answers: list[int] = []
    start = threading.Barrier(8)

    def claim() -> None:
        start.wait()
        answers.append(vault.claim_refresh(1, LEASE))

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [0] * 7 + [1]


def test_a_claim_ends_with_the_new_token_a_failure_or_its_lease(vault: ConnectionVault) -> None:
    vault.save(grant())
    claim = vault.claim_refresh(1, LEASE)
    assert claim
    assert not vault.claim_refresh(1, LEASE)
    vault.refresh_failed(1, failure("server_error"), claim)
    assert vault.claim_refresh(1, timedelta(seconds=-1))
    assert vault.claim_refresh(1, LEASE)

    vault.save(grant("second"))
    assert not vault.claim_refresh(1, LEASE)
    assert vault.claim_refresh(2, LEASE)


def test_a_failure_of_an_old_generation_does_not_end_the_claim_of_a_new_one(vault: ConnectionVault) -> None:
    vault.save(grant())
    vault.save(grant("second"))
    claim = vault.claim_refresh(2, LEASE)
    vault.refresh_failed(1, failure("late"), claim)

    assert not vault.claim_refresh(2, LEASE)
    assert vault.health().last_error == ""


def test_health_tells_what_is_known_without_a_token(vault: ConnectionVault, database: Database) -> None:
    assert vault.health() == TokenHealth()
    vault.save(grant("SECRET-ACCESS"), event="signed_in")
    with database.begin() as connection:
        connection.execute(text("update zoho_tokens set last_ok_at = '2020-01-01', updated_at = '2020-01-01'"))
    vault.refresh_failed(1, failure("invalid_client"), 0)

    health = vault.health()
    assert (health.has_grant, health.generation) == (True, 1)
    assert health.expires_at is not None
    assert abs(health.expires_at - ENDS) < timedelta(milliseconds=100)
    assert (health.last_error, health.scopes) == ("invalid_client", ("ZohoCRM.org.READ", "x"))
    assert "SECRET" not in repr(health)
    vault.note_ok()
    noted = vault.health()
    assert noted.last_ok_at is not None
    assert noted.last_ok_at.year > 2020
    assert noted.last_refresh_at == health.last_refresh_at
    vault.save(grant())
    assert vault.health().last_error == ""


def test_everything_that_happens_is_in_the_history(database: Database, vault: ConnectionVault) -> None:
    vault.save(grant(), event="signed_in")
    vault.save(grant())
    vault.refresh_failed(2, failure("server_error"), 0)
    vault.delete()
    vault.delete()

    events = token_events(database)
    assert [event.kind for event in events] == ["revoked", "failed", "refreshed", "signed_in"]
    assert events[1].text == "Renewing failed: server_error"
    assert {event.connection_id for event in events} == {vault._id}
    assert [event.kind for event in token_events(database, vault._id, limit=1)] == ["revoked"]
    assert token_events(database, vault._id + 1) == []
    assert vault.load() is None


# --- the guide's store ---


@pytest.fixture
def store(empty_url: str) -> Iterator[TokenStore]:
    opened = TokenStore(empty_url)
    yield opened
    opened.close()


def test_the_guides_store_keeps_one_row_for_each_type(store: TokenStore) -> None:
    assert store.get_token() is None
    saved = store.save_token("access", "refresh", 3600)
    store.save_token("theirs", "refresh", 3600, token_type="other")
    again = store.save_token("newer", "refresh", 3600)

    columns = ["id", "token_type", "access_token", "refresh_token", "expires_at", "created_at", "updated_at"]
    assert list(saved) == columns
    assert store.get_token() == again
    assert (again["id"], again["created_at"]) == (saved["id"], saved["created_at"])
    assert again["updated_at"] > saved["updated_at"]
    assert (again["expires_at"] - again["updated_at"]).total_seconds() == 3600
    assert store.get_token("other")["access_token"] == "theirs"  # type: ignore[index]


def test_a_token_is_expired_when_its_time_has_come_or_there_is_none(store: TokenStore) -> None:
    assert store.is_token_expired()
    store.save_token("access", "refresh", 60)
    assert not store.is_token_expired()
    store.save_token("access", "refresh", 0)
    assert store.is_token_expired()


def test_deleting_says_whether_there_was_a_token(store: TokenStore) -> None:
    store.save_token("access", "refresh", 3600)

    assert store.delete_token() is True
    assert store.delete_token() is False


def test_the_guides_tokens_and_those_of_connections_live_apart(
    database: Database, database_url: str, vault: ConnectionVault
) -> None:
    vault.save(grant())
    store = TokenStore(database_url)
    store.save_token("script", "refresh", 3600)
    store.delete_token()
    store.close()

    assert loaded(vault) == grant(generation=1)


def test_a_store_whose_database_is_away_says_so_at_once() -> None:
    with pytest.raises(ZohoDatabaseError, match="cannot reach"):
        TokenStore("postgresql://nobody@127.0.0.1:1/none")
