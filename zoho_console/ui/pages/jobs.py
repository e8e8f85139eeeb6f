"""The jobs page: runs at the left, the chosen one at the right."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from zoho_console.domain.changes import ChangeSet, RowRecord
from zoho_console.domain.fields import shortened
from zoho_console.screens.cells import job_state
from zoho_console.screens.jobs import JobsScreen
from zoho_console.screens.report import FORMS
from zoho_console.ui.dialogs import save_as
from zoho_console.ui.job_list import JobList
from zoho_console.ui.parts.basics import EmptyState, button, card, label, row, set_tone
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.parts.guard_mark import GuardMark
from zoho_console.ui.parts.page import Page
from zoho_console.ui.parts.table import TableView
from zoho_console.ui.state_filter import StateFilter
from zoho_console.ui.theme import Look
from zoho_console.ui.undo_dialog import ask_what_to_undo

LIST_WIDTH = 282
LOOK_AGAIN_MS = 2000


class JobsPage(Page):
    """Shows a `JobsScreen`; while a run is on its way and the page in view, its counts move."""

    def __init__(self, screen: JobsScreen, look: Look) -> None:
        super().__init__("Jobs", look)
        self._screen, self._look = screen, look
        self.report = button("Save report…", self._ask_for_report)
        self.retry = button("Retry failed…", screen.retry)
        self.undo = button("Undo…", self._ask_to_undo)
        self.go_on = button("Continue", screen.go_on, "primary")
        self.add_buttons(self.report, self.retry, self.undo, self.go_on)
        self.list = JobList(look, screen.title)
        self.filter = StateFilter()
        self.view = TableView(look, screen.rows.table, "Rows of the run")
        self.empty = EmptyState(
            look, "jobs", "No run yet",
            "Every bulk update is kept here with the outcome of each row, and can be undone.",
            button("Start a bulk update", partial(screen.desk.page_wanted.emit, "bulk"), "primary"),
        )  # fmt: skip
        self._build()
        self.list.chosen.connect(screen.choose)
        self.filter.chosen.connect(screen.show_rows)
        clock = QTimer(self)
        clock.timeout.connect(self._look_again)
        clock.start(LOOK_AGAIN_MS)
        screen.changed.connect(self._show)
        self._show()

    def _build(self) -> None:
        list_card, left = card(margins=(8, 8, 8, 8), spacing=2)
        list_card.setFixedWidth(LIST_WIDTH)
        left.addWidget(self.list)
        self._title = ElidedLabel("card-title")
        self._state = label("", "pill")
        self._note = label("", tone="warn", wraps=True)
        self.guard = GuardMark()
        run_card, right = card(margins=(16, 14, 16, 1), spacing=10)
        right.addLayout(row(self._title, self._state, spacing=12))
        right.addWidget(self.guard)
        right.addWidget(self._note)
        right.addWidget(self.filter)
        right.addWidget(self.view, 1)
        self._middle = QWidget()
        middle = QHBoxLayout(self._middle)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(16)
        middle.addWidget(list_card)
        middle.addWidget(run_card, 1)
        self.content.addWidget(self._middle, 1)
        self.content.addWidget(self.empty, 1)

    def _show(self) -> None:
        screen = self._screen
        self._middle.setVisible(bool(screen.jobs))
        self.empty.setVisible(screen.is_loaded and not screen.jobs)
        self.report.setVisible(screen.chosen is not None)
        self.report.setText(screen.report.verb)
        self.retry.setVisible(screen.can_retry)
        self.undo.setVisible(screen.can_undo)
        self.go_on.setVisible(screen.can_continue)
        self.go_on.setText("Resume" if screen.can_resume else "Continue")
        self.go_on.setEnabled(not (screen.can_resume and screen.desk.is_watch_only))
        may_send = screen.can_retry or screen.can_undo or screen.can_continue
        self.guard.show_guard(screen.desk.guard if may_send else None)
        self.say(screen.sentence or "What was done, row by row")
        self.list.show_jobs(screen.jobs, screen.chosen)
        if screen.chosen is not None:
            self._show_run(screen.chosen)

    def _show_run(self, run: ChangeSet) -> None:
        self._title.say(shortened(self._screen.title(run), 200))
        words, tone = job_state(run)
        self._state.setText(words)
        set_tone(self._state, tone)
        self._note.setText(run.note)
        self._note.setVisible(bool(run.note))
        self.filter.show_counts(run, self._screen.states)

    def _look_again(self) -> None:
        if self.isVisible() and self._screen.is_anything_running:
            self._screen.shown()

    def _ask_to_undo(self) -> None:
        self._screen.tasks.start(self._undo(), name="ask")

    async def _undo(self) -> None:
        run = self._screen.chosen
        if run is not None:
            marked = [row for row in self.view.chosen_rows() if isinstance(row, RowRecord)]
            part = await ask_what_to_undo(self, run, self._screen.facets, marked, self._screen.desk.guard)
            if part is not None:
                self._screen.undo(part)

    def _ask_for_report(self) -> None:
        screen = self._screen
        if screen.report.is_writing:
            screen.report.cancel()
        else:
            screen.tasks.start(self._report(), name="ask")

    async def _report(self) -> None:
        chosen = self._screen.chosen
        if chosen is not None:
            name = f"{Path(chosen.source).stem} report {chosen.id}.csv"
            named = await save_as(self, "Save the report", name, FORMS)
            if named is not None:
                self._screen.save_report(*named)
