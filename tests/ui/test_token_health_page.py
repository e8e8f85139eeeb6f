"""The token health page: what works and since when, remedies, countdowns, what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from zoho_console.app.demo import sign_in_to
from zoho_console.domain.connections import Connection, Environment, NewConnection, origins_for
from zoho_console.domain.grants import FailureKind, RefreshFailure
from zoho_console.screens.screen import Desk
from zoho_console.screens.token_health import TokenHealthScreen, time_left
from zoho_console.simulator.server import Simulator
from zoho_console.ui.dialogs import Confirmation
from zoho_console.ui.pages.token_health import TokenHealthPage
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.theme import Look
from zoho_console.workspace.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
Show = Callable[..., QWidget]


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, look: Look, shown: Show) -> TokenHealthPage:
    screen = TokenHealthScreen(desk)
    made = TokenHealthPage(screen, look)
    screen.noticed.connect(made.notices.show_notice)
    shown(made)
    return made


def opened(qtbot: QtBot, page: TokenHealthPage, cards: int = 1) -> TokenHealthScreen:
    screen = page._screen
    screen.shown()
    qtbot.waitUntil(lambda: len(page.cards) == cards)
    return screen


def second(workspace: Workspace, name: str = "Beta sandbox") -> Connection:
    """A connection nobody has signed in to."""
    origins = origins_for("eu", Environment.SANDBOX)
    return workspace.add_connection(NewConnection(name, "eu", "1000.BETA", origins, Environment.SANDBOX), "secret")


def all_texts(widget: QWidget) -> list[str]:
    """What its labels say, also where there is room for a part of it only."""
    labels = widget.findChildren(QLabel)
    return [one.whole if isinstance(one, ElidedLabel) else one.text() for one in labels]


def test_a_card_says_what_works_and_shows_the_time_left(qtbot: QtBot, page: TokenHealthPage) -> None:
    opened(qtbot, page)
    card = page.cards[0]
    assert card.name.whole == "Acme Ltd"
    assert card.where.whole.startswith("Acme · production · custom · ")
    assert card.pill.word == "Works"
    assert card.ring.isVisible()
    assert card.ring.accessibleName() in ("Token: 60 min left", "Token: 59 min left")
    assert card.renewed.whole.startswith("Token 1, since today")
    assert page.sentence.text() == "1 connection · none needs you"


def test_who_must_sign_in_is_counted_and_led_there(
    qtbot: QtBot, page: TokenHealthPage, workspace: Workspace, desk: Desk
) -> None:
    second(workspace)
    opened(qtbot, page, 2)
    assert page.sentence.text() == "2 connections · 1 needs you"
    card = page.cards[1]
    assert not card.ring.isVisible()
    assert not card.revoke.isVisible()
    assert card.remedy.property("role") == "primary"
    with qtbot.waitSignal(desk.page_wanted) as wanted:
        card.remedy.setFocus()
        qtbot.keyClick(card.remedy, Qt.Key.Key_Space)
    assert wanted.args == ["connections"]


def test_a_failed_renewal_is_told_with_what_still_works(
    qtbot: QtBot, page: TokenHealthPage, workspace: Workspace, acme: Connection
) -> None:
    second(workspace)
    vault = workspace.vault(acme.id)
    vault.refresh_failed(1, RefreshFailure(FailureKind.REVOKED, "Zoho no longer accepts this sign-in"), 0)
    opened(qtbot, page, 2)
    card = page.cards[0]
    assert card.pill.word == "Renewing failed"
    assert "The present token works until" in card.sentence.text()
    # One refusal is no proof that somebody must sign in again; the other connection never was signed in.
    assert page.sentence.text() == "2 connections · 1 needs you"
    assert any("Zoho no longer accepts this sign-in" in text for text in all_texts(page))


def test_revoking_asks_first_and_cancel_changes_nothing(
    qtbot: QtBot,
    page: TokenHealthPage,
    workspace: Workspace,
    acme: Connection,
    pictured: Callable[[QWidget, str], None],
) -> None:
    opened(qtbot, page)
    qtbot.mouseClick(page.cards[0].revoke, LEFT)
    qtbot.waitUntil(lambda: page.findChild(Confirmation) is not None)
    dialog = page.findChild(Confirmation)
    assert dialog is not None
    assert any("for every console and script that shares it" in text for text in all_texts(dialog))
    assert dialog.cancel.hasFocus() or dialog.focusWidget() is dialog.cancel
    pictured(dialog, "revoke")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not page._screen.tasks.is_running("ask"))
    assert workspace.vault(acme.id).load() is not None


def test_what_happened_is_listed_with_its_connection(
    qtbot: QtBot, page: TokenHealthPage, workspace: Workspace, simulator: Simulator
) -> None:
    sign_in_to(simulator, workspace, "Gamma")
    opened(qtbot, page, 2)
    texts = all_texts(page)
    assert "Gamma" in texts
    assert any(text.startswith("today ") for text in texts)


def test_checking_all_asks_zoho_and_can_be_stopped(qtbot: QtBot, page: TokenHealthPage) -> None:
    screen = opened(qtbot, page)
    usage = screen.health[0].evidence.usage
    assert usage is not None
    qtbot.mouseClick(page.check, LEFT)
    assert page.check.text() == "Stop checking"
    qtbot.waitUntil(lambda: page.check.text() == "Check all now")
    later = screen.health[0].evidence.usage
    assert later is not None
    assert later.calls == usage.calls + 2

    qtbot.mouseClick(page.check, LEFT)
    qtbot.mouseClick(page.check, LEFT)
    assert page.check.text() == "Check all now"


def test_one_connection_that_fails_does_not_keep_the_others_from_being_checked(
    qtbot: QtBot, page: TokenHealthPage, workspace: Workspace, simulator: Simulator, acme: Connection
) -> None:
    vault = workspace.vault(acme.id)
    grant = vault.load()
    assert grant is not None
    vault.save(replace(grant, access_token="1000.unknown", refresh_token="1000.unknown"))
    workspace.engine.call(workspace.forget_client(acme.id))
    gamma = sign_in_to(simulator, workspace, "Gamma")
    screen = opened(qtbot, page, 2)
    before = workspace.usage(gamma.id)
    assert before is not None

    qtbot.mouseClick(page.check, LEFT)
    qtbot.waitUntil(lambda: bool(page.notices.notices) and not screen.is_checking, timeout=10_000)

    after = workspace.usage(gamma.id)
    assert after is not None
    assert after.calls == before.calls + 2
    assert [card.pill.word for card in page.cards] == ["Renewing failed", "Works"]


def test_without_a_connection_the_page_leads_to_the_first_one(
    qtbot: QtBot, page: TokenHealthPage, desk: Desk, workspace: Workspace, acme: Connection
) -> None:
    assert not page.empty.isVisible()  # nothing is claimed before the database was asked
    workspace.connections.remove(acme.id)
    page._screen.shown()
    qtbot.waitUntil(page.empty.isVisible)
    assert not page.check.isVisible()
    with qtbot.waitSignal(desk.page_wanted) as wanted:
        qtbot.mouseClick(page.empty.findChild(type(page.check)), LEFT)
    assert wanted.args == ["connections"]


def test_a_password_store_that_is_of_no_use_is_told_on_the_page(qtbot: QtBot, page: TokenHealthPage) -> None:
    screen = opened(qtbot, page)
    qtbot.waitUntil(lambda: not screen.tasks.is_running("secrets"))
    assert not page.warning.isVisible()
    screen.team.problem = "This computer has no password store the console may use."
    screen.team.changed.emit()
    assert page.warning.isVisible()
    assert page.warning.text == screen.team.problem


@pytest.mark.parametrize(("width", "columns"), [(1072, 3), (700, 2)])
def test_cards_are_of_one_width_and_never_wider_than_the_page(
    qtbot: QtBot,
    page: TokenHealthPage,
    workspace: Workspace,
    width: int,
    columns: int,
    pictured: Callable[[QWidget, str], None],
) -> None:
    second(workspace, "Beta of a very long name that nobody would want to read to its end on a card")
    second(workspace, "Gamma")
    opened(qtbot, page, 3)
    page.resize(width, 700)
    qtbot.waitUntil(lambda: len({card.x() for card in page.cards}) == columns)
    assert max(card.width() for card in page.cards) - min(card.width() for card in page.cards) <= 1
    assert page._scroll.horizontalScrollBar().maximum() == 0
    pictured(page, f"cards-{columns}")


def test_the_page_looks_again_by_itself_while_it_is_in_view(
    qtbot: QtBot, page: TokenHealthPage, workspace: Workspace, acme: Connection
) -> None:
    screen = opened(qtbot, page)
    page._ticks = 8  # two seconds before it looks
    workspace.vault(acme.id).refresh_failed(1, RefreshFailure(FailureKind.NOT_REACHABLE, "Zoho did not answer"), 0)
    qtbot.waitUntil(lambda: page.cards[0].pill.word == "Renewing failed", timeout=8000)

    page.hide()
    ticks = page._ticks
    qtbot.wait(1200)
    assert page._ticks == ticks
    assert not screen.tasks.is_running("load")


@pytest.mark.parametrize(
    ("left", "words", "share"),
    [
        (timedelta(minutes=59, seconds=59), "59 min", 0.9997),
        (timedelta(seconds=60), "1 min", 1 / 60),
        (timedelta(seconds=12), "12 s", 12 / 3600),
        (timedelta(seconds=-5), "0 s", 0.0),
        (timedelta(hours=20), "1200 min", 1.0),
    ],
)
def test_the_time_left_is_said_in_minutes_and_at_the_end_in_seconds(
    qtbot: QtBot, page: TokenHealthPage, left: timedelta, words: str, share: float
) -> None:
    screen = opened(qtbot, page)
    shown = screen.health[0]
    token = replace(shown.token, now=NOW, expires_at=NOW + left)
    health = replace(shown, looked_at=NOW, evidence=replace(shown.evidence, token=token))
    found, said = time_left(health, NOW)
    assert said == words
    assert found == pytest.approx(share, abs=0.001)


def test_revoking_ends_the_sign_in_at_zoho_and_here(
    qtbot: QtBot, page: TokenHealthPage, workspace: Workspace, acme: Connection
) -> None:
    opened(qtbot, page)
    qtbot.mouseClick(page.cards[0].revoke, LEFT)
    qtbot.waitUntil(lambda: page.findChild(Confirmation) is not None)
    qtbot.mouseClick(page.findChild(Confirmation).verb, LEFT)
    qtbot.waitUntil(lambda: page.cards[0].pill.word == "Not signed in" and bool(page.notices.notices))
    assert page.notices.notices[-1].text == "“Acme” is signed out."
    assert workspace.vault(acme.id).load() is None
