"""A state in a word, with a mark and a colour that say the same."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from zoho_console.screens.words import STATE_MARKS
from zoho_console.ui.parts.basics import set_tone


class StatePill(QLabel):
    """`word` is what it says; a screen reader hears that alone."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "pill")
        self.word = ""

    def show_state(self, word: str, tone: str) -> None:
        """Say this; `tone` is a colour token."""
        self.word = word
        self.setText(f"{STATE_MARKS[tone]}  {word}")
        self.setAccessibleName(word)
        set_tone(self, tone)
