"""The forms in which accounts are exported, chosen in the dialog."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from zoho_console.bulk.drift import TITLE
from zoho_console.bulk.escaping import MARK
from zoho_console.screens.accounts import AccountsScreen
from zoho_console.screens.screen import Desk
from zoho_console.screens.writing import EXPORT_FORMS
from zoho_console.simulator.server import Simulator
from zoho_console.ui.pages.accounts import AccountsPage
from zoho_console.ui.theme import Look


@pytest.mark.parametrize(
    ("form", "titles", "mark"),
    [
        ("CSV for spreadsheets (*.csv)", [MARK], "'"),
        ("CSV to correct and bring back (*.csv)", [MARK, TITLE], "'"),
        ("CSV to the letter (*.csv)", [], ""),
    ],
)
def test_the_form_of_an_export_is_chosen(
    qtbot: QtBot, desk: Desk, look: Look, shown: Callable[..., QWidget], simulator: Simulator, tmp_path: Path,
    form: str, titles: list[str], mark: str,
) -> None:  # fmt: skip
    screen = AccountsScreen(desk)
    page = AccountsPage(screen, look)
    screen.noticed.connect(page.notices.show_notice)
    shown(page)
    screen.shown()
    qtbot.waitUntil(lambda: screen.total == 300 and not screen.is_loading, timeout=10_000)
    path = tmp_path / "out.csv"

    qtbot.mouseClick(page.export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.findChild(QFileDialog) is not None)
    dialog = page.findChild(QFileDialog)
    assert dialog.nameFilters() == list(EXPORT_FORMS)
    dialog.selectNameFilter(form)
    name = dialog.findChild(QLineEdit)
    name.clear()
    qtbot.keyClicks(name, str(path))
    qtbot.keyClick(name, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: bool(page.notices.notices), timeout=10_000)
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert [title for title in header if " " in title] == titles
    assert {row[0] for row in rows} == {f"{mark}{one}" for one in simulator.world.records("Accounts")}
