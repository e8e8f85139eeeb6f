"""What the token health page plots and counts: a day of renewals and credits, limits, permissions, lamps."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import insert, text

from zoho_console.app.demo import sign_in_to
from zoho_console.domain.connections import Connection
from zoho_console.errors import PasswordStoreLocked
from zoho_console.screens.day_words import credit_bars, credits_spoken, left_spoken, renewal_bars, renewals_spoken
from zoho_console.screens.screen import Desk
from zoho_console.screens.token_health import TokenHealthScreen
from zoho_console.simulator.server import Simulator
from zoho_console.store.tables import credit_use, token_events
from zoho_console.ui.pages.token_health import TokenHealthPage
from zoho_console.ui.theme import Look
from zoho_console.workspace.lights import clock_light, database_light, password_store_light
from zoho_console.workspace.overview import Hour, Overview
from zoho_console.workspace.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
Show = Callable[..., QWidget]
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, look: Look, shown: Show) -> Iterator[TokenHealthPage]:
    made = TokenHealthPage(TokenHealthScreen(desk), look)
    shown(made, 1072, 1180)
    yield made
    look.use("light")


def opened(qtbot: QtBot, page: TokenHealthPage, cards: int = 1) -> TokenHealthScreen:
    screen = page._screen
    screen.shown()
    qtbot.waitUntil(lambda: len(page.cards) == cards and screen.days.is_known)
    return screen


def a_day(workspace: Workspace, connection: Connection) -> None:
    """A day of two consoles: renewals every hour, three that failed, credits spent by a run in the afternoon."""
    chance = Random(7)
    now = datetime.now(UTC)
    with workspace.database.begin() as database:
        left = 60_000
        for hours in range(23, 0, -1):
            at = now - timedelta(hours=hours)
            console = chance.choice(("anna on ANNA-PC", "ben on BEN-PC"))
            event = {"connection_id": connection.id, "at": at, "console": console}
            database.execute(insert(token_events).values(kind="refreshed", text="Renewed the token", **event))
            if hours in (5, 6, 14):
                words = "Renewing failed: Zoho is out of order at the moment"
                database.execute(insert(token_events).values(kind="failed", text=words, **event))
            used = round(2200 * max(0.05, 1 - abs(hours - 8) / 7) * chance.uniform(0.7, 1))
            left -= used
            database.execute(
                insert(credit_use).values(
                    connection_id=connection.id, at=at, calls=used // 10, used=used,
                    credits_left=left if left < 56_000 else None,
                )
            )  # fmt: skip


def test_a_day_is_plotted_and_said_in_words(
    qtbot: QtBot, page: TokenHealthPage, workspace: Workspace, acme: Connection, look: Look
) -> None:
    a_day(workspace, acme)
    screen = opened(qtbot, page)
    plots = page.plots
    qtbot.waitUntil(lambda: "by 2 consoles · 3 failed" in plots.renewals_words.text())
    assert screen.days.overview.renewed >= 22
    assert "reserve 1,000" in plots.credits_words.text()
    assert plots.left.isVisible()
    assert plots.renewals.accessibleName() == "Renewals, by the hour"
    assert "Failed: 1 at " in plots.renewals.accessibleDescription()
    assert "Most in one hour: " in plots.credits.accessibleDescription()
    assert plots.renewals.words_at(QPoint(plots.renewals.width() // 2, 40)).count(":") == 2
    assert not plots.which.isVisible()
    if folder := os.environ.get("ZOHO_CONSOLE_PICTURES"):
        for theme in ("light", "dark"):
            look.use(theme)
            qtbot.wait(50)
            page.grab().save(str(Path(folder) / f"day-{theme}.png"))


def test_the_day_of_the_connection_in_use_is_plotted_until_another_is_chosen(
    qtbot: QtBot, page: TokenHealthPage, workspace: Workspace, simulator: Simulator, acme: Connection
) -> None:
    gamma = sign_in_to(simulator, workspace, "Gamma")
    screen = opened(qtbot, page, 2)
    which = page.plots.which
    assert isinstance(which, QComboBox)
    assert (screen.days.plotted, which.currentText()) == (acme.id, "Acme")
    which.setFocus()
    qtbot.keyClick(which, Qt.Key.Key_Down)
    assert screen.days.plotted == gamma.id
    workspace.connections.remove(gamma.id)
    opened(qtbot, page, 1)
    qtbot.waitUntil(lambda: screen.days.plotted == acme.id)


def test_calls_of_this_console_are_in_the_plot_at_once_and_counted_once(
    qtbot: QtBot, page: TokenHealthPage, workspace: Workspace, acme: Connection
) -> None:
    screen = opened(qtbot, page)
    usage = workspace.usage(acme.id)
    assert usage is not None
    assert (screen.days.overview.calls, screen.days.overview.used) == (usage.calls, usage.credits_used)
    workspace.engine.call(workspace.forget_client(acme.id))
    workspace.engine.call(workspace.identify(acme))
    screen.look_again()
    qtbot.waitUntil(lambda: screen.days.overview.calls == usage.calls + 2)


def test_limits_are_counted_for_what_shares_them(
    qtbot: QtBot, page: TokenHealthPage, workspace: Workspace, simulator: Simulator, acme: Connection
) -> None:
    sign_in_to(simulator, workspace, "Same user and client")
    for _ in range(3):
        workspace.engine.call(workspace.refresh(acme))
    opened(qtbot, page, 2)
    qtbot.waitUntil(lambda: page.cards[0].limits.whole == "2 of 20 sign-ins · 3 of 10 tokens in 10 minutes")
    assert page.cards[1].limits.whole == "2 of 20 sign-ins · 0 of 10 tokens in 10 minutes"


def test_a_missing_permission_is_named_with_the_feature_that_needs_it(
    qtbot: QtBot, page: TokenHealthPage, workspace: Workspace, acme: Connection
) -> None:
    opened(qtbot, page)
    card = page.cards[0]
    assert card.fold.text() == "Permissions for all features"
    with workspace.database.begin() as database:
        database.execute(text("update zoho_tokens set scopes = array_remove(scopes, 'ZohoCRM.bulk.ALL')"))
    page._screen.look_again()
    qtbot.waitUntil(lambda: card.fold.text() == "1 of 6 features lack permissions")
    qtbot.mouseClick(card.fold, LEFT)
    assert "✕ Large exports and imports: lacks ZohoCRM.bulk.ALL" in card.features.text()
    assert "✓ Search" in card.features.text()
    qtbot.mouseClick(card.fold, LEFT)
    assert not card.features.isVisible()


def test_lamps_say_what_everything_stands_on(qtbot: QtBot, page: TokenHealthPage) -> None:
    screen = opened(qtbot, page)
    qtbot.waitUntil(lambda: [one.word for one in screen.lights] == ["Opens", "Works", "Right"])
    names = [one.accessibleName() for one in page.lamps.findChildren(QWidget)]
    assert names[1] == "Database: Works. Tokens and jobs can be read and written."


def test_lamps_in_trouble_say_what_to_do() -> None:
    locked = password_store_light(PasswordStoreLocked("It is locked.", advice="Unlock it."))
    assert (locked.tone, locked.sentence) == ("bad", "It is locked. Unlock it.")
    assert password_store_light(None, was_asked=False).tone == "faint"
    assert database_light(works=False).tone == "bad"
    assert clock_light([]).tone == "faint"
    fast = clock_light([timedelta(seconds=3), timedelta(minutes=12)])
    assert (fast.word, fast.tone) == ("12 minutes fast", "warn")


def test_a_day_without_anything_says_so() -> None:
    empty = Overview(tuple(Hour(NOW + timedelta(hours=number)) for number in range(24)))
    assert renewals_spoken(empty) == "none in this time. None in the last 24 hours."
    assert credits_spoken(empty) == "no call in this time. None in the last 24 hours."
    assert left_spoken(empty) == "Zoho says what is left once half of the day's credits are used."
    assert [one.height for one in renewal_bars(empty) + credit_bars(empty)] == [0] * 48
