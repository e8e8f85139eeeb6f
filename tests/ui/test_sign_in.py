"""Signing in from the connections page: the live check list, the ways out, and what happens when it fails."""

from __future__ import annotations

import os
import re
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from zoho_console.app.demo import sign_in_to
from zoho_console.domain.connections import CUSTOM, Connection, Environment, NewConnection, origins_for
from zoho_console.screens.connections import ConnectionsScreen
from zoho_console.screens.screen import Desk
from zoho_console.screens.sign_in import Progress, SignInScreen, Step, progress_of
from zoho_console.simulator.grants import Consent
from zoho_console.simulator.server import Simulator
from zoho_console.ui.pages.connections import ConnectionsPage
from zoho_console.ui.theme import Look
from zoho_console.workspace.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
NARROW = QSize(704, 520)  # what the smallest window leaves for a page
Picture = Callable[[QWidget, str], None]
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


def waiting(qtbot: QtBot, page: ConnectionsPage) -> SignInScreen:
    screen = page._screen.signing
    qtbot.mouseClick(page.cards[0].sign_in, LEFT)
    qtbot.waitUntil(lambda: Step.WAITING in screen.steps and bool(screen.address))
    return screen


def cancelled(qtbot: QtBot, page: ConnectionsPage) -> None:
    qtbot.mouseClick(page.panel.cancel, LEFT)
    qtbot.waitUntil(lambda: page._screen.signing.connection is None)
    qtbot.waitUntil(lambda: not page._screen.signing.tasks.is_running("drop"))  # what was not kept is withdrawn


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


def test_a_code_by_hand_skips_the_browser() -> None:
    skipped = Progress.SKIPPED
    assert [progress_of(step, [Step.CODE, Step.EXCHANGED]) for step in Step] == [skipped, skipped, D, D, N]


def test_the_check_list_shows_where_the_sign_in_is(
    qtbot: QtBot, page: ConnectionsPage, browser: Browser, pictured: Picture
) -> None:
    waiting(qtbot, page)
    panel = page.panel
    assert panel.isVisible()
    assert panel.lines[Step.LISTENING].mark.text() == "✓"
    assert panel.lines[Step.WAITING].mark.text() == "●"
    assert panel.lines[Step.WAITING].accessibleName().endswith(": now")
    assert panel.lines[Step.CODE].mark.text() == "○"
    assert re.fullmatch(r"[45]:[0-5]\d left", panel.left.text())
    assert not panel.rejected.isVisible()
    assert panel.cancel.hasFocus() or panel.window().focusWidget() is panel.cancel
    pictured(page, "sign-in-waiting")
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
    waiting(qtbot, page)
    browser.accept()
    qtbot.waitUntil(lambda: desk.connection is not None, timeout=10_000)
    assert page.notices.notices[-1].text == "Signed in to “Acme Ltd” as Mina Vogel."
    assert not page.panel.isVisible()


def test_one_sign_in_at_a_time(qtbot: QtBot, page: ConnectionsPage, browser: Browser, acme: Connection) -> None:
    screen = waiting(qtbot, page)
    assert not page.cards[0].sign_in.isEnabled()
    screen.begin(acme)
    assert len(browser.asked) == 1
    cancelled(qtbot, page)
    assert page.cards[0].sign_in.isEnabled()


def test_a_port_that_is_taken_is_named_and_the_registered_ones_are_offered(
    qtbot: QtBot, page: ConnectionsPage, workspace: Workspace, acme: Connection, browser: Browser, pictured: Picture
) -> None:
    spare, third = free_port(), free_port()
    workspace.connections.remember_port(acme.id, spare)
    page._screen.shown()
    qtbot.waitUntil(lambda: page._screen.health[0].connection.spare_ports == (spare,))
    panel = page.panel
    with socket.socket() as other:
        other.bind(("127.0.0.1", acme.redirect_port))
        other.listen()
        qtbot.mouseClick(page.cards[0].sign_in, LEFT)
        qtbot.waitUntil(panel.ending.isVisible)
    assert panel.ending.words.text().startswith(f"Port {acme.redirect_port} on this computer is used by “")
    assert str(os.getpid()) in panel.ending.words.text()
    assert browser.asked == []
    assert panel.lines[Step.LISTENING].accessibleName().endswith("stopped here")
    assert [one.text() for one in panel.ending.ports] == [f"Use port {spare}"]
    pictured(page, "sign-in-port-taken")
    wide = page.size()
    page.resize(NARROW)
    qtbot.waitUntil(lambda: page._scroll.viewport().width() < NARROW.width())
    assert page._scroll.widget().width() <= page._scroll.viewport().width()
    pictured(page, "sign-in-port-taken-narrow")
    page.resize(wide)

    qtbot.mouseClick(panel.ending.ports[0], LEFT)
    qtbot.waitUntil(lambda: bool(browser.asked))
    assert f"localhost%3A{spare}%2F" in browser.asked[0][0]
    assert str(spare) in page._screen.signing.redirect
    assert page._screen.signing.problem is None
    cancelled(qtbot, page)
    qtbot.waitUntil(page.cards[0].sign_in.isEnabled)

    with socket.socket() as other:
        other.bind(("127.0.0.1", acme.redirect_port))
        other.listen()
        qtbot.mouseClick(page.cards[0].sign_in, LEFT)
        qtbot.waitUntil(panel.ending.isVisible)
        qtbot.keyClicks(panel.ending.port, str(third))
        qtbot.keyClick(panel.ending.port, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: len(browser.asked) == 2)
    browser.accept()
    qtbot.waitUntil(lambda: page._screen.signing.connection is None, timeout=10_000)
    assert workspace.connections.get(acme.id).spare_ports == (spare, third)


def test_a_port_that_is_free_again_is_used_at_a_press(
    qtbot: QtBot, page: ConnectionsPage, acme: Connection, browser: Browser
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", acme.redirect_port))
        other.listen()
        qtbot.mouseClick(page.cards[0].sign_in, LEFT)
        qtbot.waitUntil(page.panel.ending.isVisible)
    assert page.panel.ending.retry.text() == "Try again"
    qtbot.mouseClick(page.panel.ending.retry, LEFT)
    qtbot.waitUntil(lambda: bool(browser.asked))
    cancelled(qtbot, page)


def test_the_address_of_the_last_page_is_an_answer_once_it_is_the_right_one(
    qtbot: QtBot, page: ConnectionsPage, browser: Browser, pictured: Picture
) -> None:
    screen = waiting(qtbot, page)
    way = page.panel.second_way
    qtbot.mouseClick(page.panel.fold, LEFT)
    assert way.isVisible()
    qtbot.keyClicks(way.pasted, f"{screen.redirect}?state=wrong&code=1000.forged")
    qtbot.mouseClick(way.use_pasted, LEFT)
    qtbot.waitUntil(lambda: bool(page.notices.notices))
    assert page.notices.notices[0].text == "This address cannot be used. It did not belong to this sign-in."
    assert screen.is_waiting
    pictured(page, "sign-in-second-way")

    qtbot.keyClicks(way.pasted, answer_for(screen.address))
    qtbot.keyClick(way.pasted, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.connection is None, timeout=10_000)
    assert page.notices.notices[-1].text == "Signed in to “Acme Ltd” as Mina Vogel."
    assert not way.isVisible()


def test_the_code_of_a_self_client_takes_the_browsers_place(
    qtbot: QtBot, page: ConnectionsPage, browser: Browser, simulator: Simulator, workspace: Workspace, acme: Connection
) -> None:
    screen = waiting(qtbot, page)
    way = page.panel.second_way
    qtbot.mouseClick(page.panel.fold, LEFT)
    assert way.scopes.text() == ",".join(acme.scopes)
    assert page._scroll.widget().width() <= page._scroll.viewport().width()
    qtbot.mouseClick(way.copy_redirect, LEFT)
    assert QGuiApplication.clipboard().text() == acme.redirect_uri
    qtbot.keyClicks(way.code, simulator.grants.issue_code(Consent(simulator.client_id, "", acme.scopes)))
    qtbot.mouseClick(way.use_code, LEFT)
    qtbot.waitUntil(lambda: screen.connection is None, timeout=10_000)
    assert way.code.text() == ""
    assert workspace.vault(acme.id).health().generation == 2


def test_too_few_permissions_are_named_and_stored_only_if_somebody_says_so(
    qtbot: QtBot,
    page: ConnectionsPage,
    browser: Browser,
    simulator: Simulator,
    workspace: Workspace,
    acme: Connection,
    pictured: Picture,
) -> None:
    few = tuple(scope for scope in acme.scopes if "bulk" not in scope)
    screen = waiting(qtbot, page)
    for keeps in (False, True):
        screen.use_code(simulator.grants.issue_code(Consent(simulator.client_id, "", few)))
        qtbot.waitUntil(page.panel.ending.isVisible, timeout=10_000)
        words = "The sign-in lacks ZohoCRM.bulk.ALL, needed for: Large exports and imports."
        assert page.panel.ending.words.text() == words
        assert page.panel.lines[Step.STORED].accessibleName().endswith("stopped here")
        assert page.panel.lines[Step.LISTENING].accessibleName().endswith("not needed")
        assert workspace.vault(acme.id).health().generation == 1
        assert page.panel.ending.keep.isVisible()
        pictured(page, "sign-in-too-few-permissions")
        if keeps:
            qtbot.mouseClick(page.panel.ending.keep, LEFT)
        else:
            qtbot.mouseClick(page.panel.ending.retry, LEFT)
            qtbot.waitUntil(lambda: screen.is_waiting and bool(screen.address))
    qtbot.waitUntil(lambda: screen.connection is None, timeout=10_000)
    assert workspace.vault(acme.id).health().scopes == few


def test_a_no_in_the_browser_stays_on_the_panel_until_it_is_closed(
    qtbot: QtBot, page: ConnectionsPage, browser: Browser
) -> None:
    screen = waiting(qtbot, page)
    state = parse_qs(urlsplit(screen.address).query)["state"][0]
    screen.paste(f"{screen.redirect}?state={state}&error=access_denied")
    qtbot.waitUntil(page.panel.ending.isVisible)
    assert page.panel.ending.words.text() == "The permission was declined in the browser."
    assert page.panel.left.text() == "stopped"
    assert page.panel.cancel.text() == "Close"
    cancelled(qtbot, page)


@pytest.mark.parametrize(
    ("column", "other", "words", "may_keep"),
    [
        ("organisation", '{"id": "9", "name": "Beta Ltd"}', "this connection belongs to “Beta Ltd”", False),
        ("zoho_user", '{"id": "9", "name": "Anna Berg", "email": "anna@acme.example"}', "was Anna Berg's", True),
    ],
)
def test_who_signs_in_as_somebody_else_is_told_before_anything_is_stored(
    qtbot: QtBot,
    page: ConnectionsPage,
    browser: Browser,
    simulator: Simulator,
    workspace: Workspace,
    acme: Connection,
    pictured: Picture,
    column: str,
    other: str,
    words: str,
    may_keep: bool,
) -> None:
    with workspace.database.begin() as connection:
        connection.execute(
            text(f"update connections set {column} = {column} || cast(:other as jsonb)"), {"other": other}
        )
    page._screen.shown()
    qtbot.waitUntil(lambda: "9" in (page.cards[0]._connection.organisation.id, page.cards[0]._connection.user.id))
    waiting(qtbot, page)
    browser.accept()
    ending = page.panel.ending
    qtbot.waitUntil(ending.isVisible)
    assert words in ending.words.text()
    assert ending.keep.isVisible() == may_keep
    assert workspace.vault(acme.id).health().generation == 1
    pictured(page, f"sign-in-other-{column}")
    cancelled(qtbot, page)


def test_an_account_of_another_data_centre_is_named_before_its_code_is_spent(
    qtbot: QtBot, page: ConnectionsPage, browser: Browser, workspace: Workspace, pictured: Picture
) -> None:
    origins = origins_for("eu", Environment.PRODUCTION)
    new = NewConnection("Europe", "eu", "1000.ABC", origins, redirect_port=free_port())
    europe = workspace.add_connection(new, "secret")
    screen = page._screen.signing
    screen.begin(europe)
    qtbot.waitUntil(lambda: Step.WAITING in screen.steps and bool(screen.address))
    state = parse_qs(urlsplit(screen.address).query)["state"][0]
    server = "https%3A%2F%2Faccounts.zoho.in"
    screen.paste(f"{screen.redirect}?state={state}&code=1000.abcdef01&location=in&accounts-server={server}")
    qtbot.waitUntil(page.panel.ending.isVisible)
    assert "data centre India, but the connection is for Europe" in page.panel.ending.words.text()
    assert not page.panel.ending.keep.isVisible()
    assert Step.EXCHANGED not in screen.steps
    pictured(page, "sign-in-other-data-centre")
    cancelled(qtbot, page)


def answer_for(consent_url: str) -> str:
    """Where the browser goes once the person accepts; nobody follows it."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    try:
        urllib.request.build_opener(Stay).open(consent_url, timeout=10)
    except urllib.error.HTTPError as answer:
        location = answer.headers["Location"]
        answer.close()
        return location
    raise AssertionError("the simulator did not send the browser on")


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
    page._screen.remove(acme)
    qtbot.waitUntil(lambda: not page.cards)
    assert screen.connection is None
    assert desk.connection is None


def test_the_check_list_comes_into_view_however_far_down_the_connection_is(
    qtbot: QtBot, page: ConnectionsPage, browser: Browser, workspace: Workspace, pictured: Picture
) -> None:
    origins = origins_for("eu", Environment.PRODUCTION)
    for number in range(6):
        name = f"Europe {number}, of a name that is longer than anybody would want to read on a card"
        workspace.add_connection(NewConnection(name, "eu", "1000.ABC", origins), "secret")
    page._screen.shown()
    qtbot.waitUntil(lambda: len(page.cards) == 7)
    page.resize(NARROW)
    bar = page._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    page._screen.signing.begin(page._screen.health[0].connection)
    qtbot.waitUntil(page.panel.isVisible)
    assert bar.value() == 0
    assert page._scroll.widget().width() <= page._scroll.viewport().width()
    pictured(page, "sign-in-narrow")
    cancelled(qtbot, page)
