"""A run that is killed again and again: every row has one effect at most, and every row has its outcome."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from bulk_journey import Journey

from zoho_console.domain.changes import ChangeSetState, RowState
from zoho_console.simulator.server import Simulator, SimulatorOptions

ROOT = Path(__file__).resolve().parents[3]
KILLS = 5
ROWS = 1500


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(SimulatorOptions(accounts=ROWS, auto_consent=True, latency_ms=40)) as running:
        yield running


def process(database_url: str, change_set_id: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(Path(__file__).with_name("applying_process.py")), database_url, str(change_set_id)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def test_a_run_killed_at_any_moment_has_one_effect_a_row_and_an_outcome_a_row(
    journey: Journey, database_url: str
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    draw = random.Random(seed)
    planned = journey.scores(ROWS, 991)

    for _ in range(KILLS):
        with process(database_url, planned.id) as running:
            assert running.stdout is not None
            running.stdout.readline()
            time.sleep(draw.uniform(0, 0.25))
            running.kill()
    with process(database_url, planned.id) as last:
        last.communicate()
    assert last.returncode == 0

    done = journey.journal.change_set(planned.id)
    rows = list(journey.journal.all_rows(planned.id))
    effects = journey.simulator.world.effects
    assert done.state is ChangeSetState.FINISHED
    assert done.total == len(rows) == ROWS
    assert {row.state for row in rows} <= {RowState.UPDATED, RowState.UNCHANGED}
    assert Counter(effects) == Counter(row.record_id for row in rows if row.state is RowState.UPDATED)
