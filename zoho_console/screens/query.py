"""Asking in COQL: a text, its rows, its price, and what to do with them."""

from __future__ import annotations

import time
from pathlib import Path

from zoho_console.domain.connections import Connection
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record, Slice
from zoho_console.errors import BadQuery
from zoho_console.screens.cells import record_column
from zoho_console.screens.exporting import Exporting
from zoho_console.screens.screen import Desk, Screen
from zoho_console.screens.table import Column, RecordsTable
from zoho_console.workspace.export import write_one_field
from zoho_console.zoho.search import limit_of, paged

PAGE = 200
EXAMPLES = (
    ("Accounts at risk", "select Account_Name, Industry, Health_Score, Owner\nfrom Accounts\n"
     "where (Health_Score < 40 and Account_Status = 'At Risk')\norder by Health_Score asc"),
    ("Not reviewed this year", "select Account_Name, Last_Reviewed, Review_Status\nfrom Accounts\n"
     "where Last_Reviewed < '2026-01-01'\norder by Last_Reviewed asc"),
    ("Revenue by industry", "select Industry, COUNT(id) as Accounts, SUM(Annual_Revenue) as Revenue\nfrom Accounts\n"
     "where id is not null\ngroup by Industry"),
)  # fmt: skip


class QueryScreen(Screen):
    """State: `text`, `table`, `problem` (a BadQuery), `seconds` of the last run, `has_more`, `exporting`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.text = EXAMPLES[0][1]
        self.ran = ""
        self.table = RecordsTable()
        self.table.more_wanted.connect(self._load_more)
        self.fields: dict[str, Field] = {}
        self.problem: BadQuery | None = None
        self.seconds: float | None = None
        self.has_more = False
        self.exporting = Exporting(self)
        desk.connection_changed.connect(self._forget)

    @property
    def is_running(self) -> bool:
        """Whether an answer is on its way."""
        return self.tasks.is_running("run")

    @property
    def price(self) -> str:
        """What the next run costs, in words."""
        limit, _offset = limit_of(self.text)
        if limit is None:
            return f"1 credit for each {PAGE} rows you scroll through"
        credits = 1 if limit <= 200 else 2 if limit <= 1000 else 3
        return f"{credits} credit{'' if credits == 1 else 's'}, at most {limit:,} rows"

    @property
    def why_not_updatable(self) -> str:
        """Why the rows cannot be updated from here; "" if they can."""
        if not self.table.rows:
            return "Run a query first."
        if "from accounts" not in " ".join(self.ran.lower().split()):
            return "Only rows of Accounts can be updated."
        return "" if all("id" in row for row in self.table.rows[:1]) else "These rows have no id: they are totals."

    # --- intents ---

    def edit(self, text: str) -> None:
        """The person typed."""
        if text != self.text:
            self.text, self.problem = text, None
            self.changed.emit()

    def run(self) -> None:
        """Ask Zoho; a running question is cancelled first."""
        if self.desk.connection is not None and self.text.strip():
            self.tasks.start(self._run(self.desk.connection, self.text), name="run")

    def cancel(self) -> None:
        """Stop waiting."""
        self.tasks.cancel("run")
        self.changed.emit()

    def export(self, path: Path) -> None:
        """Write all rows of the last query to a CSV file."""
        connection, text = self.desk.connection, self.ran
        if connection is None or not text:
            return
        is_whole = limit_of(text)[0] is not None

        async def page(offset: int) -> Slice:
            part = await self._page(connection, text, offset)
            return Slice(part.records, part.more and not is_whole)

        columns = [column.key for column in self.table.columns]
        self.exporting.start(path, columns, lambda offset: self.engine(page(offset)))

    def offer_update(self, field: Field, text: str) -> None:
        """Open a bulk update that sets one field of every row of the last query."""
        if self.desk.connection is not None and not self.why_not_updatable:
            self.tasks.start(self._offer(self.desk.connection, self.ran, field, text), name="offer")

    # --- work ---

    async def _offer(self, connection: Connection, query: str, field: Field, text: str) -> None:
        async def write() -> Path:
            return await write_one_field(self.workspace.client(connection).coql_all(query), field.api_name, text)

        self.desk.file_offered.emit(await self.engine(write()))

    def _forget(self) -> None:
        self.tasks.cancel("run")
        self.ran, self.problem, self.seconds, self.fields = "", None, None, {}
        self.table.set_columns(())
        self.changed.emit()

    async def _run(self, connection: Connection, text: str) -> None:
        self.problem = None
        started = time.monotonic()
        try:
            if not self.fields:
                self.fields = {one.api_name: one for one in await self.engine(self.workspace.fields(connection))}
            part = await self.engine(self._page(connection, text, 0))
        except BadQuery as problem:
            self.problem = problem
            return
        self.ran, self.seconds, self.has_more = text, time.monotonic() - started, part.more
        self.table.set_columns(self._columns(connection, text, part))
        self.table.set_rows(part.records, has_more=part.more and limit_of(text)[0] is None)

    async def _page(self, connection: Connection, text: str, offset: int) -> Slice:
        query = text if limit_of(text)[0] is not None else paged(text, offset=offset, rows=PAGE)
        return await self.workspace.client(connection).coql(query)

    def _load_more(self) -> None:
        if self.desk.connection is not None:
            self.tasks.start(self._more(self.desk.connection, self.ran), name="more")

    async def _more(self, connection: Connection, text: str) -> None:
        try:
            part = await self.engine(self._page(connection, text, len(self.table.rows)))
        except BaseException:
            self.table.loading_failed()
            raise
        if text == self.ran:
            self.has_more = part.more
            self.table.append_rows(part.records, has_more=part.more)

    def _columns(self, connection: Connection, text: str, part: Slice) -> list[Column]:
        """Columns in the order of the select list; what the rows hold besides (id) comes last."""
        keys = list(dict.fromkeys(key for record in part.records for key in record))
        place = {key: text.find(key) for key in keys}
        keys.sort(key=lambda key: place[key] if place[key] >= 0 else len(text))
        currency = connection.organisation.currency if connection.organisation else ""
        return [_column(key, self.fields.get(key), part.records, currency) for key in keys]


def _column(key: str, field: Field | None, records: tuple[Record, ...], currency: str) -> Column:
    if field is None:
        numeric = any(isinstance(record.get(key), int | float) for record in records[:20])
        field = Field(key, key, "double" if numeric else "text")
    made = record_column(field, currency=currency)
    return Column(key, field.label, made.cell, made.width + 20 if key == "id" else made.width, made.is_number)
