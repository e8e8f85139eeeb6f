"""Looking through accounts: rows that Zoho sorts and filters, loaded while the person scrolls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from zoho_console.domain.connections import Connection
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record, Slice
from zoho_console.screens.cells import CURRENCIES, record_column
from zoho_console.screens.exporting import Exporting
from zoho_console.screens.screen import Desk, Screen
from zoho_console.screens.table import RecordsTable
from zoho_console.screens.words import value_text
from zoho_console.workspace.accounts import PAGE_ROWS, AccountQuery, is_filterable
from zoho_console.workspace.export import write_one_field

FIRST_COLUMNS = ("Account_Name", "Industry", "Account_Status", "Health_Score", "Annual_Revenue")
MOST_COLUMNS = 45
_HIDDEN = frozenset({"id", "Layout", "Tag", "Record_Image"})


class AccountsScreen(Screen):
    """State: `table`, `fields`, `query`, `total`, `record` (the chosen one, whole), `read_at`, `exporting`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.table = RecordsTable()
        self.table.more_wanted.connect(self._load_more)
        self.fields: list[Field] = []
        self.query = AccountQuery(fields=())
        self.total: int | None = None
        self.everything: int | None = None
        self.record: Record | None = None
        self.read_at: datetime | None = None
        self.exporting = Exporting(self)
        desk.connection_changed.connect(self._connection_changed)

    # --- what the page reads ---

    @property
    def is_loading(self) -> bool:
        """Whether rows are on their way."""
        return self.tasks.is_running("load") or self.tasks.is_running("more")

    @property
    def is_filtered(self) -> bool:
        """Whether a filter is set."""
        return any(text.strip() for text in self.query.filters.values())

    @property
    def choosable(self) -> list[Field]:
        """The fields that can be columns."""
        return [one for one in self.fields if one.is_visible and one.api_name not in _HIDDEN]

    @property
    def shown_fields(self) -> list[Field]:
        """The fields that are columns now, in order."""
        by_name = {one.api_name: one for one in self.fields}
        return [by_name[name] for name in self.query.fields if name in by_name]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Label and text of every field of the chosen record."""
        if self.record is None:
            return []
        symbol = self._currency_symbol()
        return [(one.label, value_text(one, self.record.get(one.api_name), symbol)) for one in self.choosable]

    def can_filter(self, name: str) -> bool:
        """Whether this column takes a filter."""
        return any(one.api_name == name and is_filterable(one) for one in self.fields)

    # --- intents ---

    def shown(self) -> None:
        if self.read_at is None and not self.is_loading:
            self.reload()

    def reload(self) -> None:
        """Read the first rows and the count again."""
        if self.desk.connection is not None:
            self.tasks.start(self._load(self.desk.connection), name="load")

    def filter(self, name: str, text: str) -> None:
        """Only rows whose field fits what was typed; empty takes the filter away."""
        filters = {**self.query.filters, name: text}
        filters = {key: value for key, value in filters.items() if value.strip()}
        if filters != self.query.filters:
            self.query = replace(self.query, filters=filters)
            self.reload()

    def clear_filters(self) -> None:
        """Take all filters away."""
        self.query = replace(self.query, filters={})
        self.reload()

    def sort(self, name: str, ascending: bool) -> None:
        """Sort by a field."""
        self.query = replace(self.query, sort_by=name, ascending=ascending)
        self.reload()

    def show_columns(self, names: list[str]) -> None:
        """Show these fields as columns."""
        chosen = tuple(names[:MOST_COLUMNS]) or ("Account_Name",)
        filters = {name: text for name, text in self.query.filters.items() if name in chosen}
        self.query = replace(self.query, fields=chosen, filters=filters)
        self._set_columns()
        self.reload()

    def choose(self, record: Record | None) -> None:
        """Show one record whole."""
        if record is not None and self.desk.connection is not None:
            self.tasks.start(self._load_record(self.desk.connection, record["id"]), name="record")

    def export(self, path: Path) -> None:
        """Write every matching row to a CSV file."""
        connection, query = self.desk.connection, self.query

        if connection is None:
            return

        async def page(offset: int) -> Slice:
            return await query.read(self.workspace.client(connection), self.fields, offset)

        self.exporting.start(path, ("id", *query.fields), lambda offset: self.engine(page(offset)))

    def offer_update(self, field: Field, text: str) -> None:
        """Open a bulk update that sets one field of every matching account."""
        if self.desk.connection is not None:
            self.tasks.start(self._offer(self.desk.connection, field, text), name="offer")

    # --- work ---

    async def _offer(self, connection: Connection, field: Field, text: str) -> None:
        query = replace(self.query, fields=("Account_Name",))

        async def slices() -> AsyncIterator[Slice]:
            offset, more = 0, True
            while more:
                part = await query.read(self.workspace.client(connection), self.fields, offset)
                offset, more = offset + PAGE_ROWS, part.more
                yield part

        path = await self.engine(write_one_field(slices(), field.api_name, text))
        self.desk.file_offered.emit(path)

    def _connection_changed(self) -> None:
        self.tasks.cancel("more")
        self.fields, self.record, self.read_at, self.total, self.everything = [], None, None, None, None
        self.query = AccountQuery(fields=())
        self.table.set_columns(())
        self.reload()
        self.changed.emit()

    async def _load(self, connection: Connection) -> None:
        if not self.fields:
            self.fields = await self.engine(self.workspace.fields(connection))
            names = {one.api_name for one in self.fields}
            first = tuple(name for name in FIRST_COLUMNS if name in names)
            self.query = replace(self.query, fields=first)
            self._set_columns()
            self.changed.emit()
        part, total = await self.engine(self._first(connection))
        self.total, self.read_at = total, datetime.now(UTC)
        if not self.is_filtered:
            self.everything = total
        self.table.set_rows(part.records, has_more=part.more)
        self.changed.emit()

    async def _first(self, connection: Connection) -> tuple[Slice, int]:
        client = self.workspace.client(connection)
        # One after the other: a filter that Zoho refuses costs one call, not two.
        part = await self.query.read(client, self.fields)
        return part, await self.query.count(client, self.fields)

    def _load_more(self) -> None:
        if self.desk.connection is not None:
            self.tasks.start(self._more(self.desk.connection), name="more")

    async def _more(self, connection: Connection) -> None:
        query = self.query

        async def read() -> Slice:
            return await query.read(self.workspace.client(connection), self.fields, len(self.table.rows))

        try:
            part = await self.engine(read())
        except BaseException:
            self.table.loading_failed()
            raise
        if query is self.query:
            self.table.append_rows(part.records, has_more=part.more)

    async def _load_record(self, connection: Connection, record_id: str) -> None:
        async def read() -> Record:
            return await self.workspace.client(connection).get_account(record_id)

        self.record = await self.engine(read())
        self.changed.emit()

    def _set_columns(self) -> None:
        organisation = self.desk.connection.organisation if self.desk.connection else None
        currency = organisation.currency if organisation else ""
        self.table.set_columns([record_column(one, currency=currency) for one in self.shown_fields])

    def _currency_symbol(self) -> str:
        organisation = self.desk.connection.organisation if self.desk.connection else None
        return CURRENCIES.get(organisation.currency, "") if organisation else ""
