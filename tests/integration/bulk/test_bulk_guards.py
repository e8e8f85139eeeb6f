"""Guards of connections, held by the engine: what they keep back, and what lets it through."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bulk_journey import Journey
from sqlalchemy import text

from zoho_console.domain.changes import ChangeSetState, RowState
from zoho_console.domain.guards import Guard, Level
from zoho_console.errors import Guarded, ZohoConfigError

HOUR = timedelta(hours=1)


def guarded(journey: Journey, level: Level, lowered_for: timedelta | None = None) -> Guard:
    return journey.workspace.connections.set_guard(journey.acme.id, level, lowered_for).guard


def test_watch_only_sends_nothing_whoever_says_yes(journey: Journey) -> None:
    planned = journey.scores(3)
    guarded(journey, Level.WATCH)
    with pytest.raises(Guarded, match="watch only"):
        journey.call(journey.run(planned, yes_by="anna").apply())
    assert journey.journal.change_set(planned.id).state is ChangeSetState.PLANNED
    assert not journey.simulator.world.effects


def test_a_staged_plan_waits_for_a_yes_of_its_own(journey: Journey) -> None:
    planned = journey.scores(3, 1)
    guarded(journey, Level.STAGED)
    with pytest.raises(Guarded, match="waits for a yes") as refused:
        journey.apply(planned)
    assert f"jobs resume {planned.id}" in refused.value.advice
    done = journey.call(journey.run(planned, yes_by="anna on DESK").apply())
    assert (done.state, done.yes_by) == (ChangeSetState.FINISHED, "anna on DESK")
    assert done.yes_at is not None
    undo = journey.undo(done)
    with pytest.raises(Guarded):
        journey.apply(undo)


def test_a_yes_that_was_said_holds_for_whoever_goes_on(journey: Journey) -> None:
    planned = journey.scores(3, 1)
    guarded(journey, Level.STAGED)
    run = journey.run(planned, yes_by="anna")
    run.pause()
    assert journey.call(run.apply()).state is ChangeSetState.PAUSED
    assert journey.apply(planned).state is ChangeSetState.FINISHED


def test_a_guard_raised_during_a_run_stops_it_before_the_next_batch(journey: Journey) -> None:
    planned = journey.scores(300, 991)

    def raise_it(progress: object) -> None:
        if journey.simulator.world.effects:
            guarded(journey, Level.WATCH)

    paused = journey.apply(planned, parallel=1, on_progress=raise_it)
    assert paused.state is ChangeSetState.PAUSED
    assert "watch only" in paused.note
    sent = len(journey.simulator.world.effects)
    assert 0 < sent < 300
    assert paused.count(RowState.UPDATED) == sent
    guarded(journey, Level.OPEN)
    assert journey.apply(planned).state is ChangeSetState.FINISHED
    assert set(journey.simulator.world.effects.values()) == {1}


def test_a_guard_that_was_lowered_rises_again_by_the_clock_of_the_database(journey: Journey) -> None:
    assert guarded(journey, Level.WATCH) == Guard(Level.WATCH, Level.WATCH)
    lowered = guarded(journey, Level.OPEN, HOUR)
    assert (lowered.level, lowered.rests_at) == (Level.OPEN, Level.WATCH)
    assert lowered.until is not None
    assert journey.apply(journey.scores(2, 1)).state is ChangeSetState.FINISHED
    with journey.workspace.database.begin() as connection:
        connection.execute(text("update connections set lowered_until = clock_timestamp()"))
    assert journey.workspace.connections.get(journey.acme.id).guard == Guard(Level.WATCH, Level.WATCH)
    with pytest.raises(Guarded):
        journey.apply(journey.scores(2, 3))


def test_raising_a_lowered_guard_ends_the_lowering(journey: Journey) -> None:
    guarded(journey, Level.WATCH)
    guarded(journey, Level.OPEN, HOUR)
    assert guarded(journey, Level.STAGED, HOUR).level is Level.STAGED
    assert guarded(journey, Level.WATCH, HOUR) == Guard(Level.WATCH, Level.WATCH)
    assert guarded(journey, Level.OPEN) == Guard()


def test_every_change_of_a_guard_is_written_down(journey: Journey) -> None:
    guarded(journey, Level.WATCH)
    guarded(journey, Level.STAGED, HOUR)
    words = [one.text for one in journey.workspace.events(journey.acme.id)[:2]]
    assert words[0].startswith("Staged for 60 minutes (")
    assert words[1].startswith("Watch only from now on (")
    with pytest.raises(ZohoConfigError):
        journey.workspace.connections.set_guard(9999, Level.OPEN)
