"""The support file, asked for on the Token health page."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from zoho_console.paths import HOME_VARIABLE
from zoho_console.screens.screen import Desk
from zoho_console.screens.token_health import TokenHealthScreen
from zoho_console.ui.pages.token_health import TokenHealthPage
from zoho_console.ui.theme import Look

LIMIT_MS = 15_000


def test_the_support_file_is_written_where_the_person_says(
    qtbot: QtBot, desk: Desk, look: Look, shown: Callable[..., QWidget], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    page = TokenHealthPage(screen := TokenHealthScreen(desk), look)
    screen.noticed.connect(page.notices.show_notice)
    shown(page)
    screen.shown()
    qtbot.mouseClick(page.support, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.findChild(QFileDialog) is not None, timeout=LIMIT_MS)
    dialog = page.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    path = tmp_path / "help.zip"
    name = dialog.findChild(QLineEdit)
    name.clear()
    qtbot.keyClicks(name, str(path))
    qtbot.keyClick(name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.notices.notices), timeout=LIMIT_MS)
    assert str(path) in page.notices.notices[0].text
    with zipfile.ZipFile(path) as file:
        assert "versions.txt" in file.namelist()
