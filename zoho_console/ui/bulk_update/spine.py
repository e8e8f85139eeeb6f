"""The steps on top of the page: what is done, where we are, what comes; done ones can be visited again."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from zoho_console.screens.change_set import Step
from zoho_console.ui.parts.basics import label, set_style_property


class StepTile(QFrame):
    """One step. Signals: `pressed`."""

    pressed = Signal()

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.setObjectName("step")
        self._step = step
        self._name = label(str(step), "strong")
        self._fact = label("", "small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 7, 12, 7)
        layout.setSpacing(1)
        layout.addWidget(self._name)
        layout.addWidget(self._fact)
        self.setFixedHeight(50)

    def show_state(self, state: str, fact: str) -> None:
        """`state` is done, now or ahead."""
        self._name.setText(f"✓ {self._step}" if state == "done" else str(self._step))
        self._fact.setText(fact)
        self.setAccessibleName(f"Step {self._step}: {state}. {fact}")
        set_style_property(self, "state", state)
        can_press = state == "done"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if can_press else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if can_press else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)


class Spine(QWidget):
    """All steps. Signals: `chosen` (a Step)."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(7)
        self.tiles: dict[Step, StepTile] = {}
        for step in Step:
            tile = StepTile(step)
            tile.pressed.connect(lambda one=step: self.chosen.emit(one))
            layout.addWidget(tile, 1)
            self.tiles[step] = tile

    def show_step(self, now: Step, facts: dict[Step, str]) -> None:
        """Where we are, and one fact for each step."""
        order = list(Step)
        for step, tile in self.tiles.items():
            state = "now" if step is now else "done" if order.index(step) < order.index(now) else "ahead"
            tile.show_state(state, facts.get(step, ""))
