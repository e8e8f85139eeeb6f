"""The main job with the keyboard alone: every step is reached by Tab, the focus is in view, Escape does no harm."""

from __future__ import annotations

from pathlib import Path

from bulk_hands import asked, file, opened
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from zoho_console.screens.change_set import Step
from zoho_console.simulator.server import Simulator
from zoho_console.ui.bulk_update.page import BulkUpdatePage

MOST_TABS = 60
TAB, SPACE, ESCAPE = Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Escape


class Keys:
    """Presses keys where the focus is, and nowhere else."""

    def __init__(self, qtbot: QtBot, page: BulkUpdatePage) -> None:
        self._qtbot, self._page = qtbot, page

    @property
    def focus(self) -> QWidget:
        window = QApplication.activeModalWidget() or self._page.window()
        found = window.focusWidget()
        assert found is not None, "nothing has the focus"
        assert found.isVisible()
        return found

    def press(self, key: Qt.Key) -> None:
        self._qtbot.keyClick(self.focus, key)

    def tab_to(self, wanted: QWidget) -> None:
        for _ in range(MOST_TABS):
            if self.focus is wanted:
                return
            self.press(TAB)
        raise AssertionError(f"Tab never reaches {wanted.accessibleName() or wanted}")


def test_from_mapping_to_undo_without_a_mouse(
    qtbot: QtBot, bulk_page: BulkUpdatePage, tmp_path: Path, simulator: Simulator
) -> None:
    records = simulator.world.records("Accounts")
    ids = list(records)[:3]
    for one in ids:
        records[one]["Health_Score"] = 40
    keys, foot = Keys(qtbot, bulk_page), bulk_page.foot
    bulk_page.file_step.choose.setFocus()
    screen = opened(qtbot, bulk_page, file(tmp_path, "id,Health Score\n" + "".join(f"{one},12\n" for one in ids)))
    qtbot.waitUntil(lambda: keys.focus is foot.primary)
    keys.tab_to(bulk_page.columns_step.table.targets[1])
    keys.press(ESCAPE)
    assert (screen.step, screen.mapping.targets) == (Step.COLUMNS, {1: "Health_Score"})

    keys.tab_to(foot.primary)
    keys.press(SPACE)
    qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE and keys.focus is bulk_page.rows_step.view)
    keys.press(ESCAPE)
    assert screen.step is Step.DIFFERENCE

    keys.tab_to(foot.primary)
    keys.press(SPACE)
    dialog = asked(qtbot, bulk_page)
    qtbot.waitUntil(lambda: keys.focus is dialog.cancel)
    keys.press(ESCAPE)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    assert not simulator.world.effects
    keys.tab_to(foot.primary)
    keys.press(SPACE)
    keys.tab_to(asked(qtbot, bulk_page).verb)
    keys.press(SPACE)
    qtbot.waitUntil(lambda: screen.step is Step.RESULT and not screen.is_running and foot.report.isVisible())
    assert [records[one]["Health_Score"] for one in ids] == [12, 12, 12]

    keys.tab_to(foot.report)
    keys.press(SPACE)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
    keys.press(ESCAPE)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    assert not screen.report.is_writing

    keys.tab_to(foot.undo)
    keys.press(SPACE)
    question = asked(qtbot, bulk_page)
    qtbot.waitUntil(lambda: keys.focus is question.cancel)
    keys.tab_to(question.verb)
    keys.press(SPACE)
    qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE and not screen.is_comparing and foot.primary.isVisible())
    keys.tab_to(foot.primary)
    keys.press(SPACE)
    keys.tab_to(asked(qtbot, bulk_page).verb)
    keys.press(SPACE)
    qtbot.waitUntil(lambda: screen.step is Step.RESULT and not screen.is_running)
    assert [records[one]["Health_Score"] for one in ids] == [40, 40, 40]
    qtbot.waitUntil(lambda: foot.line.whole == "3 accounts put back.")
