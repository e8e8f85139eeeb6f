"""The token health page: one card a connection, its last day as plots, what happened."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from zoho_console.domain.connections import Connection
from zoho_console.screens.team import Desktop
from zoho_console.screens.token_health import Health, Remedy, TokenHealthScreen, how_to_get_a_store
from zoho_console.ui.desktops_card import DesktopsCard
from zoho_console.ui.dialogs import confirm, save_file
from zoho_console.ui.health_card import HealthCard
from zoho_console.ui.health_plots import HealthPlots
from zoho_console.ui.parts.basics import EmptyState, button, card, label, separator
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.parts.lamps import Lamps
from zoho_console.ui.parts.page import Page
from zoho_console.ui.parts.standing_warning import StandingWarning
from zoho_console.ui.secret_dialog import ask_secret
from zoho_console.ui.theme import Look

CARD_WIDTH, MOST_COLUMNS, GAP = 300, 3, 16
LOOK_AGAIN_S = 10


class TokenHealthPage(Page):
    """Shows a `TokenHealthScreen`; while it is in view countdowns move, and the database is asked again."""

    def __init__(self, screen: TokenHealthScreen, look: Look) -> None:
        super().__init__("Token health", look)
        self._screen, self._look = screen, look
        self.check = button("Check all now", self._check)
        self.support = button("Support file…", lambda: screen.tasks.start(self._save_support_file(), name="ask"))
        self.add_buttons(self.support, self.check)
        self.cards: list[HealthCard] = []
        self.warning = StandingWarning()
        self.lamps = Lamps(look)
        self.plots = HealthPlots(screen, look)
        self.desktops = DesktopsCard(screen.team, self._ask_to_remove)
        self.empty = EmptyState(
            look, "health", "No connection yet",
            "Once you connect your Zoho CRM, you see here what works and since when.",
            button("Connect", partial(screen.desk.page_wanted.emit, "connections"), "primary"),
        )  # fmt: skip
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP)
        self._columns = 0
        self._ticks = 0
        self._drawn: list[tuple[str, str, str]] | None = None
        self._build()
        clock = QTimer(self)
        clock.timeout.connect(self._tick)
        clock.start(1000)
        screen.changed.connect(self._show)
        look.changed.connect(self._show)
        screen.team.changed.connect(self._show)
        screen.team.noticed.connect(screen.noticed)
        self._show()

    async def _save_support_file(self) -> None:
        path = await save_file(self, "Save a file for whoever helps you", "zoho-console-support.zip", "Zip (*.zip)")
        if path is not None:
            self._screen.support.save(path)

    async def ask_to_revoke(self, connection: Connection) -> None:
        """End the sign-in if the person agrees."""
        text = (
            f"Zoho ends the sign-in of “{connection.name}” for every console and script that shares it. "
            "Running jobs pause. Nothing in your CRM changes."
        )
        if await confirm(self, "Revoke this sign-in", text, "Revoke"):
            self._screen.revoke(connection)

    def _press(self, health: Health) -> None:
        remedy = health.verdict.remedy
        if remedy.takes_a_secret:
            self._screen.tasks.start(self.ask_for_secret(health.connection), name="ask")
        elif remedy is Remedy.SHOW_HOW:
            self._screen.tasks.start(self._show_how(health), name="ask")
        else:
            self._screen.press(health)

    async def _show_how(self, health: Health) -> None:
        if await confirm(self, "A password store for this computer", how_to_get_a_store(), "Look again"):
            self._screen.press(health)

    async def ask_for_secret(self, connection: Connection) -> None:
        """Take a client secret and try it."""
        secret = await ask_secret(self, connection.name)
        if secret:
            self._screen.give_secret(connection, secret)

    def _ask_to_remove(self, desktop: Desktop) -> None:
        self._screen.tasks.start(self.ask_to_remove(desktop), name="ask")

    async def ask_to_remove(self, desktop: Desktop) -> None:
        """Take a desktop off if the person agrees."""
        text = (
            f"“{desktop.name}” can read no sign-in any more, and every key is renewed. It may have copied tokens while "
            "it was approved: revoke each sign-in afterwards and sign in again."
        )
        if await confirm(self, "Remove this desktop", text, "Remove"):
            self._screen.team.remove(desktop)

    def _build(self) -> None:
        events_card, events_layout = card(spacing=6)
        events_layout.addWidget(label("What happened", "card-title"))
        self._events = QVBoxLayout()
        self._events.setSpacing(0)
        events_layout.addLayout(self._events)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.warning)
        layout.addWidget(self.lamps)
        layout.addLayout(self._grid)
        layout.addWidget(self.plots)
        layout.addWidget(self.desktops)
        layout.addWidget(events_card)
        layout.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidget(inside)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.content.addWidget(self._scroll, 1)
        self.content.addWidget(self.empty, 1)

    def _show(self) -> None:
        screen = self._screen
        has_any = bool(screen.health)
        self._scroll.setVisible(has_any)
        self.empty.setVisible(screen.is_loaded and not has_any)
        self.check.setVisible(has_any)
        self.support.setEnabled(not screen.support.is_writing)
        self.check.setText("Stop checking" if screen.is_checking else "Check all now")
        self.say(screen.sentence if has_any else "What works, since when, and what to do")
        self.warning.say(screen.problem)
        if len(self.cards) != len(screen.health):
            self._make_cards()
        for one, health in zip(self.cards, screen.health, strict=True):
            one.show_health(health)
        self.lamps.show_lights(screen.lights)
        self.plots.show_state()
        happened = [screen.event_words(one) for one in screen.events]
        if happened != self._drawn:
            self._drawn = happened
            self._fill(happened)

    def _make_cards(self) -> None:
        while len(self.cards) > len(self._screen.health):
            gone = self.cards.pop()
            self._grid.removeWidget(gone)
            gone.deleteLater()
        while len(self.cards) < len(self._screen.health):
            made = HealthCard(self._screen, self._look, self._start_to_revoke, self._press)
            self.cards.append(made)
        self._columns = 0
        self._arrange()

    def _arrange(self) -> None:
        """As many equal columns as the width takes."""
        columns = max(1, min(MOST_COLUMNS, self.width() // (CARD_WIDTH + GAP)))
        if columns != self._columns:
            self._columns = columns
            for place, one in enumerate(self.cards):
                self._grid.addWidget(one, place // columns, place % columns)
            for column in range(MOST_COLUMNS):
                self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _start_to_revoke(self, connection: Connection) -> None:
        self._screen.tasks.start(self.ask_to_revoke(connection), name="ask")

    def _check(self) -> None:
        if self._screen.is_checking:
            self._screen.stop_checking()
        else:
            self._screen.check_all()

    def _tick(self) -> None:
        if not self.isVisible():
            return
        self._ticks += 1
        self._screen.hear_from_the_store()
        if self._ticks % LOOK_AGAIN_S == 0:
            self._screen.look_again()
        for one in self.cards:
            one.show_time()

    def _fill(self, happened: list[tuple[str, str, str]]) -> None:
        _clear(self._events)
        if not happened:
            self._events.addWidget(label("Nothing yet.", "muted"))
        for words in happened:
            self._events.addWidget(separator())
            self._events.addWidget(self._event_line(*words))

    @staticmethod
    def _event_line(when: str, words: str, connection: str) -> QWidget:
        line = QWidget()
        layout = QGridLayout(line)
        layout.setContentsMargins(0, 7, 0, 7)
        layout.setHorizontalSpacing(16)
        texts = [ElidedLabel("muted"), ElidedLabel(), ElidedLabel("muted")]
        for column, (one, text) in enumerate(zip(texts, (when, words, connection), strict=True)):
            one.say(text)
            layout.addWidget(one, 0, column)
        texts[0].setFixedWidth(140)
        texts[2].setFixedWidth(220)
        layout.setColumnStretch(1, 1)
        return line

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self.plots.arrange(self.width())


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
