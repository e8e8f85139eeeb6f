"""The line at the foot in the connection's colour: where we are, what it costs, what works."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from zoho_console.ui.parts.basics import label
from zoho_console.ui.theme import Look

HEIGHT, EDGE = 28, 4


@dataclass(frozen=True, slots=True)
class Lamp:
    """One thing that works or does not; the word says it, the dot repeats it."""

    word: str
    tone: str


class StatusBar(QFrame):
    """Shows a name, facts and lamps; `colour` is the connection's, "" without one."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._colour = ""
        self._lamps: list[Lamp] = []
        self.setObjectName("status-bar")
        self.setFixedHeight(HEIGHT)
        self._name = label("", "strong")
        self._facts = label("")
        self._lamp_labels: list[QLabel] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(22)
        layout.addWidget(self._name)
        layout.addWidget(self._facts, 1)
        self._layout = layout
        look.changed.connect(self.update)

    def show_state(self, name: str, colour: str, facts: list[str], lamps: list[Lamp]) -> None:
        """Replace everything that is shown."""
        self._name.setText(name)
        self._facts.setText("      ".join(facts))
        self._colour, self._lamps = colour, lamps
        while len(self._lamp_labels) < len(lamps):
            made = label("")
            made.setContentsMargins(12, 0, 0, 0)
            self._lamp_labels.append(made)
            self._layout.addWidget(made)
        for made, lamp in zip(self._lamp_labels, lamps, strict=False):
            made.setText(lamp.word)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        if self._colour:
            painter.fillRect(0, 0, EDGE, self.height(), QColor(self._colour))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for made, lamp in zip(self._lamp_labels, self._lamps, strict=False):
            painter.setBrush(self._look.colour(lamp.tone))
            painter.setPen(self._look.colour(lamp.tone))
            painter.drawEllipse(made.x(), self.height() // 2 - 2, 5, 5)
        painter.end()
