"""How a connection is guarded, in colour and words: wherever a change can begin or is agreed to."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from zoho_console.domain.guards import Guard
from zoho_console.screens.table import plain_tooltip
from zoho_console.screens.words import GUARD_TONES, guard_name
from zoho_console.ui.parts.basics import label, set_tone


class GuardPill(QLabel):
    """The level in words, such as “Guard: staged until 14:20”."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "pill")

    def show_guard(self, guard: Guard) -> None:
        """Say this."""
        self.setText(guard_name(guard))
        self.setToolTip(plain_tooltip(guard.level.meaning))
        set_tone(self, GUARD_TONES[guard.level])


class GuardMark(QWidget):
    """The pill, and beside it what may be sent; hidden while there is no connection."""

    def __init__(self, guard: Guard | None = None) -> None:
        super().__init__()
        self.setObjectName("clear")
        self.pill = GuardPill()
        self.meaning = label("", "small", wraps=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.meaning, 1)
        self.show_guard(guard)

    def show_guard(self, guard: Guard | None) -> None:
        """Say this."""
        self.setVisible(guard is not None)
        if guard is not None:
            self.pill.show_guard(guard)
            self.meaning.setText(guard.level.meaning)
