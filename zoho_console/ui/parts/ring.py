"""A ring that empties with the time a token has left."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from zoho_console.ui.theme import Look

SIZE, STROKE = 62, 4


class Ring(QWidget):
    """Shows a share from 0 to 1 in the colour of a tone, with words in the middle."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._share, self._words, self._tone = 0.0, "", "good"
        self.setFixedSize(SIZE, SIZE)
        look.changed.connect(self.update)

    def show_share(self, share: float, words: str, tone: str) -> None:
        """Draw this."""
        self._share, self._words, self._tone = min(max(share, 0.0), 1.0), words, tone
        self.setAccessibleName(f"Token: {words} left" if words else "No token")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(STROKE / 2 + 1, STROKE / 2 + 1, SIZE - STROKE - 2, SIZE - STROKE - 2)
        painter.setPen(QPen(self._look.colour("line"), STROKE))
        painter.drawEllipse(area)
        if self._share > 0:
            pen = QPen(self._look.colour(self._tone), STROKE)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawArc(area, 90 * 16, -round(self._share * 360 * 16))
        font = QFont(self.font())
        font.setPixelSize(12)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(self._look.colour("text"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
        painter.end()
