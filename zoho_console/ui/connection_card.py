"""One saved connection, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication

from zoho_console.domain.connections import CUSTOM, Connection
from zoho_console.screens.connections import ConnectionsScreen
from zoho_console.ui.parts.basics import button, label, row, set_tone
from zoho_console.ui.parts.edge_card import EdgeCard
from zoho_console.ui.theme import connection_colour


class ConnectionCard(EdgeCard):
    """Shows the health of a connection as the screen has it."""

    def __init__(self, screen: ConnectionsScreen, ask_to_remove: Callable[[Connection], None]) -> None:
        super().__init__()
        self._screen = screen
        self._connection: Connection | None = None
        self._name = label("", "card-title")
        self._pill = label("", "pill")
        self._who = label("", "muted", selectable=True)
        self._where = label("", "small", selectable=True)
        self._redirect = label("", "small", selectable=True)
        self.copy = button("Copy", self._copy, "link")
        self.use = button("Use this one", lambda: self._with(screen.use))
        self.sign_in = button("Sign in", lambda: self._with(screen.sign_in))
        self.test = button("Test", lambda: self._with(screen.test))
        self.remove = button("Remove…", lambda: self._with(ask_to_remove), "danger")
        self.inside.addLayout(row(self._name, self._pill, None))
        self.inside.addWidget(self._who)
        self.inside.addWidget(self._where)
        self.inside.addLayout(row(self._redirect, self.copy, None))
        self.inside.addSpacing(4)
        self.inside.addLayout(row(self.use, self.sign_in, self.test, None, self.remove))

    def show_state(self, place: int) -> None:
        """Draw the health at this place of the screen's list."""
        one = self._screen.health[place]
        connection = self._connection = one.connection
        current = self._screen.is_current(connection)
        self.set_edge(connection_colour(connection.colour))
        self._name.setText(connection.name)
        self._pill.setText("In use" if current else one.word)
        set_tone(self._pill, "accent" if current else one.tone)
        organisation, user = connection.organisation, connection.user
        self._who.setText(
            f"{organisation.name} · {user.name} · {user.email}" if organisation and user else "Not signed in yet"
        )
        servers = f" · accounts {connection.origins.accounts}" if connection.data_centre == CUSTOM else ""
        self._where.setText(f"{connection.place} · {connection.environment} · client {connection.client_id}{servers}")
        self._redirect.setText(f"Redirect address to register: {connection.redirect_uri}")
        self.copy.setAccessibleName(f"Copy the redirect address of {connection.name}")
        has_grant = one.generation > 0
        self.use.setVisible(not current and has_grant)
        self.test.setVisible(has_grant)
        self.sign_in.setText("Sign in again" if has_grant else "Sign in")
        busy = self._screen.signing_in is not None
        self.sign_in.setEnabled(not busy)
        self.sign_in.setToolTip("A sign-in is on its way." if busy else "")
        for action in (self.use, self.sign_in, self.test, self.remove):
            action.setAccessibleName(f"{action.text().rstrip('…')}: {connection.name}")

    def _with(self, action: Callable[[Connection], None]) -> None:
        if self._connection is not None:
            action(self._connection)

    def _copy(self) -> None:
        if self._connection is not None:
            QGuiApplication.clipboard().setText(self._connection.redirect_uri)
