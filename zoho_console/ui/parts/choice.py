"""A combo box that keeps to its width and does not change when somebody scrolls past it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox

_LETTERS = 10


class Choice(QComboBox):
    """Items are pairs of words and the value they stand for."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_LETTERS)

    def offer(self, items: Iterable[tuple[str, object]]) -> None:
        """Offer these instead."""
        self.clear()
        for words, value in items:
            self.addItem(words, value)

    def show_value(self, value: object) -> None:
        """Show the item of this value; nothing if there is none."""
        self.setCurrentIndex(self.findData(value))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
