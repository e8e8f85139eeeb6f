"""The bulk journey as a state machine: File → Columns here, then Difference → Run → Result of its change set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from zoho_console.bulk.exporting import USUAL, CsvExport
from zoho_console.bulk.preparing import prepare
from zoho_console.bulk.progress import Progress
from zoho_console.bulk.reading import DELIMITERS, ENCODINGS, Table
from zoho_console.domain.changes import ChangeSet, ChangeSetState, Mapping
from zoho_console.domain.connections import Connection
from zoho_console.domain.records import Slice
from zoho_console.errors import ZohoConfigError
from zoho_console.screens.bulk_words import change_set_facts, columns_fact, kept_decisions
from zoho_console.screens.change_set import ChangeSetScreen, Step, who
from zoho_console.screens.column_mapping import ColumnMapping
from zoho_console.screens.screen import Desk
from zoho_console.screens.source_file import SourceFile
from zoho_console.screens.words import count

__all__ = ["DELIMITERS", "ENCODINGS", "BulkUpdateScreen"]

SAMPLE_FIELDS = ("Industry", "Account_Status", "Health_Score", "Last_Reviewed")
SAMPLE_ROWS = 5
MOST_DRAFTS = 4
_LOOKED_AT = 50
_UNFINISHED = (ChangeSetState.PLANNED, ChangeSetState.APPLYING, ChangeSetState.PAUSED)


class BulkUpdateScreen(ChangeSetScreen):
    """State besides that of a change set: `source` (the file), `columns` (their mapping), `drafts` (not finished)."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.source = SourceFile(self)
        self.columns = ColumnMapping(self._columns_changed)
        self.drafts: list[ChangeSet] = []
        self._former: tuple[int, int] | None = None  # the plan that was dropped last, and its decisions
        desk.file_offered.connect(self.open_file)
        desk.connection_changed.connect(self._connection_changed)

    def forget(self) -> None:
        super().forget()
        self.source.forget()
        self.columns.forget()
        self._former = None

    # --- what the page reads ---

    @property
    def mapping(self) -> Mapping:
        """Which column finds the account, and which sets which field."""
        return self.columns.mapping

    @property
    def facts(self) -> dict[Step, str]:
        """One fact for each step that has one."""
        facts: dict[Step, str] = {}
        if self.change_set is not None:
            of = self.change_set
            key = of.header[of.mapping.key_column] if 0 <= of.mapping.key_column < len(of.header) else ""
            facts = {
                Step.FILE: count(of.total, "row"),
                Step.COLUMNS: columns_fact(key, len(of.mapping.targets)),
                **change_set_facts(of, self.changed_values, self.progress),
            }
        elif self.source.table is not None:
            facts[Step.COLUMNS] = columns_fact(self.columns.key_title, len(self.mapping.targets))
        if self.source.problem is not None:
            facts[Step.FILE] = "cannot be used"
        elif self.source.table is not None:
            facts[Step.FILE] = "counting rows…" if self.source.rows is None else count(self.source.rows, "row")
        return facts

    @property
    def hindrance(self) -> str:
        """Why rows cannot be compared now, in words, or ""."""
        problem = self.source.problem
        return f"{problem} {problem.advice}" if problem is not None else self.columns.problem

    def can_go_to(self, step: Step) -> bool:
        """Whether a step can be visited: while nothing was sent, those that have something to show."""
        if self.is_comparing or self.deciding.is_deciding or self.step in (Step.RUN, Step.RESULT):
            return False
        there = {Step.FILE: True, Step.COLUMNS: self.columns.table is not None}
        return there.get(step, step is Step.DIFFERENCE and self.change_set is not None)

    # --- intents ---

    def shown(self) -> None:
        self.tasks.start(self._load_drafts(), name="drafts")

    def open_file(self, path: Path, encoding: str = "", delimiter: str = "", sheet: str = "") -> None:
        """Read a file's header and first rows; a file that cannot be used is said in words at the File step."""
        if self.is_running:
            self.fail(
                ZohoConfigError("A run is on its way.", advice="Wait for its end, or pause it, then open the file.")
            )
        elif self.desk.connection is None:
            self.fail(ZohoConfigError("There is no connection yet.", advice="Connect your Zoho CRM first."))
        else:
            self._go(self._open(self.desk.connection, path, encoding, delimiter, sheet))

    def compare(self) -> None:
        """Compare every row with Zoho; nothing is changed by it."""
        table = self.columns.table
        if self.desk.connection is not None and table is not None and not self.hindrance:
            self._drop_plan()
            self._go(self._prepare(self.desk.connection, table))

    def cancel_comparing(self) -> None:
        """Stop comparing; the draft is given up."""
        self._stop_going()

    def go_to(self, step: Step) -> None:
        """Go to another step, where `can_go_to` allows it."""
        if self.can_go_to(step):
            self.step = step
            self.changed.emit()

    def begin_again(self) -> None:
        """Back to the first step with nothing chosen."""
        if not self.is_running:
            self._stop_going()
            self.forget()
            self.step = Step.FILE
            self.shown()
            self.changed.emit()

    def discard(self, draft: ChangeSet) -> None:
        """Give up a plan of which nothing was sent."""
        self.tasks.start(self._give_up(draft), name=f"give up {draft.id}")

    def save_sample(self, path: Path) -> None:
        """Write a small example made of the first accounts."""
        if self.desk.connection is not None:
            self.tasks.start(self._sample(self.desk.connection, path), name="sample")

    # --- work ---

    def _connection_changed(self) -> None:
        if not self.is_running:
            self.begin_again()

    def _columns_changed(self) -> None:
        self._drop_plan()
        self.changed.emit()

    def _drop_plan(self) -> None:
        """The plan in view is about to be made anew; it must not stay behind as a draft."""
        plan, self.change_set = self.change_set, None
        if plan is not None and plan.state is ChangeSetState.PLANNED:
            self._former = (plan.id, self.deciding.decided)
            self.discard(plan)

    async def _give_up(self, draft: ChangeSet) -> None:
        await self.blocking(self.workspace.journal.set_state, draft.id, ChangeSetState.ABANDONED, "Given up.")
        self.desk.jobs_changed.emit()
        await self._load_drafts()

    async def _load_drafts(self) -> None:
        connection = self.desk.connection
        every: list[ChangeSet] = []
        if connection is not None:
            every = await self.blocking(self.workspace.journal.change_sets, connection.id, _LOOKED_AT)
        self.drafts = [one for one in every if one.state in _UNFINISHED][:MOST_DRAFTS]

    async def _open(self, connection: Connection, path: Path, encoding: str, delimiter: str, sheet: str) -> None:
        self.forget()
        self.step = Step.FILE
        table = await self.source.open(path, encoding, delimiter, sheet)
        if table is not None:
            runs = await self.blocking(self.workspace.journal.change_sets, connection.id, _LOOKED_AT)
            self.columns.begin(table, await self.engine(self.workspace.fields(connection, reload=True)), runs)
            # Who corrected how the file is read wants to see what came of it.
            self.step = Step.FILE if encoding or delimiter or sheet else Step.COLUMNS

    async def _prepare(self, connection: Connection, table: Table) -> None:
        self.progress = Progress(0, self.source.rows or 0)
        self.changed.emit()
        former, decided = self._former or (None, 0)
        policies = replace(self.columns.policies, decided_in=former if decided else None)

        async def work() -> ChangeSet:
            return await prepare(
                table, self.mapping, self.columns.fields, self.workspace.client(connection), self.workspace.journal,
                connection_id=connection.id, blanks=self.columns.blanks, policies=policies,
                created_by=who(connection),
                on_progress=self.progressed.emit,
            )  # fmt: skip

        await self._show(await self.engine(work()), Step.DIFFERENCE)
        if decided:
            self.notice(kept_decisions(self.deciding.decided, decided))

    async def _sample(self, connection: Connection, path: Path) -> None:
        known = {one.api_name for one in await self.engine(self.workspace.fields(connection))}
        names = ["Account_Name", *(name for name in SAMPLE_FIELDS if name in known)]

        async def read() -> Slice:
            return await self.workspace.client(connection).list_slice("Accounts", names, per_page=SAMPLE_ROWS)

        part = await self.engine(read())
        with CsvExport(path, form=USUAL) as export:
            export.add({"id": one["id"], **one} for one in part.records)
        self.notice(f"{count(export.count, 'account')} saved in {path}.", "Change some values, then open it here.")
