"""Shows notices: one plain sentence, one remedy, an id to quote; at most two at a time, never a box in the way."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from zoho_console.screens.notices import Notice
from zoho_console.ui.parts.basics import button, label
from zoho_console.ui.theme import Look

MOST = 2


class NoticeBar(QWidget):
    """Signals: `page_wanted` (a page's name) when a notice's remedy is pressed."""

    page_wanted = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._frames: list[tuple[Notice, QFrame]] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        look.changed.connect(self._draw)
        self.hide()

    @property
    def notices(self) -> list[Notice]:
        """What is shown now, oldest first."""
        return [notice for notice, _frame in self._frames]

    def show_notice(self, notice: Notice) -> None:
        """Show a notice; the same one twice is shown once, a third pushes the oldest out."""
        self._dismiss(notice)
        while len(self._frames) >= MOST:
            self._dismiss(self._frames[0][0])
        frame = self._frame(notice)
        self._frames.append((notice, frame))
        self._layout.addWidget(frame)
        self.show()

    def clear(self) -> None:
        """Take all notices away."""
        while self._frames:
            self._dismiss(self._frames[0][0])

    def _frame(self, notice: Notice) -> QFrame:
        frame = QFrame()
        frame.setObjectName("notice")
        frame.setProperty("tone", notice.tone)
        layout = QHBoxLayout(frame)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(label(notice.text, "strong", wraps=True, selectable=True))
        reference = f"Reference {notice.reference}." if notice.reference else ""
        if more := " ".join(part for part in (notice.advice, reference) if part):
            words.addWidget(label(more, wraps=True, selectable=True))
        layout.addLayout(words, 1)
        if notice.action:
            layout.addWidget(button(notice.action, lambda: self.page_wanted.emit(notice.page)))
        close = QToolButton()
        close.setObjectName("close")
        close.setIcon(self._look.icon("close", "text"))
        close.setIconSize(QSize(14, 14))
        close.setAccessibleName("Dismiss this notice")
        close.clicked.connect(lambda: self._dismiss(notice))
        layout.addWidget(close)
        frame.setAccessibleName(notice.text)
        return frame

    def _draw(self) -> None:
        for close in self.findChildren(QToolButton, "close"):
            close.setIcon(self._look.icon("close", "text"))

    def _dismiss(self, notice: Notice) -> None:
        for entry in [entry for entry in self._frames if entry[0] == notice]:
            self._frames.remove(entry)
            self._layout.removeWidget(entry[1])
            entry[1].hide()
            entry[1].deleteLater()
        self.setVisible(bool(self._frames))
