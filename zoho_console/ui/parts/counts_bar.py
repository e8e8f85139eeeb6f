"""A thin bar that shows at a glance what became of the rows of a run."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from zoho_console.domain.changes import RowState
from zoho_console.screens.cells import STATE_TONES, STATE_WORDS
from zoho_console.ui.theme import Look

HEIGHT, NARROWEST = 5, 4.0


class CountsBar(QWidget):
    """One stretch for each state that occurs, as long as its share; even a single row is seen."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._counts: list[tuple[RowState, int]] = []
        self.setFixedHeight(HEIGHT)
        look.changed.connect(self.update)

    def show_counts(self, counts: Mapping[RowState, int]) -> None:
        """Draw these."""
        self._counts = [(state, counts[state]) for state in RowState if counts.get(state)]
        self.setAccessibleName(", ".join(f"{count:,} {STATE_WORDS[state]}" for state, count in self._counts))
        self.update()

    def widths(self, room: float) -> list[float]:
        """How long each stretch is: its share, at least `NARROWEST`, together never more than `room`."""
        shares = [max(NARROWEST, room * count / self._total) for _state, count in self._counts]
        excess = room / sum(shares) if shares else 1.0
        return [share * excess for share in shares]

    @property
    def _total(self) -> int:
        return sum(count for _state, count in self._counts)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        x = 0.0
        for (state, _count), width in zip(self._counts, self.widths(self.width()), strict=True):
            tone = STATE_TONES[state]
            painter.setBrush(self._look.colour("line_strong" if tone == "muted" else tone))
            painter.drawRoundedRect(QRectF(x, 0, width - 1, self.height()), 2, 2)
            x += width
        painter.end()
