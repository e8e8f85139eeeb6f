"""The query page, by keyboard and mouse, on the simulator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from zoho_console.coql import parse
from zoho_console.screens.query import QueryScreen, examples
from zoho_console.screens.screen import Desk
from zoho_console.ui.pages.query import QueryPage
from zoho_console.ui.theme import Look


@pytest.fixture
def page(desk: Desk, look: Look, shown: Callable[..., QWidget]) -> QueryPage:
    made = QueryPage(QueryScreen(desk), look)
    shown(made)
    return made


def ask(qtbot: QtBot, page: QueryPage, text: str) -> QueryScreen:
    screen = page._screen
    page.editor.clear()
    qtbot.keyClicks(page.editor, text)
    qtbot.keyClick(page.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not screen.is_running and (screen.seconds is not None or screen.problem is not None))
    return screen


def marked(page: QueryPage) -> str:
    return " ".join(mark.cursor.selectedText() for mark in page.editor.extraSelections())


def test_a_question_is_typed_and_answered_in_the_order_of_its_columns(qtbot: QtBot, page: QueryPage) -> None:
    screen = ask(qtbot, page, "select Health_Score, Account_Name from Accounts where Health_Score > 90 limit 5")
    assert [column.key for column in screen.table.columns] == ["Health_Score", "Account_Name", "id"]
    assert len(screen.table.rows) == 5
    assert "5 rows" in page.sentence.text()


def test_more_rows_come_as_one_scrolls(qtbot: QtBot, page: QueryPage) -> None:
    screen = ask(qtbot, page, "select Account_Name from Accounts where id is not null")
    assert len(screen.table.rows) == 200
    page.view.scrollToBottom()
    qtbot.waitUntil(lambda: len(screen.table.rows) == 300)


def test_a_wrong_query_is_explained_beside_the_editor(qtbot: QtBot, page: QueryPage) -> None:
    screen = ask(qtbot, page, "select Account_Name frm Accounts where id is not null")
    assert screen.problem is not None
    assert "“from” is expected" in page.line.text()
    assert marked(page) == "Accounts"
    qtbot.keyClicks(page.editor, " ")
    assert not page.editor.extraSelections()
    ask(qtbot, page, "select Account_Name from Accounts where")
    assert marked(page) == "e"


def test_a_field_that_zoho_does_not_know_is_marked(qtbot: QtBot, page: QueryPage) -> None:
    ask(qtbot, page, "select Account_Name from Accounts where Nonsense = 'Account_Name'")
    assert "Nonsense" in page.line.text()
    assert marked(page) == "Nonsense"


def test_what_is_mended_is_said_beside_the_price(qtbot: QtBot, page: QueryPage) -> None:
    screen = ask(qtbot, page, "select Account_Name from Accounts")
    assert len(screen.table.rows) == 200
    assert page.line.text().endswith("· “where id is not null” was added, for Zoho wants a condition.")
    page.editor.setPlainText("select Account_Name from")
    assert "name of a module" in page.line.text()


def test_nothing_found_is_no_error(qtbot: QtBot, page: QueryPage) -> None:
    ask(qtbot, page, "select Account_Name from Accounts where Account_Name = 'nobody'")
    assert page.empty.title.text() == "Nothing matches"


def test_totals_cannot_be_updated_and_the_page_says_why(qtbot: QtBot, page: QueryPage) -> None:
    screen = ask(qtbot, page, "select COUNT(id) as Total from Accounts where id is not null")
    assert not page.update_these.isEnabled()
    assert "totals" in page.sentence.text()
    screen = ask(qtbot, page, "select id from Contacts where id is not null")
    assert "Accounts" in screen.why_not_updatable


def test_rows_are_exported_and_offered_for_an_update(
    qtbot: QtBot, page: QueryPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOHO_CONSOLE_HOME", str(tmp_path))
    screen = ask(qtbot, page, "select Account_Name from Accounts where Industry = 'Retail'")
    path = tmp_path / "rows.csv"
    screen.export(path)
    qtbot.waitUntil(path.exists)
    assert len(path.read_text("utf-8-sig").splitlines()) == len(screen.table.rows) + 1
    with qtbot.waitSignal(screen.desk.file_offered, timeout=5000) as offered:
        screen.offer_update(screen.fields["Health_Score"], "5")
    assert len(offered.args[0].read_text("utf-8-sig").splitlines()) == len(screen.table.rows) + 1


def test_the_examples_are_queries_as_zoho_spells_them() -> None:
    for _name, text in examples(date(2026, 3, 4)):
        assert parse(text).mended == ()
    assert "'2026-01-01T00:00:00+00:00'" in examples(date(2026, 3, 4))[1][1]


def test_the_price_is_said_before_the_question_is_asked(qtbot: QtBot, page: QueryPage) -> None:
    page.editor.setPlainText("select id from Accounts where id is not null limit 1500")
    assert page.line.text() == "3 credits · 1,500 rows at most"
