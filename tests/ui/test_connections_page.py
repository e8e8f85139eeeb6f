"""The connections page: cards, and the form for a new one. Signing in has a file of its own."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from zoho_console.app.demo import sign_in_to
from zoho_console.domain.connections import CUSTOM, Connection
from zoho_console.errors import PasswordStoreLocked, SecretError
from zoho_console.screens.connection_draft import Draft
from zoho_console.screens.connections import ConnectionsScreen
from zoho_console.screens.screen import Desk
from zoho_console.simulator.server import Simulator
from zoho_console.store.database import Database
from zoho_console.store.secrets import MemorySecrets
from zoho_console.ui.dialogs import Confirmation
from zoho_console.ui.pages.connections import ConnectionsPage
from zoho_console.ui.pages.first_start import FirstStartPage
from zoho_console.ui.theme import Look
from zoho_console.workspace.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
Show = Callable[..., QWidget]
GOOD = Draft("Second", "eu", "production", "1000.ABC", "secret")


class LockedSecrets(MemorySecrets):
    """A password store that is locked: what a person meets, without the wait."""

    locked = PasswordStoreLocked("Your system's password store is locked, or it refused.", advice="Unlock it.")

    def set(self, name: str, secret: str, variable: str = "") -> None:
        raise self.locked

    def problem(self) -> SecretError | None:
        return self.locked


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, look: Look, shown: Show) -> ConnectionsPage:
    return open_page(qtbot, desk, look, shown, cards=1)


def open_page(qtbot: QtBot, desk: Desk, look: Look, shown: Show, *, cards: int) -> ConnectionsPage:
    screen = ConnectionsScreen(desk)
    made = ConnectionsPage(screen, look)
    screen.noticed.connect(made.notices.show_notice)
    shown(made)
    screen.shown()
    qtbot.waitUntil(lambda: screen.is_loaded and len(made.cards) == cards)
    return made


def fill(qtbot: QtBot, page: ConnectionsPage, draft: Draft) -> None:
    form = page.form
    qtbot.mouseClick(page.add, LEFT)
    form.port.clear()
    qtbot.keyClicks(form.port, str(draft.port))
    form.centre.setCurrentIndex(form.centre.findData(draft.data_centre))
    for edit, text in (
        (form.name, draft.name), (form.client_id, draft.client_id), (form.secret, draft.secret),
        (form.accounts_url, draft.accounts_url), (form.api_url, draft.api_url),
    ):  # fmt: skip
        qtbot.keyClicks(edit, text)


# --- cards ---


def test_a_card_says_whose_it_is_how_it_is_and_that_it_is_in_use(page: ConnectionsPage, acme: Connection) -> None:
    assert acme.user is not None
    card = page.cards[0]
    assert card.name.whole == "Acme"
    assert card.pill.word == "Works"
    assert card.in_use.isVisible()
    assert not card.use.isVisible()
    assert card._who.whole == f"Acme Ltd · Mina Vogel · {acme.user.email}"
    assert card.sign_in.text() == "Sign in again"


def test_another_connection_is_used_at_a_press(
    qtbot: QtBot, desk: Desk, look: Look, shown: Show, workspace: Workspace, simulator: Simulator
) -> None:
    sign_in_to(simulator, workspace, "Beta")
    page = open_page(qtbot, desk, look, shown, cards=2)
    qtbot.mouseClick(page.cards[1].use, LEFT)
    assert desk.connection is not None
    assert desk.connection.name == "Beta"
    qtbot.waitUntil(page.cards[1].in_use.isVisible)
    assert not page.cards[0].in_use.isVisible()


def test_permissions_are_folded_away_until_asked_for(qtbot: QtBot, page: ConnectionsPage) -> None:
    card = page.cards[0]
    assert not card.permissions.isVisible()
    assert card.fold.text().startswith("Show ")
    qtbot.mouseClick(card.fold, LEFT)
    assert card.permissions.isVisible()
    assert card.permissions.text().startswith("Permissions granted: ")
    assert "ZohoCRM.coql.READ" in card.permissions.text()
    assert card.fold.text() == "Hide permissions"
    qtbot.mouseClick(card.fold, LEFT)
    assert not card.permissions.isVisible()


def test_the_redirect_address_is_copied(qtbot: QtBot, page: ConnectionsPage) -> None:
    qtbot.mouseClick(page.cards[0].copy, LEFT)
    assert QGuiApplication.clipboard().text() == "http://localhost:8000/oauth/callback"


def test_a_test_says_that_it_runs_and_cannot_be_started_twice(qtbot: QtBot, page: ConnectionsPage) -> None:
    card = page.cards[0]
    qtbot.mouseClick(card.test, LEFT)
    assert card.test.text() == "Testing…"
    assert not card.test.isEnabled()
    qtbot.waitUntil(card.test.isEnabled)
    assert card.test.text() == "Test"


def test_without_a_connection_the_page_offers_to_add_one(
    qtbot: QtBot, desk: Desk, look: Look, shown: Show, workspace: Workspace, acme: Connection
) -> None:
    workspace.connections.remove(acme.id)
    page = open_page(qtbot, desk, look, shown, cards=0)
    qtbot.waitUntil(page.empty.isVisible)
    qtbot.mouseClick(page.empty.findChild(QPushButton), LEFT)
    assert page.form.isVisible()
    qtbot.mouseClick(page.form.cancel, LEFT)
    assert page.empty.isVisible()


def test_removing_asks_for_the_name_and_says_what_is_lost(
    qtbot: QtBot,
    page: ConnectionsPage,
    desk: Desk,
    workspace: Workspace,
    acme: Connection,
    pictured: Callable[[QWidget, str], None],
) -> None:
    qtbot.mouseClick(page.cards[0].remove, LEFT)
    qtbot.waitUntil(lambda: page.findChild(Confirmation) is not None)
    question = page.findChild(Confirmation)
    assert not question.verb.isEnabled()
    pictured(question, "connection-remove")
    qtbot.keyClicks(question.typed, acme.name)
    qtbot.mouseClick(question.verb, LEFT)
    qtbot.waitUntil(lambda: not page.cards)
    assert workspace.connections.all() == []
    assert desk.connection is None
    assert page.notices.notices[-1].text.startswith("“Acme” is forgotten here.")


# --- the form ---


def test_the_form_opens_with_the_focus_in_its_first_field(qtbot: QtBot, page: ConnectionsPage) -> None:
    qtbot.mouseClick(page.add, LEFT)
    qtbot.waitUntil(page.form.name.hasFocus)
    assert not page.add.isVisible()


def test_three_addresses_are_asked_for_with_custom_servers_only(qtbot: QtBot, page: ConnectionsPage) -> None:
    qtbot.mouseClick(page.add, LEFT)
    form = page.form
    addresses = (form.accounts_url, form.api_url, form.upload_url)
    assert not any(edit.isVisible() for edit in addresses)
    form.centre.setCurrentIndex(form.centre.findData(CUSTOM))
    assert all(edit.isVisible() for edit in addresses)
    assert "the accounts address" in form._missing.text()


def test_what_is_wrong_stands_beside_the_field_it_is_about(
    qtbot: QtBot, page: ConnectionsPage, pictured: Callable[[QWidget, str], None]
) -> None:
    wrong = Draft("Acme", CUSTOM, "production", "1000. ABC", "s", accounts_url="ftp://x", api_url="https://ok.example")
    fill(qtbot, page, wrong)
    form = page.form
    pictured(page, "connection-form")
    page.form.port.clear()
    qtbot.keyClicks(form.port, "80")

    assert form.fields["name"].problem == "There is a connection “Acme” already."
    assert form.fields["client_id"].problem == "A client id has no blanks in it."
    assert form.fields["port"].problem == "The port is a number from 1024 to 65535."
    assert form.fields["accounts_url"].problem.startswith("Give it as https://host")
    assert form.fields["api_url"].problem == ""
    assert form.name.accessibleDescription() == form.fields["name"].problem
    assert not form.save.isEnabled()
    assert form._missing.text() == "Mend what is marked above."


def test_the_address_to_register_follows_the_port(qtbot: QtBot, page: ConnectionsPage) -> None:
    qtbot.mouseClick(page.add, LEFT)
    page.form.port.clear()
    qtbot.keyClicks(page.form.port, "8123")
    qtbot.mouseClick(page.form.copy, LEFT)
    assert QGuiApplication.clipboard().text() == "http://localhost:8123/oauth/callback"


def test_cancel_forgets_what_was_typed(qtbot: QtBot, page: ConnectionsPage) -> None:
    fill(qtbot, page, GOOD)
    qtbot.mouseClick(page.form.cancel, LEFT)
    qtbot.mouseClick(page.add, LEFT)
    assert (page.form.name.text(), page.form.secret.text(), page.form.client_id.text()) == ("", "", "")


def test_enter_saves_a_form_that_is_complete(qtbot: QtBot, page: ConnectionsPage, workspace: Workspace) -> None:
    qtbot.mouseClick(page.add, LEFT)
    qtbot.keyClick(page.form.name, Qt.Key.Key_Return)  # nothing yet: the form is empty
    assert not page._screen.is_saving
    page._screen.stop_adding()

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    fill(qtbot, page, replace(GOOD, port=port))
    qtbot.keyClick(page.form.secret, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.cards) == 2)
    assert workspace.connections.named("Second").origins.api == "https://www.zohoapis.eu"
    qtbot.waitUntil(lambda: page._screen.signing.is_waiting)
    page._screen.signing.cancel()
    qtbot.waitUntil(lambda: page._screen.signing.connection is None)


def test_a_secret_that_cannot_be_kept_leaves_the_form_as_it_was(
    qtbot: QtBot, loop: object, database: Database, look: Look, shown: Show
) -> None:
    workspace = Workspace(database, LockedSecrets())
    page = open_page(qtbot, Desk(workspace, open_url=lambda _url: None), look, shown, cards=0)
    qtbot.waitUntil(page.empty.isVisible)
    page._screen.begin_adding()
    qtbot.waitUntil(page.warning.isVisible)
    assert "ZOHO_SDK_CLIENT_SECRET" in page.warning.text
    page._screen.stop_adding()

    fill(qtbot, page, GOOD)
    qtbot.mouseClick(page.form.save, LEFT)
    assert page.form.save.text() == "Saving…"
    qtbot.waitUntil(lambda: bool(page.notices.notices))

    assert page.form.isVisible()
    assert page.form.secret.text() == "secret"
    assert page.form.save.isEnabled()
    assert workspace.connections.all() == []
    workspace.close()


# --- first start ---


def test_first_start_offers_two_ways_by_keyboard(qtbot: QtBot, look: Look, shown: Show) -> None:
    page = FirstStartPage(look)
    shown(page)
    with qtbot.waitSignal(page.demo_wanted):
        qtbot.keyClick(page.demo_button, Qt.Key.Key_Space)
    with qtbot.waitSignal(page.connect_wanted):
        qtbot.keyClick(page.connect_button, Qt.Key.Key_Space)
    assert len(page.findChildren(QPushButton)) == 2
