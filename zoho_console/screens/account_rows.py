"""The rows of the accounts table: what is asked, what came, what to say while nothing can be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum, auto

from zoho_console.domain.connections import Connection
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Slice
from zoho_console.screens.cells import record_column
from zoho_console.screens.screen import Desk, Screen
from zoho_console.screens.table import RecordsTable
from zoho_console.workspace.accounts import PAGE_ROWS, AccountQuery
from zoho_console.workspace.filters import is_filterable

FIRST_COLUMNS = ("Account_Name", "Industry", "Account_Status", "Health_Score", "Annual_Revenue")
_FEWEST_COLUMNS = 3
_PICTURES = frozenset({"profileimage", "imageupload", "fileupload"})
# Under the record's name already, or the same for every account.
_NOT_LISTED = frozenset({"id", "Layout"})


class Listed(Enum):
    """What the table has to show."""

    UNCONNECTED = auto()
    COMING = auto()  # nothing yet, but on its way
    UNREAD = auto()  # reading failed or was stopped
    NONE = auto()  # the organisation has no accounts
    UNMATCHED = auto()  # the filters leave none
    ROWS = auto()


class AccountRows(Screen):
    """State: `table`, `fields`, `choosable` (fields that can be columns), `filterable` (their names), `total`.

    `query` is what was asked last, `read_query` what the rows come from: they differ while rows are on their way.
    `everything` counts accounts without filters, None until known; `read_at` is when the first rows came.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.table = RecordsTable()
        self.table.more_wanted.connect(self._load_more)
        self.forget()

    def forget(self) -> None:
        """As before anything was read."""
        self.tasks.cancel("load")
        self.tasks.cancel("more")
        self.table.set_columns(())
        self.fields: list[Field] = []
        self.choosable: list[Field] = []
        self.filterable: frozenset[str] = frozenset()
        self.query = AccountQuery(fields=())
        self.read_query: AccountQuery | None = None
        self.total: int | None = None
        self.everything: int | None = None
        self.read_at: datetime | None = None

    @property
    def is_loading(self) -> bool:
        """Whether rows are on their way."""
        return self.tasks.is_running("load") or self.tasks.is_running("more")

    @property
    def listed(self) -> Listed:
        """What the table has to show."""
        if self.desk.connection is None:
            return Listed.UNCONNECTED
        if self.read_query is None:
            return Listed.COMING if self.is_loading else Listed.UNREAD
        if self.total:
            return Listed.ROWS
        return Listed.UNMATCHED if self.read_query.is_filtered else Listed.NONE

    @property
    def shown_fields(self) -> list[Field]:
        """The fields that are columns now, in order."""
        by_name = {one.api_name: one for one in self.fields}
        return [by_name[name] for name in self.query.fields if name in by_name]

    @property
    def currency(self) -> str:
        """The organisation's currency, such as EUR; "" if it is not known."""
        organisation = self.desk.connection.organisation if self.desk.connection else None
        return organisation.currency if organisation else ""

    def ask(self, query: AccountQuery, *, rows: int = PAGE_ROWS, anew: bool = False) -> None:
        """Read the first rows of a query, and how many match if filters have changed or all is read `anew`."""
        if self.desk.connection is None:
            return
        self.tasks.cancel("more")
        self.query = query
        if [column.key for column in self.table.columns] != list(query.fields):
            self._set_columns()
        counts = anew or self.read_query is None or query.filters != self.read_query.filters
        self.tasks.start(self._load(self.desk.connection, rows, counts), name="load")

    def stop_loading(self) -> None:
        """Stop waiting; the rows that are there stay, with the filters and the order they came by."""
        self.tasks.cancel("load")
        self.tasks.cancel("more")
        self._back_to_the_rows()
        self.changed.emit()

    def _back_to_the_rows(self) -> None:
        """Rows, filters and order on the screen must belong together."""
        if self.read_query is not None and self.query is not self.read_query:
            self.query = self.read_query
            self._set_columns()

    async def _load(self, connection: Connection, rows: int, counts: bool) -> None:
        try:
            if not self.fields:
                self._know(await self.engine(self.workspace.fields(connection)))
            query = self.query
            part, total = await self.engine(self._first(connection, query, rows, counts))
        except Exception:
            self._back_to_the_rows()
            raise
        self.read_at = datetime.now(UTC)
        if total is not None:
            self.total = total
            self.everything = self.everything if query.is_filtered else total
        self.table.set_rows(part.records, has_more=part.more)
        self.read_query = query
        self.changed.emit()

    def _know(self, fields: list[Field]) -> None:
        self.fields = fields
        self.choosable = [
            one for one in fields if one.is_visible and one.type not in _PICTURES and one.api_name not in _NOT_LISTED
        ]
        self.filterable = frozenset(one.api_name for one in fields if is_filterable(one))
        columns = first_columns(self.choosable)
        self.query = replace(self.query, fields=columns, sort_by=columns[0] if columns else "id")
        self._set_columns()
        self.changed.emit()

    async def _first(
        self, connection: Connection, query: AccountQuery, rows: int, counts: bool
    ) -> tuple[Slice, int | None]:
        client = self.workspace.client(connection)
        # One after the other: a filter that Zoho refuses costs one call, not two.
        part = await query.read(client, self.fields, rows=rows)
        return part, await query.count(client, self.fields) if counts else None

    def _load_more(self) -> None:
        if self.desk.connection is not None:
            self.tasks.start(self._more(self.desk.connection, self.query), name="more")

    async def _more(self, connection: Connection, query: AccountQuery) -> None:
        offset = len(self.table.rows)

        async def read() -> Slice:
            return await query.read(self.workspace.client(connection), self.fields, offset)

        try:
            part = await self.engine(read())
        except BaseException:
            self.table.loading_failed()
            raise
        self.table.append_rows(part.records, has_more=part.more)

    def _set_columns(self) -> None:
        """Other columns for the rows that are there; what they lack comes with the next rows."""
        rows = self.table.rows
        self.table.set_columns([record_column(one, currency=self.currency) for one in self.shown_fields])
        self.table.set_rows(rows, has_more=len(rows) < (self.total or 0))


def first_columns(choosable: list[Field]) -> tuple[str, ...]:
    """The columns of the beginning: the usual ones that exist, filled up with the first fields there are."""
    names = [one.api_name for one in choosable]
    usual = [name for name in FIRST_COLUMNS if name in names]
    others = [name for name in names if name not in usual]
    return tuple(usual + others[: max(0, _FEWEST_COLUMNS - len(usual))])
