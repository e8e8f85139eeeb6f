"""The row in hand, whole: what a table has no room for, in words that can be copied."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout

from zoho_console.domain.changes import RowRecord
from zoho_console.screens.bulk_words import row_words
from zoho_console.screens.change_set import ChangeSetScreen
from zoho_console.ui.bulk_update.decisions import Decisions
from zoho_console.ui.parts.basics import label, separator
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.parts.scrolled import Scrolled

HIGHEST = 160  # px of decisions; more are scrolled to


class RowDetail(QFrame):
    """Hidden while no row is chosen."""

    def __init__(self, screen: ChangeSetScreen) -> None:
        super().__init__()
        self._screen = screen
        self.name = ElidedLabel("strong")
        self.words = label("", "muted", wraps=True, selectable=True)
        self.decisions = Decisions(screen)
        self._scrolled = Scrolled(self.decisions)
        self._scrolled.setMaximumHeight(HIGHEST)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(separator())
        inside = QVBoxLayout()
        inside.setContentsMargins(12, 8, 12, 9)
        inside.setSpacing(2)
        inside.addWidget(self.name)
        inside.addWidget(self.words)
        inside.addWidget(self._scrolled)
        layout.addLayout(inside)
        self.hide()

    def show_row(self, row: object) -> None:
        """Say what becomes of this row; anything else hides the place."""
        change_set = self._screen.change_set
        self.setVisible(isinstance(row, RowRecord) and change_set is not None)
        if isinstance(row, RowRecord) and change_set is not None:
            name, words = row_words(change_set, row)
            self.name.say(name)
            self.words.setText(words)
            self._scrolled.setVisible(self.decisions.show_row(row))
