"""The jobs page: runs at the left, the chosen one at the right."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from zoho_console.domain.changes import ChangeSet, RowState
from zoho_console.domain.fields import shortened
from zoho_console.screens.cells import JOB_TONES, JOB_WORDS, STATE_TONES, STATE_WORDS
from zoho_console.screens.jobs import JobsScreen
from zoho_console.screens.words import moment
from zoho_console.ui.dialogs import save_file
from zoho_console.ui.parts.basics import EmptyState, button, card, label, row, set_style_property, set_tone
from zoho_console.ui.parts.page import Page
from zoho_console.ui.parts.table import TableView
from zoho_console.ui.theme import Look

LIST_WIDTH = 282


class CountsBar(QWidget):
    """A thin bar: how many rows in which state."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._counts: dict[RowState, int] = {}
        self.setFixedHeight(5)
        look.changed.connect(self.update)

    def show_counts(self, counts: dict[RowState, int]) -> None:
        """Draw these."""
        self._counts = counts
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        total, x = sum(self._counts.values()), 0.0
        for state in RowState:
            count = self._counts.get(state, 0)
            if count:
                width = max(3.0, self.width() * count / total)
                tone = STATE_TONES[state]
                painter.setBrush(self._look.colour("line_strong" if tone == "muted" else tone))
                painter.drawRoundedRect(QRectF(x, 0, width - 1, self.height()), 2, 2)
                x += width
        painter.end()


class JobTile(QFrame):
    """One run in the list. Signals: `pressed`."""

    pressed = Signal()

    def __init__(self, job: ChangeSet, title: str, look: Look) -> None:
        super().__init__()
        self.setObjectName("facet")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        words = JOB_WORDS[job.state]
        self.setAccessibleName(f"Run {job.id}, {title}: {words}")
        name = label(shortened(title, 60), "strong")
        name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        state = label(words, "small", tone=JOB_TONES[job.state])
        bar = CountsBar(look)
        bar.show_counts(job.counts)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 9)
        layout.setSpacing(4)
        layout.addWidget(name)
        layout.addLayout(row(state, None, label(moment(job.created_at), "small")))
        layout.addWidget(bar)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)


class JobsPage(Page):
    """Shows a `JobsScreen`."""

    def __init__(self, screen: JobsScreen, look: Look) -> None:
        super().__init__("Jobs", look)
        self._screen, self._look = screen, look
        self.report = button("Save report…", lambda: screen.tasks.start(self._report(), name="ask"))
        self.undo = button("Undo…", screen.undo)
        self.go_on = button("Continue", screen.go_on, "primary")
        self.add_buttons(self.report, self.undo, self.go_on)
        self.tiles: dict[int, JobTile] = {}
        self.filters: dict[RowState | None, QPushButton] = {}
        self.view = TableView(look, screen.rows.table, "Rows of the run")
        self._empty = EmptyState(
            look, "jobs", "No run yet",
            "Every bulk update is kept here with the outcome of each row, and can be undone.",
            button("Start a bulk update", partial(screen.desk.page_wanted.emit, "bulk"), "primary"),
        )  # fmt: skip
        self._drawn: object = None
        self._build()
        screen.changed.connect(self._show)
        self._show()

    def _build(self) -> None:
        frame, layout = card(margins=(8, 8, 8, 8), spacing=2)
        frame.setFixedWidth(LIST_WIDTH)
        inside = QWidget()
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        inside_layout = QVBoxLayout(inside)
        inside_layout.setContentsMargins(0, 0, 0, 0)
        inside_layout.addLayout(self._list)
        inside_layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout.addWidget(scroll)
        self._title = label("", "card-title")
        self._state = label("", "pill")
        self._note = label("", tone="warn", wraps=True)
        self._filter_row = QHBoxLayout()
        self._filter_row.setSpacing(6)
        right_card, right = card(margins=(16, 14, 16, 1), spacing=8)
        right.addLayout(row(self._title, self._state, None))
        right.addWidget(self._note)
        right.addLayout(self._filter_row)
        right.addWidget(self.view, 1)
        self._middle = QWidget()
        middle = QHBoxLayout(self._middle)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(16)
        middle.addWidget(frame)
        middle.addWidget(right_card, 1)
        self.content.addWidget(self._middle, 1)
        self.content.addWidget(self._empty, 1)

    def _show(self) -> None:
        screen = self._screen
        chosen = screen.chosen
        self._middle.setVisible(bool(screen.jobs))
        self._empty.setVisible(not screen.jobs)
        for one in (self.report, self.undo, self.go_on):
            one.setVisible(bool(screen.jobs))
        self.undo.setEnabled(screen.can_undo)
        self.undo.setToolTip("" if screen.can_undo else "Only a finished run that updated something can be undone.")
        self.go_on.setVisible(screen.can_continue)
        self.say(screen.sentence or "What was done, row by row")
        if tuple(screen.jobs) != self._drawn:
            self._drawn = tuple(screen.jobs)
            self._fill_list()
        for job_id, tile in self.tiles.items():
            set_style_property(tile, "chosen", "true" if chosen and chosen.id == job_id else "false")
        if chosen is not None:
            self._title.setText(shortened(screen.title(chosen), 80))
            self._state.setText(JOB_WORDS[chosen.state])
            set_tone(self._state, JOB_TONES[chosen.state])
            self._note.setText(chosen.note)
            self._note.setVisible(bool(chosen.note))
            self._fill_filters(chosen)

    def _fill_list(self) -> None:
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.tiles = {}
        for job in self._screen.jobs:
            tile = JobTile(job, self._screen.title(job), self._look)
            tile.pressed.connect(partial(self._screen.choose, job))
            self._list.addWidget(tile)
            self.tiles[job.id] = tile

    def _fill_filters(self, chosen: ChangeSet) -> None:
        states = [None, *(state for state in RowState if chosen.count(state))]
        if list(self.filters) != states or self._filter_row.property("run") != chosen.id:
            self._filter_row.setProperty("run", chosen.id)
            while (item := self._filter_row.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.deleteLater()
            self.filters = {}
            for state in states:
                filters = (state,) if state is not None else ()
                made = button("", partial(self._screen.show_rows, filters))
                made.setCheckable(True)
                self.filters[state] = made
                self._filter_row.addWidget(made)
            self._filter_row.addStretch(1)
        for state, made in self.filters.items():
            count = chosen.count(state) if state is not None else chosen.total
            made.setText(f"{STATE_WORDS[state] if state is not None else 'all'}  {count:,}")
            made.setChecked(self._screen.states == ((state,) if state is not None else ()))

    async def _report(self) -> None:
        chosen = self._screen.chosen
        if chosen is not None:
            name = f"{Path(chosen.source).stem} report {chosen.id}.csv"
            path = await save_file(self, "Save the report", name, "CSV (*.csv)")
            if path is not None:
                self._screen.save_report(path)
