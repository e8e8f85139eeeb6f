"""A change set from its difference to its result: shown, applied, undone, reported."""

from __future__ import annotations

from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal

from zoho_console.bulk.applying import Run
from zoho_console.bulk.forecast import price
from zoho_console.bulk.progress import Progress
from zoho_console.bulk.reporting import not_retried
from zoho_console.domain.changes import ChangeSet, ChangeSetState, Facet, RowState
from zoho_console.domain.connections import Connection
from zoho_console.domain.drifts import Drift
from zoho_console.domain.terms import Terms
from zoho_console.errors import ZohoConfigError, ZohoError
from zoho_console.screens.again import Again
from zoho_console.screens.bulk_words import Step
from zoho_console.screens.deciding import Deciding
from zoho_console.screens.report import USUAL, Report, ReportForm
from zoho_console.screens.rows import RowsTable
from zoho_console.screens.run_watch import RunWatch
from zoho_console.screens.screen import Desk, Screen
from zoho_console.store.desktops import this_console

__all__ = ["ChangeSetScreen", "Step", "who"]

# Opening, comparing and showing share one task: who asks for something else no longer wants the former.
_JOURNEY = "journey"
_STOPPING = "Stopping after the batches that are on their way."
_STEPS = {
    ChangeSetState.PLANNED: Step.DIFFERENCE,
    ChangeSetState.APPLYING: Step.RUN,
    ChangeSetState.PAUSED: Step.RUN,
}


class ChangeSetScreen(Screen):
    """State: `step`, `change_set`, `facets`, `filter`, `progress`, `watch` (of the run),
    `ending` (how a run was asked to end), `report` (on its way into a file), `deciding` (of what file and Zoho both
    changed); `drift` filters by who changed it.

    The run goes on when the page is left; closing the window pauses it. Signals: `progressed` (a Progress, made on the
    engine's thread, delivered on ours).
    """

    progressed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.step = Step.FILE
        self.rows = RowsTable(self, "rows")
        self.report = Report(self)
        self.deciding = Deciding(self, self._decided)
        ChangeSetScreen.forget(self)
        self.progressed.connect(self._progressed)

    def forget(self) -> None:
        """Nothing is shown any more; what the journal holds stays."""
        self.change_set: ChangeSet | None = None
        self.facets: list[Facet] = []
        self.filter: tuple[tuple[RowState, ...], str] = ((), "")
        self.drift: Drift | None = None
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

    def price(self, terms: Terms | None = None) -> str:
        """What applying costs, in words; on other terms than the plan's, if they are given."""
        if self.change_set is None:
            return ""
        connection = self.desk.connection
        usage = self.workspace.usage(connection.id) if connection else None
        return price(
            replace(self.change_set, terms=terms or self.change_set.terms), usage.credits_left if usage else None
        )

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

    def show_rows(self, states: tuple[RowState, ...], field: str = "", drift: Drift | None = None) -> None:
        """Filter the table by state, by a field that changes, or by who changed a value since the export."""
        self.filter, self.drift = (states, field), drift
        if self.change_set is not None:
            self.rows.show(
                self.change_set,
                states,
                field,
                drift,
                changing={facet.field for facet in self.facets} | self.deciding.fields,
            )
        self.changed.emit()

    def apply(self, terms: Terms | None = None) -> None:
        """Send what is planned, on other terms than it was planned with if some are given."""
        if self.change_set is not None and not self.is_running:
            self.tasks.start(self._apply(self.change_set, terms), name="apply")

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
        """Stop between batches, or end a run that is paused; rows not yet sent stay unsent for good."""
        if self._run is not None:
            self._run.cancel()
            self.ending = _STOPPING
            self.changed.emit()
        elif self.change_set is not None and not self.is_running:
            self.tasks.start(self._apply(self.change_set, None, stops=True), name="apply")

    def save_report(self, path: Path, form: ReportForm = USUAL) -> None:
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
        await self._show(made, Step.DIFFERENCE)
        if made.retries and (words := not_retried(former, again.states)):
            self.notice(words, tone="warn")

    async def _show_set(self, change_set_id: int, *, goes_on: bool = False) -> None:
        change_set = await self.blocking(self.workspace.journal.change_set, change_set_id)
        self.forget()
        await self._show(change_set, _STEPS.get(change_set.state, Step.RESULT))
        if goes_on:
            self.apply()

    async def _decided(self, change_set: ChangeSet) -> None:
        self.facets = await self.blocking(self.workspace.journal.facets, change_set.id)
        await self.deciding.load(change_set)
        if self.change_set is not None and self.change_set.id == change_set.id:
            self.change_set = change_set
            self.rows.reload(change_set)
        self.desk.jobs_changed.emit()

    async def _show(self, change_set: ChangeSet, step: Step) -> None:
        self.facets = await self.blocking(self.workspace.journal.facets, change_set.id)
        await self.deciding.load(change_set)
        self.change_set, self.step, self.progress = change_set, step, None
        is_plan = step is Step.DIFFERENCE
        if is_plan:
            self.desk.jobs_changed.emit()
        has_planned = bool(change_set.count(RowState.PLANNED))
        if is_plan and not has_planned and self.deciding.asked:
            self.show_rows((), drift=Drift.BOTH)
        elif step is not Step.RUN:
            self.show_rows((RowState.PLANNED,) if is_plan and has_planned else ())

    async def _apply(self, change_set: ChangeSet, terms: Terms | None, *, stops: bool = False) -> None:
        self.step, self.ending, self.watch = Step.RUN, _STOPPING if stops else "", RunWatch(change_set.counts)
        self.progress = Progress(0, change_set.total, change_set.counts)
        self.changed.emit()
        try:
            if terms is not None and terms != change_set.terms:
                await self.blocking(self.workspace.journal.agree, change_set.id, terms)
            self.change_set = await self._run_through(change_set, stops=stops)
        except Exception:
            with suppress(ZohoError):  # the first error says enough
                self.change_set = await self.blocking(self.workspace.journal.change_set, change_set.id)
            self.step = _STEPS.get((self.change_set or change_set).state, Step.RESULT)
            raise
        finally:
            self._run, self.ending = None, ""
            self.desk.jobs_changed.emit()
        if self.change_set.state is ChangeSetState.FINISHED:
            await self._show(self.change_set, Step.RESULT)

    async def _run_through(self, change_set: ChangeSet, *, stops: bool) -> ChangeSet:
        connection = await self.blocking(self.workspace.connections.get, change_set.connection_id)
        fields = await self.engine(self.workspace.fields(connection))

        async def work() -> ChangeSet:
            self._run = Run(
                change_set.id, self.workspace.client(connection), self.workspace.journal, fields,
                pace=self.workspace.pace, yes_by=this_console(), on_progress=self.progressed.emit,
            )  # fmt: skip
            if stops:
                self._run.cancel()
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
