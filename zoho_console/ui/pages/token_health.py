"""The token health page: one card a connection, what it cost, what happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from zoho_console.domain.connections import Connection
from zoho_console.screens.token_health import TokenHealthScreen
from zoho_console.screens.words import moment
from zoho_console.ui.dialogs import confirm
from zoho_console.ui.parts.basics import EmptyState, button, card, label, row, separator, set_tone
from zoho_console.ui.parts.edge_card import EdgeCard
from zoho_console.ui.parts.page import Page
from zoho_console.ui.parts.ring import Ring
from zoho_console.ui.theme import Look

COLUMNS = 3
TOKEN_LIFE = timedelta(hours=1)


class HealthCard(EdgeCard):
    """One connection."""

    def __init__(self, page: TokenHealthPage, screen: TokenHealthScreen, look: Look, place: int) -> None:
        super().__init__()
        self._page, self._screen, self._look, self._place = page, screen, look, place
        self.name = label("", "card-title")
        self.where = label("", "small")
        self.pill = label("", "pill")
        self.sentence = label("", wraps=True)
        self.sentence.setMinimumHeight(38)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.refreshed = label("", "small")
        self.ring = Ring(look)
        self.remedy = button("", self._press)
        self.revoke = button("Revoke…", self._ask_to_revoke, "danger")
        top = QVBoxLayout()
        top.setSpacing(4)
        for one in (self.name, self.where):
            top.addWidget(one)
        top.addLayout(row(self.pill, None))
        head = QHBoxLayout()
        head.addLayout(top, 1)
        head.addWidget(self.ring)
        self.inside.addLayout(head)
        self.inside.addWidget(self.sentence)
        self.inside.addWidget(self.refreshed)
        self.inside.addSpacing(4)
        self.inside.addLayout(row(self.remedy, None, self.revoke))

    @property
    def connection(self) -> Connection:
        """The connection of this card."""
        return self._screen.health[self._place].connection

    def show_state(self) -> None:
        """Draw the health, with the time as it is now."""
        health = self._screen.health[self._place]
        connection = health.connection
        self.name.setText(connection.organisation.name if connection.organisation else connection.name)
        self.where.setText(f"{connection.name} · {connection.place} · {connection.environment}")
        self.pill.setText(health.word)
        set_tone(self.pill, health.tone)
        self.set_edge(getattr(self._look.theme, health.tone))
        self.sentence.setText(health.sentence)
        self.refreshed.setText(
            f"Token {health.generation}, since {moment(health.last_refresh_at)}" if health.generation else ""
        )
        left = health.expires_at - datetime.now(UTC) if health.expires_at else timedelta(0)
        minutes = max(0, round(left.total_seconds() / 60))
        self.ring.show_share(left / TOKEN_LIFE, f"{minutes} min" if health.expires_at else "", health.tone)
        busy = self._screen.is_busy(connection)
        self.remedy.setText("Working…" if busy else "Sign in" if health.remedy == "sign_in" else "Renew now")
        self.remedy.setAccessibleName(f"{self.remedy.text()}: {connection.name}")
        self.remedy.setEnabled(not busy)
        self.revoke.setVisible(bool(health.generation))
        self.revoke.setAccessibleName(f"Revoke {connection.name}")

    def _press(self) -> None:
        if self._screen.health[self._place].remedy == "sign_in":
            self._screen.desk.page_wanted.emit("connections")
        else:
            self._screen.renew(self.connection)

    def _ask_to_revoke(self) -> None:
        self._screen.tasks.start(self._page.ask_to_revoke(self.connection), name="ask")


class TokenHealthPage(Page):
    """Shows a `TokenHealthScreen`; countdowns move while the page is in view."""

    def __init__(self, screen: TokenHealthScreen, look: Look) -> None:
        super().__init__("Token health", look)
        self._screen, self._look = screen, look
        self.check = button("Check all now", screen.check_all)
        self.add_buttons(self.check)
        self.cards: list[HealthCard] = []
        self._problem = label("", tone="warn", wraps=True)
        self._grid = QGridLayout()
        self._grid.setSpacing(16)
        self._credits_card, self._credits = card()
        self._events_card, self._events = card(spacing=0)
        self._empty = EmptyState(
            look, "health", "No connection yet",
            "Once you connect your Zoho CRM, you see here what works and since when.",
            button("Connect", partial(screen.desk.page_wanted.emit, "connections"), "primary"),
        )  # fmt: skip
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self._problem)
        layout.addLayout(self._grid)
        layout.addWidget(self._credits_card)
        layout.addWidget(self._events_card)
        layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.content.addWidget(scroll, 1)
        self.content.addWidget(self._empty, 1)
        self._scroll = scroll
        self._drawn: object = None
        clock = QTimer(self)
        clock.timeout.connect(self._tick)
        clock.start(1000)
        screen.changed.connect(self._show)
        self._show()

    async def ask_to_revoke(self, connection: Connection) -> None:
        """End the sign-in if the person agrees."""
        text = (
            f"Zoho ends the sign-in of “{connection.name}” for every console and script that shares it. "
            "Running jobs pause. Nothing in your CRM changes."
        )
        if await confirm(self, "Revoke this sign-in", text, "Revoke"):
            self._screen.revoke(connection)

    def _show(self) -> None:
        screen = self._screen
        has_any = bool(screen.health)
        self._scroll.setVisible(has_any)
        self._empty.setVisible(not has_any)
        self.check.setEnabled(has_any)
        self.say(screen.sentence)
        self._problem.setText(screen.problem)
        self._problem.setVisible(bool(screen.problem))
        while len(self.cards) > len(screen.health):
            gone = self.cards.pop()
            self._grid.removeWidget(gone)
            gone.deleteLater()
        while len(self.cards) < len(screen.health):
            place = len(self.cards)
            made = HealthCard(self, screen, self._look, place)
            self._grid.addWidget(made, place // COLUMNS, place % COLUMNS)
            self.cards.append(made)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        self._tick()
        drawn = (tuple(screen.events), tuple(screen.credits))
        if drawn != self._drawn:
            self._drawn = drawn
            self._fill()

    def _tick(self) -> None:
        if self.isVisible() or self._drawn is None:
            for one in self.cards:
                one.show_state()

    def _fill(self) -> None:
        _clear(self._credits)
        self._credits.addWidget(label("API credits", "card-title"))
        for name, text in self._screen.credits:
            self._credits.addWidget(label(f"{name}: {text}", "muted"))
        _clear(self._events)
        title = label("What happened", "card-title")
        title.setContentsMargins(0, 0, 0, 8)
        self._events.addWidget(title)
        if not self._screen.events:
            self._events.addWidget(label("Nothing yet.", "muted"))
        for event in self._screen.events:
            at, words, name = self._screen.event_words(event)
            self._events.addWidget(separator())
            line = QWidget()
            layout = QHBoxLayout(line)
            layout.setContentsMargins(0, 7, 0, 7)
            when = label(at, "muted")
            when.setFixedWidth(56)
            layout.addWidget(when)
            layout.addWidget(label(words), 1)
            layout.addWidget(label(name, "muted"))
            self._events.addWidget(line)


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.deleteLater()
