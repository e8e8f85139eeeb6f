"""The steps on top of the page: what is done, where we are, what comes; where it helps they can be visited again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from zoho_console.screens.change_set import Step
from zoho_console.ui.parts.basics import label, row, set_style_property
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.parts.tile import Tile
from zoho_console.ui.theme import Look

CHECK = 14
_SAID = {"done": "done", "now": "this is where you are", "open": "can be opened", "ahead": "comes later"}


class StepTile(Tile):
    """One step with one fact."""

    def __init__(self, step: Step, look: Look) -> None:
        super().__init__("step")
        self._step = step
        self._look = look
        self._check = QLabel()
        self.fact = ElidedLabel("small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(1)
        layout.addLayout(row(self._check, label(str(step), "strong"), None, spacing=5))
        layout.addWidget(self.fact)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.let_presses_through()
        look.changed.connect(self._draw)
        self._draw()

    def show_state(self, state: str, fact: str, *, can_visit: bool) -> None:
        """`state` is done, now, open or ahead."""
        self.fact.say(fact)
        self._check.setVisible(state == "done")
        self.setAccessibleName(". ".join(part for part in (f"Step {self._step}", _SAID[state], fact) if part))
        set_style_property(self, "state", state)
        # Not disabled: a step that cannot be visited still tells its fact in full colour.
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not can_visit)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if can_visit else Qt.FocusPolicy.NoFocus)

    def _draw(self) -> None:
        self._check.setPixmap(self._look.icon("check", "good").pixmap(QSize(CHECK, CHECK)))


class Spine(QWidget):
    """All steps. Signals: `chosen` (a Step)."""

    chosen = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(7)
        self.tiles: dict[Step, StepTile] = {}
        for step in Step:
            tile = StepTile(step, look)
            tile.clicked.connect(partial(self._choose, step))
            layout.addWidget(tile, 1)
            self.tiles[step] = tile

    def show_step(self, now: Step, facts: dict[Step, str], can_visit: Callable[[Step], bool]) -> None:
        """Where we are, one fact for each step, and which can be visited."""
        order = list(Step)
        for step, tile in self.tiles.items():
            is_open = step is not now and can_visit(step)
            state = "open" if is_open else "ahead"
            if order.index(step) <= order.index(now):
                state = "now" if step is now else "done"
            tile.show_state(state, facts.get(step, ""), can_visit=is_open)

    def _choose(self, step: Step, _checked: bool = False) -> None:
        self.chosen.emit(step)
