"""The connections page: cards, the form for a new one, and the sign-in as a live check list."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from zoho_console.domain.connections import Connection
from zoho_console.screens.connections import ConnectionsScreen
from zoho_console.ui.connection_card import ConnectionCard
from zoho_console.ui.connection_form import ConnectionForm
from zoho_console.ui.dialogs import confirm
from zoho_console.ui.guard_dialog import ask_guard
from zoho_console.ui.parts.basics import EmptyState, button
from zoho_console.ui.parts.page import Page
from zoho_console.ui.parts.standing_warning import StandingWarning
from zoho_console.ui.sign_in_panel import SignInPanel
from zoho_console.ui.theme import Look

_FOR_THIS_RUN = "For this run, put the client secret into ZOHO_SDK_CLIENT_SECRET before you start the console."


class ConnectionsPage(Page):
    """Shows a `ConnectionsScreen`."""

    def __init__(self, screen: ConnectionsScreen, look: Look) -> None:
        super().__init__("Connections", look)
        self._screen = screen
        self.add = button("Add connection", screen.begin_adding, "primary")
        self.add_buttons(self.add)
        self.form = ConnectionForm(screen)
        self.panel = SignInPanel(screen.signing)
        self.cards: list[ConnectionCard] = []
        self.warning = StandingWarning()
        self.empty = EmptyState(
            look, "connections", "No connection yet",
            "A connection is the console's saved way into one Zoho CRM organisation.",
            button("Add connection", screen.begin_adding, "primary"),
        )  # fmt: skip
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(14)
        for one in (self.warning, self.form, self.panel):
            self._list.addWidget(one)
        self._list.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.content.addWidget(scroll, 1)
        self.content.addWidget(self.empty, 1)
        self._scroll = scroll
        clock = QTimer(self)
        clock.timeout.connect(self.panel.show_state)
        clock.start(1000)
        screen.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        screen = self._screen
        count = len(screen.health)
        is_signing = screen.signing.connection is not None
        is_empty = not count and not screen.is_adding and not is_signing
        self.empty.setVisible(is_empty and screen.is_loaded)
        self._scroll.setVisible(not is_empty)
        self.say(f"{count} connection{'' if count == 1 else 's'}" if count else "Where your accounts are")
        self.add.setVisible(not screen.is_adding and not is_empty and not is_signing)
        self.warning.say(f"{screen.problem} {_FOR_THIS_RUN}" if screen.problem else "")
        self.form.show_state()
        was_signing = not self.panel.isHidden()
        self.panel.show_state()
        if is_signing and not was_signing:
            self._scroll.verticalScrollBar().setValue(0)  # the check list is above the cards
        while len(self.cards) > count:
            gone = self.cards.pop()
            self._list.removeWidget(gone)
            gone.deleteLater()
        while len(self.cards) < count:
            made = ConnectionCard(screen, self)
            self._list.insertWidget(self._list.count() - 1, made)
            self.cards.append(made)
        for one, health in zip(self.cards, screen.health, strict=True):
            one.show_health(health)

    def for_guard(self, connection: Connection) -> None:
        """Ask how a connection is to be guarded."""
        self._screen.tasks.start(self._guard(connection), name="ask")

    async def _guard(self, connection: Connection) -> None:
        if chosen := await ask_guard(self, connection):
            self._screen.guarding.set(connection, *chosen)

    def to_remove(self, connection: Connection) -> None:
        """Ask whether a connection is to be forgotten."""
        self._screen.tasks.start(self._remove(connection), name="ask")

    async def _remove(self, connection: Connection) -> None:
        text = (
            f"The console forgets “{connection.name}”: its sign-in, its client secret and the history of its jobs, "
            "with what is needed to undo them. Nothing in your CRM changes."
        )
        if await confirm(self, "Remove this connection", text, "Remove", typed=connection.name):
            self._screen.remove(connection)
