"""The bulk update page: the spine, the step in view, and what can be done next."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget

from zoho_console.domain.changes import RowRecord, RowState
from zoho_console.screens.again import undo
from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.screens.bulk_words import confirmation, running_sentence, title
from zoho_console.screens.change_set import Step
from zoho_console.screens.report import FORMS
from zoho_console.screens.words import count
from zoho_console.ui.bulk_update.apply_dialog import Question, ask_to_apply
from zoho_console.ui.bulk_update.columns_step import ColumnsStep
from zoho_console.ui.bulk_update.file_step import FileStep
from zoho_console.ui.bulk_update.foot import Foot
from zoho_console.ui.bulk_update.rows_step import RowsStep
from zoho_console.ui.bulk_update.run_step import RunStep
from zoho_console.ui.bulk_update.spine import Spine
from zoho_console.ui.dialogs import confirm, open_file, save_as, save_file
from zoho_console.ui.parts.page import Page
from zoho_console.ui.theme import Look
from zoho_console.ui.undo_dialog import ask_what_to_undo

FILES = "CSV files and spreadsheets (*.csv *.tsv *.txt *.xlsx);;All files (*)"
TYPED_FROM = 1000  # more changes than this are confirmed by typing their number


class BulkUpdatePage(Page):
    """Shows a `BulkUpdateScreen`; a file dropped anywhere on it is opened."""

    def __init__(self, screen: BulkUpdateScreen, look: Look) -> None:
        super().__init__("Bulk update", look)
        self._screen = screen
        self.setAcceptDrops(True)
        self.spine = Spine(look)
        self.file_step = FileStep(screen, look, self._choose, self._sample)
        self.columns_step = ColumnsStep(screen)
        self.rows_step = RowsStep(screen, look)
        self.run_step = RunStep(screen)
        self.foot = Foot(self)
        self._place = (screen.step, screen.is_comparing)
        self._steps = QStackedWidget()
        for one in (self.file_step, self.columns_step, self.rows_step, self.run_step):
            self._steps.addWidget(one)
        self.content.addWidget(self.spine)
        self.content.addWidget(self._steps, 1)
        self.content.addWidget(self.foot)
        self.spine.chosen.connect(screen.go_to)
        screen.changed.connect(self._show)
        self._show()

    @property
    def screen_model(self) -> BulkUpdateScreen:
        """The screen this page shows."""
        return self._screen

    # --- drawing ---

    def _show(self) -> None:
        screen = self._screen
        had_focus = self._has_focus()
        steps: dict[Step, FileStep | ColumnsStep | RunStep] = {
            Step.FILE: self.file_step,
            Step.COLUMNS: self.columns_step,
            Step.RUN: self.run_step,
        }
        step = steps.get(screen.step, self.rows_step)
        step.show_state()
        self._steps.setCurrentWidget(step)
        self._steps.setEnabled(not (screen.is_comparing or screen.deciding.is_deciding))  # the foot says why
        self.spine.show_step(screen.step, screen.facts, screen.can_go_to)
        self._say()
        self.foot.show_state()
        former, self._place = self._place, (screen.step, screen.is_comparing)
        # Qt gives the focus of a widget that is hidden to whatever comes next, even in the rail.
        if had_focus and (self._place != former or not self._has_focus()):
            self._take_focus()

    def _has_focus(self) -> bool:
        # The window's: it stands also while a file is dragged here from another program.
        focus = self.window().focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def _take_focus(self) -> None:
        """Where the keyboard goes on: the rows where they are to be read, else the next thing to do."""
        screen = self._screen
        if screen.step in (Step.DIFFERENCE, Step.RESULT) and not screen.is_comparing:
            self.rows_step.view.setFocus()
        elif self.foot.isVisible():
            self.foot.take_focus()
        else:
            self.file_step.choose.setFocus()

    def _say(self) -> None:
        screen = self._screen
        change_set, table = screen.change_set, screen.source.table
        if change_set is not None:
            self.title.setText(title(change_set))
            is_planned = screen.step is Step.DIFFERENCE
            self.say(running_sentence(change_set, screen.counts, screen.changed_values, is_planned=is_planned))
        elif table is not None:
            self.title.setText(f"Bulk update: {table.path.name}")
            mapped = len(screen.mapping.targets)
            parts = (count(len(table.header), "column"), f"{mapped:,} of them set a field", "nothing is sent yet")
            self.say(*parts)
        else:
            self.title.setText("Bulk update")
            self.say("Correct many accounts from a file", "see every difference first", "take it back if need be")

    # --- what the person asks for ---

    def _choose(self) -> None:
        self._screen.tasks.start(self._choose_file(), name="ask")

    async def _choose_file(self) -> None:
        path = await open_file(self, "Choose a file", FILES)
        if path is not None:
            self._screen.open_file(path)

    def _sample(self) -> None:
        self._screen.tasks.start(self._save_sample(), name="ask")

    def ask_for_report(self) -> None:
        """Choose where the report goes; stop the one that is being written."""
        change_set = self._screen.change_set
        if self._screen.report.is_writing:
            self._screen.report.cancel()
        elif change_set is not None:
            name = f"{Path(change_set.source).stem} report {change_set.id}.csv"
            self._screen.tasks.start(self._save_report(name), name="ask")

    async def _save_report(self, name: str) -> None:
        named = await save_as(self, "Save the report", name, FORMS)
        if named is not None:
            self._screen.save_report(*named)

    async def _save_sample(self) -> None:
        path = await save_file(self, "Save a sample", "corrections.csv", "CSV (*.csv)")
        if path is not None:
            self._screen.save_sample(path)

    def ask_to_apply(self) -> None:
        """Restate the change with its numbers; apply it if the person agrees."""
        self._screen.tasks.start(self._apply(), name="ask")

    async def _apply(self) -> None:
        change_set = self._screen.change_set
        if change_set is None:
            return
        planned = change_set.count(RowState.PLANNED)
        connection = self._screen.desk.connection
        organisation = connection.organisation.name if connection and connection.organisation else ""
        asked = Question(
            confirmation(change_set, self._screen.facets, organisation), f"Apply {count(planned, 'change')}", planned,
            self._screen.price, typed=str(planned) if planned > TYPED_FROM else "", guard=self._screen.desk.guard,
        )  # fmt: skip
        terms = await ask_to_apply(self, asked, change_set.terms)
        if terms is not None:
            self._screen.apply(terms)

    def ask_to_undo(self) -> None:
        """Choose what of the run to undo; compare it with Zoho if the person agrees."""
        self._screen.tasks.start(self._undo(), name="ask")

    async def _undo(self) -> None:
        run = self._screen.change_set
        if run is not None:
            marked = [row for row in self.rows_step.view.chosen_rows() if isinstance(row, RowRecord)]
            part = await ask_what_to_undo(self, run, self._screen.facets, marked, self._screen.desk.guard)
            if part is not None:
                self._screen.prepare_again(run.id, undo(part))

    def ask_to_stop(self) -> None:
        """Stop for good, if the person agrees."""
        self._screen.tasks.start(self._stop(), name="ask")

    async def _stop(self) -> None:
        text = "What was sent stays and can be undone; the rows not yet sent are left out for good."
        if await confirm(self, "Stop this run", text, "Stop"):
            self._screen.stop()

    # --- files dropped ---

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _file_in(event.mimeData()) is not None:
            self.file_step.zone.show_over(is_over=True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.file_step.zone.show_over(is_over=False)
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        self.file_step.zone.show_over(is_over=False)
        path = _file_in(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self._screen.open_file(path)


def _file_in(data: QMimeData) -> Path | None:
    """The one file that is dragged; several at once are not taken, so that none is silently left out."""
    urls = data.urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
