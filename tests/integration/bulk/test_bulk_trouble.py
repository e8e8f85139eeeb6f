"""Trouble in the middle of a run: damaged answers, lost ones, a lost database, bugs, impatience."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from bulk_journey import Journey
from sqlalchemy import make_url, text

from zoho_console.bulk.applying import Run
from zoho_console.bulk.progress import Progress
from zoho_console.bulk.sending import MOST_LOST
from zoho_console.domain.changes import ChangeSetState, RowState
from zoho_console.errors import LeaseLost, ZohoConfigError, ZohoDatabaseError
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.store.database import Database


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Accounts for more batches than a run loses answers in a row."""
    with Simulator(SimulatorOptions(accounts=(MOST_LOST + 3) * 100, auto_consent=True)) as running:
        yield running


def success(record_id: str) -> dict[str, Any]:
    return {"code": "SUCCESS", "details": {"id": record_id}, "message": "record updated", "status": "success"}


def refusal(code: str) -> dict[str, Any]:
    return {"code": code, "details": {}, "message": "no", "status": "error"}


def test_rows_that_an_answer_leaves_out_are_read_back(journey: Journey) -> None:
    ids = journey.ids(4)
    journey.simulator.world.locked.add(ids[3])
    planned = journey.scores(4, 991)
    answer = {"data": [success(ids[1]), success(ids[0])]}
    journey.simulator.faults.add(method="PUT", executed=True, status=207, body=answer)

    done = journey.apply(planned)

    rows = {row.record_id: row for row in journey.journal.rows(done.id)}
    assert [rows[one].state for one in ids[:3]] == [RowState.UPDATED] * 3
    assert [rows[one].code for one in ids[:3]] == ["", "", "proved"]
    # It was certainly not changed, so it was sent once more, and this time Zoho says why it does not want it.
    assert (rows[ids[3]].state, rows[ids[3]].code) == (RowState.REFUSED, "RECORD_LOCKED")
    assert rows[ids[3]].attempt == 2
    assert done.state is ChangeSetState.FINISHED


def test_refusals_in_a_shuffled_answer_are_nobodys(journey: Journey) -> None:
    ids = journey.ids(3)
    journey.simulator.world.locked.add(ids[1])
    planned = journey.scores(3, 991)
    shuffled = {"data": [refusal("RECORD_LOCKED"), success(ids[0]), success(ids[2])]}
    journey.simulator.faults.add(method="PUT", executed=True, status=207, body=shuffled)
    states = {row.record_id: row.state for row in journey.journal.rows(journey.apply(planned).id)}
    assert states == {ids[0]: RowState.UPDATED, ids[1]: RowState.REFUSED, ids[2]: RowState.UPDATED}
    assert journey.simulator.world.effects[ids[0]] == journey.simulator.world.effects[ids[2]] == 1


def test_many_lost_answers_in_a_row_pause_the_run_instead_of_spoiling_it(journey: Journey) -> None:
    planned = journey.scores((MOST_LOST + 3) * 100, 991)
    journey.simulator.faults.add(method="PUT", drop="before", times=99)
    paused = journey.apply(planned, parallel=1)
    assert paused.state is ChangeSetState.PAUSED
    assert "in a row were lost" in paused.note
    assert 0 < paused.count(RowState.SENT) <= MOST_LOST * 100

    journey.simulator.faults.clear()
    done = journey.apply(paused)
    assert done.counts == {RowState.UPDATED: planned.total}
    assert set(journey.simulator.world.effects.values()) == {1}
    assert journey.progress[-1].counts == done.counts


def test_a_single_lost_answer_does_not_stop_the_run(journey: Journey) -> None:
    planned = journey.scores(300, 991)
    journey.simulator.faults.add(method="PUT", drop="after", times=MOST_LOST - 1)
    done = journey.apply(planned, parallel=1)
    assert done.counts == {RowState.UPDATED: 300}


def test_what_cannot_be_read_back_stays_sent_until_it_can(journey: Journey) -> None:
    planned = journey.scores(3, 991)
    journey.simulator.faults.add(method="PUT", drop="after")
    journey.simulator.faults.add(method="POST", path="/coql", status=401, skip=1, times=9)
    paused = journey.apply(planned)
    assert (paused.state, paused.counts) == (ChangeSetState.PAUSED, {RowState.SENT: 3})
    journey.simulator.faults.clear()
    assert journey.apply(paused).counts == {RowState.UPDATED: 3}
    assert set(journey.simulator.world.effects.values()) == {1}


class Administrator:
    """Somebody who can cut a database off its users."""

    def __init__(self, server_url: str, database_url: str) -> None:
        self._server = Database(server_url)
        self._name = make_url(database_url).database

    def cut(self, *, is_open: bool) -> None:
        with self._server.session() as session:
            session.execute(text(f"alter database {self._name} with allow_connections {is_open}"))
            session.execute(
                text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"),
                {"name": self._name},
            )

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def administrator(server_url: str, database_url: str) -> Iterator[Administrator]:
    made = Administrator(server_url, database_url)
    yield made
    made.cut(is_open=True)
    made.close()


def test_a_database_that_goes_away_stops_the_run_which_goes_on_later(
    journey: Journey, administrator: Administrator
) -> None:
    planned = journey.scores(600, 991)
    run = journey.run(
        planned,
        parallel=2,
        lease_s=1.0,
        on_progress=lambda progress: progress.done and administrator.cut(is_open=False),
    )
    with pytest.raises((ZohoDatabaseError, LeaseLost)):  # lost where the database stays away longer than the lease
        journey.call(run.apply())
    administrator.cut(is_open=True)

    assert journey.journal.change_set(planned.id).state is ChangeSetState.APPLYING
    done = journey.apply(planned)
    assert done.state is ChangeSetState.FINISHED
    assert set(journey.simulator.world.effects.values()) == {1}
    assert done.count(RowState.UPDATED) == len(journey.simulator.world.effects) == planned.count(RowState.PLANNED)


def test_database_connections_that_break_and_come_back_do_no_harm(
    journey: Journey, administrator: Administrator
) -> None:
    planned = journey.scores(600, 991)
    state = ChangeSetState.PLANNED
    while state is not ChangeSetState.FINISHED:
        with suppress(
            ZohoDatabaseError, LeaseLost
        ):  # a lease is lost where each of its renewals met a broken connection
            journey.apply(planned, lease_s=1.0, on_progress=lambda progress: administrator.cut(is_open=True))
        state = journey.journal.change_set(planned.id).state
    assert set(journey.simulator.world.effects.values()) == {1}
    assert journey.journal.change_set(planned.id).count(RowState.UPDATED) == len(journey.simulator.world.effects)


def test_a_bug_leaves_a_run_that_can_go_on(journey: Journey) -> None:
    planned = journey.scores(300, 991)

    def stumble(progress: Progress) -> None:
        if progress.done:
            raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        journey.apply(planned, on_progress=stumble)
    paused = journey.journal.change_set(planned.id)
    assert (paused.state, paused.note) == (ChangeSetState.PAUSED, "The console ran into an error of its own.")
    assert journey.apply(paused).state is ChangeSetState.FINISHED
    assert set(journey.simulator.world.effects.values()) == {1}


async def quiet() -> None:
    """Everything that was cancelled has cleaned up; what the workspace does once a minute goes on."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    ending = [one for one in others if getattr(one.get_coro(), "__name__", "") != "write_now_and_then"]
    await asyncio.gather(*ending, return_exceptions=True)


def test_closing_the_console_at_any_moment_gives_the_right_to_apply_back(journey: Journey) -> None:
    planned = journey.scores(600, 991)
    for moment_ms in range(0, 60, 3):
        pending = journey.workspace.engine.start(journey.run(planned, parallel=1).apply())
        with suppress(TimeoutError):
            pending.result(moment_ms / 1000)
        pending.cancel()
        journey.call(quiet())
    done = journey.apply(journey.journal.change_set(planned.id))
    assert done.state is ChangeSetState.FINISHED
    assert set(journey.simulator.world.effects.values()) == {1}
    assert done.count(RowState.UPDATED) == len(journey.simulator.world.effects)


def test_a_field_that_zoho_has_no_longer_is_said_before_anything_is_sent(journey: Journey) -> None:
    planned = journey.scores(3, 991)

    async def work() -> None:
        fields = [one for one in await journey.workspace.fields(journey.acme) if one.api_name != "Health_Score"]
        await Run(planned.id, journey.workspace.client(journey.acme), journey.journal, fields).apply()

    with pytest.raises(ZohoConfigError, match="Health Score"):
        journey.call(work())
    assert journey.journal.change_set(planned.id).state is ChangeSetState.PLANNED
    assert not journey.simulator.world.effects


def test_ids_that_a_spreadsheet_rounded_never_reach_other_accounts(journey: Journey) -> None:
    existing = next(one for one in journey.ids(600) if one.endswith("0"))
    journey.simulator.world.records("Accounts")["777000000000411000"] = {
        **journey.simulator.world.records("Accounts")[existing],
        "id": "777000000000411000",
    }
    rounded = [f"{round(int(one), -3)}" for one in journey.ids(600)[::100]]
    planned = journey.prepare(journey.file([(one, 991) for one in rounded]))
    assert planned.counts == {RowState.INVALID: 6}
    assert {row.code for row in journey.journal.rows(planned.id)} == {"id-ruined"}


def test_a_name_in_other_letters_is_offered_and_not_taken(journey: Journey) -> None:
    name = next(
        one["Account_Name"]
        for one in journey.simulator.world.records("Accounts").values()
        if one["Account_Name"].isascii() and one["Account_Name"].isalpha() is False
    )
    planned = journey.prepare(journey.file([(name.swapcase(), 991)], ("Account Name", "Health Score")))
    row = journey.journal.rows(planned.id)[0]
    assert row.state is RowState.INVALID
    assert f"“{name}”" in row.advice


def test_progress_knows_the_whole_from_the_start(journey: Journey) -> None:
    journey.scores(300, 991)
    assert [(one.done, one.total) for one in journey.progress] == [(0, 300), (300, 300)]
