"""What a person hears of while the window is not in front."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from zoho_console.domain.connections import Connection
from zoho_console.errors import ScopeMissing
from zoho_console.screens.alerts import Alert, Alerts
from zoho_console.screens.screen import Desk
from zoho_console.screens.status import StatusScreen
from zoho_console.simulator.server import Simulator
from zoho_console.ui.theme import Look
from zoho_console.ui.tray import Tray
from zoho_console.workspace.checkup import Checkup
from zoho_console.workspace.health_rules import health_of
from zoho_console.workspace.workspace import Workspace


def test_each_trouble_is_told_once_and_again_when_it_comes_back(workspace: Workspace, acme: Connection) -> None:
    works = Checkup(workspace).look()[0]
    trouble = ScopeMissing("The sign-in lacks ZohoCRM.bulk.ALL.")
    refused = health_of(acme, replace(works.evidence, trouble=trouble))
    locked = health_of(acme, replace(works.evidence, has_secret=False))
    alerts = Alerts()

    assert alerts.news([refused]) == []  # what was so from the beginning is on the screen
    assert alerts.news([works]) == []
    assert alerts.news([refused]) == [Alert("Acme: permission missing", refused.verdict.sentence)]
    assert alerts.news([refused]) == []
    assert [one.title for one in alerts.news([locked])] == ["Acme: secret missing"]
    assert alerts.news([]) == []
    assert alerts.news([locked]) == []  # just added


def test_the_status_tells_of_what_began_to_need_a_person(
    qtbot: QtBot, desk: Desk, simulator: Simulator, acme: Connection, workspace: Workspace
) -> None:
    status = StatusScreen(desk)
    told: list[object] = []
    status.alerted.connect(told.append)
    status.look_now()
    qtbot.waitUntil(lambda: status.health is not None)
    assert not status.needs_a_person
    workspace.vault(acme.id).delete()
    status.look_now()
    qtbot.waitUntil(lambda: bool(told))
    assert told == [Alert("Acme: not signed in", "Sign in to use this connection.")]
    assert status.needs_a_person


def test_without_a_tray_nothing_is_shown_and_a_press_opens_the_page(
    qtbot: QtBot, look: Look, shown: Callable[..., QWidget]
) -> None:
    opened: list[bool] = []
    window = shown(QWidget())
    tray = Tray(window, look, lambda: opened.append(True))
    tray.tell("Acme: revoked", "Sign in again.")
    tray.clear()
    tray.open()
    assert opened == [True]
    assert window.isVisible()
