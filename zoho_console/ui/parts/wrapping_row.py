"""Widgets beside each other, in as many lines as the width needs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

GAP = 6


class WrappingRow(QWidget):
    """A row that breaks like text, so that it never makes its page wider than the window."""

    def __init__(self) -> None:
        super().__init__()
        self._widgets: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_widgets(self, widgets: Sequence[QWidget]) -> None:
        """Show these instead; the former ones are deleted."""
        for gone in self._widgets:
            gone.hide()
            gone.deleteLater()
        self._widgets = list(widgets)
        for one in widgets:
            one.setParent(self)
            one.show()
        self.place()

    def place(self) -> None:
        """Put every widget where it belongs; called again after one of them changed its width."""
        lines: list[list[QWidget]] = [[]]
        x = 0
        for one in self._widgets:
            width = one.sizeHint().width()
            if x and x + width > self.width():
                lines.append([])
                x = 0
            lines[-1].append(one)
            x += width + GAP
        y = 0
        for line in lines:
            y += self._place_line(line, y) + GAP
        self.setFixedHeight(max(0, y - GAP))

    @staticmethod
    def _place_line(line: Sequence[QWidget], y: int) -> int:
        """Widgets beside each other, centred on their line; its height comes out."""
        height = max((one.sizeHint().height() for one in line), default=0)
        x = 0
        for one in line:
            size = one.sizeHint()
            one.setGeometry(x, y + (height - size.height()) // 2, size.width(), size.height())
            x += size.width() + GAP
        return height

    def sizeHint(self) -> QSize:
        return QSize(sum(one.sizeHint().width() + GAP for one in self._widgets), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.place()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.place()  # the style sheet has given the widgets their true sizes only now
