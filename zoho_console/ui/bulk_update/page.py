"""The bulk update page: the spine, the step in view, and what can be done next."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget

from zoho_console.domain.changes import ChangeSetKind, ChangeSetState, RowState
from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.screens.cells import STATE_WORDS
from zoho_console.screens.change_set import Step
from zoho_console.ui.bulk_update.columns_step import ColumnsStep
from zoho_console.ui.bulk_update.file_step import FileStep
from zoho_console.ui.bulk_update.foot import Foot
from zoho_console.ui.bulk_update.rows_step import RowsStep
from zoho_console.ui.bulk_update.run_step import RunStep
from zoho_console.ui.bulk_update.spine import Spine
from zoho_console.ui.dialogs import confirm, open_file, save_file
from zoho_console.ui.parts.basics import set_style_property
from zoho_console.ui.parts.page import Page
from zoho_console.ui.parts.progress import ProgressLine
from zoho_console.ui.theme import Look

FILES = "CSV files (*.csv *.tsv *.txt);;All files (*)"
TYPED_FROM = 1000  # more changes than this are confirmed by typing their number


class BulkUpdatePage(Page):
    """Shows a `BulkUpdateScreen`; a file dropped anywhere on it is opened."""

    def __init__(self, screen: BulkUpdateScreen, look: Look) -> None:
        super().__init__("Bulk update", look)
        self._screen = screen
        self.setAcceptDrops(True)
        self.spine = Spine()
        self.progress = ProgressLine(screen.cancel_comparing)
        self.file_step = FileStep(screen, look, self._choose, self._sample)
        self.columns_step = ColumnsStep(screen)
        self.rows_step = RowsStep(screen, look, "Rows")
        self.run_step = RunStep(screen)
        self.foot = Foot(self)
        self._steps = QStackedWidget()
        for one in (self.file_step, self.columns_step, self.rows_step, self.run_step):
            self._steps.addWidget(one)
        self.content.addWidget(self.spine)
        self.content.addWidget(self._steps, 1)
        self.content.addWidget(self.progress)
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
        steps: dict[Step, FileStep | ColumnsStep | RunStep] = {
            Step.FILE: self.file_step,
            Step.COLUMNS: self.columns_step,
            Step.RUN: self.run_step,
        }
        step = steps.get(screen.step, self.rows_step)
        self._steps.setCurrentWidget(step)
        step.show_state()
        self.spine.show_step(screen.step, self._facts())
        self._say()
        progress = screen.progress
        if screen.is_comparing and progress is not None:
            of = f" of {progress.total:,}" if progress.total else ""
            self.progress.say(f"Compared {progress.done:,}{of} rows with Zoho", progress.done, progress.total)
        else:
            self.progress.say("")
        self.foot.show_state()

    def _say(self) -> None:
        screen = self._screen
        change_set = screen.change_set
        if change_set is None:
            self.title.setText("Bulk update" if screen.table is None else f"Bulk update: {screen.table.path.name}")
            self.say(
                "Correct many accounts from a file; see every difference first; take it back"
                if screen.table is None
                else f"{len(screen.table.header)} columns · nothing is sent before you have seen the difference"
            )
            return
        what = "Undo" if change_set.kind is ChangeSetKind.UNDO else "Bulk update"
        self.title.setText(f"{what}: {change_set.source}")
        parts = [f"{change_set.total:,} rows {'to undo' if change_set.undo_of else 'in file'}"]
        for state in RowState:
            if count := change_set.count(state):
                words = STATE_WORDS[state]
                if state is RowState.PLANNED and screen.step is Step.DIFFERENCE:
                    words = f"will change {screen.changed_values:,} values"
                parts.append(f"{count:,} {words}")
        self.say(*parts)

    def _facts(self) -> dict[Step, str]:
        screen = self._screen
        facts: dict[Step, str] = {}
        change_set = screen.change_set
        if change_set is not None:
            facts[Step.FILE] = f"{change_set.total:,} rows"
            facts[Step.COLUMNS] = f"{len(change_set.mapping.targets)} fields"
            facts[Step.DIFFERENCE] = f"{screen.changed_values:,} values"
            if change_set.state is ChangeSetState.FINISHED:
                facts[Step.RUN] = "finished"
                facts[Step.RESULT] = f"{change_set.count(RowState.UPDATED):,} updated"
        elif screen.table is not None:
            facts[Step.FILE] = f"{len(screen.table.header)} columns"
            facts[Step.COLUMNS] = f"{len(screen.mapping.targets)} fields"
        return facts

    # --- what the person asks for ---

    def _choose(self) -> None:
        self._screen.tasks.start(self._choose_file(), name="choose")

    async def _choose_file(self) -> None:
        path = await open_file(self, "Choose a CSV file", FILES)
        if path is not None:
            self._screen.open_file(path)

    def _sample(self) -> None:
        self._screen.tasks.start(self._save_sample(), name="sample")

    async def _save_sample(self) -> None:
        path = await save_file(self, "Save a sample file", "corrections.csv", FILES)
        if path is not None:
            self._screen.save_sample(path)

    def ask_to_apply(self) -> None:
        """Restate the change with its numbers; apply it if the person agrees."""
        self._screen.tasks.start(self._apply(), name="ask")

    async def _apply(self) -> None:
        change_set = self._screen.change_set
        if change_set is None:
            return
        count = change_set.count(RowState.PLANNED)
        fields = ", ".join(dict.fromkeys(facet.label for facet in self._screen.facets))
        connection = self._screen.desk.connection
        where = connection.organisation.name if connection and connection.organisation else "Zoho"
        text = (
            f"{count:,} accounts of {where} change in: {fields}. "
            "Their values of now are kept, so that this run can be undone."
        )
        typed = str(count) if count > TYPED_FROM else ""
        if await confirm(self, f"Apply {count:,} changes", text, f"Apply {count:,} changes", typed=typed):
            self._screen.apply()

    def ask_to_stop(self) -> None:
        """Stop for good, if the person agrees."""
        self._screen.tasks.start(self._stop(), name="ask")

    async def _stop(self) -> None:
        text = "What was sent stays and can be undone; the rows not yet sent are left out for good."
        if await confirm(self, "Stop this run", text, "Stop"):
            self._screen.stop()

    def ask_for_report(self) -> None:
        """Choose where the report goes."""
        self._screen.tasks.start(self._report(), name="ask")

    async def _report(self) -> None:
        change_set = self._screen.change_set
        if change_set is not None:
            name = f"{Path(change_set.source).stem} report {change_set.id}.csv"
            path = await save_file(self, "Save the report", name, FILES)
            if path is not None:
                self._screen.save_report(path)

    # --- files dropped ---

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and event.mimeData().urls()[0].isLocalFile():
            set_style_property(self.file_step.zone, "over", "true")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        set_style_property(self.file_step.zone, "over", "false")
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        set_style_property(self.file_step.zone, "over", "false")
        event.acceptProposedAction()
        self._screen.open_file(Path(event.mimeData().urls()[0].toLocalFile()))
