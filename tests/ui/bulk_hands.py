"""Hands for the tests of the bulk update page: drop a file, compare, agree."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from zoho_console.app.hands import drop_file as drop
from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.screens.change_set import Step
from zoho_console.ui.bulk_update.page import BulkUpdatePage
from zoho_console.ui.dialogs import Confirmation

__all__ = ["drop"]

LEFT = Qt.MouseButton.LeftButton


def file(folder: Path, text: str, name: str = "corrections.csv") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def opened(qtbot: QtBot, page: BulkUpdatePage, path: Path) -> BulkUpdateScreen:
    """Drop the file; its columns are shown."""
    drop(page, path)
    # Its page, not only its state: the screen tells of a change a moment after it.
    qtbot.waitUntil(lambda: page.screen_model.step is Step.COLUMNS and page.columns_step.isVisible())
    return page.screen_model


def compared(qtbot: QtBot, page: BulkUpdatePage, path: Path) -> BulkUpdateScreen:
    """Drop the file and compare it; the difference is shown."""
    screen = opened(qtbot, page, path)
    qtbot.mouseClick(page.foot.primary, LEFT)
    qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE and bool(screen.rows.table.rows), timeout=10_000)
    qtbot.waitUntil(lambda: not screen.is_comparing and page.rows_step.isVisible())
    return screen


def asked(qtbot: QtBot, page: QWidget) -> Confirmation:
    """The confirmation that is asked."""
    qtbot.waitUntil(lambda: any(one.isVisible() for one in page.findChildren(Confirmation)))
    return next(one for one in page.findChildren(Confirmation) if one.isVisible())


def agree(qtbot: QtBot, page: QWidget) -> None:
    """Press the verb of the confirmation."""
    qtbot.mouseClick(asked(qtbot, page).verb, LEFT)
