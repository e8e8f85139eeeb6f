"""What a command that runs ends with, on real runs."""

from __future__ import annotations

from argparse import Namespace

import pytest
from bulk_journey import PLAIN, Journey

from zoho_console.cli import jobs
from zoho_console.cli.exits import Exit
from zoho_console.cli.output import Output
from zoho_console.cli.running import apply
from zoho_console.domain.changes import ChangeSet, ChangeSetState, RowState
from zoho_console.domain.terms import Terms

OUTPUT = Output(as_json=False)


def applied(journey: Journey, planned: ChangeSet) -> int:
    return apply(journey.workspace, planned, Namespace(yes=True, report=None), OUTPUT)


def test_a_run_that_did_everything_and_one_that_did_not(journey: Journey) -> None:
    assert applied(journey, journey.scores(3, 991)) == Exit.DONE
    assert applied(journey, journey.scores(3, 991)) == Exit.DONE  # there was nothing left to do
    journey.simulator.world.locked.add(journey.ids(1)[0])
    assert applied(journey, journey.scores(3, 992)) == Exit.PARTLY
    assert applied(journey, journey.scores(1, 993)) == Exit.NOTHING_CHANGED


def test_a_stop_rule_and_a_pause_end_differently(journey: Journey) -> None:
    rows = [(one, 991) for one in journey.ids(250)]
    planned = journey.prepare(journey.file(rows), terms=Terms())
    first = journey.journal.batch_rows(planned.id, 1)
    journey.simulator.world.locked.update(row.record_id for row in first)
    assert applied(journey, planned) == Exit.STOPPED_BY_RULE

    planned = journey.prepare(journey.file(rows[200:]), terms=PLAIN)
    journey.simulator.faults.add(method="PUT", status=401, times=9)
    assert applied(journey, planned) == Exit.PAUSED


def test_an_open_run_is_stopped_by_a_command_and_one_that_is_over_is_not(
    journey: Journey, capsys: pytest.CaptureFixture[str]
) -> None:
    planned = journey.scores(3, 991)
    runs = journey.journal.runs
    runs.release(runs.take(planned.id, "", 60), ChangeSetState.PAUSED, "Paused by you.")
    arguments = Namespace(id=planned.id, yes=True)
    assert jobs.stop(journey.workspace, arguments, OUTPUT, journey.folder) == Exit.DONE
    stopped = journey.journal.change_set(planned.id)
    assert (stopped.state, stopped.counts) == (ChangeSetState.FINISHED, {RowState.SKIPPED: 3})
    assert "3 not sent" in capsys.readouterr().out

    draft = journey.scores(3, 992)
    assert jobs.stop(journey.workspace, Namespace(id=draft.id, yes=True), OUTPUT, journey.folder) == Exit.DONE
    assert journey.journal.change_set(draft.id).state is ChangeSetState.ABANDONED
    assert not journey.simulator.world.effects
