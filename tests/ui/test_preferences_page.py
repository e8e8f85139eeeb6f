"""The preferences page: what is chosen is kept, and does what it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from zoho_console import settings
from zoho_console.screens.connections import ConnectionsScreen
from zoho_console.screens.preferences import PreferencesScreen
from zoho_console.screens.screen import Desk
from zoho_console.settings import Settings
from zoho_console.store.team_database import TeamDatabase
from zoho_console.ui.connection_form import ConnectionForm
from zoho_console.ui.pages.preferences import PreferencesPage
from zoho_console.ui.theme import Look

Show = Callable[..., QWidget]
LEFT = Qt.MouseButton.LeftButton
TEAM = "postgresql://anna@db.example.com/console"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def page(
    qtbot: QtBot, desk: Desk, look: Look, shown: Show, home: Path, monkeypatch: pytest.MonkeyPatch
) -> PreferencesPage:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return opened(qtbot, desk, look, shown, home)


def opened(qtbot: QtBot, desk: Desk, look: Look, shown: Show, home: Path) -> PreferencesPage:
    screen = PreferencesScreen(desk, home)
    made = PreferencesPage(screen, look)
    screen.noticed.connect(made.notices.show_notice)
    shown(made)
    screen.shown()
    qtbot.waitUntil(lambda: not screen.tasks.is_running("load"))
    return made


def write(qtbot: QtBot, edit: QLineEdit, text: str) -> None:
    edit.selectAll()
    qtbot.keyClicks(edit, text) if text else qtbot.keyClick(edit, Qt.Key.Key_Delete)


def saved(qtbot: QtBot, page: PreferencesPage) -> None:
    qtbot.mouseClick(page.save, LEFT)
    qtbot.waitUntil(lambda: bool(page.notices.notices))


def test_nothing_is_to_be_saved_at_first(page: PreferencesPage) -> None:
    assert not page.save.isEnabled()
    assert (page.port.text(), page.quarantine.text(), page.address.text()) == ("8000", "120", "")


def test_the_wait_is_kept_and_holds_for_the_next_run(
    qtbot: QtBot, page: PreferencesPage, desk: Desk, home: Path
) -> None:
    write(qtbot, page.quarantine, "60")
    assert page.sentence.text() == "Changes are not saved yet"
    saved(qtbot, page)
    assert settings.load(home, {}).quarantine_s == 60
    assert desk.workspace.pace.quarantine_s == 60
    assert not page.save.isEnabled()


def test_the_port_is_offered_to_the_next_connection(qtbot: QtBot, page: PreferencesPage, desk: Desk) -> None:
    write(qtbot, page.port, "8765")
    saved(qtbot, page)
    form = ConnectionForm(ConnectionsScreen(desk))
    qtbot.addWidget(form)
    assert form.port.text() == "8765"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("port", "80"),
        ("port", "x"),
        ("port", ""),
        ("quarantine", "9"),
        ("quarantine", "9" * 30),
        ("address", "mysql://x"),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_not_saved(
    qtbot: QtBot, page: PreferencesPage, home: Path, field: str, text: str
) -> None:
    write(qtbot, getattr(page, field), text)
    assert sum(bool(one.problem) for one in page.fields.values()) == 1
    assert not page.save.isEnabled()
    assert not page.try_it.isEnabled()
    qtbot.keyClick(getattr(page, field), Qt.Key.Key_Return)
    assert not (home / "settings.toml").exists()


def test_an_appearance_is_shown_and_kept_at_once(qtbot: QtBot, page: PreferencesPage, look: Look, home: Path) -> None:
    page._screen.appearance_chosen.connect(look.use)
    try:
        page.appearance.setFocus()
        qtbot.keyClicks(page.appearance, "D")
        page.appearance.activated.emit(page.appearance.currentIndex())
        assert look.theme.name == "dark"
        qtbot.waitUntil((home / "settings.toml").exists)
        assert settings.load(home, {}).appearance == "dark"
    finally:
        look.use("light")


def test_a_password_is_in_the_password_store_and_in_no_file(
    qtbot: QtBot, page: PreferencesPage, desk: Desk, home: Path
) -> None:
    write(qtbot, page.address, TEAM)
    write(qtbot, page.password, "only-for-this-test")
    saved(qtbot, page)
    assert "opened the next time" in page.notices.notices[0].advice
    assert page.password.text() == ""
    assert settings.load(home, {}).database_url == TEAM
    assert "only-for-this-test" not in (home / "settings.toml").read_text()
    team = TeamDatabase(desk.workspace.secrets)
    assert team.whole(TEAM) == TEAM.replace("anna", "anna:only-for-this-test")
    write(qtbot, page.address, "")
    qtbot.mouseClick(page.save, LEFT)
    qtbot.waitUntil(lambda: settings.load(home, {}).database_url == "")
    qtbot.waitUntil(lambda: team.whole(TEAM) == TEAM)


def test_a_password_of_former_days_leaves_the_file(
    qtbot: QtBot, desk: Desk, look: Look, shown: Show, home: Path
) -> None:
    settings.save(home, Settings(database_url="postgresql://anna:of-former-days@db.example.com/console"))
    page = opened(qtbot, desk, look, shown, home)
    assert page.address.text() == TEAM
    write(qtbot, page.quarantine, "60")
    saved(qtbot, page)
    assert "of-former-days" not in (home / "settings.toml").read_text()
    assert "of-former-days" in TeamDatabase(desk.workspace.secrets).whole(TEAM)


def test_who_answers_at_an_address_is_told(qtbot: QtBot, page: PreferencesPage, database_url: str) -> None:
    write(qtbot, page.address, database_url)
    qtbot.mouseClick(page.try_it, LEFT)
    qtbot.waitUntil(page.trial.isVisible)
    assert page.trial.text().startswith("Postgres ")
    assert "the console's tables are there" in page.trial.text()
    assert page.trial.property("tone") == "good"


def test_an_address_where_nobody_answers_is_said(qtbot: QtBot, page: PreferencesPage) -> None:
    write(qtbot, page.address, "postgresql://anna@127.0.0.1:1/console")
    qtbot.mouseClick(page.try_it, LEFT)
    qtbot.waitUntil(page.trial.isVisible)
    assert "Check that the database runs" in page.trial.text()
    assert page.trial.property("tone") == "bad"


def test_an_address_of_the_environment_goes_before_and_is_not_written(
    qtbot: QtBot, page: PreferencesPage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not page.environment.isVisible()
    monkeypatch.setenv("DATABASE_URL", "postgresql://ben@other/console")
    write(qtbot, page.quarantine, "60")
    saved(qtbot, page)
    assert page.environment.isVisible()
    assert "other" not in (home / "settings.toml").read_text()
