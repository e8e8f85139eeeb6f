"""The bulk update page, by keyboard and mouse: bad files, the way through, conflicts, stopping."""

from __future__ import annotations

from pathlib import Path

import pytest
from bulk_hands import LEFT, agree, asked, compared, drop, file, opened
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from zoho_console.domain.changes import RowState
from zoho_console.screens.change_set import Step
from zoho_console.simulator.server import Simulator
from zoho_console.ui.bulk_update.columns_step import LEAVE_OUT
from zoho_console.ui.bulk_update.page import BulkUpdatePage


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("id,Health Score\n", "no rows"),
        ('id,Health Score\n777000000000410001,"5\n', "line 2"),
        ("id,Health Score\n777000000000410001,5,6\n", "Line 2"),
        ("id,id\n1,2\n", "Two columns"),
    ],
)
def test_a_bad_file_is_refused_in_words_and_nothing_is_asked_of_zoho(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator, text: str, words: str
) -> None:
    drop(bulk_page, file(tmp_path, text))
    qtbot.waitUntil(bulk_page.file_step.card.problem.isVisible)
    assert words in bulk_page.file_step.card.problem.text()
    assert bulk_page.screen_model.step is Step.FILE
    assert not simulator.world.effects


def test_a_column_nobody_knows_can_be_given_a_field_by_keyboard(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    record_id = next(iter(simulator.world.records("Accounts")))
    screen = opened(qtbot, bulk_page, file(tmp_path, f"id,Punkte\n{record_id},5\n"))
    assert not bulk_page.foot.primary.isEnabled()
    assert bulk_page.columns_step.table.targets[1].currentText() == LEAVE_OUT
    box = bulk_page.columns_step.table.targets[1]
    box.setFocus()
    qtbot.keyClicks(box, "Health")
    box.activated.emit(box.currentIndex())
    assert screen.mapping.targets == {1: "Health_Score"}
    assert bulk_page.foot.primary.isEnabled()
    screen.columns.set_key(screen.mapping.key_column, "Health_Score")
    assert bulk_page.columns_step.key_field.currentData() == "Health_Score"
    qtbot.mouseClick(bulk_page.foot.back, LEFT)
    assert screen.step is Step.FILE


def test_two_columns_for_one_field_cannot_go_on(qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path) -> None:
    screen = opened(qtbot, bulk_page, file(tmp_path, "id,Health Score,Score\n777000000000410001,5,6\n"))
    screen.columns.set_target(2, "Health_Score")
    assert not bulk_page.foot.primary.isEnabled()
    assert "Two columns" in bulk_page.columns_step.table.notes[2].text()


def test_every_kind_of_bad_cell_is_shown_with_its_reason(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    ids = list(simulator.world.records("Accounts"))
    text = "id,Health Score,Industry,Account Site\n"
    text += f"{ids[0]},81,,\n4.15E+18,5,,\n{ids[1]},,Retial,\n{ids[2]},,,{'x' * 81}\n{ids[3]},1,,\n{ids[3]},2,,\n"
    screen = compared(qtbot, bulk_page, file(tmp_path, text))
    assert bulk_page.sentence.text() == "6 rows in file · 1 will change 1 value · 5 cannot be used"
    qtbot.mouseClick(bulk_page.rows_step.tiles[RowState.INVALID], LEFT)
    qtbot.waitUntil(lambda: len(screen.rows.table.rows) == 5)
    codes = [row.code for row in screen.rows.table.rows]
    assert codes == ["id-ruined", "no-such-value", "too-long", "duplicate", "duplicate"]
    assert not simulator.world.effects


def test_the_whole_way_and_back_by_mouse(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    records = simulator.world.records("Accounts")
    ids = [record_id for record_id in records if records[record_id]["Health_Score"] != 12][:120]
    before = {record_id: records[record_id]["Health_Score"] for record_id in ids}
    screen = compared(qtbot, bulk_page, file(tmp_path, "id,Health Score\n" + "".join(f"{one},12\n" for one in ids)))
    qtbot.mouseClick(bulk_page.foot.primary, LEFT)
    agree(qtbot, bulk_page)
    qtbot.waitUntil(lambda: screen.step is Step.RESULT, timeout=10_000)
    assert simulator.world.effects == dict.fromkeys(ids, 1)
    report = tmp_path / "report.csv"
    screen.save_report(report)
    qtbot.waitUntil(report.exists)
    qtbot.waitUntil(bulk_page.foot.undo.isVisible)
    qtbot.mouseClick(bulk_page.foot.undo, LEFT)
    agree(qtbot, bulk_page)
    qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE and not screen.is_comparing, timeout=10_000)
    qtbot.mouseClick(bulk_page.foot.primary, LEFT)
    agree(qtbot, bulk_page)
    qtbot.waitUntil(lambda: screen.step is Step.RESULT and bool(screen.rows.table.rows), timeout=10_000)
    assert {record_id: records[record_id]["Health_Score"] for record_id in ids} == before
    qtbot.waitUntil(lambda: not screen.is_running)
    qtbot.mouseClick(bulk_page.foot.again, LEFT)
    assert screen.step is Step.FILE


def test_cancel_has_the_focus_and_sends_nothing(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    record_id = next(iter(simulator.world.records("Accounts")))
    screen = compared(qtbot, bulk_page, file(tmp_path, f"id,Health Score\n{record_id},12\n"))
    qtbot.mouseClick(bulk_page.foot.primary, LEFT)
    dialog = asked(qtbot, bulk_page)
    assert dialog.cancel.hasFocus()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert screen.step is Step.DIFFERENCE
    assert not simulator.world.effects


def test_a_plan_is_found_again_as_a_draft(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    record_id = next(iter(simulator.world.records("Accounts")))
    screen = compared(qtbot, bulk_page, file(tmp_path, f"id,Health Score\n{record_id},12\n"))
    planned = screen.change_set
    assert planned is not None
    screen.begin_again()
    qtbot.waitUntil(lambda: [one.id for one in screen.drafts] == [planned.id])
    screen.show_change_set(planned.id)
    qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE)


def test_a_run_can_be_paused_and_gone_on_with(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    ids = list(simulator.world.records("Accounts"))[:290]
    screen = compared(qtbot, bulk_page, file(tmp_path, "id,Health Score\n" + "".join(f"{one},12\n" for one in ids)))
    simulator.faults.add(method="POST", path="/coql", delay_ms=600, times=50)
    screen.apply()
    qtbot.waitUntil(lambda: screen.step is Step.RUN and screen._run is not None)
    screen.pause()
    qtbot.waitUntil(lambda: not screen.is_running, timeout=10_000)
    assert screen.step in (Step.RUN, Step.RESULT)
    simulator.faults.clear()
    if screen.step is Step.RUN:
        assert bulk_page.foot.primary.text() == "Go on"
        qtbot.mouseClick(bulk_page.foot.primary, LEFT)
    qtbot.waitUntil(lambda: screen.step is Step.RESULT, timeout=10_000)
    assert set(simulator.world.effects.values()) == {1}


def test_an_interrupted_run_is_resumed_to_its_end_by_one_request(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    record_id = next(iter(simulator.world.records("Accounts")))
    screen = compared(qtbot, bulk_page, file(tmp_path, f"id,Health Score\n{record_id},991\n"))
    assert screen.change_set is not None
    screen.workspace.journal.runs.take(screen.change_set.id, "a console that died", 0)
    screen.resume(screen.change_set.id)
    qtbot.waitUntil(lambda: screen.step is Step.RESULT, timeout=10_000)
    assert simulator.world.effects == {record_id: 1}
