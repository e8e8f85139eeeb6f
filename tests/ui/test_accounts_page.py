"""The accounts page, by keyboard and mouse, on the simulator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from zoho_console.screens.accounts import AccountsScreen
from zoho_console.screens.screen import Desk
from zoho_console.simulator.server import Simulator
from zoho_console.ui.one_field_dialog import OneFieldDialog
from zoho_console.ui.pages.accounts import AccountsPage
from zoho_console.ui.theme import Look

Show = Callable[..., QWidget]


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, look: Look, shown: Show) -> AccountsPage:
    screen = AccountsScreen(desk)
    made = AccountsPage(screen, look)
    shown(made)
    screen.shown()
    qtbot.waitUntil(lambda: screen.total is not None and not screen.is_loading)
    return made


def screen_of(page: AccountsPage) -> AccountsScreen:
    return page._screen


def test_accounts_are_counted_and_loaded_as_one_scrolls(qtbot: QtBot, page: AccountsPage) -> None:
    screen = screen_of(page)
    assert page.sentence.text().startswith("300 accounts")
    assert len(screen.table.rows) == 200
    page.view.scrollToBottom()
    qtbot.waitUntil(lambda: len(screen.table.rows) == 300)
    assert not screen.table.canFetchMore(screen.table.index(-1, -1))


def test_a_filter_is_typed_under_its_header(qtbot: QtBot, page: AccountsPage, simulator: Simulator) -> None:
    edit = page.filters.edit("Industry")
    qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(edit, "retai")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    banks = [one for one in simulator.world.records("Accounts").values() if one["Industry"] == "Retail"]
    qtbot.waitUntil(lambda: screen_of(page).total == len(banks))
    assert "of 300 match" in page.sentence.text()


def test_nothing_matching_offers_to_clear_the_filters(qtbot: QtBot, page: AccountsPage) -> None:
    edit = page.filters.edit("Account_Name")
    qtbot.keyClicks(edit, "zzzzzz")
    qtbot.waitUntil(page.nothing.isVisible)
    screen_of(page).clear_filters()
    qtbot.waitUntil(page.view.isVisible)


def test_a_filter_that_cannot_be_read_is_said(qtbot: QtBot, page: AccountsPage) -> None:
    screen = screen_of(page)
    screen.filter("Health_Score", "high")
    assert "whole number" in page.foot.sentence.whole
    assert page.filters.edit("Health_Score").property("problem") == "true"
    assert screen.query.filters == {}
    screen.filter("Health_Score", "> 50")
    assert page.filters.edit("Health_Score").property("problem") == "false"
    qtbot.waitUntil(lambda: screen.read_query == screen.query)
    assert all(row["Health_Score"] > 50 for row in screen.table.rows)


def test_a_press_on_a_header_sorts_and_another_turns_round(qtbot: QtBot, page: AccountsPage) -> None:
    screen = screen_of(page)
    header = page.view.horizontalHeader()
    place = header.sectionViewportPosition(screen.table.column_index("Health_Score")) + 20
    for ascending in (True, False):
        with qtbot.waitSignal(page.view.sort_wanted) as wanted:
            qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=header.rect().topLeft() + _at(place))
        assert wanted.args == ["Health_Score", ascending]
        qtbot.waitUntil(lambda: not screen.is_loading)
    scores = [row["Health_Score"] for row in screen.table.rows if row["Health_Score"] is not None]
    assert scores == sorted(scores, reverse=True)


def _at(x: int) -> object:
    from PySide6.QtCore import QPoint

    return QPoint(x, 10)


def test_the_chosen_record_is_shown_whole_as_plain_text(qtbot: QtBot, page: AccountsPage, simulator: Simulator) -> None:
    screen = screen_of(page)
    evil = next(one for one in simulator.world.records("Accounts").values() if "<img" in one["Account_Name"])
    screen.choose(evil)
    qtbot.waitUntil(lambda: screen.record is not None and screen.record["id"] == evil["id"])
    assert page.pane.name.text() == evil["Account_Name"]
    assert page.pane.name.textFormat() == Qt.TextFormat.PlainText


def test_columns_can_be_chosen(qtbot: QtBot, page: AccountsPage) -> None:
    screen = screen_of(page)
    screen.show_columns(["Account_Name", "Website"])
    qtbot.waitUntil(lambda: not screen.is_loading and len(screen.table.rows) == 200)
    assert [column.key for column in screen.table.columns] == ["Account_Name", "Website"]


def test_matching_rows_are_exported(qtbot: QtBot, page: AccountsPage, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    screen_of(page).export(path)
    qtbot.waitUntil(path.exists)
    assert len(path.read_text("utf-8-sig").splitlines()) == 301


def test_one_field_of_all_matching_accounts_becomes_a_file_for_a_bulk_update(
    qtbot: QtBot, page: AccountsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOHO_CONSOLE_HOME", str(tmp_path))
    qtbot.mouseClick(page.update_these, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.findChild(OneFieldDialog) is not None)
    dialog = page.findChild(OneFieldDialog)
    dialog.field_box.setCurrentText("Health Score")
    qtbot.keyClicks(dialog.value, "many")
    assert not dialog.go_on.isEnabled()
    dialog.value.clear()
    qtbot.keyClicks(dialog.value, "70")
    with qtbot.waitSignal(screen_of(page).desk.file_offered, timeout=5000) as offered:
        qtbot.mouseClick(dialog.go_on, Qt.MouseButton.LeftButton)
    lines = offered.args[0].read_text("utf-8-sig").splitlines()
    assert lines[0] == "id,Account_Name,Health_Score"
    assert len(lines) == 301


def test_the_table_keeps_qts_rules_while_it_grows(page: AccountsPage, qtmodeltester: ModelTester) -> None:
    table = screen_of(page).table
    qtmodeltester.check(table, force_py=True)
    table.append_rows(table.rows[:3], has_more=False)
    table.set_rows(table.rows[:5])
