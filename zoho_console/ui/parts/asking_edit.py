"""A line of text that asks for something while it is typed, after a pause or on Enter."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

PAUSE_MS = 400


class AskingEdit(QLineEdit):
    """Signals: `asked` (text) on Enter or a pause in typing."""

    asked = Signal(str)

    def __init__(self, name: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.setProperty("role", "filter")
        self.setAccessibleName(name)
        self.setPlaceholderText(words)
        self.setClearButtonEnabled(True)
        self.textChanged.connect(self._typed)
        self.returnPressed.connect(self._ask)

    def show_text(self, text: str) -> None:
        """Show the text in use, unless the person is typing another."""
        if not self.hasFocus() and not self._pause.isActive() and text != self.text():
            self.setText(text)
            self._pause.stop()  # nobody typed

    def _typed(self, _text: str) -> None:
        self._pause.start()

    def _ask(self) -> None:
        self._pause.stop()
        self.asked.emit(self.text())
