"""The first two steps: how a file is read and shown, what was not finished, what each column does."""

from __future__ import annotations

from pathlib import Path

from bulk_hands import LEFT, compared, drop, file, opened
from openpyxl import Workbook
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from zoho_console.domain.changes import ChangeSetState
from zoho_console.screens.change_set import Step
from zoho_console.simulator.server import Simulator
from zoho_console.ui.bulk_update.page import BulkUpdatePage


def choose(box: object, value: object) -> None:
    """Pick an item as a person does."""
    box.setCurrentIndex(box.findData(value))  # type: ignore[attr-defined]
    box.activated.emit(box.currentIndex())  # type: ignore[attr-defined]


def test_a_file_shows_how_it_is_read_and_its_first_rows(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path
) -> None:
    screen = opened(qtbot, bulk_page, file(tmp_path, "id;Health Score\n777000000000410001;5\n"))
    qtbot.waitUntil(lambda: screen.source.rows == 1)
    qtbot.mouseClick(bulk_page.foot.back, LEFT)
    card = bulk_page.file_step.card
    assert card.name.whole == "corrections.csv"
    assert card.fact.text() == "1 row · 2 columns"
    assert (card.encoding.currentText(), card.delimiter.currentText()) == ("UTF-8", "semicolon")
    assert [row.texts for row in screen.source.preview.rows] == [("777000000000410001", "5")]


def test_a_wrong_guess_is_corrected_and_the_rows_are_shown_again(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path
) -> None:
    screen = opened(qtbot, bulk_page, file(tmp_path, "id,Health Score\n777000000000410001,5\n"))
    qtbot.mouseClick(bulk_page.spine.tiles[Step.FILE], LEFT)
    choose(bulk_page.file_step.card.delimiter, ";")
    qtbot.waitUntil(lambda: screen.source.table is not None and len(screen.source.table.header) == 1)
    qtbot.waitUntil(lambda: bool(screen.source.preview.rows))
    assert screen.step is Step.FILE
    assert bulk_page.file_step.card.delimiter.currentText() == "semicolon"


def test_the_sheet_that_is_read_is_said_and_can_be_chosen(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path
) -> None:
    workbook = Workbook()
    for name, score in (("March", 5), ("April", 6)):
        sheet = workbook.create_sheet(name)
        sheet.append(["id", "Health Score"])
        sheet.append(["777000000000410001", score])
    del workbook["Sheet"]
    workbook.save(tmp_path / "corrections.xlsx")
    screen = opened(qtbot, bulk_page, tmp_path / "corrections.xlsx")
    qtbot.mouseClick(bulk_page.spine.tiles[Step.FILE], LEFT)
    card = bulk_page.file_step.card
    qtbot.waitUntil(card.sheet.isVisible)
    assert not card.encoding.isVisible()
    assert card.sheet.currentText() == "March"
    choose(card.sheet, "April")
    qtbot.waitUntil(lambda: [row.texts[1] for row in screen.source.preview.rows] == ["6"])
    assert (screen.step, card.sheet.currentText()) == (Step.FILE, "April")


def test_a_row_that_is_wrong_far_down_is_named_before_anything_is_compared(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path
) -> None:
    rows = "".join(f"777000000000{410000 + number},5\n" for number in range(3000))
    screen = opened(qtbot, bulk_page, file(tmp_path, f"id,Health Score\n{rows}1,2,3\n"))
    qtbot.waitUntil(lambda: screen.source.problem is not None)
    qtbot.waitUntil(lambda: not bulk_page.foot.primary.isEnabled())
    assert "3,002" in bulk_page.foot.small.whole or "3002" in bulk_page.foot.small.whole
    qtbot.mouseClick(bulk_page.foot.back, LEFT)
    assert bulk_page.file_step.card.problem.isVisible()


def test_two_files_at_once_are_not_taken(qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path) -> None:
    one = file(tmp_path, "id,Health Score\n1,2\n")
    drop(bulk_page, one, file(tmp_path, "id,Health Score\n1,2\n", "other.csv"))
    assert bulk_page.screen_model.source.path is None


def test_without_a_connection_the_remedy_is_named(qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path) -> None:
    bulk_page.screen_model.desk.use(None)
    drop(bulk_page, file(tmp_path, "id,Health Score\n1,2\n"))
    assert bulk_page.notices.notices[0].advice == "Connect your Zoho CRM first."


def test_a_draft_is_gone_on_with_or_given_up_by_mouse(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    record_id = next(iter(simulator.world.records("Accounts")))
    screen = compared(qtbot, bulk_page, file(tmp_path, f"id,Health Score\n{record_id},12\n"))
    screen.begin_again()
    drafts = bulk_page.file_step.drafts

    def press(words: str) -> None:
        qtbot.waitUntil(drafts.isVisible)
        found = [one for one in drafts.findChildren(QPushButton) if one.text() == words and one.isVisible()]
        qtbot.mouseClick(found[0], LEFT)

    press("Continue")
    qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE)
    screen.begin_again()
    press("Give up")
    qtbot.waitUntil(lambda: not screen.drafts and not drafts.isVisible())
    assert not simulator.world.effects


def test_other_columns_give_up_the_plan_that_was_made_of_the_former(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    record_id = next(iter(simulator.world.records("Accounts")))
    screen = compared(qtbot, bulk_page, file(tmp_path, f"id,Health Score\n{record_id},12\n"))
    former = screen.change_set
    assert former is not None
    qtbot.mouseClick(bulk_page.foot.back, LEFT)
    choose(bulk_page.columns_step.blanks, "clear")
    assert screen.columns.blanks == "clear"
    journal = screen.workspace.journal
    qtbot.waitUntil(lambda: journal.change_set(former.id).state is ChangeSetState.ABANDONED)
    assert not screen.can_go_to(Step.DIFFERENCE)


def test_scrolling_past_a_choice_does_not_change_it(qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path) -> None:
    screen = opened(qtbot, bulk_page, file(tmp_path, "id,Health Score\n777000000000410001,5\n"))
    former, box = screen.mapping, bulk_page.columns_step.table.targets[1]
    bulk_page.foot.primary.setFocus()
    none = Qt.KeyboardModifier.NoModifier
    turn = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, none,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, turn)
    assert screen.mapping == former
    assert box.currentData() == "Health_Score"


def test_a_sample_made_of_real_accounts_can_be_opened_as_it_is(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path
) -> None:
    screen, path = bulk_page.screen_model, tmp_path / "sample.csv"
    screen.save_sample(path)
    qtbot.waitUntil(lambda: bool(bulk_page.notices.notices))
    opened(qtbot, bulk_page, path)
    assert screen.mapping.key_field == "id"
    assert screen.hindrance == ""
