"""Jobs, token health, connections and sign-in, by keyboard and mouse."""

from __future__ import annotations

import contextlib
import threading
import urllib.request
from collections.abc import Callable

import pytest
from bulk_hands import agree
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from zoho_console.bulk.applying import Run
from zoho_console.domain.changes import (
    ChangeSet,
    ChangeSetKind,
    Mapping,
    NewChangeSet,
    RowRecord,
    RowState,
)
from zoho_console.domain.connections import Connection
from zoho_console.screens.accounts import AccountsScreen
from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.screens.connections import ConnectionsScreen
from zoho_console.screens.jobs import JobsScreen
from zoho_console.screens.query import QueryScreen
from zoho_console.screens.screen import Desk
from zoho_console.screens.token_health import TokenHealthScreen
from zoho_console.simulator.server import Simulator
from zoho_console.ui.bulk_update.page import BulkUpdatePage
from zoho_console.ui.dialogs import Confirmation
from zoho_console.ui.pages.accounts import AccountsPage
from zoho_console.ui.pages.connections import ConnectionsPage
from zoho_console.ui.pages.jobs import JobsPage
from zoho_console.ui.pages.query import QueryPage
from zoho_console.ui.pages.token_health import TokenHealthPage
from zoho_console.ui.theme import Look
from zoho_console.workspace.health import HealthState

LEFT = Qt.MouseButton.LeftButton
Show = Callable[..., QWidget]


def finished_run(desk: Desk, simulator: Simulator) -> ChangeSet:
    """A run of three rows: two updated, one that cannot be used."""
    workspace, connection = desk.workspace, desk.connection
    assert connection is not None
    ids = list(simulator.world.records("Accounts"))[:2]
    journal = workspace.journal
    mapping, labels = Mapping(0, "id", {1: "Health_Score"}), {"Health_Score": "Health Score"}
    new = NewChangeSet(
        connection.id, "Accounts", ChangeSetKind.UPDATE, "three.csv", ("id", "Score"), mapping, labels, "Mina Vogel"
    )
    made = journal.begin(new)
    rows = [
        RowRecord(number, (one, "5"), RowState.PLANNED, one, f"Name {number}",
                  {"Health_Score": simulator.world.records("Accounts")[one]["Health_Score"]}, {"Health_Score": 5})
        for number, one in enumerate(ids, start=2)
    ]  # fmt: skip
    rows.append(RowRecord(4, ("x", "5"), RowState.INVALID, code="not-an-id", reason="No id.", advice="Use an id."))
    journal.add_rows(made, rows)
    journal.finish_plan(made)

    async def apply() -> ChangeSet:
        fields = await workspace.fields(connection)
        return await Run(made, workspace.client(connection), journal, fields).apply()

    return workspace.engine.call(apply())


# --- jobs ---


def test_a_run_is_listed_filtered_and_undone(
    qtbot: QtBot, desk: Desk, look: Look, shown: Show, simulator: Simulator
) -> None:
    asked: list[int] = []
    screen = JobsScreen(desk, asked.append, asked.append, lambda run, _part: asked.append(run), asked.append)
    page = JobsPage(screen, look)
    shown(page)
    screen.shown()
    qtbot.waitUntil(page.empty.isVisible)
    run = finished_run(desk, simulator)
    desk.jobs_changed.emit()
    qtbot.waitUntil(lambda: len(screen.rows.table.rows) == 3)
    assert "2 updated" in page.sentence.text()
    qtbot.mouseClick(page.filter.buttons[RowState.INVALID,], LEFT)
    qtbot.waitUntil(lambda: len(screen.rows.table.rows) == 1)
    assert screen.rows.table.columns[2].title == "Problem"
    qtbot.mouseClick(page.undo, LEFT)
    agree(qtbot, page)
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [run.id]
    assert not page.go_on.isVisible()
    qtbot.keyClick(page.list.tiles[0], Qt.Key.Key_Return)
    assert screen.chosen is not None


# --- token health ---


def test_a_token_is_renewed_and_revoked_by_button(qtbot: QtBot, desk: Desk, look: Look, shown: Show) -> None:
    screen = TokenHealthScreen(desk)
    page = TokenHealthPage(screen, look)
    screen.noticed.connect(page.notices.show_notice)
    shown(page)
    screen.shown()
    qtbot.waitUntil(lambda: len(page.cards) == 1)
    card = page.cards[0]
    assert card.pill.word == "Works"
    qtbot.mouseClick(card.remedy, LEFT)
    qtbot.waitUntil(lambda: screen.health[0].token.generation == 2)
    qtbot.mouseClick(page.check, LEFT)
    qtbot.waitUntil(lambda: not screen.tasks.is_running("check"))
    qtbot.mouseClick(card.revoke, LEFT)
    qtbot.waitUntil(lambda: any(one.isVisible() for one in page.findChildren(Confirmation)))
    qtbot.mouseClick(next(one for one in page.findChildren(Confirmation) if one.isVisible()).verb, LEFT)
    qtbot.waitUntil(lambda: screen.health[0].state is HealthState.NOT_SIGNED_IN)
    qtbot.waitUntil(lambda: card.remedy.isEnabled() and card.remedy.text() == "Sign in")
    with qtbot.waitSignal(desk.page_wanted) as wanted:
        qtbot.mouseClick(card.remedy, LEFT)
    assert wanted.args == ["connections"]


# --- connections and sign-in ---


def browser(url: str) -> None:
    threading.Thread(target=lambda: urllib.request.urlopen(url, timeout=10).close(), daemon=True).start()


@pytest.fixture
def connections(desk: Desk, look: Look, shown: Show, qtbot: QtBot) -> ConnectionsPage:
    screen = ConnectionsScreen(desk)
    page = ConnectionsPage(screen, look)
    screen.noticed.connect(page.notices.show_notice)
    shown(page)
    screen.shown()
    qtbot.waitUntil(lambda: len(page.cards) == 1)
    return page


def test_a_connection_is_added_and_signed_in_by_keyboard(
    qtbot: QtBot, connections: ConnectionsPage, desk: Desk, simulator: Simulator
) -> None:
    desk.open_url = browser
    form = connections.form
    qtbot.mouseClick(connections.add, LEFT)
    assert form.isVisible()
    assert not form.save.isEnabled()
    qtbot.keyClicks(form.name, "Second")
    form.centre.setCurrentIndex(form.centre.count() - 1)
    for edit, text in (
        (form.client_id, simulator.client_id), (form.secret, simulator.client_secret),
        (form.accounts_url, simulator.url), (form.api_url, simulator.url),
    ):  # fmt: skip
        assert not form.save.isEnabled()
        qtbot.keyClicks(edit, text)
    assert form.secret.echoMode() is QLineEdit.EchoMode.Password
    qtbot.mouseClick(form.save, LEFT)
    qtbot.waitUntil(lambda: desk.connection is not None and desk.connection.name == "Second", timeout=10_000)
    assert form.secret.text() == ""
    assert len(connections.cards) == 2


def test_a_sign_in_can_be_cancelled_and_the_port_is_free_again(
    qtbot: QtBot, connections: ConnectionsPage, desk: Desk
) -> None:
    opened: list[str] = []
    desk.open_url = opened.append
    screen = connections._screen.signing
    for _ in range(2):
        qtbot.mouseClick(connections.cards[0].sign_in, LEFT)
        qtbot.waitUntil(lambda: bool(screen.address) and connections.panel.isVisible())
        assert connections.panel.address.text() == opened[-1]
        qtbot.mouseClick(connections.panel.cancel, LEFT)
        qtbot.waitUntil(lambda: screen.connection is None)


def test_a_callback_with_a_wrong_state_is_shown_and_changes_nothing(
    qtbot: QtBot, connections: ConnectionsPage, desk: Desk
) -> None:
    def forge(_url: str) -> None:
        def visit() -> None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen("http://localhost:8000/oauth/callback?code=x&state=wrong", timeout=5).close()

        threading.Thread(target=visit, daemon=True).start()

    desk.open_url = forge
    screen = connections._screen.signing
    qtbot.mouseClick(connections.cards[0].sign_in, LEFT)
    qtbot.waitUntil(lambda: screen.rejected == 1)
    assert "1 answer did not belong" in connections.panel.rejected.text()
    assert screen.is_waiting
    screen.cancel()
    qtbot.waitUntil(lambda: screen.connection is None)


def test_a_connection_is_tested_and_removed_by_typing_its_name(
    qtbot: QtBot, connections: ConnectionsPage, desk: Desk, acme: Connection
) -> None:
    card = connections.cards[0]
    qtbot.mouseClick(card.test, LEFT)
    qtbot.waitUntil(lambda: bool(connections.notices.notices))
    assert "works" in connections.notices.notices[0].text
    qtbot.mouseClick(card.remove, LEFT)
    qtbot.waitUntil(lambda: any(one.isVisible() for one in connections.findChildren(Confirmation)))
    dialog = next(one for one in connections.findChildren(Confirmation) if one.isVisible())
    assert not dialog.verb.isEnabled()
    qtbot.keyClicks(dialog.typed, acme.name)
    qtbot.mouseClick(dialog.verb, LEFT)
    qtbot.waitUntil(lambda: desk.connection is None and not connections.cards)


# --- all pages ---


def test_every_control_has_a_name_to_say(desk: Desk, look: Look, shown: Show) -> None:
    pages = [
        AccountsPage(AccountsScreen(desk), look), QueryPage(QueryScreen(desk), look),
        BulkUpdatePage(BulkUpdateScreen(desk), look), TokenHealthPage(TokenHealthScreen(desk), look),
        JobsPage(JobsScreen(desk, print, print, print, print), look), ConnectionsPage(ConnectionsScreen(desk), look),
    ]  # fmt: skip
    nameless = []
    for page in pages:
        shown(page)
        for widget in page.findChildren(QWidget):
            is_reached = widget.isVisibleTo(page) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            if is_reached and not widget.objectName().startswith("qt_"):
                interface = QAccessible.queryAccessibleInterface(widget)
                name = interface.text(QAccessible.Text.Name) if interface else ""
                if not name and not isinstance(widget.parent(), QAbstractButton):
                    nameless.append(f"{type(page).__name__}: {type(widget).__name__}")
    assert nameless == []
