"""A card with a coloured edge at its left: a connection, or a state."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

EDGE, RADIUS = 4, 9


class EdgeCard(QFrame):
    """Fill `inside`."""

    def __init__(self, colour: str = "") -> None:
        super().__init__()
        self.setObjectName("card")
        self._colour = colour
        self.inside = QVBoxLayout(self)
        self.inside.setContentsMargins(20, 16, 18, 16)
        self.inside.setSpacing(6)

    def set_edge(self, colour: str) -> None:
        """Change the colour of the edge, `#rrggbb`."""
        self._colour = colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._colour:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        painter.setClipPath(shape)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colour))
        painter.drawRect(0, 0, EDGE, self.height())
        painter.end()
