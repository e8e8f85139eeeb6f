"""Guards in the window: chosen on a card, seen wherever a change begins, lowered by typing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bulk_hands as hands
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from zoho_console.domain.connections import Connection
from zoho_console.domain.fields import Field
from zoho_console.domain.guards import Guard, Level
from zoho_console.screens.change_set import Step
from zoho_console.screens.connections import ConnectionsScreen
from zoho_console.screens.screen import Desk
from zoho_console.screens.status import StatusScreen
from zoho_console.ui.bulk_update.page import BulkUpdatePage
from zoho_console.ui.guard_dialog import GuardDialog
from zoho_console.ui.one_field_dialog import OneFieldDialog
from zoho_console.ui.pages.connections import ConnectionsPage
from zoho_console.ui.theme import Look
from zoho_console.workspace.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
Picture = Callable[[QWidget, str], None]
Picture = Callable[[QWidget, str], None]


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, look: Look, shown: Callable[..., QWidget]) -> ConnectionsPage:
    screen = ConnectionsScreen(desk)
    made = ConnectionsPage(screen, look)
    screen.noticed.connect(made.notices.show_notice)
    shown(made)
    screen.shown()
    qtbot.waitUntil(lambda: screen.is_loaded and len(made.cards) == 1)
    return made


def opened(qtbot: QtBot, page: ConnectionsPage) -> GuardDialog:
    qtbot.mouseClick(page.cards[0].guarding, LEFT)
    qtbot.waitUntil(lambda: any(one.isVisible() for one in page.findChildren(GuardDialog)))
    return next(one for one in page.findChildren(GuardDialog) if one.isVisible())


def test_raising_takes_a_click_and_lowering_the_name_of_the_organisation(
    qtbot: QtBot, page: ConnectionsPage, desk: Desk, workspace: Workspace, acme: Connection, pictured: Picture
) -> None:
    dialog = opened(qtbot, page)
    assert not dialog.set.isEnabled()
    dialog.choices[Level.WATCH].setChecked(True)
    assert not dialog.typed.isVisible()
    qtbot.mouseClick(dialog.set, LEFT)
    card = page.cards[0]
    qtbot.waitUntil(lambda: card.guard.text() == "Guard: watch only")
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
    qtbot.waitUntil(lambda: card.guard.text().startswith("Guard: staged until "))
    assert workspace.connections.get(acme.id).guard.rests_at is Level.WATCH


def test_the_status_bar_says_how_the_connection_is_guarded(qtbot: QtBot, desk: Desk, acme: Connection) -> None:
    desk.workspace.connections.set_guard(acme.id, Level.STAGED)
    screen = StatusScreen(desk)
    screen.look_now()
    qtbot.waitUntil(lambda: screen.lamps[0] == ("Guard: staged", "warn"))


def test_a_plan_in_view_stays_when_another_desktop_guards_its_connection(
    qtbot: QtBot, bulk_page: BulkUpdatePage, desk: Desk, acme: Connection, tmp_path: Path, pictured: Picture
) -> None:
    screen = hands.compared(qtbot, bulk_page, hands.file(tmp_path, "id,Health Score\n777000000000410001,5\n"))
    foot, status = bulk_page.foot, StatusScreen(desk)
    assert foot.guard.text() == "Guard: open"
    qtbot.mouseClick(foot.primary, LEFT)
    question = hands.asked(qtbot, bulk_page)
    assert question.guard.pill.text() == "Guard: open"
    pictured(question, "guard-apply-open")
    qtbot.mouseClick(question.cancel, LEFT)

    desk.workspace.connections.set_guard(acme.id, Level.WATCH)
    status.look_now()
    qtbot.waitUntil(lambda: foot.guard.text() == "Guard: watch only")
    assert not foot.primary.isEnabled()
    assert "lowered under Connections" in foot.small.whole
    pictured(bulk_page, "guard-plan-watch-only")

    desk.workspace.connections.set_guard(acme.id, Level.STAGED)
    status.look_now()
    qtbot.waitUntil(foot.primary.isEnabled)
    assert screen.change_set is not None
    qtbot.mouseClick(foot.primary, LEFT)
    question = hands.asked(qtbot, bulk_page)
    assert question.guard.pill.text() == "Guard: staged"
    assert question.guard.meaning.text() == Level.STAGED.meaning
    pictured(question, "guard-apply-staged")
    hands.agree(qtbot, bulk_page)
    qtbot.waitUntil(lambda: screen.step is Step.RESULT)
    assert screen.change_set.yes_by


def test_setting_one_field_says_how_the_connection_is_guarded(
    look: Look, shown: Callable[..., QWidget], pictured: Picture
) -> None:
    parent = shown(QWidget())
    fields = [Field("Industry", "Industry", "text")]
    dialog = OneFieldDialog(parent, 12, fields, Guard(Level.WATCH, Level.WATCH))
    dialog.show()
    assert dialog.guard.isVisible()
    assert dialog.guard.pill.text() == "Guard: watch only"
    pictured(dialog, "guard-one-field")
    assert not OneFieldDialog(parent, 12, fields, None).guard.isVisible()
