"""Signing in from the connections page: the live check list, the ways out, and what happens when it fails."""

from __future__ import annotations

import socket
import threading
import urllib.request
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from zoho_console.app.demo import sign_in_to
from zoho_console.domain.connections import CUSTOM, Connection, NewConnection
from zoho_console.screens.connections import ConnectionsScreen
from zoho_console.screens.screen import Desk
from zoho_console.screens.sign_in import Progress, Step, progress_of
from zoho_console.simulator.server import Simulator
from zoho_console.ui.pages.connections import ConnectionsPage
from zoho_console.ui.theme import Look
from zoho_console.workspace.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
D, N, A = Progress.DONE, Progress.NOW, Progress.AHEAD


class Browser:
    """Opens no page until told to; keeps the thread and the address it was asked with."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __call__(self, url: str) -> None:
        self.asked.append((url, threading.current_thread().name))

    def accept(self) -> None:
        """What the person does on Zoho's page; the simulator agrees at once."""
        address = self.asked[-1][0]
        threading.Thread(target=lambda: urllib.request.urlopen(address, timeout=10).close(), daemon=True).start()


@pytest.fixture
def acme(workspace: Workspace, simulator: Simulator) -> Connection:
    """A signed-in connection whose sign-in comes back to a port that nobody uses now."""
    seed = sign_in_to(simulator, workspace, "Seed")
    grant = workspace.vault(seed.id).load()
    assert grant is not None
    workspace.engine.call(workspace.remove_connection(seed))
    new = NewConnection("Acme", CUSTOM, simulator.client_id, seed.origins, redirect_port=free_port())
    connection = workspace.add_connection(new, simulator.client_secret)
    workspace.vault(connection.id).save(grant, event="signed_in")
    workspace.engine.call(workspace.identify(connection))
    return workspace.connections.get(connection.id)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def browser(desk: Desk) -> Browser:
    made = Browser()
    desk.open_url = made
    return made


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, look: Look, shown: Callable[..., QWidget], browser: Browser) -> ConnectionsPage:
    screen = ConnectionsScreen(desk)
    made = ConnectionsPage(screen, look)
    screen.noticed.connect(made.notices.show_notice)
    shown(made)
    screen.shown()
    qtbot.waitUntil(lambda: len(made.cards) == 1)
    return made


def waiting(qtbot: QtBot, page: ConnectionsPage) -> ConnectionsScreen:
    screen = page._screen
    qtbot.mouseClick(page.cards[0].sign_in, LEFT)
    qtbot.waitUntil(lambda: Step.WAITING in screen.steps and bool(screen.address))
    return screen


def cancelled(qtbot: QtBot, page: ConnectionsPage) -> None:
    qtbot.mouseClick(page.panel.cancel, LEFT)
    qtbot.waitUntil(lambda: page._screen.signing_in is None)


@pytest.mark.parametrize(
    ("reached", "shown_as"),
    [
        (0, [N, A, A, A, A]),
        (1, [D, N, A, A, A]),
        (2, [D, N, A, A, A]),
        (3, [D, D, D, N, A]),
        (4, [D, D, D, D, N]),
        (5, [D, D, D, D, D]),
    ],
)
def test_waiting_for_the_person_is_done_only_once_the_answer_came(reached: int, shown_as: list[Progress]) -> None:
    assert [progress_of(step, list(Step)[:reached]) for step in Step] == shown_as


def test_the_check_list_shows_where_the_sign_in_is(qtbot: QtBot, page: ConnectionsPage, browser: Browser) -> None:
    waiting(qtbot, page)
    panel = page.panel
    assert panel.isVisible()
    assert panel.lines[Step.LISTENING].text().startswith("✓")
    assert panel.lines[Step.WAITING].text().startswith("●")
    assert panel.lines[Step.WAITING].accessibleName().endswith(": now")
    assert panel.lines[Step.CODE].text().startswith("○")
    assert panel.left.text() in ("5:00 left", "4:59 left", "4:58 left")
    assert not panel.rejected.isVisible()
    cancelled(qtbot, page)
    assert not panel.isVisible()


def test_the_browser_is_opened_from_the_windows_own_thread(
    qtbot: QtBot, page: ConnectionsPage, browser: Browser
) -> None:
    waiting(qtbot, page)
    assert [thread for _url, thread in browser.asked] == [threading.main_thread().name]
    cancelled(qtbot, page)


def test_the_page_is_opened_again_and_its_address_copied(qtbot: QtBot, page: ConnectionsPage, browser: Browser) -> None:
    screen = waiting(qtbot, page)
    qtbot.mouseClick(page.panel.again, LEFT)
    assert [url for url, _thread in browser.asked] == [screen.address] * 2
    qtbot.mouseClick(page.panel.copy, LEFT)
    assert QGuiApplication.clipboard().text() == screen.address
    assert page.panel.address.isReadOnly()
    cancelled(qtbot, page)


def test_after_the_sign_in_the_window_works_with_the_connection(
    qtbot: QtBot, page: ConnectionsPage, desk: Desk, browser: Browser
) -> None:
    desk.use(None)
    screen = waiting(qtbot, page)
    browser.accept()
    qtbot.waitUntil(lambda: desk.connection is not None, timeout=10_000)
    assert screen.steps == list(Step)
    assert page.notices.notices[-1].text == "Signed in to “Acme Ltd” as Mina Vogel."
    assert not page.panel.isVisible()


def test_one_sign_in_at_a_time(qtbot: QtBot, page: ConnectionsPage, browser: Browser, acme: Connection) -> None:
    screen = waiting(qtbot, page)
    assert not page.cards[0].sign_in.isEnabled()
    screen.sign_in(acme)
    assert len(browser.asked) == 1
    cancelled(qtbot, page)
    assert page.cards[0].sign_in.isEnabled()


def test_a_port_that_is_taken_is_told_in_words(
    qtbot: QtBot, page: ConnectionsPage, workspace: Workspace, acme: Connection
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", acme.redirect_port))
        other.listen()
        qtbot.mouseClick(page.cards[0].sign_in, LEFT)
        qtbot.waitUntil(lambda: bool(page.notices.notices))
    assert page.notices.notices[0].text.startswith(
        f"Port {acme.redirect_port} on this computer is used by another program"
    )
    assert page._screen.signing_in is None
    assert workspace.connections.all()[0].organisation is not None


def test_the_tokens_stay_as_they_were_until_the_new_ones_are_known(
    qtbot: QtBot, page: ConnectionsPage, browser: Browser, workspace: Workspace, acme: Connection
) -> None:
    before = workspace.vault(acme.id).load()
    waiting(qtbot, page)
    cancelled(qtbot, page)
    after = workspace.vault(acme.id).load()
    assert before is not None
    assert after is not None
    assert (after.access_token, after.generation) == (before.access_token, before.generation)


def test_removing_a_connection_ends_its_sign_in(
    qtbot: QtBot, page: ConnectionsPage, browser: Browser, acme: Connection, desk: Desk
) -> None:
    screen = waiting(qtbot, page)
    screen.remove(acme)
    qtbot.waitUntil(lambda: not page.cards)
    assert screen.signing_in is None
    assert desk.connection is None
