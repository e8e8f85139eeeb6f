"""What a person does with accounts: filter, sort, choose columns, look at one, export, begin a bulk update."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from zoho_console.bulk.exporting import USUAL, ExportForm
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record
from zoho_console.errors import BadQuery
from zoho_console.screens.account_rows import AccountRows, Listed, first_columns
from zoho_console.screens.chosen_record import ChosenRecord, Fact
from zoho_console.screens.screen import Desk
from zoho_console.screens.words import currency_symbol
from zoho_console.screens.writing import Writing
from zoho_console.workspace.accounts import PAGE_ROWS
from zoho_console.workspace.filters import condition
from zoho_console.zoho.search import MOST_ROWS, MOST_ROWS_IN_ALL

__all__ = ["MOST_COLUMNS", "AccountsScreen", "Fact", "FilterProblem", "Listed"]

MOST_COLUMNS = 45


@dataclass(frozen=True, slots=True)
class FilterProblem:
    """A filter that cannot be read: the column's key and a sentence with a remedy; both "" for none."""

    column: str = ""
    sentence: str = ""


class AccountsScreen(AccountRows):
    """State besides the rows: `chosen` (the chosen record), `writing` (export and drafts), `filter_problem`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.chosen = ChosenRecord(self)
        self.writing = Writing(self, "account")
        self.filter_problem = FilterProblem()
        self._is_outdated = False
        desk.connection_changed.connect(self._connection_changed)
        desk.jobs_changed.connect(self._accounts_changed)

    @property
    def record(self) -> Record | None:
        """The chosen account with all its fields, once it is read."""
        return self.chosen.whole

    @property
    def facts(self) -> list[Fact]:
        """The chosen account in words: what the table shows first, then every other visible field."""
        shown = self.shown_fields
        every = shown + [one for one in self.choosable if one not in shown]
        return self.chosen.facts(every, currency_symbol(self.currency))

    # --- intents ---

    def shown(self) -> None:
        if (self.read_at is None or self._is_outdated) and not self.is_loading:
            self.reload()

    def reload(self) -> None:
        """Read again what is on the screen: rows, counts and the chosen record."""
        if self.desk.connection is not None:
            self._is_outdated = False
            self.chosen.reload(self.desk.connection)
            self.ask(self.query, rows=min(MOST_ROWS, max(PAGE_ROWS, len(self.table.rows))), anew=True)

    def filter(self, name: str, text: str) -> None:
        """Only rows whose field fits what was typed; empty takes the filter away. A wrong one is said, not applied."""
        filters = {key: value for key, value in {**self.query.filters, name: text.strip()}.items() if value}
        self.filter_problem = self._problem_of(name, text.strip())
        if self.filter_problem.column or filters == self.query.filters:
            self.changed.emit()
        else:
            self.ask(replace(self.query, filters=filters))

    def clear_filters(self) -> None:
        """Take all filters away."""
        self.filter_problem = FilterProblem()
        self.ask(replace(self.query, filters={}))

    def sort(self, name: str, ascending: bool) -> None:
        """Sort by a field."""
        self.ask(replace(self.query, sort_by=name, ascending=ascending))

    def show_columns(self, names: list[str]) -> None:
        """Show these fields as columns, at most 45; none means those of the beginning. Filters of others go."""
        chosen = tuple(names[:MOST_COLUMNS]) or first_columns(self.choosable)
        if chosen != self.query.fields:
            filters = {name: text for name, text in self.query.filters.items() if name in chosen}
            self.ask(replace(self.query, fields=chosen, filters=filters))

    def choose(self, record: Record | None) -> None:
        """Show one record whole."""
        if record is not None and self.desk.connection is not None:
            self.chosen.choose(self.desk.connection, record)
            self.changed.emit()

    def export(self, path: Path, form: ExportForm = USUAL) -> None:
        """Write every matching row to a CSV file: as sorted, or by id where Zoho cannot sort that many."""
        connection, query, fields = self.desk.connection, self.query, self.fields
        if connection is not None:
            total = self.total or 0
            read = query.all_in_order if total <= MOST_ROWS_IN_ALL else query.all_by_id
            columns = ("id", *query.fields)
            self.writing.export(path, columns, lambda: read(self.workspace.client(connection), fields), total, form)

    def offer_update(self, field: Field, text: str) -> None:
        """Open a bulk update that sets one field of every matching account."""
        connection, fields = self.desk.connection, self.fields
        if connection is not None:
            read = replace(self.query, fields=("Account_Name",)).all_by_id
            self.writing.offer(field, text, lambda: read(self.workspace.client(connection), fields), self.total or 0)

    def _problem_of(self, name: str, text: str) -> FilterProblem:
        try:
            for one in self.fields:
                if one.api_name == name and text:
                    condition(one, text)
        except BadQuery as problem:
            return FilterProblem(name, f"{problem} {problem.advice}".strip())
        return FilterProblem()

    def _connection_changed(self) -> None:
        self.writing.cancel()
        self.chosen.forget()
        self.filter_problem = FilterProblem()
        self.forget()
        self.reload()
        self.changed.emit()

    def _accounts_changed(self) -> None:
        self._is_outdated = True
