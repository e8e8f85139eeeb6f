"""The frame of every page: title, one running sentence of state, at most three buttons, then the content."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from zoho_console.ui.parts.basics import label
from zoho_console.ui.parts.notice_bar import NoticeBar
from zoho_console.ui.theme import Look


class Page(QWidget):
    """A page with its header and its notices; subclasses fill `content`."""

    def __init__(self, title: str, look: Look) -> None:
        super().__init__()
        self.setObjectName("page")
        self.title: QLabel = label(title, "title")
        self.sentence: QLabel = label("", "muted", wraps=True)
        self.sentence.setAccessibleName(f"{title}: state")
        self.notices = NoticeBar(look)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        titles = QVBoxLayout()
        titles.setSpacing(2)
        titles.addWidget(self.title)
        titles.addWidget(self.sentence)
        header = QHBoxLayout()
        header.addLayout(titles, 1)
        header.addLayout(self._buttons)
        self.content = QVBoxLayout()
        self.content.setSpacing(14)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 16)
        layout.setSpacing(14)
        layout.addLayout(header)
        layout.addWidget(self.notices)
        layout.addLayout(self.content, 1)

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Put buttons at the right of the header; the primary one comes last."""
        for one in buttons:
            self._buttons.addWidget(one)

    def say(self, *parts: str) -> None:
        """The running sentence: the parts that are not empty, separated by dots."""
        self.sentence.setText(" · ".join(part for part in parts if part))
