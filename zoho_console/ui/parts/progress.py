"""A line that says what is being done, with a bar and a way to stop it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from zoho_console.ui.parts.basics import button, label


class ProgressLine(QWidget):
    """Hidden until it has something to say."""

    def __init__(self, on_cancel: Callable[[], object]) -> None:
        super().__init__()
        self._words = label("", "muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress")
        self.cancel = button("Cancel", on_cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._words)
        layout.addWidget(self._bar, 1)
        layout.addWidget(self.cancel)
        self.hide()

    def say(self, words: str, done: int = 0, total: int = 0) -> None:
        """Show words and how far it is; without a total the bar only moves. Empty words hide the line."""
        self._words.setText(words)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self.setVisible(bool(words))
