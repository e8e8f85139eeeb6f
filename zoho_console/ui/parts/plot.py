"""Two small plots of a day: bars by the hour, and a line with a limit. Painted in the theme's colours."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QHelpEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from zoho_console.screens.day_words import Bar
from zoho_console.screens.table import plain_tooltip
from zoho_console.ui.theme import Look

HEIGHT, HEAD, FOOT = 128, 16, 18
LABEL_EVERY = 6
GAP_SHARE, ROUND = 0.3, 2.0
LABEL_PX = 11


class _Plot(QWidget):
    """The frame of a plot: the greatest value at the top, hours at the foot, a base line between."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._most, self._times = 0, [""]
        self._name = ""
        self.setMinimumHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.update)

    def _say(self, name: str, spoken: str) -> None:
        self.setAccessibleName(name)
        self.setAccessibleDescription(spoken)
        self.update()

    @property
    def area(self) -> QRectF:
        """Where the values are drawn."""
        return QRectF(0, HEAD, self.width(), self.height() - HEAD - FOOT)

    def _column(self, number: int) -> QRectF:
        area = self.area
        width = area.width() / max(1, len(self._times))
        return QRectF(area.x() + number * width, area.y(), width, area.height())

    def _y(self, value: float) -> float:
        area = self.area
        return area.bottom() - area.height() * value / max(1, self._most)

    def _draw_frame(self, painter: QPainter) -> None:
        font = QFont(self.font())
        font.setPixelSize(LABEL_PX)
        painter.setFont(font)
        area = self.area
        painter.setPen(QPen(self._look.colour("line"), 1))
        painter.drawLine(area.topLeft(), area.topRight())
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(self._look.colour("muted"))
        painter.drawText(QRectF(0, 0, area.width(), HEAD - 2), Qt.AlignmentFlag.AlignLeft, f"{self._most:,}")
        foot = QRectF(0, area.bottom() + 3, area.width(), FOOT - 3)
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, "now")
        for number in range(0, len(self._times) - LABEL_EVERY + 1, LABEL_EVERY):
            place = QRectF(self._column(number).x(), foot.y(), 60, foot.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, self._times[number])


class BarPlot(_Plot):
    """A bar for each hour, of one or more values; the words of the hour under the pointer."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self._bars: list[Bar] = []

    def show_bars(self, bars: Sequence[Bar], *, name: str, spoken: str) -> None:
        """Draw these; `name` and `spoken` are for screen readers."""
        self._bars, self._times = list(bars), [one.at for one in bars]
        self._most = max((one.height for one in bars), default=0)
        self._say(name, spoken)

    def words_at(self, place: QPoint) -> str:
        """What the bar under this place says, "" beside them."""
        if not self._bars:
            return ""
        number = int(place.x() / max(1, self.width()) * len(self._bars))
        return self._bars[number].words if 0 <= number < len(self._bars) else ""

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), plain_tooltip(self.words_at(event.pos())), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_frame(painter)
        painter.setPen(Qt.PenStyle.NoPen)
        for number, bar in enumerate(self._bars):
            column = self._column(number)
            bottom = 0
            for value, tone in bar.parts:
                if value:
                    top = QPointF(column.x() + column.width() * GAP_SHARE / 2, self._y(bottom + value))
                    foot = QPointF(column.right() - column.width() * GAP_SHARE / 2, self._y(bottom))
                    painter.setBrush(self._look.colour(tone))
                    painter.drawRoundedRect(QRectF(top, foot), ROUND, ROUND)
                bottom += value
        painter.end()


class LinePlot(_Plot):
    """A line through the hours of which something is known, with a limit that it should stay above."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self._values: list[int | None] = []
        self._limit = 0

    def show_values(
        self, values: Sequence[int | None], times: Sequence[str], limit: int, *, name: str, spoken: str
    ) -> None:
        """Draw these, one for each time; None leaves a gap that the line spans."""
        self._values, self._times, self._limit = list(values), list(times), limit
        self._most = max((one for one in values if one is not None), default=0)
        self._say(name, spoken)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_frame(painter)
        points = [
            QPointF(self._column(number).center().x(), self._y(value))
            for number, value in enumerate(self._values)
            if value is not None
        ]
        if points:
            self._draw_line(painter, points)
        painter.end()

    def _draw_line(self, painter: QPainter, points: list[QPointF]) -> None:
        line = QPainterPath(points[0])
        for point in points[1:]:
            line.lineTo(point)
        under = QPainterPath(line)
        under.lineTo(points[-1].x(), self.area.bottom())
        under.lineTo(points[0].x(), self.area.bottom())
        painter.fillPath(under, self._look.colour("accent_bg"))
        painter.strokePath(line, QPen(self._look.colour("accent"), 2))
        painter.setBrush(self._look.colour("accent"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(points[-1], 3, 3)
        if self._limit <= self._most:
            y = self._y(self._limit)
            painter.setPen(QPen(self._look.colour("warn"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
            place = QRectF(0, y - HEAD - 1, self.width(), HEAD)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, "reserve")
