"""A standing warning inside a page: the notice of something that is so, not of something that happened."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout

from zoho_console.ui.parts.basics import label


class StandingWarning(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.setProperty("tone", "warn")
        self._words = label("", wraps=True, selectable=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 9, 12, 9)
        layout.addWidget(self._words)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def say(self, text: str) -> None:
        """Warn of this; "" hides the warning."""
        self._words.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
