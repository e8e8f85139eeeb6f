"""The bulk journey as a state machine: File → Columns here, then Difference → Run → Result of its change set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from zoho_console.bulk.checking import Blanks
from zoho_console.bulk.mapping import KEY_TYPES, check_mapping, is_target, suggest
from zoho_console.bulk.preparing import prepare
from zoho_console.bulk.progress import Progress
from zoho_console.bulk.reading import DELIMITERS, ENCODINGS, Table, open_table
from zoho_console.bulk.reporting import summary
from zoho_console.domain.changes import ChangeSet, ChangeSetState, Mapping, Problem
from zoho_console.domain.connections import Connection
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Slice
from zoho_console.errors import ZohoConfigError
from zoho_console.screens.change_set import ChangeSetScreen, Step, who
from zoho_console.screens.screen import Desk
from zoho_console.workspace.export import CsvExport

__all__ = ["DELIMITERS", "ENCODINGS", "BulkUpdateScreen"]

SAMPLE_FIELDS = ("Industry", "Account_Status", "Health_Score", "Last_Reviewed")


class BulkUpdateScreen(ChangeSetScreen):
    """State besides that of a change set: `table` (the file), `fields`, `mapping`, `why`, `problems`, `drafts`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.drafts: list[ChangeSet] = []
        desk.file_offered.connect(self.open_file)
        desk.connection_changed.connect(self._connection_changed)

    def forget(self) -> None:
        super().forget()
        self.table: Table | None = None
        self.fields: list[Field] = []
        self.mapping = Mapping(-1, "", {})
        self.why: dict[int, str] = {}
        self.problems: list[Problem] = []
        self.blanks: Blanks = "keep"

    # --- what the page reads ---

    @property
    def key_fields(self) -> list[Field]:
        """Fields that accounts can be found by, besides the id."""
        return _by_label(one for one in self.fields if one.type in KEY_TYPES and one.api_name != "id")

    @property
    def target_fields(self) -> list[Field]:
        """Fields that a column can set."""
        return _by_label(one for one in self.fields if is_target(one))

    def draft_words(self, draft: ChangeSet) -> str:
        """A draft in one line."""
        return f"{draft.source} · {summary(draft)}"

    # --- intents ---

    def shown(self) -> None:
        self.tasks.start(self._load_drafts(), name="drafts")

    def open_file(self, path: Path, encoding: str = "", delimiter: str = "") -> None:
        """Read a file's header and first rows; a file that cannot be used is said in words."""
        if self.is_running:
            self.fail(
                ZohoConfigError("A run is on its way.", advice="Wait for its end, or pause it, then open the file.")
            )
        elif self.desk.connection is None:
            self.fail(ZohoConfigError("There is no connection yet.", advice="Connect your Zoho CRM first."))
        else:
            self.tasks.start(self._open(self.desk.connection, path, encoding, delimiter), name="open")

    def set_key(self, column: int, field: str) -> None:
        """Find accounts by this column and field."""
        targets = {key: name for key, name in self.mapping.targets.items() if key != column}
        self._map(Mapping(column, field, targets))

    def set_target(self, column: int, field: str) -> None:
        """Let this column set this field; "" leaves it out."""
        targets = {key: name for key, name in self.mapping.targets.items() if key != column}
        if field:
            targets[column] = field
        self._map(Mapping(self.mapping.key_column, self.mapping.key_field, dict(sorted(targets.items()))))

    def set_blanks(self, blanks: Blanks) -> None:
        """What an empty cell means: keep the field or clear it."""
        self.blanks = blanks
        self.changed.emit()

    def compare(self) -> None:
        """Compare every row with Zoho; nothing is changed by it."""
        if self.desk.connection is not None and self.table is not None and not self.problems:
            self.tasks.start(self._prepare(self.desk.connection, self.table), name="prepare")

    def cancel_comparing(self) -> None:
        """Stop comparing; the draft is given up."""
        self.tasks.cancel("prepare")
        self.progress = None
        self.changed.emit()

    def go_to(self, step: Step) -> None:
        """Go back to a step while nothing was sent."""
        reachable = {
            Step.FILE: True,
            Step.COLUMNS: self.table is not None,
            Step.DIFFERENCE: self.change_set is not None,
        }
        if reachable.get(step) and self.step not in (Step.RUN, Step.RESULT):
            self.step = step
            self.changed.emit()

    def begin_again(self) -> None:
        """Back to the first step with nothing chosen."""
        if not self.is_running:
            self.forget()
            self.step = Step.FILE
            self.shown()
            self.changed.emit()

    def save_sample(self, path: Path) -> None:
        """Write a small example made of the first accounts."""
        if self.desk.connection is not None:
            self.tasks.start(self._sample(self.desk.connection, path), name="sample")

    # --- work ---

    async def _sample(self, connection: Connection, path: Path) -> None:
        async def read() -> Slice:
            names = ["Account_Name", *(name for name in SAMPLE_FIELDS if name in known)]
            return await self.workspace.client(connection).list_slice("Accounts", names, per_page=5)

        known = {one.api_name for one in await self.engine(self.workspace.fields(connection))}
        part = await self.engine(read())
        with CsvExport(path) as export:
            export.add({"id": one["id"], **one} for one in part.records)
        self.notice(f"{export.count} accounts are in {path}; change some values and drop it here.")

    def _connection_changed(self) -> None:
        if not self.is_running:
            self.begin_again()

    def _map(self, mapping: Mapping) -> None:
        self.mapping = mapping
        if self.table is not None:
            self.problems = check_mapping(mapping, self.table.header, self.fields)
        self.change_set = None
        self.changed.emit()

    async def _load_drafts(self) -> None:
        connection = self.desk.connection
        if connection is not None:
            every = await self.blocking(self.workspace.journal.change_sets, connection.id, 50)
            open_states = (ChangeSetState.PLANNED, ChangeSetState.PAUSED)
            self.drafts = [one for one in every if one.state in open_states][:4]

    async def _open(self, connection: Connection, path: Path, encoding: str, delimiter: str) -> None:
        opened: Callable[..., Table] = open_table
        table = await self.blocking(lambda: opened(path, encoding=encoding, delimiter=delimiter))
        fields = await self.engine(self.workspace.fields(connection, reload=True))
        self.forget()
        self.table, self.fields = table, fields
        self.mapping, self.why = suggest(table.header, table.sample, fields)
        self.problems = check_mapping(self.mapping, table.header, fields)
        self.step = Step.FILE if encoding or delimiter else Step.COLUMNS

    async def _prepare(self, connection: Connection, table: Table) -> None:
        self.progress = Progress(0)
        self.changed.emit()

        async def work() -> ChangeSet:
            return await prepare(
                table, self.mapping, self.fields, self.workspace.client(connection), self.workspace.journal,
                connection_id=connection.id, blanks=self.blanks, created_by=who(connection),
                on_progress=self.progressed.emit,
            )  # fmt: skip

        await self._show_difference(await self.engine(work()))


def _by_label(fields: Iterable[Field]) -> list[Field]:
    return sorted(fields, key=lambda one: one.label.lower())
