"""The place that says a file can be dropped, and offers to choose one instead."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from zoho_console.ui.parts.basics import EmptyState, label, row, set_style_property
from zoho_console.ui.theme import Look

GAP = 10


class DropZone(QFrame):
    """Only looks like a target: whoever holds it takes the drop, so that the whole page is one."""

    def __init__(
        self, look: Look, title: str, text: str, forms: Sequence[str], about_forms: str, *actions: QPushButton
    ) -> None:
        super().__init__()
        self.setObjectName("drop-zone")
        words = EmptyState(look, "bulk", title, text)
        words.setSizePolicy(words.sizePolicy().horizontalPolicy(), words.sizePolicy().Policy.Maximum)
        layout = QVBoxLayout(self)
        layout.setSpacing(6)
        layout.addStretch(1)
        layout.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        pills = (label(form, "pill", tone="muted") for form in forms)
        layout.addLayout(row(None, *pills, label(about_forms, "small"), None))
        layout.addSpacing(GAP)
        layout.addLayout(row(None, *actions, None, spacing=12))
        layout.addStretch(1)

    def show_over(self, *, is_over: bool) -> None:
        """Whether something that can be dropped is held over it."""
        set_style_property(self, "over", "true" if is_over else "false")
