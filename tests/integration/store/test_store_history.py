"""What happened to tokens by whom, and what calls cost by the quarter hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from zoho_console.domain.connections import Connection, NewConnection, Origins
from zoho_console.domain.grants import FailureKind, Grant, RefreshFailure
from zoho_console.domain.usage import CreditUse
from zoho_console.store.connections import Connections
from zoho_console.store.credit_use import add_use, use_since
from zoho_console.store.data_keys import DataKeys
from zoho_console.store.database import Database
from zoho_console.store.desktops import Desktops, this_console
from zoho_console.store.secrets import MemorySecrets
from zoho_console.store.token_history import events_since, sign_ins, token_events
from zoho_console.store.tokens import ConnectionVault

DAY = timedelta(hours=24)


def vault_of(database: Database, connection: Connection) -> ConnectionVault:
    return ConnectionVault(database, connection.id, DataKeys(database, Desktops(database, MemorySecrets())))


def grant() -> Grant:
    return Grant("refresh", "access", datetime.now(UTC) + timedelta(hours=1))


def run(database: Database, statement: str) -> None:
    with database.begin() as connection:
        connection.execute(text(statement))


def test_events_say_which_console_it_was(database: Database, acme: Connection) -> None:
    vault = vault_of(database, acme)
    vault.save(grant(), event="signed_in")
    claim = vault.claim_refresh(1, timedelta(seconds=30))
    vault.refresh_failed(1, RefreshFailure(FailureKind.REFUSED, "No"), claim)

    now, events = events_since(database, DAY)
    assert [(one.kind, one.console) for one in events] == [("signed_in", this_console()), ("failed", this_console())]
    assert token_events(database, acme.id) == events[::-1]
    assert now - events[-1].at < timedelta(minutes=1)
    run(database, "update token_events set at = at - interval '25 hours'")
    assert events_since(database, DAY)[1] == []


def test_sign_ins_are_counted_until_they_are_revoked(database: Database, acme: Connection) -> None:
    assert sign_ins(database) == {}
    vault = vault_of(database, acme)
    for _ in range(3):
        vault.save(grant(), event="signed_in")
    vault.save(grant())
    assert sign_ins(database) == {acme.id: 3}
    vault.delete()
    assert sign_ins(database) == {acme.id: 2}
    run(database, "delete from token_events where kind = 'signed_in'")
    assert sign_ins(database) == {acme.id: 0}


def test_calls_of_a_quarter_hour_are_added_up_and_zohos_last_word_stays(database: Database, acme: Connection) -> None:
    add_use(database, acme.id, calls=2, used=5, left=None)
    add_use(database, acme.id, calls=1, used=1, left=4000)
    add_use(database, acme.id, calls=1, used=3, left=None)

    found = use_since(database, DAY)
    assert sum(one.calls for one in found) == 4
    assert sum(one.used for one in found) == 9
    assert 4000 in {one.left for one in found}
    assert all(one.at.minute % 15 == 0 and one.at.second == 0 for one in found)


def test_what_is_older_is_not_shown_and_after_a_week_forgotten(database: Database, acme: Connection) -> None:
    add_use(database, acme.id, calls=1, used=1, left=None)
    run(database, "update credit_use set at = at - interval '25 hours'")
    assert use_since(database, DAY) == []
    assert len(use_since(database, 2 * DAY)) == 1
    run(database, "update credit_use set at = at - interval '7 days'")
    add_use(database, acme.id, calls=1, used=2, left=None)
    assert [one.used for one in use_since(database, 30 * DAY)] == [2]


def test_use_goes_with_its_connection(database: Database, acme: Connection) -> None:
    connections = Connections(database)
    other = connections.add(NewConnection("Other", "custom", "1000.X", Origins("http://a", "http://b", "")))
    add_use(database, other.id, calls=1, used=1, left=None)
    connections.remove(other.id)
    add_use(database, other.id, calls=1, used=1, left=None)
    assert use_since(database, DAY) == []
    add_use(database, acme.id, calls=1, used=1, left=7)
    assert use_since(database, DAY)[0] == CreditUse(acme.id, use_since(database, DAY)[0].at, 1, 1, 7)


def test_a_port_is_remembered_once_and_never_the_usual_one(database: Database, acme: Connection) -> None:
    connections = Connections(database)
    for port in (8001, acme.redirect_port, 8001, 8002):
        connections.remember_port(acme.id, port)
    assert connections.get(acme.id).spare_ports == (8001, 8002)
