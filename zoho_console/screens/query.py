"""Asking in COQL: a text, its rows, its price, and what to do with them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

from zoho_console.bulk.exporting import USUAL, ExportForm
from zoho_console.coql import Query, compared, parse, place_of
from zoho_console.domain.connections import Connection
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record, Slice
from zoho_console.errors import BadQuery, ZohoAPIError
from zoho_console.screens.cells import record_column
from zoho_console.screens.screen import Desk, Screen
from zoho_console.screens.table import Column, RecordsTable
from zoho_console.screens.words import count
from zoho_console.screens.writing import Writing
from zoho_console.zoho.search import MOST_ROWS

PAGE = 200
ACCOUNTS = "accounts"


class QueryScreen(Screen):
    """State: `text`, `ran` (the query the rows come from), `table`, `problem` (a BadQuery), `place` (start, length).

    Also `seconds` of the last run, `has_more`, `fields` of the queried module by name, `writing`.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.text = ""
        self.table = RecordsTable()
        self.table.more_wanted.connect(self._load_more)
        self.writing = Writing(self, "row")
        self._forget()
        desk.connection_changed.connect(self._connection_changed)

    def _forget(self) -> None:
        self.ran: Query | None = None
        self.fields: dict[str, Field] = {}
        self.problem: BadQuery | None = None
        self.place: tuple[int, int] | None = None
        self.seconds: float | None = None
        self.has_more = False
        self.table.set_columns(())

    @property
    def is_running(self) -> bool:
        """Whether an answer is on its way."""
        return self.tasks.is_running("run")

    @property
    def price(self) -> str:
        """What the next run costs and what is mended for it, in words; while the text is no query, what it lacks."""
        try:
            asked = parse(self.text)
        except BadQuery as problem:
            return str(problem)
        return " · ".join((_price(asked), *asked.mended))

    @property
    def why_not_updatable(self) -> str:
        """Why the rows cannot be updated from here; "" if they can."""
        if not self.table.rows:
            return "no rows to update yet"
        if self.ran is None or self.ran.is_total or "id" not in self.table.rows[0]:
            return "totals cannot be updated: they have no id"
        if self.ran.module.lower() != ACCOUNTS:
            return "only rows of Accounts can be updated here"
        return "" if self.fields else "the fields of Accounts could not be read"

    # --- intents ---

    def edit(self, text: str) -> None:
        """The person typed."""
        if text != self.text:
            self.text, self.problem, self.place = text, None, None
            self.changed.emit()

    def run(self) -> None:
        """Ask Zoho; a running question is cancelled first."""
        if self.desk.connection is not None and self.text.strip():
            self.tasks.cancel("more")
            self.tasks.start(self._run(self.desk.connection, self.text), name="run")

    def cancel(self) -> None:
        """Stop waiting."""
        self.tasks.cancel("run")
        self.changed.emit()

    def export(self, path: Path, form: ExportForm = USUAL) -> None:
        """Write all rows of the last query to a CSV file, not only those on the screen."""
        connection, asked = self.desk.connection, self.ran
        if connection is not None and asked is not None:
            columns = [column.key for column in self.table.columns]
            self.writing.export(path, columns, lambda: self._all(connection, asked), self._known_total, form)

    async def count_rows(self) -> int:
        """How many rows the last query has. Cost: 1 call, 1 credit if not all of them are here."""
        connection, counting = self.desk.connection, self.ran and self.ran.counting
        if not self.has_more or connection is None or counting is None:
            return len(self.table.rows)
        part = await self.engine(self._coql(connection, counting))
        return int(part.records[0]["Total"]) if part.records else 0

    def offer_update(self, field: Field, text: str, total: int = 0) -> None:
        """Open a bulk update that sets one field of every row of the last query."""
        connection, asked = self.desk.connection, self.ran
        if connection is not None and asked is not None and not self.why_not_updatable:
            # Without a limit the order only matters to readers; by id no row is skipped between two calls.
            query = asked if asked.limit is not None else asked.unordered
            self.writing.offer(field, text, lambda: self._all(connection, query), total)

    # --- work ---

    @property
    def _known_total(self) -> int:
        return 0 if self.has_more else len(self.table.rows)

    def _all(self, connection: Connection, query: Query) -> AsyncIterator[Slice]:
        return self.workspace.client(connection).coql_all(str(query))

    async def _coql(self, connection: Connection, query: Query) -> Slice:
        return await self.workspace.client(connection).coql(str(query))

    def _connection_changed(self) -> None:
        for name in ("run", "more"):
            self.tasks.cancel(name)
        self.writing.cancel()
        self._forget()
        self.changed.emit()

    async def _run(self, connection: Connection, text: str) -> None:
        self.problem = self.place = None
        started = time.monotonic()
        try:
            asked = parse(text)
            part = await self.engine(self._page(connection, asked, 0))
        except BadQuery as problem:
            self.problem, self.place = problem, place_of(problem, text)
            return
        seconds = time.monotonic() - started
        self.fields = await self._fields_of(connection, asked.module)
        self.ran, self.seconds = asked, seconds
        self.has_more = part.more and asked.limit is None
        self.table.set_columns(self._columns(connection, asked, part))
        self.table.set_rows(part.records, has_more=self.has_more)

    async def _fields_of(self, connection: Connection, module: str) -> dict[str, Field]:
        """The module's fields; a module that Zoho describes to nobody has its rows shown by their names alone."""
        try:
            found = await self.engine(self.workspace.fields(connection, module=module))
        except ZohoAPIError:
            return {}
        return {one.api_name: one for one in found}

    async def _page(self, connection: Connection, asked: Query, offset: int) -> Slice:
        return await self._coql(connection, asked if asked.limit is not None else asked.limited(PAGE, offset))

    def _load_more(self) -> None:
        if self.desk.connection is not None and self.ran is not None:
            self.tasks.start(self._more(self.desk.connection, self.ran), name="more")

    async def _more(self, connection: Connection, asked: Query) -> None:
        try:
            part = await self.engine(self._page(connection, asked, len(self.table.rows)))
        except BaseException:
            self.table.loading_failed()
            raise
        self.has_more = part.more
        self.table.append_rows(part.records, has_more=part.more)

    def _columns(self, connection: Connection, asked: Query, part: Slice) -> list[Column]:
        keys = asked.in_order(dict.fromkeys(key for record in part.records for key in record))
        currency = connection.organisation.currency if connection.organisation else ""
        return [_column(key, self.fields.get(key), part.records, currency) for key in keys]


def examples(today: date) -> list[tuple[str, str]]:
    """Name and text of queries that every organisation can ask."""
    this_year = datetime(today.year, 1, 1, tzinfo=UTC)
    return [
        (
            "Largest accounts",
            "select Account_Name, Industry, Annual_Revenue\nfrom Accounts\n"
            "where Annual_Revenue is not null\norder by Annual_Revenue desc",
        ),
        (
            "Not changed this year",
            "select Account_Name, Owner, Modified_Time\nfrom Accounts\n"
            f"where {compared('Modified_Time', '<', this_year)}\norder by Modified_Time asc",
        ),
        (
            "Revenue by industry",
            "select Industry, COUNT(id) as Accounts, SUM(Annual_Revenue) as Revenue\nfrom Accounts\n"
            "where Industry is not null\ngroup by Industry",
        ),
    ]


def _price(asked: Query) -> str:
    if asked.limit is None:
        return f"1 credit for each {PAGE} rows you scroll through"
    if asked.limit > MOST_ROWS:
        return f"Zoho takes a limit of {MOST_ROWS:,} at most; without one, rows come as you scroll"
    return f"{count(asked.credits, 'credit')} · {count(asked.limit, 'row')} at most"


def _column(key: str, field: Field | None, records: tuple[Record, ...], currency: str) -> Column:
    if field is None:
        numeric = any(isinstance(record.get(key), int | float) for record in records[:20])
        field = Field(key, key, "double" if numeric else "text")
    made = record_column(field, currency=currency)
    width = 170 if key == "id" else made.width
    return Column(key, field.label, made.cell, width, made.is_number, can_shrink=made.can_shrink)
