"""The accounts page: table with filters, and the chosen record whole."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from zoho_console.domain.fields import shortened
from zoho_console.screens.accounts import AccountsScreen
from zoho_console.screens.words import ago
from zoho_console.ui.dialogs import save_file
from zoho_console.ui.one_field_dialog import ask_one_field
from zoho_console.ui.parts.basics import EmptyState, button, card, label, separator
from zoho_console.ui.parts.filter_line import FilterLine
from zoho_console.ui.parts.page import Page
from zoho_console.ui.parts.progress import ProgressLine
from zoho_console.ui.parts.table import TableView
from zoho_console.ui.theme import Look

PANE_WIDTH = 290


class AccountsPage(Page):
    """Shows an `AccountsScreen`."""

    def __init__(self, screen: AccountsScreen, look: Look) -> None:
        super().__init__("Accounts", look)
        self._screen = screen
        self.columns = button("Columns", self._choose_columns)
        self.export = button("Export", lambda: self._start(self._export(), "save"))
        self.update_these = button("Bulk update these…", lambda: self._start(self._update_these(), "ask"), "primary")
        self.add_buttons(self.columns, self.export, self.update_these)
        self.view = TableView(look, screen.table, "Accounts")
        self.filters = FilterLine(self.view, screen.table)
        self.progress = ProgressLine(screen.exporting.cancel)
        self.nothing = EmptyState(
            look, "search", "No account matches", "Take a filter away to see more accounts.",
            button("Clear filters", screen.clear_filters),
        )  # fmt: skip
        self._build()
        self._connect()
        self._show()

    def _build(self) -> None:
        frame, inside = card(margins=(1, 1, 1, 1), spacing=0)
        table = QWidget()
        layout = QVBoxLayout(table)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.view.put_under_header(self.filters)
        self._table_stack = QStackedWidget()
        self._table_stack.addWidget(self.view)
        self._table_stack.addWidget(self.nothing)
        layout.addWidget(self._table_stack, 1)
        inside.addWidget(table)
        self._pane, pane_layout = card(margins=(16, 14, 8, 8), spacing=4)
        self._pane.setFixedWidth(PANE_WIDTH)
        self._name = label("", "card-title", wraps=True, selectable=True)
        self._id = label("", "small", selectable=True)
        self._facts = QFormLayout()
        self._facts.setHorizontalSpacing(12)
        self._facts.setVerticalSpacing(8)
        self._facts.setContentsMargins(0, 8, 8, 8)
        facts = QWidget()
        facts.setLayout(self._facts)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(facts)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName("Fields of the chosen account")
        pane_layout.addWidget(self._name)
        pane_layout.addWidget(self._id)
        pane_layout.addWidget(separator())
        pane_layout.addWidget(scroll, 1)
        self._pane.hide()
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(frame, 1)
        middle.addWidget(self._pane)
        self.content.addLayout(middle, 1)
        self.content.addWidget(self.progress)

    def _connect(self) -> None:
        screen = self._screen
        screen.changed.connect(self._show)
        self.view.row_chosen.connect(screen.choose)
        self.view.sort_wanted.connect(screen.sort)
        self.filters.filtered.connect(screen.filter)
        QShortcut(QKeySequence("F5"), self).activated.connect(screen.reload)
        QShortcut(QKeySequence("Ctrl+F"), self).activated.connect(self._focus_filter)
        clock = QTimer(self)
        clock.timeout.connect(self._say)
        clock.start(5000)

    def _show(self) -> None:
        screen = self._screen
        self._say()
        keys = {column.key for column in screen.table.columns}
        self.filters.show_columns({key for key in keys if screen.can_filter(key)}, screen.query.filters)
        self.view.show_sorting(screen.query.sort_by, ascending=screen.query.ascending)
        is_empty = screen.total == 0 and not screen.is_loading
        self._table_stack.setCurrentWidget(self.nothing if is_empty else self.view)
        for one in (self.export, self.update_these):
            one.setEnabled(bool(screen.total))
        self.columns.setEnabled(bool(screen.fields))
        if screen.exporting.count is not None:
            self.progress.say(f"{screen.exporting.count:,} accounts written", screen.exporting.count, screen.total or 0)
        else:
            self.progress.say("")
        self._show_record()

    def _say(self) -> None:
        screen = self._screen
        if screen.desk.connection is None:
            self.say("Connect your Zoho CRM to see its accounts")
        elif screen.total is None:
            self.say("Loading…")
        else:
            of = f"{screen.total:,} accounts"
            if screen.is_filtered and screen.everything is not None:
                of = f"{screen.total:,} of {screen.everything:,} match"
            self.say(of, "loading…" if screen.is_loading else f"read {ago(screen.read_at)}")

    def _show_record(self) -> None:
        record = self._screen.record
        self._pane.setVisible(record is not None)
        if record is None or self._pane.property("record") == (record["id"], record.get("Modified_Time")):
            return
        self._pane.setProperty("record", (record["id"], record.get("Modified_Time")))
        self._name.setText(shortened(str(record.get("Account_Name") or "(blank)"), 120))
        self._id.setText(str(record["id"]))
        while self._facts.rowCount():
            self._facts.removeRow(0)
        for name, text in self._screen.facts:
            value = label(shortened(text, 400) or "(blank)", tone="" if text else "muted", wraps=True, selectable=True)
            value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            title = label(name, "small", wraps=True)
            title.setFixedWidth(98)
            self._facts.addRow(title, value)

    def _choose_columns(self) -> None:
        menu = QMenu(self)
        shown = [one.api_name for one in self._screen.shown_fields]
        for one in sorted(self._screen.choosable, key=lambda one: one.label.lower()):
            action = menu.addAction(one.label.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(one.api_name in shown)
            action.toggled.connect(partial(self._toggle_column, one.api_name))
        menu.popup(self.columns.mapToGlobal(self.columns.rect().bottomLeft()))

    def _toggle_column(self, name: str, chosen: bool) -> None:
        names = [one.api_name for one in self._screen.shown_fields if one.api_name != name]
        self._screen.show_columns([*names, name] if chosen else names)

    def _focus_filter(self) -> None:
        if self._screen.table.columns:
            self.filters.edit(self._screen.table.columns[0].key).setFocus()

    async def _export(self) -> None:
        path = await save_file(self, "Export accounts", "accounts.csv", "CSV (*.csv)")
        if path is not None:
            self._screen.export(path)

    async def _update_these(self) -> None:
        chosen = await ask_one_field(self, self._screen.total or 0, self._screen.fields)
        if chosen is not None:
            self._screen.offer_update(*chosen)

    def _start(self, work: Coroutine[object, object, None], name: str) -> None:
        self._screen.tasks.start(work, name=name)
