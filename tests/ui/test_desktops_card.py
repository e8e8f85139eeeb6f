"""Desktops on the Token health page: one asks, one approves, one is removed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from zoho_console.domain.connections import Connection
from zoho_console.errors import NotEnrolled
from zoho_console.screens.screen import Desk
from zoho_console.screens.token_health import TokenHealthScreen
from zoho_console.store.data_keys import DataKeys
from zoho_console.store.desktops import Desktops
from zoho_console.store.secrets import MemorySecrets
from zoho_console.ui.dialogs import Confirmation
from zoho_console.ui.pages.token_health import TokenHealthPage
from zoho_console.ui.theme import Look
from zoho_console.workspace.workspace import Workspace

Show = Callable[..., QWidget]
Picture = Callable[[QWidget, str], None]
Picture = Callable[[QWidget, str], None]


@pytest.fixture
def other(workspace: Workspace, acme: Connection) -> DataKeys:
    """A colleague's console on the same database, which asks to join."""
    keys = DataKeys(workspace.database, Desktops(workspace.database, MemorySecrets(), environment={}))
    keys.desktops.join()
    return keys


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, look: Look, shown: Show, other: DataKeys) -> TokenHealthPage:
    screen = TokenHealthScreen(desk)
    made = TokenHealthPage(screen, look)
    shown(made)
    screen.shown()
    qtbot.waitUntil(lambda: made.desktops.isVisible() and len(screen.team.desktops) == 2)
    return made


def press(qtbot: QtBot, page: TokenHealthPage, text: str) -> None:
    found = [one for one in page.findChildren(QPushButton) if one.text() == text and one.isVisible()]
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)


def test_a_desktop_that_asks_is_approved_by_its_code(
    qtbot: QtBot, page: TokenHealthPage, other: DataKeys, workspace: Workspace, acme: Connection, pictured: Picture
) -> None:
    pictured(page, "desktops-asking")
    vault = type(workspace.vault(acme.id))(workspace.database, acme.id, other)
    with pytest.raises(NotEnrolled):
        vault.load()
    field = next(one for one in page.desktops.findChildren(QLineEdit) if one.isVisible())
    code = next(one.code for one in other.desktops.all() if one.is_this)
    assert code not in [one.text() for one in page.desktops.findChildren(QLabel)]
    notices = []
    page._screen.team.noticed.connect(notices.append)
    qtbot.keyClicks(field, "AAAA-BBBB-CCCC-DDDD")
    press(qtbot, page, "Approve")
    qtbot.waitUntil(lambda: bool(notices))
    assert "No desktop asks to join with the code" in notices[0].text
    assert [one.is_approved for one in page._screen.team.desktops] == [True, False]
    field.clear()
    qtbot.keyClicks(field, code.lower())
    press(qtbot, page, "Approve")
    qtbot.waitUntil(lambda: all(one.is_approved for one in page._screen.team.desktops))
    assert vault.load() is not None
    pictured(page, "desktops-approved")


def test_a_desktop_is_removed_only_after_a_question(qtbot: QtBot, page: TokenHealthPage, workspace: Workspace) -> None:
    press(qtbot, page, "Remove…")
    qtbot.waitUntil(lambda: bool(page.findChildren(Confirmation)))
    question = page.findChildren(Confirmation)[0]
    assert len(workspace.keys.desktops.all()) == 2
    qtbot.mouseClick(question.verb, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(page._screen.team.desktops) == 1)
    assert page.desktops.isHidden()


def test_a_desktop_nobody_approved_yet_says_which_code_to_compare(
    qtbot: QtBot, loop: object, other: DataKeys, workspace: Workspace, look: Look, shown: Show
) -> None:
    secrets = MemorySecrets()
    mine = Workspace(workspace.database, secrets)
    mine.keys = DataKeys(workspace.database, Desktops(workspace.database, secrets, environment={}))
    screen = TokenHealthScreen(Desk(mine, open_url=lambda _url: None))
    page = TokenHealthPage(screen, look)
    shown(page)
    screen.shown()
    qtbot.waitUntil(lambda: bool(page.cards) and "not yet allowed" in page.cards[0].sentence.text())
    qtbot.waitUntil(lambda: bool(screen.team.desktops))
    assert next(one.code for one in screen.team.desktops if one.is_this) in page.cards[0].sentence.text()
    assert page.warning.isHidden()  # the card has said it
    assert [one.text() for one in page.desktops.findChildren(QPushButton) if not one.isHidden()] == []
    mine.close()
