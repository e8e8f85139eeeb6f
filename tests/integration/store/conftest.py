"""What tests of the store begin with: one saved connection, a journal."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from journal_samples import Begin, new

from zoho_console.domain.changes import RowRecord
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


@pytest.fixture
def ready(journal: Journal, acme: Connection) -> Begin:
    """Makes a PLANNED change set of these rows, in batches of two."""

    def make(rows: Sequence[RowRecord]) -> int:
        change_set_id = journal.begin(new(acme))
        journal.add_rows(change_set_id, rows)
        journal.finish_plan(change_set_id, batch_size=2)
        return change_set_id

    return make
