"""The list of runs: what each is called, where it stands, when it began, what its rows came to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from zoho_console.domain.changes import ChangeSet
from zoho_console.domain.fields import shortened
from zoho_console.screens.cells import job_state
from zoho_console.screens.words import moment
from zoho_console.ui.parts.basics import label, row, set_style_property, set_tone
from zoho_console.ui.parts.counts_bar import CountsBar
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.theme import Look

_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
_PRESSES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class JobTile(QFrame):
    """One run. Signals: `pressed`; `stepped` (1 for the next run, -1 for the one before)."""

    pressed = Signal()
    stepped = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("facet")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._name = ElidedLabel("strong")
        self._state = label("", "pill")
        self._number = label("", "small")
        self._when = label("", "small")
        self._bar = CountsBar(look)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.setSpacing(5)
        layout.addLayout(row(self._name, self._number))
        layout.addLayout(row(self._state, None, self._when))
        layout.addWidget(self._bar)

    def show_job(self, job: ChangeSet, title: str, *, chosen: bool) -> None:
        """Draw this run as it is now; only the chosen one is reached with Tab, the others from it with the arrows."""
        words, tone = job_state(job)
        self.setAccessibleName(f"Run {job.id}, {title}: {words}")
        self._name.say(shortened(title, 200))
        self._state.setText(words)
        set_tone(self._state, tone)
        self._number.setText(f"run {job.id}")
        self._when.setText(moment(job.created_at))
        self._bar.show_counts(job.counts)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if chosen else Qt.FocusPolicy.ClickFocus)
        set_style_property(self, "chosen", "true" if chosen else "false")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _PRESSES:
            self.pressed.emit()
        elif step := _STEPS.get(Qt.Key(event.key())):
            self.stepped.emit(step)
        else:
            super().keyPressEvent(event)


class JobList(QScrollArea):
    """Runs, newest first. Signals: `chosen` (a ChangeSet)."""

    chosen = Signal(object)

    def __init__(self, look: Look, title: Callable[[ChangeSet], str]) -> None:
        super().__init__()
        self._look, self._title = look, title
        self._jobs: list[ChangeSet] = []
        self.tiles: list[JobTile] = []
        self.setAccessibleName("Runs")
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._layout = QVBoxLayout(inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addStretch(1)
        self.setWidget(inside)

    def show_jobs(self, jobs: Sequence[ChangeSet], chosen: ChangeSet | None) -> None:
        """Draw these; tiles are kept, so that the focus stays where it is while counts move."""
        self._jobs = list(jobs)
        while len(self.tiles) > len(jobs):
            self.tiles.pop().deleteLater()
        while len(self.tiles) < len(jobs):
            place = len(self.tiles)
            tile = JobTile(self._look)
            tile.pressed.connect(partial(self._choose, place))
            tile.stepped.connect(partial(self._step, place))
            self._layout.insertWidget(place, tile)
            self.tiles.append(tile)
        for tile, job in zip(self.tiles, jobs, strict=True):
            tile.show_job(job, self._title(job), chosen=chosen is not None and chosen.id == job.id)

    def _choose(self, place: int) -> None:
        self.chosen.emit(self._jobs[place])

    def _step(self, place: int, step: int) -> None:
        wanted = place + step
        if 0 <= wanted < len(self.tiles):
            self._choose(wanted)
            self.tiles[wanted].setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(self.tiles[wanted])
