"""Runs of one organisation know of each other through the database, whichever console they are in."""

from __future__ import annotations

import asyncio

from bulk_journey import Journey
from sqlalchemy import text

from zoho_console.bulk.leasing import held
from zoho_console.domain.changes import ChangeSet, ChangeSetState
from zoho_console.domain.connections import Connection, Environment, NewConnection, origins_for

LEASE_S = 1.0


def prepared_by(journey: Journey, connection: Connection, change_set: ChangeSet) -> None:
    with journey.workspace.database.begin() as database:
        values = {"connection": connection.id, "id": change_set.id}
        database.execute(text("update change_sets set connection_id = :connection where id = :id"), values)


def test_a_run_learns_of_another_that_begins_and_of_its_end(journey: Journey) -> None:
    one, other, runs = journey.scores(3, 1), journey.scores(5, 2), journey.journal.runs

    async def play() -> None:
        async with held(runs, one.id, LEASE_S) as mine:
            await journey.until(lambda: mine.runs_beside == 1)
            async with held(runs, other.id, LEASE_S) as theirs:
                await journey.until(lambda: (mine.runs_beside, theirs.runs_beside) == (2, 2))
                await theirs.release(ChangeSetState.PAUSED, "enough")
            await journey.until(lambda: mine.runs_beside == 1)
            await mine.release(ChangeSetState.PAUSED, "enough")

    journey.call(play())


def test_a_run_of_another_organisation_takes_nothing_away(journey: Journey) -> None:
    planned, elsewhere, runs = journey.scores(3, 1), journey.scores(5, 2), journey.journal.runs
    origins = origins_for("eu", Environment.PRODUCTION)
    beta = journey.workspace.add_connection(NewConnection("Beta", "eu", "1000.BETA", origins), "secret")
    prepared_by(journey, beta, elsewhere)

    async def play() -> None:
        async with held(runs, elsewhere.id, 60.0) as theirs, held(runs, planned.id, LEASE_S) as mine:
            await asyncio.sleep(LEASE_S)
            assert (mine.runs_beside, theirs.runs_beside) == (1, 1)
            await mine.release(ChangeSetState.PAUSED, "enough")
            await theirs.release(ChangeSetState.PAUSED, "enough")

    journey.call(play())


def test_two_connections_to_one_organisation_share(journey: Journey) -> None:
    planned, again, runs = journey.scores(3, 1), journey.scores(5, 2), journey.journal.runs
    second = journey.workspace.add_connection(
        NewConnection("Acme again", "custom", "1000.AGAIN", journey.acme.origins), "secret"
    )
    assert journey.acme.organisation is not None and journey.acme.user is not None
    journey.workspace.connections.identified(second.id, journey.acme.organisation, journey.acme.user)
    prepared_by(journey, second, again)

    async def play() -> None:
        async with held(runs, again.id, 60.0) as theirs, held(runs, planned.id, LEASE_S) as mine:
            await journey.until(lambda: mine.runs_beside == 2)
            await mine.release(ChangeSetState.PAUSED, "enough")
            await theirs.release(ChangeSetState.PAUSED, "enough")

    journey.call(play())
