"""Difference, run and result: what filters show, what the keyboard reaches, what cancel and stop leave behind."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from bulk_hands import LEFT, agree, asked, compared, drop, file, opened
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from zoho_console.domain.changes import ChangeSetState, RowState
from zoho_console.screens.again import RETRY, undo
from zoho_console.screens.change_set import Step
from zoho_console.screens.report import FORMS
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.ui.bulk_update.page import BulkUpdatePage


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Accounts for seven batches and more: four of them are on their way at once."""
    with Simulator(SimulatorOptions(accounts=800, auto_consent=True)) as running:
        yield running


def scores(simulator: Simulator, rows: int, score: int = 12) -> str:
    """A file that sets a score which none of these accounts has."""
    records = simulator.world.records("Accounts")
    ids = [one for one in records if records[one]["Health_Score"] != score][:rows]
    return "id,Health Score\n" + "".join(f"{one},{score}\n" for one in ids)


def test_a_field_shows_its_rows_and_a_problem_its_remedy(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    text = scores(simulator, 3) + "777000000000999999,5\n"
    screen = compared(qtbot, bulk_page, file(tmp_path, text))
    table, step = screen.rows.table, bulk_page.rows_step
    tile = step.tiles["Health_Score"]
    tile.setFocus()
    qtbot.keyClick(tile, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.filter == ((RowState.PLANNED,), "Health_Score") and len(table.rows) == 3)
    assert [column.key for column in table.columns] == ["row", "account", "field:Health_Score"]
    assert not step.detail.isVisible()
    step.view.selectRow(1)
    assert step.detail.words.text().startswith("Health Score: ")
    assert step.detail.words.text().endswith(" → 12")

    qtbot.mouseClick(step.tiles[RowState.INVALID], LEFT)
    qtbot.waitUntil(lambda: len(table.rows) == 1)
    qtbot.waitUntil(step.detail.isVisible)
    problem = table.rows[0]
    assert step.detail.words.text() == f"{problem.reason} {problem.advice}"
    assert step.detail.name.whole == "Row 5 · 777000000000999999"


def test_the_whole_way_by_keyboard(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    bulk_page.file_step.choose.setFocus()
    screen = opened(qtbot, bulk_page, file(tmp_path, scores(simulator, 2)))
    qtbot.waitUntil(lambda: bulk_page.focusWidget() is bulk_page.foot.primary)
    qtbot.keyClick(bulk_page.foot.primary, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE and not screen.is_comparing, timeout=10_000)
    qtbot.waitUntil(lambda: bulk_page.focusWidget() is bulk_page.rows_step.view)
    bulk_page.foot.primary.setFocus()
    qtbot.keyClick(bulk_page.foot.primary, Qt.Key.Key_Space)
    qtbot.keyClick(asked(qtbot, bulk_page).verb, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: screen.step is Step.RESULT and not screen.is_running, timeout=10_000)
    assert sum(simulator.world.effects.values()) == 2


def test_comparing_can_be_cancelled_and_leaves_no_draft(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    screen = opened(qtbot, bulk_page, file(tmp_path, scores(simulator, 2)))
    simulator.faults.add(method="POST", path="/coql", delay_ms=3_000, times=9)
    qtbot.mouseClick(bulk_page.foot.primary, LEFT)
    qtbot.waitUntil(bulk_page.foot.progress.isVisible)
    assert not bulk_page.columns_step.isEnabled()
    qtbot.mouseClick(bulk_page.foot.progress.cancel, LEFT)
    assert screen.step is Step.COLUMNS
    assert bulk_page.columns_step.isEnabled()
    simulator.faults.clear()
    journal, connection = screen.workspace.journal, screen.desk.connection
    assert connection is not None

    def everything_is_given_up() -> None:
        made = [(one.state, one.note) for one in journal.change_sets(connection.id, 9)]
        assert set(made) <= {(ChangeSetState.ABANDONED, "cancelled")}

    qtbot.waitUntil(everything_is_given_up, timeout=15_000)


def test_a_stopped_run_leaves_the_rest_unsent_for_good(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    screen = compared(qtbot, bulk_page, file(tmp_path, scores(simulator, 700)))
    simulator.faults.add(method="PUT", delay_ms=500, times=9)
    qtbot.mouseClick(bulk_page.foot.primary, LEFT)
    agree(qtbot, bulk_page)
    qtbot.waitUntil(lambda: screen.is_running and bool(screen.watch and screen.watch.log))
    qtbot.mouseClick(bulk_page.foot.stop, LEFT)
    agree(qtbot, bulk_page)
    qtbot.waitUntil(lambda: screen.step is Step.RESULT and bool(screen.rows.table.rows), timeout=10_000)
    assert screen.change_set is not None
    counts = screen.change_set.counts
    assert counts.get(RowState.UPDATED, 0) == len(simulator.world.effects)
    assert counts[RowState.SKIPPED] > 0
    assert sum(counts.values()) == 700


def test_a_paused_run_is_stopped_for_good_and_its_rows_are_retried(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    screen = compared(qtbot, bulk_page, file(tmp_path, scores(simulator, 3)))
    planned = screen.change_set
    assert planned is not None
    journal = screen.workspace.journal
    journal.runs.release(journal.runs.take(planned.id, "", 60), ChangeSetState.PAUSED, "Paused by you.")
    screen.show_change_set(planned.id)
    qtbot.waitUntil(lambda: screen.step is Step.RUN and bulk_page.foot.stop.isVisible())

    qtbot.mouseClick(bulk_page.foot.stop, LEFT)
    agree(qtbot, bulk_page)

    qtbot.waitUntil(lambda: screen.step is Step.RESULT and not screen.is_running, timeout=10_000)
    assert screen.change_set is not None
    assert screen.change_set.counts == {RowState.SKIPPED: 3}
    assert not simulator.world.effects
    screen.prepare_again(planned.id, RETRY)
    qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE and not screen.is_comparing, timeout=10_000)
    assert not bulk_page.notices.notices


def test_a_retry_says_what_it_leaves_alone(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    screen = compared(qtbot, bulk_page, file(tmp_path, scores(simulator, 3) + "777000000000999999,5\n"))
    planned = screen.change_set
    assert planned is not None
    journal = screen.workspace.journal
    journal.runs.release(journal.runs.take(planned.id, "", 60), ChangeSetState.PAUSED, "Paused by you.")
    screen.prepare_again(planned.id, RETRY)
    qtbot.waitUntil(lambda: bool(bulk_page.notices.notices))
    words = bulk_page.notices.notices[0].text
    assert words == "Not retried, for they have not surely failed: 3 not sent yet."


def test_another_change_set_is_refused_while_a_run_is_on_its_way(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    path = file(tmp_path, scores(simulator, 2))
    screen = compared(qtbot, bulk_page, path)
    simulator.faults.add(method="PUT", delay_ms=500)
    screen.apply()
    running = screen.change_set
    assert running is not None
    screen.show_change_set(running.id + 1)
    screen.prepare_again(running.id, undo())
    screen.open_file(path)
    screen.show_change_set(running.id)
    assert len(bulk_page.notices.notices) == 2  # no more are shown at a time
    assert screen.change_set is running
    qtbot.waitUntil(lambda: screen.step is Step.RESULT and not screen.is_running, timeout=10_000)


def test_the_report_of_a_plan_tells_every_row_before_anything_is_sent(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    screen = compared(qtbot, bulk_page, file(tmp_path, scores(simulator, 2) + "777000000000999999,5\n"))
    assert bulk_page.foot.report.isVisible()
    path = tmp_path / "report.csv"
    screen.save_report(path)
    assert bulk_page.foot.report.text() == "Stop saving (0)"
    qtbot.waitUntil(lambda: not screen.report.is_writing)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        assert [line["State"] for line in csv.DictReader(lines)] == ["will change", "will change", "cannot be used"]
    assert not simulator.world.effects


@pytest.mark.parametrize("size", [(1072, 760), (692, 570), (692, 490)])
def test_nothing_is_cut_off_at_the_sizes_that_windows_have(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator, size: tuple[int, int]
) -> None:
    bulk_page.resize(*size)
    screen = opened(qtbot, bulk_page, file(tmp_path, scores(simulator, 2)))
    QApplication.processEvents()
    columns = bulk_page.columns_step.table
    assert columns.minimumSizeHint().width() <= columns.parentWidget().width()
    assert bulk_page.size().toTuple() == size
    qtbot.mouseClick(bulk_page.foot.primary, LEFT)
    qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE, timeout=10_000)
    screen.go_to(Step.FILE)
    QApplication.processEvents()
    assert bulk_page.size().toTuple() == size


def test_failed_rows_are_taken_up_again_and_the_page_says_whose_they_are(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    path = file(tmp_path, scores(simulator, 3))
    locked = path.read_text().splitlines()[2].split(",")[0]
    screen = compared(qtbot, bulk_page, path)
    simulator.world.locked.add(locked)
    qtbot.mouseClick(bulk_page.foot.primary, LEFT)
    agree(qtbot, bulk_page)
    qtbot.waitUntil(lambda: screen.step is Step.RESULT and not screen.is_running, timeout=10_000)
    former = screen.change_set
    assert former is not None
    path.unlink()
    simulator.world.locked.clear()
    screen.prepare_again(former.id, RETRY)
    qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE and not screen.is_comparing, timeout=10_000)
    qtbot.waitUntil(lambda: bulk_page.sentence.text().startswith("1 row to retry · 1 will change 1 value"))
    assert bulk_page.title.text() == "Retry: corrections.csv"
    qtbot.mouseClick(bulk_page.foot.primary, LEFT)
    agree(qtbot, bulk_page)
    qtbot.waitUntil(lambda: screen.step is Step.RESULT and not screen.is_running, timeout=10_000)
    assert simulator.world.effects[locked] == 1


def test_a_row_is_found_by_account_id_or_number_and_escape_shows_all_again(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    ids = list(simulator.world.records("Accounts"))[:3]
    for one, name in zip(ids, ("100% Pure_Ltd", "Nordwind", "100 Pure Ltd"), strict=True):
        simulator.world.records("Accounts")[one].update(Account_Name=name, Health_Score=1)
    text = "id,Health Score\n" + "".join(f"{one},12\n" for one in [*ids, "777000000000999999"])
    screen = compared(qtbot, bulk_page, file(tmp_path, text))
    table, step = screen.rows.table, bulk_page.rows_step
    qtbot.mouseClick(step.tiles[None], LEFT)
    qtbot.waitUntil(lambda: len(table.rows) == 4)
    qtbot.keyClick(step.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert step.search.hasFocus()
    for words, found in (("0% pure_", [2]), ("nordw", [3]), (ids[2], [4]), ("3", [3]), ("777000000000999999", [5])):
        step.search.setText(words)
        qtbot.keyClick(step.search, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda found=found: [row.number for row in table.rows] == found)
    step.search.setText("nobody")
    qtbot.keyClick(step.search, Qt.Key.Key_Return)
    nothing = step.nothing
    qtbot.waitUntil(nothing.isVisible)
    qtbot.keyClick(step.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(table.rows) == 4 and not nothing.isVisible())
    assert screen.step is Step.DIFFERENCE
    assert step.view.hasFocus()


def test_only_the_rows_to_correct_are_saved_and_can_be_brought_back(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    text = scores(simulator, 2) + "777000000000999999,5\n"
    screen = compared(qtbot, bulk_page, file(tmp_path, text))
    path = tmp_path / "to correct.csv"
    screen.save_report(path, FORMS["Only the rows to correct (*.csv)"])
    qtbot.waitUntil(lambda: not screen.report.is_writing)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        (line,) = csv.DictReader(lines)
    assert (line["Health Score"], line["State"]) == ("5", "cannot be used")
    path.write_text(path.read_text("utf-8").replace("777000000000999999", text.splitlines()[1].split(",")[0]), "utf-8")
    screen = compared(qtbot, bulk_page, path)
    assert screen.change_set is not None
    assert screen.change_set.counts == {RowState.PLANNED: 1}


def test_a_file_of_the_same_titles_is_mapped_as_in_the_last_run(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    lines = scores(simulator, 2).replace("Health Score", "Points,Phone").replace(",12", ",12,+49 30 1")
    screen = opened(qtbot, bulk_page, file(tmp_path, lines))
    assert screen.mapping.targets == {2: "Phone"}
    screen.columns.set_target(1, "Health_Score")
    screen.columns.set_target(2, "")
    qtbot.waitUntil(bulk_page.foot.primary.isEnabled)
    qtbot.mouseClick(bulk_page.foot.primary, LEFT)
    qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE and not screen.is_comparing)
    plan = screen.change_set
    assert plan is not None
    drop(bulk_page, file(tmp_path, lines, "next week.csv"))
    qtbot.waitUntil(lambda: screen.step is Step.COLUMNS and bulk_page.columns_step.isVisible())
    assert screen.mapping.targets == {2: "Phone"}  # nobody applied that plan
    screen.show_change_set(plan.id)
    qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE and bool(screen.rows.table.rows))
    qtbot.mouseClick(bulk_page.foot.primary, LEFT)
    agree(qtbot, bulk_page)
    qtbot.waitUntil(lambda: screen.step is Step.RESULT and not screen.is_running)

    screen = opened(qtbot, bulk_page, file(tmp_path, lines, "week after.csv"))
    assert screen.mapping.targets == {1: "Health_Score"}
    assert [screen.columns.role(column) for column in range(3)] == [
        "same name", f"as in run {plan.id}", f"left out as in run {plan.id}",
    ]  # fmt: skip
