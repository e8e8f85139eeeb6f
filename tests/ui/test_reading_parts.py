"""What the reading pages are made of: choosing columns, rows on their way, empty places, files being written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from zoho_console.domain.connections import Connection
from zoho_console.screens.accounts import AccountsScreen, Listed
from zoho_console.screens.notices import Notice
from zoho_console.screens.screen import Desk
from zoho_console.simulator.server import Simulator
from zoho_console.ui.pages.accounts import AccountsPage
from zoho_console.ui.parts.column_chooser import ColumnChooser
from zoho_console.ui.theme import Look
from zoho_console.workspace.workspace import Workspace

Show = Callable[..., QWidget]
FIELDS = [("Account_Name", "Account Name"), ("Website", "Website"), ("Industry", "Industry"), ("Phone", "Phone")]


@pytest.fixture
def chooser(shown: Show) -> Iterator[ColumnChooser]:
    ground = shown(QWidget())
    made = ColumnChooser(ground, most=3)
    made.offer(FIELDS, ["Industry", "Account_Name"])
    made.open_under(ground)
    yield made
    assert ground  # it owns the pop-up


def labels(chooser: ColumnChooser, *, checked: bool | None = None) -> list[str]:
    items = [chooser.list.item(number) for number in range(chooser.list.count())]
    wanted = {None: (Qt.CheckState.Checked, Qt.CheckState.Unchecked), True: (Qt.CheckState.Checked,)}[checked]
    return [item.text() for item in items if not item.isHidden() and item.checkState() in wanted]


def test_chosen_columns_come_first_in_their_order_then_the_others_by_label(chooser: ColumnChooser) -> None:
    assert labels(chooser) == ["Industry", "Account Name", "Phone", "Website"]
    assert labels(chooser, checked=True) == ["Industry", "Account Name"]


def test_a_field_is_found_by_typing_and_chosen_by_the_keyboard(qtbot: QtBot, chooser: ColumnChooser) -> None:
    qtbot.keyClicks(chooser.search, "webs")
    assert labels(chooser) == ["Website"]
    qtbot.keyClick(chooser.search, Qt.Key.Key_Down)
    with qtbot.waitSignal(chooser.chosen) as chosen:
        qtbot.keyClick(chooser.list, Qt.Key.Key_Space)
    assert chosen.args == [["Industry", "Account_Name", "Website"]]


def test_more_columns_than_fit_are_said(chooser: ColumnChooser) -> None:
    for number in (2, 3):
        chooser.list.item(number).setCheckState(Qt.CheckState.Checked)
    assert chooser._sentence.text() == "4 of 4 · at most 3 are shown"


def test_the_first_columns_can_be_had_again(qtbot: QtBot, chooser: ColumnChooser) -> None:
    with qtbot.waitSignal(chooser.chosen) as chosen:
        chooser.first.click()
    assert chosen.args == [[]]
    assert chooser.isHidden()


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, look: Look, shown: Show) -> AccountsPage:
    made = AccountsPage(AccountsScreen(desk), look)
    shown(made)
    return made


def screen_of(page: AccountsPage) -> AccountsScreen:
    return page._screen


def test_slow_rows_show_their_shapes_and_can_be_stopped(qtbot: QtBot, page: AccountsPage, simulator: Simulator) -> None:
    simulator.faults.add(path="/coql", delay_ms=4000)
    screen = screen_of(page)
    screen.shown()
    assert screen.listed is Listed.COMING
    qtbot.waitUntil(page.cover.isVisible)
    assert page.cover.currentWidget().accessibleName() == "Rows are on their way"
    qtbot.waitUntil(page.stop.isVisible)
    qtbot.mouseClick(page.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: screen.listed is Listed.UNREAD)
    assert page.cover.currentWidget() is page.unread
    assert page.sentence.text() == "Not read"


def test_a_console_without_connection_leads_to_the_connections(
    qtbot: QtBot, loop: object, workspace: Workspace, look: Look, shown: Show
) -> None:
    desk = Desk(workspace, open_url=lambda _url: None)
    page = AccountsPage(AccountsScreen(desk), look)
    shown(page)
    assert page.cover.currentWidget() is page.unconnected
    with qtbot.waitSignal(desk.page_wanted) as wanted:
        qtbot.mouseClick(page.unconnected.findChild(type(page.export)), Qt.MouseButton.LeftButton)
    assert wanted.args == ["connections"]


def test_a_reload_keeps_the_place_and_the_chosen_row(qtbot: QtBot, page: AccountsPage) -> None:
    screen = screen_of(page)
    screen.shown()
    qtbot.waitUntil(lambda: screen.listed is Listed.ROWS and not screen.is_loading)
    page.view.selectRow(40)
    page.view.verticalScrollBar().setValue(35)
    chosen = screen.table.rows[40]["id"]
    screen.reload()
    qtbot.waitUntil(lambda: not screen.is_loading)
    assert screen.table.rows[page.view.currentIndex().row()]["id"] == chosen
    assert page.view.verticalScrollBar().value() == 35


def test_the_id_of_the_chosen_record_can_be_copied(qtbot: QtBot, page: AccountsPage) -> None:
    screen = screen_of(page)
    screen.shown()
    qtbot.waitUntil(lambda: screen.listed is Listed.ROWS and not screen.is_loading)
    page.view.selectRow(3)
    qtbot.waitUntil(page.pane.copy.isVisible)
    qtbot.mouseClick(page.pane.copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == screen.table.rows[3]["id"]


def test_a_cancelled_export_leaves_no_file(
    qtbot: QtBot, page: AccountsPage, simulator: Simulator, tmp_path: Path
) -> None:
    screen = screen_of(page)
    screen.shown()
    qtbot.waitUntil(lambda: screen.listed is Listed.ROWS and not screen.is_loading)
    simulator.faults.add(path="/coql", delay_ms=4000)
    screen.export(tmp_path / "accounts.csv")
    qtbot.waitUntil(lambda: screen.writing.count is not None)
    assert screen.writing.words == "0 of 300 accounts written"
    assert not page.export.isEnabled()
    screen.writing.cancel()
    qtbot.waitUntil(lambda: screen.writing.count is None and list(tmp_path.iterdir()) == [])


def test_the_end_of_an_export_is_said(qtbot: QtBot, page: AccountsPage, acme: Connection, tmp_path: Path) -> None:
    screen = screen_of(page)
    notices: list[Notice] = []
    screen.noticed.connect(notices.append)
    screen.shown()
    qtbot.waitUntil(lambda: screen.listed is Listed.ROWS and not screen.is_loading)
    screen.export(tmp_path / "accounts.csv")
    qtbot.waitUntil(lambda: bool(notices))
    assert notices[0].text == f"300 accounts are in {tmp_path / 'accounts.csv'}."
