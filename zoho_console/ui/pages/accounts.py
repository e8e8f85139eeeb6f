"""The accounts page: table with filters, and the chosen record whole."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter

from zoho_console.screens.accounts import MOST_COLUMNS, AccountsScreen, Listed
from zoho_console.screens.words import age, ago, count
from zoho_console.screens.writing import EXPORT_FORMS
from zoho_console.ui.dialogs import save_as
from zoho_console.ui.one_field_dialog import ask_one_field
from zoho_console.ui.parts.basics import EmptyState, button, card
from zoho_console.ui.parts.column_chooser import ColumnChooser
from zoho_console.ui.parts.filter_line import FilterLine
from zoho_console.ui.parts.page import Page
from zoho_console.ui.parts.progress import ProgressLine
from zoho_console.ui.parts.record_pane import WIDTH, RecordPane
from zoho_console.ui.parts.table import TableView
from zoho_console.ui.parts.table_cover import TableCover
from zoho_console.ui.parts.table_foot import TableFoot
from zoho_console.ui.theme import Look

AGE_MS = 5000
PATIENCE_MS = 300
_JUST_NOW = timedelta(seconds=5)


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
        self.clear = button("Clear filters", screen.clear_filters, "link")
        self.stop = button("Cancel", screen.stop_loading, "link")
        self.reload = button("Reload", screen.reload, "link")
        self.reload.setToolTip("F5")
        self.foot = TableFoot(self.clear, self.stop, self.reload)
        self.pane = RecordPane(look, "Click a row, or walk to it with the arrow keys, to see all its fields.")
        self.chooser = ColumnChooser(self, MOST_COLUMNS)
        self.progress = ProgressLine(screen.writing.cancel)
        self.cover = TableCover(look, self.view)
        self.nothing = EmptyState(
            look, "search", "No account matches", "The filters under the header leave none.",
            button("Clear filters", screen.clear_filters),
        )  # fmt: skip
        self.unconnected = EmptyState(
            look, "plug", "Not connected yet", "Connect your Zoho CRM to see its accounts here.",
            button("Connect", lambda: screen.desk.page_wanted.emit("connections")),
        )  # fmt: skip
        self.unread = EmptyState(
            look, "warning", "The accounts have not been read", "Nothing was changed in Zoho.",
            button("Try again", screen.reload),
        )  # fmt: skip
        self.none = EmptyState(look, "accounts", "No accounts yet", "This organisation has none, or none you may see.")
        self._place = (0, "")
        self._is_waiting = False
        self._build()
        self._connect()
        self._show()

    def _build(self) -> None:
        frame, inside = card(margins=(1, 1, 1, 1), spacing=0)
        self.view.put_under_header(self.filters)
        inside.addWidget(self.view, 1)
        inside.addWidget(self.foot)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(16)
        split.addWidget(frame)
        split.addWidget(self.pane)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 1)
        split.setSizes([1000, WIDTH])
        self.content.addWidget(split, 1)
        self.content.addWidget(self.progress)

    def _connect(self) -> None:
        screen = self._screen
        screen.changed.connect(self._show)
        screen.table.modelAboutToBeReset.connect(self._note_place)
        screen.table.modelReset.connect(self._back_to_place)
        self.view.row_chosen.connect(screen.choose)
        self.view.sort_wanted.connect(screen.sort)
        self.filters.filtered.connect(screen.filter)
        self.filters.sort_wanted.connect(screen.sort)
        self.chooser.chosen.connect(screen.show_columns)
        QShortcut(QKeySequence("F5"), self).activated.connect(screen.reload)
        QShortcut(QKeySequence("Ctrl+F"), self).activated.connect(self.filters.focus_first)
        self._ageing = QTimer(self)
        self._ageing.timeout.connect(self._say)
        self._ageing.start(AGE_MS)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._say_foot)

    # --- state to widgets ---

    def _show(self) -> None:
        screen = self._screen
        self._say()
        self.filters.show_columns(screen.filterable, screen.query.filters, screen.filter_problem.column)
        self.view.show_sorting(screen.query.sort_by, ascending=screen.query.ascending)
        self._show_cover()
        can_write = screen.listed is Listed.ROWS and screen.writing.count is None
        self.export.setEnabled(can_write)
        self.update_these.setEnabled(can_write)
        self.columns.setEnabled(bool(screen.fields))
        self.progress.say(screen.writing.words, screen.writing.count or 0, screen.writing.total)
        if screen.is_loading and not self._is_waiting:
            self._patience.start(PATIENCE_MS)
        self._is_waiting = screen.is_loading
        self._say_foot()
        self._show_record()

    def _show_cover(self) -> None:
        words = {
            Listed.UNCONNECTED: self.unconnected,
            Listed.UNREAD: self.unread,
            Listed.NONE: self.none,
            Listed.UNMATCHED: self.nothing,
        }
        listed = self._screen.listed
        if listed is Listed.COMING:
            self.cover.show_coming()
        elif listed is Listed.ROWS:
            self.cover.uncover()
        else:
            self.cover.show_words(words[listed])
        self.foot.setVisible(listed in (Listed.ROWS, Listed.UNMATCHED, Listed.COMING))

    def _say(self) -> None:
        screen = self._screen
        if screen.listed is Listed.UNCONNECTED:
            self.say("No connection in use")
        elif screen.listed is Listed.UNREAD:
            self.say("Not read")
        elif screen.total is None or screen.read_at is None:
            self.say("Loading…")
        else:
            which = count(screen.total, "account")
            if screen.read_query is not None and screen.read_query.is_filtered and screen.everything is not None:
                which = f"{screen.total:,} of {screen.everything:,} match"
            old = datetime.now(UTC) - screen.read_at
            self.say(which, "just read" if old < _JUST_NOW else f"data {age(old)} old")

    def _say_foot(self) -> None:
        screen = self._screen
        is_slow = screen.is_loading and not self._patience.isActive()
        self.stop.setVisible(is_slow)
        self.reload.setVisible(not is_slow)
        self.clear.setVisible(screen.query.is_filtered)
        loaded, total = len(screen.table.rows), screen.total or 0
        if screen.filter_problem.sentence:
            self.foot.say(screen.filter_problem.sentence, "bad")
        elif is_slow:
            self.foot.say("Loading…")
        elif loaded < total:
            self.foot.say(f"{loaded:,} of {total:,} rows loaded; more come as you scroll")
        else:
            self.foot.say(f"{count(loaded, 'row')}, all loaded")

    def _show_record(self) -> None:
        row = self._screen.chosen.row
        if row is None:
            self.pane.show_nothing()
            return
        known = self._screen.record or row
        changed = known.get("Modified_Time")
        since = f"changed {ago(datetime.fromisoformat(changed))}" if isinstance(changed, str) else ""
        self.pane.show_record(str(known.get("Account_Name") or ""), str(row["id"]), since, self._screen.facts)

    def _note_place(self) -> None:
        """Reading the same rows again must not move them: keep where the person is."""
        if not self._screen.table.rows:
            return  # other columns come in two steps, the first of which takes the rows away
        row = self._screen.chosen.row
        self._place = (self.view.verticalScrollBar().value(), row["id"] if row else "")

    def _back_to_place(self) -> None:
        screen = self._screen
        scrolled, chosen = self._place
        number = next((number for number, row in enumerate(screen.table.rows) if row["id"] == chosen), -1)
        if number >= 0:
            self.view.selectRow(number)
        before = screen.read_query
        is_same = before is not None and replace(before, fields=screen.query.fields) == screen.query
        self.view.verticalScrollBar().setValue(scrolled if is_same else 0)

    # --- what buttons do ---

    def _choose_columns(self) -> None:
        screen = self._screen
        fields = [(one.api_name, one.label) for one in screen.choosable]
        self.chooser.offer(fields, [one.api_name for one in screen.shown_fields])
        self.chooser.open_under(self.columns)

    async def _export(self) -> None:
        if named := await save_as(self, "Export accounts", "accounts.csv", EXPORT_FORMS):
            self._screen.export(*named)

    async def _update_these(self) -> None:
        chosen = await ask_one_field(self, self._screen.total or 0, self._screen.fields, self._screen.desk.guard)
        if chosen is not None:
            self._screen.offer_update(*chosen)

    def _start(self, work: Coroutine[object, object, None], name: str) -> None:
        self._screen.tasks.start(work, name=name)
