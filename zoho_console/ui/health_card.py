"""How one connection is: its state in a word, the time its token has left, a sentence, and the remedy."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from zoho_console.domain.connections import Connection
from zoho_console.screens.day_words import features
from zoho_console.screens.token_health import Health, Remedy, TokenHealthScreen, time_left
from zoho_console.screens.words import moment
from zoho_console.ui.parts.basics import button, label, row, set_style_property
from zoho_console.ui.parts.edge_card import EdgeCard
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.parts.ring import Ring
from zoho_console.ui.parts.state_pill import StatePill
from zoho_console.ui.theme import Look


class HealthCard(EdgeCard):
    """Shows the health of a connection, and the time its token has left as it passes."""

    def __init__(
        self,
        screen: TokenHealthScreen,
        look: Look,
        ask_to_revoke: Callable[[Connection], None],
        press: Callable[[Health], None],
    ) -> None:
        super().__init__()
        self._press_remedy = press
        self._screen, self._look = screen, look
        self._health: Health | None = None
        self.name = ElidedLabel("card-title")
        self.where = ElidedLabel("small")
        self.pill = StatePill()
        self.sentence = label("", wraps=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.renewed = ElidedLabel("small")
        self.limits = ElidedLabel("small")
        self.features = label("", "small", wraps=True, selectable=True)
        self.features.hide()
        self.fold = button("", self._fold, "link")
        self.ring = Ring(look)
        self.remedy = button("", self._press)
        self.revoke = button("Revoke…", lambda: self._with(ask_to_revoke), "danger")
        self._build()

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(5)
        words.addWidget(self.name)
        words.addWidget(self.where)
        words.addSpacing(3)
        words.addLayout(row(self.pill, None))
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addLayout(words, 1)
        head.addWidget(self.ring)
        self.inside.setSpacing(8)
        self.inside.addLayout(head)
        self.inside.addWidget(self.sentence, 1)
        self.inside.addWidget(self.renewed)
        self.inside.addWidget(self.limits)
        self.inside.addLayout(row(self.fold, None))
        self.inside.addWidget(self.features)
        self.inside.addLayout(row(self.remedy, None, self.revoke))

    def show_health(self, health: Health) -> None:
        """Draw this health."""
        self._health = health
        connection = health.connection
        self.name.say(connection.organisation.name if connection.organisation else connection.name)
        self.where.say(f"{connection.name} · {connection.environment} · {connection.place}")
        verdict, token = health.verdict, health.token
        self.pill.show_state(verdict.word, verdict.tone)
        self.set_edge(getattr(self._look.theme, verdict.tone))
        self.sentence.setText(verdict.sentence)
        since = f"Token {token.generation}, since {moment(token.last_refresh_at)}" if token.generation else ""
        self.renewed.say(since)
        self.limits.say(self._screen.days.limits(connection) if token.has_grant else "")
        self._show_features(health)
        busy = self._screen.is_busy(health)
        self.remedy.setText("Working…" if busy else str(verdict.remedy))
        self.remedy.setVisible(verdict.remedy is not Remedy.NONE)
        set_style_property(self.remedy, "role", "primary" if health.needs_a_person else "")
        self.remedy.setAccessibleName(f"{self.remedy.text()}: {connection.name}")
        self.remedy.setEnabled(not busy)
        self.revoke.setVisible(bool(token.generation))
        self.revoke.setEnabled(not busy)
        self.revoke.setAccessibleName(f"Revoke {connection.name}")
        self.show_time()

    def _show_features(self, health: Health) -> None:
        states = features(health)
        lacking = sum(bool(one.missing) for one in states)
        self.features.setText("\n".join(
            f"✕ {one.name}: lacks {', '.join(one.missing)}" if one.missing else f"✓ {one.name}" for one in states
        ))  # fmt: skip
        self.fold.setVisible(bool(states))
        if not states:
            self.features.hide()
        granted = f"{lacking} of {len(states)} features lack permissions" if lacking else "Permissions for all features"
        self.fold.setText(granted if self.features.isHidden() else "Hide permissions")
        self.fold.setAccessibleName(f"{self.fold.text()}: {health.connection.name}")

    def _fold(self) -> None:
        self.features.setVisible(self.features.isHidden())
        if self._health is not None:
            self._show_features(self._health)

    def show_time(self) -> None:
        """Draw the time that is left now."""
        if self._health is not None:
            share, words = time_left(self._health)
            self.ring.show_share(share, words, self._health.verdict.tone)
            self.ring.setVisible(bool(words))

    def _press(self) -> None:
        if self._health is not None:
            self._press_remedy(self._health)

    def _with(self, action: Callable[[Connection], None]) -> None:
        if self._health is not None:
            action(self._health.connection)
