"""Guards in the window: chosen on a card, seen on every page, lowered by typing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from zoho_console.domain.connections import Connection
from zoho_console.domain.guards import Level
from zoho_console.screens.connections import ConnectionsScreen
from zoho_console.screens.screen import Desk
from zoho_console.screens.status import StatusScreen
from zoho_console.ui.guard_dialog import GuardDialog
from zoho_console.ui.pages.connections import ConnectionsPage
from zoho_console.ui.theme import Look
from zoho_console.workspace.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
LIMIT_MS = 15_000


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, look: Look, shown: Callable[..., QWidget]) -> ConnectionsPage:
    screen = ConnectionsScreen(desk)
    made = ConnectionsPage(screen, look)
    screen.noticed.connect(made.notices.show_notice)
    shown(made)
    screen.shown()
    qtbot.waitUntil(lambda: screen.is_loaded and len(made.cards) == 1, timeout=LIMIT_MS)
    return made


def opened(qtbot: QtBot, page: ConnectionsPage) -> GuardDialog:
    qtbot.mouseClick(page.cards[0].guarding, LEFT)
    qtbot.waitUntil(lambda: any(one.isVisible() for one in page.findChildren(GuardDialog)), timeout=LIMIT_MS)
    return next(one for one in page.findChildren(GuardDialog) if one.isVisible())


def pictured(widget: QWidget, name: str) -> None:
    if folder := os.environ.get("ZOHO_CONSOLE_PICTURES"):
        widget.grab().save(str(Path(folder) / f"{name}.png"))


def test_raising_takes_a_click_and_lowering_the_name_of_the_organisation(
    qtbot: QtBot, page: ConnectionsPage, desk: Desk, workspace: Workspace, acme: Connection
) -> None:
    dialog = opened(qtbot, page)
    assert not dialog.set.isEnabled()
    dialog.choices[Level.WATCH].setChecked(True)
    assert not dialog.typed.isVisible()
    qtbot.mouseClick(dialog.set, LEFT)
    card = page.cards[0]
    qtbot.waitUntil(lambda: card.guard.text() == "Watch only", timeout=LIMIT_MS)
    assert desk.connection is not None
    assert desk.connection.guard.level is Level.WATCH
    pictured(page, "guard-watch-only")

    dialog = opened(qtbot, page)
    dialog.choices[Level.STAGED].setChecked(True)
    qtbot.keyClicks(dialog.typed, "another name")
    assert not dialog.set.isEnabled()
    dialog.typed.clear()
    qtbot.keyClicks(dialog.typed, acme.name_to_type)
    pictured(dialog, "guard-dialog")
    qtbot.mouseClick(dialog.set, LEFT)
    qtbot.waitUntil(lambda: card.guard.text().startswith("Staged until "), timeout=LIMIT_MS)
    assert workspace.connections.get(acme.id).guard.rests_at is Level.WATCH


def test_the_status_bar_says_how_the_connection_is_guarded(qtbot: QtBot, desk: Desk, acme: Connection) -> None:
    desk.workspace.connections.set_guard(acme.id, Level.STAGED)
    screen = StatusScreen(desk)
    screen.look_now()
    qtbot.waitUntil(lambda: screen.lamps[0] == ("Staged", "warn"), timeout=LIMIT_MS)
