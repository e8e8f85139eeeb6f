"""The quiet line at the foot of a table: how much is loaded, what is wrong, and what can be done about it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from zoho_console.ui.parts.basics import set_tone
from zoho_console.ui.parts.elided import ElidedLabel

HEIGHT = 34


class TableFoot(QFrame):
    """A sentence at the left, links at the right."""

    def __init__(self, *links: QPushButton) -> None:
        super().__init__()
        self.setObjectName("table-foot")
        self.setFixedHeight(HEIGHT)
        self.sentence = ElidedLabel("small")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 10, 0)
        layout.setSpacing(14)
        layout.addWidget(self.sentence, 1)
        for link in links:
            layout.addWidget(link)

    def say(self, text: str, tone: str = "muted") -> None:
        """Show one sentence; its whole is in the tooltip where the window is too narrow for it."""
        self.sentence.say(text)
        set_tone(self.sentence, tone)
