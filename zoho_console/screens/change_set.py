"""A change set from its difference to its result: shown, applied, undone, reported."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal

from zoho_console.bulk.applying import Run
from zoho_console.bulk.progress import Progress
from zoho_console.bulk.reporting import summary, write_report
from zoho_console.bulk.undoing import prepare_undo
from zoho_console.domain.changes import ChangeSet, ChangeSetState, Facet, RowState
from zoho_console.domain.connections import Connection
from zoho_console.errors import ZohoConfigError
from zoho_console.screens.rows import RowsTable
from zoho_console.screens.screen import Desk, Screen

LOG_LINES = 8
PROBLEMS = (RowState.INVALID, RowState.REFUSED, RowState.CONFLICT, RowState.UNPROVED, RowState.SKIPPED)


class Step(StrEnum):
    """The steps of a bulk update, in order."""

    FILE = "File"
    COLUMNS = "Columns"
    DIFFERENCE = "Difference"
    RUN = "Run"
    RESULT = "Result"


class ChangeSetScreen(Screen):
    """State: `step`, `change_set`, `facets`, `filter`, `progress`, `log`.

    The run goes on when the page is left; closing the window pauses it. Signals: `progressed` (a Progress, made on the
    engine's thread, delivered on ours).
    """

    progressed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.step = Step.FILE
        self.rows = RowsTable(self, "rows")
        self.forget()
        self.progressed.connect(self._progressed)

    def forget(self) -> None:
        """Nothing is shown any more; what the journal holds stays."""
        self.change_set: ChangeSet | None = None
        self.facets: list[Facet] = []
        self.filter: tuple[tuple[RowState, ...], str] = ((), "")
        self.progress: Progress | None = None
        self.log: list[str] = []
        self.began_at = 0.0
        self._run: Run | None = None

    # --- what the page reads ---

    @property
    def is_comparing(self) -> bool:
        """Whether rows are being compared with Zoho."""
        return self.tasks.is_running("prepare")

    @property
    def is_running(self) -> bool:
        """Whether a run of this console is on its way."""
        return self.tasks.is_running("apply")

    @property
    def summary(self) -> str:
        """The counts in one sentence that adds up."""
        return summary(self.change_set) if self.change_set else ""

    @property
    def changed_values(self) -> int:
        """How many values will change."""
        return sum(facet.rows for facet in self.facets)

    @property
    def price(self) -> str:
        """What applying costs, in words."""
        planned = self.change_set.count(RowState.PLANNED) if self.change_set else 0
        connection = self.desk.connection
        usage = self.workspace.usage(connection.id) if connection else None
        left = f"; {usage.credits_left:,} left" if usage and usage.credits_left is not None else ""
        return f"About {-(-planned // 10):,} credits to write and {-(-planned // 100):,} to look again{left}."

    @property
    def rate(self) -> float:
        """Rows settled a second since the run began."""
        elapsed = time.monotonic() - self.began_at
        return self._settled / elapsed if self.is_running and elapsed > 0 else 0.0

    @property
    def _settled(self) -> int:
        if self.progress is None or self.change_set is None:
            return 0
        return self.progress.done - (self.change_set.total - self.change_set.count(RowState.PLANNED, RowState.SENT))

    # --- intents ---

    def show_change_set(self, change_set_id: int) -> None:
        """Show a change set at the step where it stands."""
        if not self.is_running:
            self.tasks.start(self._show_set(change_set_id), name="show")

    def prepare_undo(self, change_set_id: int) -> None:
        """Compare what a run changed with Zoho, and show what undoing it would put back."""
        if self.is_running:
            self.fail(ZohoConfigError("A run is on its way.", advice="Wait for its end, then undo."))
        else:
            self.tasks.start(self._prepare_undo(change_set_id), name="prepare")

    def show_rows(self, states: tuple[RowState, ...], field: str = "") -> None:
        """Filter the table by state, or by a field that changes."""
        self.filter = (states, field)
        if self.change_set is not None:
            self.rows.show(self.change_set, states, field)
        self.changed.emit()

    def apply(self) -> None:
        """Send what is planned."""
        if self.change_set is not None and not self.is_running:
            self.tasks.start(self._apply(self.change_set), name="apply")

    def pause(self) -> None:
        """Stop between batches; the run can go on."""
        if self._run is not None:
            self._run.pause()

    def stop(self) -> None:
        """Stop between batches; rows not yet sent stay unsent for good."""
        if self._run is not None:
            self._run.cancel()

    def save_report(self, path: Path) -> None:
        """Write the report of the change set."""
        if self.change_set is not None:
            self.tasks.start(self._report(self.change_set.id, path), name="report")

    # --- work ---

    async def _prepare_undo(self, change_set_id: int) -> None:
        former = await self.blocking(self.workspace.journal.change_set, change_set_id)
        connection = await self.blocking(self.workspace.connections.get, former.connection_id)
        self.forget()
        self.progress = Progress(0, former.count(RowState.UPDATED))
        self.step = Step.DIFFERENCE
        self.changed.emit()

        async def work() -> ChangeSet:
            return await prepare_undo(
                former.id, self.workspace.client(connection), self.workspace.journal,
                await self.workspace.fields(connection), created_by=who(connection),
                on_progress=self.progressed.emit,
            )  # fmt: skip

        await self._show_difference(await self.engine(work()))

    async def _show_set(self, change_set_id: int) -> None:
        change_set = await self.blocking(self.workspace.journal.change_set, change_set_id)
        self.forget()
        if change_set.state is ChangeSetState.PLANNED:
            await self._show_difference(change_set)
        elif change_set.state is ChangeSetState.FINISHED:
            await self._show_result(change_set)
        else:
            self.change_set, self.step = change_set, Step.RUN
            self.rows.show(change_set)

    async def _show_difference(self, change_set: ChangeSet) -> None:
        self.facets = await self.blocking(self.workspace.journal.facets, change_set.id)
        self.change_set, self.step, self.progress = change_set, Step.DIFFERENCE, None
        self.desk.jobs_changed.emit()
        first = (RowState.PLANNED,) if change_set.count(RowState.PLANNED) else ()
        self.show_rows(first)

    async def _show_result(self, change_set: ChangeSet) -> None:
        self.change_set, self.step = change_set, Step.RESULT
        self.facets = await self.blocking(self.workspace.journal.facets, change_set.id)
        self.show_rows(())

    async def _apply(self, change_set: ChangeSet) -> None:
        connection = await self.blocking(self.workspace.connections.get, change_set.connection_id)
        self.step, self.log, self.began_at = Step.RUN, [], time.monotonic()
        self.progress = Progress(0, change_set.total, change_set.counts)

        async def work() -> ChangeSet:
            fields = await self.workspace.fields(connection)
            self._run = Run(
                change_set.id, self.workspace.client(connection), self.workspace.journal, fields,
                on_progress=self.progressed.emit,
            )  # fmt: skip
            return await self._run.apply()

        try:
            self.change_set = await self.engine(work())
        finally:
            self._run = None
            self.desk.jobs_changed.emit()
        if self.change_set.state is ChangeSetState.FINISHED:
            await self._show_result(self.change_set)

    async def _report(self, change_set_id: int, path: Path) -> None:
        rows = await self.blocking(write_report, self.workspace.journal, change_set_id, path)
        self.notice(f"{rows:,} rows are in {path}.")

    def _progressed(self, progress: Any) -> None:
        self.progress = progress
        if progress.sentence:
            self.log = [*self.log, progress.sentence][-LOG_LINES:]
            if len(self.log) == 1:
                self.desk.jobs_changed.emit()
        self.changed.emit()


def who(connection: Connection) -> str:
    """The name that a change set made through this connection carries."""
    return connection.user.name if connection.user else ""
