"""The place that says a file can be dropped, and offers to choose one instead."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from zoho_console.ui.parts.basics import EmptyState, set_style_property
from zoho_console.ui.theme import Look


class DropZone(QFrame):
    """Only looks like a target: whoever holds it takes the drop, so that the whole page is one."""

    def __init__(self, look: Look, title: str, text: str, *actions: QPushButton) -> None:
        super().__init__()
        self.setObjectName("drop-zone")
        buttons = QHBoxLayout()
        buttons.setSpacing(16)
        buttons.addStretch(1)
        for action in actions:
            buttons.addWidget(action)
        buttons.addStretch(1)
        words = EmptyState(look, "bulk", title, text)
        words.setSizePolicy(words.sizePolicy().horizontalPolicy(), words.sizePolicy().Policy.Maximum)
        layout = QVBoxLayout(self)
        layout.setSpacing(6)
        layout.addStretch(1)
        layout.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(buttons)
        layout.addStretch(1)

    def show_over(self, *, is_over: bool) -> None:
        """Whether something that can be dropped is held over it."""
        set_style_property(self, "over", "true" if is_over else "false")
