"""A change set from its difference to its result: shown, applied, undone, reported."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal

from zoho_console.bulk.applying import Run
from zoho_console.bulk.preparing import FAILED, prepare_retry
from zoho_console.bulk.progress import Progress
from zoho_console.bulk.undoing import prepare_undo
from zoho_console.domain.changes import ChangeSet, ChangeSetState, Facet, RowState
from zoho_console.domain.connections import Connection
from zoho_console.errors import ZohoConfigError, ZohoError
from zoho_console.screens.bulk_words import Step, price
from zoho_console.screens.report import Form, Report
from zoho_console.screens.rows import RowsTable
from zoho_console.screens.run_watch import RunWatch
from zoho_console.screens.screen import Desk, Screen
from zoho_console.store.desktops import this_console

__all__ = ["RETRY", "UNDO", "ChangeSetScreen", "Step", "who"]

# Opening, comparing and showing share one task: who asks for something else no longer wants the former.
_JOURNEY = "journey"
_STEPS = {
    ChangeSetState.PLANNED: Step.DIFFERENCE,
    ChangeSetState.APPLYING: Step.RUN,
    ChangeSetState.PAUSED: Step.RUN,
}


@dataclass(frozen=True, slots=True)
class Again:
    """A plan made from a former run: how, and of its rows in which states."""

    prepare: Callable[..., Coroutine[Any, Any, ChangeSet]]
    states: frozenset[RowState]


UNDO = Again(prepare_undo, frozenset({RowState.UPDATED}))
RETRY = Again(prepare_retry, FAILED)


class ChangeSetScreen(Screen):
    """State: `step`, `change_set`, `facets`, `filter`, `progress`, `watch` (of the run),
    `ending` (how a run was asked to end), `report` (on its way into a file).

    The run goes on when the page is left; closing the window pauses it. Signals: `progressed` (a Progress, made on the
    engine's thread, delivered on ours).
    """

    progressed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.step = Step.FILE
        self.rows = RowsTable(self, "rows")
        self.report = Report(self)
        ChangeSetScreen.forget(self)
        self.progressed.connect(self._progressed)

    def forget(self) -> None:
        """Nothing is shown any more; what the journal holds stays."""
        self.change_set: ChangeSet | None = None
        self.facets: list[Facet] = []
        self.filter: tuple[tuple[RowState, ...], str] = ((), "")
        self.progress: Progress | None = None
        self.watch: RunWatch | None = None
        self.ending = ""
        self._run: Run | None = None

    # --- what the page reads ---

    @property
    def is_comparing(self) -> bool:
        """Whether rows are being compared with Zoho."""
        return self.tasks.is_running(_JOURNEY) and self.progress is not None

    @property
    def is_running(self) -> bool:
        """Whether a run of this console is on its way."""
        return self.tasks.is_running("apply")

    @property
    def changed_values(self) -> int:
        """How many values the plan changes."""
        return sum(facet.rows for facet in self.facets)

    @property
    def counts(self) -> dict[RowState, int]:
        """Rows by state: those of the run that is on its way, else those of the journal."""
        if self.is_running and self.progress is not None:
            return self.progress.counts
        return self.change_set.counts if self.change_set else {}

    @property
    def price(self) -> str:
        """What applying costs, in words."""
        planned = self.change_set.count(RowState.PLANNED) if self.change_set else 0
        connection = self.desk.connection
        usage = self.workspace.usage(connection.id) if connection else None
        return price(planned, usage.credits_left if usage else None)

    @property
    def rate(self) -> float:
        """Rows settled a second since the run began, 0 while that cannot be said."""
        return self.watch.rate(self.counts) if self.watch is not None and self._run is not None else 0.0

    # --- intents ---

    def show_change_set(self, change_set_id: int) -> None:
        """Show a change set at the step where it stands; while a run is on its way that one stays in view."""
        if not self.is_running:
            self._go(self._show_set(change_set_id))
        elif self.change_set is None or self.change_set.id != change_set_id:
            self.fail(ZohoConfigError("Another run is on its way.", advice="Wait for its end, or pause it."))

    def prepare_again(self, change_set_id: int, again: Again) -> None:
        """Compare rows of a former run with Zoho, and show what undoing or retrying it would change."""
        if self.is_running:
            self.fail(ZohoConfigError("A run is on its way.", advice="Wait for its end, then try again."))
        else:
            self._go(self._prepare_again(change_set_id, again))

    def show_rows(self, states: tuple[RowState, ...], field: str = "") -> None:
        """Filter the table by state, or by a field that changes."""
        self.filter = (states, field)
        if self.change_set is not None:
            self.rows.show(self.change_set, states, field, changing={facet.field for facet in self.facets})
        self.changed.emit()

    def apply(self) -> None:
        """Send what is planned."""
        if self.change_set is not None and not self.is_running:
            self.tasks.start(self._apply(self.change_set), name="apply")

    def resume(self, change_set_id: int) -> None:
        """Show a run that was paused or interrupted, and go on with it at once."""
        if self.is_running:
            self.show_change_set(change_set_id)
        else:
            self._go(self._show_set(change_set_id, goes_on=True))

    def pause(self) -> None:
        """Stop between batches; the run can go on."""
        if self._run is not None:
            self._run.pause()
            self.ending = "Pausing after the batches that are on their way."
            self.changed.emit()

    def stop(self) -> None:
        """Stop between batches; rows not yet sent stay unsent for good."""
        if self._run is not None:
            self._run.cancel()
            self.ending = "Stopping after the batches that are on their way."
            self.changed.emit()

    def save_report(self, path: Path, form: Form = "spreadsheet") -> None:
        """Write the report of the change set."""
        if self.change_set is not None:
            self.report.save(self.change_set.id, path, form)

    # --- work ---

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        self.progress = None
        self.tasks.start(work, name=_JOURNEY)

    def _stop_going(self) -> None:
        self.tasks.cancel(_JOURNEY)
        self.progress = None
        self.changed.emit()

    async def _prepare_again(self, change_set_id: int, again: Again) -> None:
        former = await self.blocking(self.workspace.journal.change_set, change_set_id)
        connection = await self.blocking(self.workspace.connections.get, former.connection_id)
        if self.change_set is None or self.change_set.id != former.id:
            await self._show_set(former.id)
        self.progress = Progress(0, former.count(*again.states))
        self.changed.emit()

        async def work() -> ChangeSet:
            return await again.prepare(
                former.id, self.workspace.client(connection), self.workspace.journal,
                await self.workspace.fields(connection), created_by=who(connection),
                on_progress=self.progressed.emit,
            )  # fmt: skip

        made = await self.engine(work())
        self.forget()
        await self._show_difference(made)

    async def _show_set(self, change_set_id: int, *, goes_on: bool = False) -> None:
        change_set = await self.blocking(self.workspace.journal.change_set, change_set_id)
        self.forget()
        if change_set.state is ChangeSetState.PLANNED:
            await self._show_difference(change_set)
        elif change_set.state in _STEPS:
            self.facets = await self.blocking(self.workspace.journal.facets, change_set.id)
            self.change_set, self.step = change_set, Step.RUN
        else:
            await self._show_result(change_set)
        if goes_on:
            self.apply()

    async def _show_difference(self, change_set: ChangeSet) -> None:
        self.facets = await self.blocking(self.workspace.journal.facets, change_set.id)
        self.change_set, self.step, self.progress = change_set, Step.DIFFERENCE, None
        self.desk.jobs_changed.emit()
        self.show_rows((RowState.PLANNED,) if change_set.count(RowState.PLANNED) else ())

    async def _show_result(self, change_set: ChangeSet) -> None:
        self.facets = await self.blocking(self.workspace.journal.facets, change_set.id)
        self.change_set, self.step = change_set, Step.RESULT
        self.show_rows(())

    async def _apply(self, change_set: ChangeSet) -> None:
        self.step, self.ending, self.watch = Step.RUN, "", RunWatch(change_set.counts)
        self.progress = Progress(0, change_set.total, change_set.counts)
        self.changed.emit()
        try:
            self.change_set = await self._run_through(change_set)
        except Exception:
            with suppress(ZohoError):  # the first error says enough
                self.change_set = await self.blocking(self.workspace.journal.change_set, change_set.id)
            self.step = _STEPS.get((self.change_set or change_set).state, Step.RESULT)
            raise
        finally:
            self._run, self.ending = None, ""
            self.desk.jobs_changed.emit()
        if self.change_set.state is ChangeSetState.FINISHED:
            await self._show_result(self.change_set)

    async def _run_through(self, change_set: ChangeSet) -> ChangeSet:
        connection = await self.blocking(self.workspace.connections.get, change_set.connection_id)
        fields = await self.engine(self.workspace.fields(connection))

        async def work() -> ChangeSet:
            self._run = Run(
                change_set.id, self.workspace.client(connection), self.workspace.journal, fields,
                pace=self.workspace.pace, yes_by=this_console(), on_progress=self.progressed.emit,
            )  # fmt: skip
            return await self._run.apply()

        return await self.engine(work())

    def _progressed(self, progress: Any) -> None:
        if not (self.is_comparing or self.is_running):
            return  # a last word of something that has ended
        self.progress = progress
        if progress.sentence and self.watch is not None:
            self.watch.hear(progress.sentence)
            if len(self.watch.log) == 1:
                self.desk.jobs_changed.emit()
        self.changed.emit()


def who(connection: Connection) -> str:
    """The name that a change set made through this connection carries."""
    return connection.user.name if connection.user else ""
