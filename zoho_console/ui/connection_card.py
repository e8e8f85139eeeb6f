"""One saved connection, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSizePolicy

from zoho_console.domain.connections import CUSTOM, Connection
from zoho_console.screens.connections import ConnectionsScreen, Health
from zoho_console.ui.parts.basics import button, label, row
from zoho_console.ui.parts.edge_card import EdgeCard
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.parts.guard_mark import GuardPill
from zoho_console.ui.parts.state_pill import StatePill
from zoho_console.ui.theme import connection_colour


class ConnectionQuestions(Protocol):
    """What is asked of the person before it is done."""

    def for_guard(self, connection: Connection) -> None:
        """How the connection is to be guarded."""

    def to_remove(self, connection: Connection) -> None:
        """Whether it is to be forgotten."""


class ConnectionCard(EdgeCard):
    """Shows a connection, how it is, and whether the window works with it."""

    def __init__(self, screen: ConnectionsScreen, ask: ConnectionQuestions) -> None:
        super().__init__()
        self._screen = screen
        self._connection: Connection | None = None
        self.name = ElidedLabel("card-title")
        self.name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)  # the pills follow it at once
        self.pill = StatePill()
        self.in_use = label("In use", "pill", tone="accent")
        self.guard = GuardPill()
        self._who = ElidedLabel("muted")
        self._where = ElidedLabel("small")
        self._redirect = label("", "small", selectable=True)
        self.permissions = label("", "small", wraps=True, selectable=True)
        self.permissions.hide()
        self.copy = button("Copy", self._copy, "link")
        self.fold = button("", self._fold, "link")
        self.use = button("Use this one", lambda: self._with(screen.use))
        self.sign_in = button("Sign in", lambda: self._with(screen.signing.begin))
        self.test = button("Test", lambda: self._with(screen.test))
        self.guarding = button("Guard…", lambda: self._with(ask.for_guard))
        self.remove = button("Remove…", lambda: self._with(ask.to_remove), "danger")
        self.inside.addLayout(row(self.name, self.pill, self.guard, self.in_use, None))
        self.inside.addWidget(self._who)
        self.inside.addWidget(self._where)
        self.inside.addLayout(row(self._redirect, self.copy, None, self.fold))
        self.inside.addWidget(self.permissions)
        self.inside.addSpacing(4)
        self.inside.addLayout(row(self.use, self.sign_in, self.test, self.guarding, None, self.remove))

    def show_health(self, health: Health) -> None:
        """Draw this connection as it is now."""
        connection = self._connection = health.connection
        current = self._screen.is_current(connection)
        self.set_edge(connection_colour(connection.colour))
        self.name.say(connection.name)
        self.pill.show_state(health.verdict.word, health.verdict.tone)
        self.in_use.setVisible(current)
        self.guard.show_guard(connection.guard)
        organisation, user = connection.organisation, connection.user
        known = f"{organisation.name} · {user.name} · {user.email}" if organisation and user else "Not signed in yet"
        self._who.say(known)
        servers = f" · accounts {connection.origins.accounts}" if connection.data_centre == CUSTOM else ""
        self._where.say(f"{connection.place} · {connection.environment} · client {connection.client_id}{servers}")
        self._redirect.setText(f"Redirect address to register: {connection.redirect_uri}")
        self._show_permissions(connection, health.token.scopes)
        self._show_actions(connection, current=current, is_signed_in=health.token.generation > 0)

    def _show_permissions(self, connection: Connection, granted: tuple[str, ...]) -> None:
        scopes = granted or connection.scopes
        verb = "granted" if granted else "asked for"
        self.permissions.setText(f"Permissions {verb}: {', '.join(scopes)}")
        is_open = not self.permissions.isHidden()
        self.fold.setText("Hide permissions" if is_open else f"Show {len(scopes)} permissions")
        self.fold.setAccessibleName(f"{self.fold.text()} of {connection.name}")

    def _show_actions(self, connection: Connection, *, current: bool, is_signed_in: bool) -> None:
        is_testing = self._screen.is_testing(connection)
        self.use.setVisible(not current and is_signed_in)
        self.test.setVisible(is_signed_in)
        self.test.setText("Testing…" if is_testing else "Test")
        self.test.setEnabled(not is_testing)
        self.sign_in.setText("Sign in again" if is_signed_in else "Sign in")
        # One at a time: the panel above says which one is on its way.
        self.sign_in.setEnabled(not self._screen.signing.is_waiting)
        self.copy.setAccessibleName(f"Copy the redirect address of {connection.name}")
        for action in (self.use, self.sign_in, self.test, self.guarding, self.remove):
            action.setAccessibleName(f"{action.text().rstrip('…')}: {connection.name}")

    def _with(self, action: Callable[[Connection], None]) -> None:
        if self._connection is not None:
            action(self._connection)

    def _fold(self) -> None:
        self.permissions.setVisible(self.permissions.isHidden())
        self._screen.changed.emit()

    def _copy(self) -> None:
        if self._connection is not None:
            QGuiApplication.clipboard().setText(self._connection.redirect_uri)
