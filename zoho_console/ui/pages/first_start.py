"""First start: two large choices, nothing else."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from zoho_console.ui.parts.basics import EmptyState, button, card, label
from zoho_console.ui.theme import Look


class FirstStartPage(QWidget):
    """Signals: `demo_wanted`, `connect_wanted`."""

    demo_wanted = Signal()
    connect_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("page")
        self.connect_button = button("Connect your Zoho CRM", self.connect_wanted.emit, "primary")
        self.demo_button = button("Try it with demo data", self.demo_wanted.emit)
        choices = QHBoxLayout()
        choices.setSpacing(20)
        choices.addStretch(1)
        for icon, words, text, one in (
            ("spark", "Look around first", "5,000 invented accounts on this computer; nothing is sent anywhere.",
             self.demo_button),
            ("plug", "Work with your own accounts", "You sign in at Zoho; the console keeps no password of yours.",
             self.connect_button),
        ):  # fmt: skip
            choices.addWidget(self._choice(EmptyState(look, icon, words, text, one)))
        choices.addStretch(1)
        title = label("Zoho Console", "title")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        promise = label("Correct thousands of accounts, see every difference first, take it back.", "muted")
        promise.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addWidget(title)
        layout.addWidget(promise)
        layout.addSpacing(24)
        layout.addLayout(choices)
        layout.addStretch(3)

    @staticmethod
    def _choice(inside: EmptyState) -> QFrame:
        frame, layout = card()
        inside.set_text_width(270)
        layout.addWidget(inside)
        frame.setFixedSize(330, 240)
        return frame
