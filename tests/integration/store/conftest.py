"""What tests of the store begin with: one saved connection, a journal."""

from __future__ import annotations

import pytest

from zoho_console.domain.connections import Connection, NewConnection, origins_for
from zoho_console.domain.connections import Environment as Edition
from zoho_console.store.connections import Connections
from zoho_console.store.database import Database
from zoho_console.store.journal import Journal


@pytest.fixture
def acme(database: Database) -> Connection:
    """A saved connection, “Acme”."""
    return Connections(database).add(NewConnection("Acme", "eu", "1000.CLIENT", origins_for("eu", Edition.PRODUCTION)))


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database)
