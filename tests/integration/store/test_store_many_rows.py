"""Many rows of a new change set beside old ones that the server has statistics of: no statement is quadratic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from journal_samples import new, planned
from sqlalchemy import text

from zoho_console.domain.changes import Problem, RowState
from zoho_console.domain.connections import Connection
from zoho_console.store.database import Database
from zoho_console.store.journal import Journal

ROWS = 20_000
# A nested loop over so many rows takes minutes; done as it should be it takes half a second.
LIMIT = "30s"


@pytest.fixture
def limited(database: Database, acme: Connection) -> Iterator[tuple[Journal, int, int]]:
    """A journal with a finished plan that the server has looked at, and a draft of as many rows."""
    journal = Journal(database)
    ids = [journal.begin(new(acme)) for _ in range(2)]
    journal.add_rows(ids[0], [planned(number) for number in range(2, ROWS + 2)])
    journal.finish_plan(ids[0])
    with database.session() as session:
        session.execute(text("analyze"))
        session.execute(text(f"alter role current_user set statement_timeout = '{LIMIT}'"))
        session.execute(text("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                             " and datname = current_database()"))  # fmt: skip
    try:
        yield journal, *ids
    finally:
        with database.session() as session:
            session.execute(text("alter role current_user reset statement_timeout"))


def test_a_plan_beside_another_is_numbered_row_by_row(limited: tuple[Journal, int, int]) -> None:
    journal, _former, draft = limited
    journal.add_rows(draft, [planned(number) for number in range(2, ROWS + 2)])
    plan = journal.finish_plan(draft)
    assert plan.job_rows == ROWS


def test_twins_beside_another_plan_are_found_row_by_row(limited: tuple[Journal, int, int]) -> None:
    journal, _former, draft = limited
    journal.add_rows(draft, [replace(planned(number), record_id=f"{number // 2:018}") for number in range(2, ROWS + 2)])
    journal.staging.refuse_twins(draft, Problem("twin", "The row%s %s mean the same account.", "Keep one."))
    assert journal.finish_plan(draft).counts == {RowState.INVALID: ROWS}
