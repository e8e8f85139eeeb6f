"""Saved connections, and the field metadata kept for them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from zoho_console.domain.changes import ChangeSetKind, Mapping, NewChangeSet
from zoho_console.domain.connections import (
    Connection,
    Environment,
    NewConnection,
    Organisation,
    Origins,
    User,
)
from zoho_console.domain.fields import Field
from zoho_console.errors import ZohoConfigError
from zoho_console.store import field_cache
from zoho_console.store.connections import Connections
from zoho_console.store.database import Database
from zoho_console.store.journal import Journal

ORIGINS = Origins("http://localhost:1", "http://localhost:2", "http://localhost:3")
NEW = NewConnection("Zoo", "custom", "1000.ZOO", ORIGINS, Environment.SANDBOX, 8123, ("ZohoCRM.org.READ",))
FIELDS = [
    Field("Account_Name", "Account Name", "text", length=200, is_mandatory=True),
    Field("Rating", "Rating", "picklist", pick_values=("Hot", "Cold"), is_custom=True),
]


@pytest.fixture
def connections(database: Database) -> Connections:
    return Connections(database)


def test_a_connection_comes_back_as_it_was_saved(connections: Connections) -> None:
    made = connections.add(replace(NEW, name="  Zoo "))

    assert connections.get(made.id) == connections.named("Zoo") == made
    assert (made.name, made.client_id, made.origins) == ("Zoo", "1000.ZOO", ORIGINS)
    assert (made.environment, made.redirect_port, made.scopes) == (Environment.SANDBOX, 8123, ("ZohoCRM.org.READ",))
    assert (made.organisation, made.user, made.colour) == (None, None, 0)


def test_each_connection_gets_the_next_colour_and_they_come_by_name(connections: Connections, acme: Connection) -> None:
    connections.add(NEW)
    connections.add(replace(NEW, name="beta"))

    assert [(one.name, one.colour) for one in connections.all()] == [("Acme", 0), ("beta", 2), ("Zoo", 1)]


def test_a_name_is_taken_once(connections: Connections, acme: Connection) -> None:
    with pytest.raises(ZohoConfigError, match="“Acme” already") as caught:
        connections.add(replace(NEW, name=" Acme"))
    assert caught.value.advice


@pytest.mark.parametrize("new", [replace(NEW, name="  "), replace(NEW, client_id="")])
def test_a_connection_needs_a_name_and_a_client_id(connections: Connections, new: NewConnection) -> None:
    with pytest.raises(ZohoConfigError, match="needs a name"):
        connections.add(new)
    assert connections.all() == []


def test_a_connection_remembers_whom_the_sign_in_belongs_to(connections: Connections, acme: Connection) -> None:
    organisation, user = Organisation("1", "Acme “GmbH”", currency="EUR"), User("2", "Zoë", "zoe@example.com")
    known = connections.identified(acme.id, organisation, user)

    assert known == replace(acme, organisation=organisation, user=user)
    assert connections.get(acme.id) == known


def test_a_connection_that_is_not_there_is_said_so(connections: Connections) -> None:
    with pytest.raises(ZohoConfigError, match="not there any more"):
        connections.get(7)
    with pytest.raises(ZohoConfigError, match="no connection “Nobody”"):
        connections.named("Nobody")
    with pytest.raises(ZohoConfigError, match="not there any more"):
        connections.identified(7, Organisation("1", "x"), User("2", "y", "z"))
    connections.remove(7)


def test_a_removed_connection_takes_everything_along(
    connections: Connections, database: Database, journal: Journal, acme: Connection
) -> None:
    field_cache.save(database, acme.id, "Accounts", FIELDS)
    journal.begin(NewChangeSet(acme.id, "Accounts", ChangeSetKind.UPDATE, "a.csv", (), Mapping(0, "id")))
    connections.remove(acme.id)

    assert connections.all() == []
    assert journal.change_sets() == []
    assert field_cache.load(database, acme.id, "Accounts") is None


def test_fields_are_kept_by_connection_and_module(database: Database, acme: Connection) -> None:
    assert field_cache.load(database, acme.id, "Accounts") is None
    field_cache.save(database, acme.id, "Accounts", FIELDS[:1])
    field_cache.save(database, acme.id, "Accounts", FIELDS)
    field_cache.save(database, acme.id, "Deals", [])

    assert field_cache.load(database, acme.id, "Accounts") == FIELDS
    assert field_cache.load(database, acme.id, "Deals") == []


def test_fields_that_a_newer_console_kept_can_be_read(database: Database, acme: Connection) -> None:
    kept = '[{"api_name": "A", "label": "A", "type": "text", "something_new": 1}]'
    with database.begin() as connection:
        connection.execute(
            text("insert into field_cache (connection_id, module, fields) values (:id, 'Accounts', cast(:f as jsonb))"),
            {"id": acme.id, "f": kept},
        )

    assert field_cache.load(database, acme.id, "Accounts") == [Field("A", "A", "text")]
