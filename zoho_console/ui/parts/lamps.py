"""Lamps in a row: a dot in a colour, and the words that say what it means."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel

from zoho_console.screens.table import plain_tooltip
from zoho_console.screens.token_health import Light
from zoho_console.ui.parts.wrapping_row import WrappingRow
from zoho_console.ui.theme import Look

DOT, ROOM = 7, 16


class Lamps(WrappingRow):
    """Shows lights; each is one label, read as a whole."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._shown: tuple[Light, ...] = ()

    def show_lights(self, lights: Sequence[Light]) -> None:
        """Draw these in place of the former ones."""
        if tuple(lights) != self._shown:
            self._shown = tuple(lights)
            self.set_widgets([_Lamp(self._look, one) for one in lights])


class _Lamp(QLabel):
    def __init__(self, look: Look, light: Light) -> None:
        super().__init__(f"{light.name}: {light.word.lower()}")
        self._look, self._tone = look, light.tone
        self.setProperty("role", "lamp")
        self.setContentsMargins(ROOM, 0, ROOM, 0)
        self.setAccessibleName(f"{light.name}: {light.word}. {light.sentence}")
        self.setToolTip(plain_tooltip(light.sentence))
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.colour(self._tone))
        painter.setBrush(self._look.colour(self._tone))
        painter.drawEllipse(0, (self.height() - DOT) // 2, DOT, DOT)
        painter.end()
