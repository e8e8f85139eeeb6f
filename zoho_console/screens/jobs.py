"""Past and open runs: what each came to, row by row, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from zoho_console.bulk.preparing import FAILED
from zoho_console.bulk.reporting import summary
from zoho_console.bulk.undoing import WHOLE, Choice
from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, Facet, RowState
from zoho_console.screens.again import may_be_undone
from zoho_console.screens.report import USUAL, Report, ReportForm
from zoho_console.screens.rows import RowsTable
from zoho_console.screens.screen import Desk, Screen
from zoho_console.screens.words import duration, moment

MOST = 200


class JobsScreen(Screen):
    """State: `jobs` newest first, `is_loaded` once they were read, `chosen`, `states` (the filter), `rows`,
    `report`, `facets` (what the chosen run changes).

    `open_change_set`, `resume`, `prepare_undo` and `prepare_retry` are how the bulk update page is asked to show a
    change set, to go on with it, to undo it, or to take up its failed rows again.
    """

    def __init__(
        self,
        desk: Desk,
        open_change_set: Callable[[int], None],
        resume: Callable[[int], None],
        prepare_undo: Callable[[int, Choice], None],
        prepare_retry: Callable[[int], None],
    ) -> None:
        super().__init__(desk)
        self._open_change_set = open_change_set
        self._resume = resume
        self._prepare_undo = prepare_undo
        self._prepare_retry = prepare_retry
        self.jobs: list[ChangeSet] = []
        self.is_loaded = False
        self.chosen: ChangeSet | None = None
        self.states: tuple[RowState, ...] = ()
        self.facets: list[Facet] = []
        self.rows = RowsTable(self, "rows")
        self.report = Report(self)
        desk.jobs_changed.connect(self.shown)
        desk.connection_changed.connect(self._connection_changed)

    # --- what the page reads ---

    @property
    def can_undo(self) -> bool:
        """Whether the chosen run is over, and updated something or may have."""
        one = self.chosen
        return one is not None and one.state is ChangeSetState.FINISHED and may_be_undone(one)

    @property
    def can_retry(self) -> bool:
        """Whether the chosen run is an update that is over or paused and did not apply every row."""
        one = self.chosen
        is_update = one is not None and one.kind is ChangeSetKind.UPDATE
        return one is not None and is_update and one.may_be_retried and bool(one.count(*FAILED))

    @property
    def can_continue(self) -> bool:
        """Whether the chosen run has rows to send, or was left before its end."""
        one = self.chosen
        if one is None:
            return False
        is_left = one.state in (ChangeSetState.PAUSED, ChangeSetState.APPLYING)
        return is_left or (one.state is ChangeSetState.PLANNED and bool(one.count(RowState.PLANNED)))

    @property
    def can_resume(self) -> bool:
        """Whether the chosen run was begun and nobody is at it: paused, or left by a console that is gone."""
        one = self.chosen
        return one is not None and (one.state is ChangeSetState.PAUSED or one.is_interrupted)

    @property
    def is_anything_running(self) -> bool:
        """Whether a run is on its way, here or in another console."""
        return any(one.state is ChangeSetState.APPLYING for one in self.jobs)

    @property
    def sentence(self) -> str:
        """Who ran what, when, for how long, and what it came to."""
        one = self.chosen
        if one is None:
            return ""
        parts = [f"Run {one.id}", moment(one.started_at or one.created_at)]
        if one.created_by:
            parts.append(f"by {one.created_by}")
        if one.yes_by:
            parts.append(f"sent by {one.yes_by}")
        if one.started_at and one.finished_at:
            parts.append(f"took {duration(one.finished_at - one.started_at)}")
        return " · ".join([*parts, summary(one)])

    @staticmethod
    def title(job: ChangeSet) -> str:
        """What a run is called."""
        if job.kind is ChangeSetKind.UNDO:
            return f"Undo of run {job.undo_of}: {job.source}"
        return f"Retry of run {job.retries}: {job.source}" if job.retries else job.source

    # --- intents ---

    def shown(self) -> None:
        self.tasks.start(self._load(), name="load")

    def choose(self, job: ChangeSet) -> None:
        """Show this run."""
        if self.chosen is None or job.id != self.chosen.id:
            self.states = ()
        self.chosen = job
        self.tasks.start(self._open(job), name="open")

    def show_rows(self, states: tuple[RowState, ...]) -> None:
        """Only rows in these states; none means all."""
        self.states = states
        if self.chosen is not None:
            self.rows.show(self.chosen, states, changing={facet.field for facet in self.facets})
        self.changed.emit()

    def undo(self, part: Choice = WHOLE) -> None:
        """Compare what undoing the run, or a part of it, would put back, in the bulk update page."""
        if self.chosen is not None:
            self._prepare_undo(self.chosen.id, part)

    def retry(self) -> None:
        """Compare the rows that were not applied anew, in the bulk update page."""
        if self.chosen is not None:
            self._prepare_retry(self.chosen.id)

    def go_on(self) -> None:
        """Resume the run at once, or open one that was never begun, in the bulk update page."""
        if self.chosen is not None:
            (self._resume if self.can_resume else self._open_change_set)(self.chosen.id)

    def save_report(self, path: Path, form: ReportForm = USUAL) -> None:
        """Write the report of the chosen run."""
        if self.chosen is not None:
            self.report.save(self.chosen.id, path, form)

    # --- work ---

    def _connection_changed(self) -> None:
        self.jobs, self.chosen, self.is_loaded = [], None, False
        self.shown()

    async def _load(self) -> None:
        connection = self.desk.connection
        journal = self.workspace.journal
        self.jobs = await self.blocking(journal.change_sets, connection.id, MOST) if connection else []
        self.is_loaded = True
        former = self.chosen
        by_id = {one.id: one for one in self.jobs}
        current = by_id.get(former.id) if former else None
        current = current or (self.jobs[0] if self.jobs else None)
        if current is None or (former is not None and _standing(former) == _standing(current)):
            self.chosen = current  # the counts may have moved; the rows stay where the person scrolled them
        else:
            self.choose(current)

    async def _open(self, job: ChangeSet) -> None:
        self.facets = await self.blocking(self.workspace.journal.facets, job.id)
        self.rows.show(job, self.states, changing={facet.field for facet in self.facets})


def _standing(job: ChangeSet) -> tuple[int, ChangeSetState, bool]:
    return job.id, job.state, job.is_held
