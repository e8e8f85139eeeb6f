"""What tests of the window need: Qt's loop as a running asyncio loop, a look, and a desk on real parts."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, SignalInstance
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from zoho_console.app.garbage import collected_here
from zoho_console.domain.connections import Connection
from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.screens.screen import Desk
from zoho_console.ui.bulk_update.page import BulkUpdatePage
from zoho_console.ui.theme import Look
from zoho_console.workspace.workspace import Workspace

PATIENCE_MS = 60_000  # what never comes is a failure after this long; a busy machine is none


class PatientBot(QtBot):
    """Waits as long as a busy machine may need, and looks at a window only once Qt has shown what was added to it."""

    def waitUntil(self, callback: Callable[[], object], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)
        QCoreApplication.sendPostedEvents()

    def waitSignal(self, signal: SignalInstance, *, timeout: int = PATIENCE_MS, **terms: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **terms)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> PatientBot:
    return PatientBot(request)


@pytest.fixture(autouse=True)
def garbage(qapp: QApplication) -> Iterator[None]:
    """Collected as in the program: a thread that destroys a widget ends the process."""
    with collected_here(qapp):
        yield


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[QEventLoop]:
    """A Qt event loop that tasks can be started on while qtbot waits."""
    running = QEventLoop(qapp, already_running=True)
    asyncio.set_event_loop(running)
    yield running
    for task in asyncio.all_tasks(running):
        task.cancel()
    given_up = time.monotonic() + PATIENCE_MS / 1000
    while asyncio.all_tasks(running) and time.monotonic() < given_up:
        qapp.processEvents()  # whoever waits for a thread ends when that does
        time.sleep(0.001)
    qapp.processEvents()
    # It counts as running all the while, and stop() would have Qt leave every later loop at once.
    running._QEventLoop__is_running = False
    asyncio.events._set_running_loop(None)
    running.close()


@pytest.fixture(scope="session")
def look(qapp: QApplication) -> Look:
    return Look(qapp, "light")


@pytest.fixture
def pictured(look: Look) -> Callable[[QWidget, str], None]:
    """Keep pictures of a widget, light and dark, in the folder that ZOHO_CONSOLE_PICTURES names; nothing without it."""
    folder = os.environ.get("ZOHO_CONSOLE_PICTURES", "")

    def take(widget: QWidget, name: str) -> None:
        for appearance in ("dark", "light") if folder else ():
            look.use(appearance)
            QApplication.processEvents()
            widget.grab().save(str(Path(folder) / f"{name}-{appearance}.png"))

    return take


@pytest.fixture
def desk(loop: QEventLoop, workspace: Workspace, acme: Connection) -> Desk:
    """A desk with one signed-in connection, "Acme"."""
    made = Desk(workspace, open_url=lambda _url: None)
    made.use(acme)
    return made


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[..., QWidget]:
    """Show a widget and wait until it is on the (offscreen) screen."""

    def show(widget: QWidget, width: int = 1072, height: int = 760) -> QWidget:
        qtbot.addWidget(widget)
        widget.resize(width, height)
        with qtbot.waitExposed(widget):
            widget.show()
        return widget

    return show


@pytest.fixture
def bulk_page(desk: Desk, look: Look, shown: Callable[..., QWidget]) -> BulkUpdatePage:
    screen = BulkUpdateScreen(desk)
    made = BulkUpdatePage(screen, look)
    screen.noticed.connect(made.notices.show_notice)
    shown(made)
    return made
