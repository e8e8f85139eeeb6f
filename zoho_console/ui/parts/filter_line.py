"""The line of filters under a table's header: one small field for each column, moving with it."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit

from zoho_console.screens.table import Column, RecordsTable
from zoho_console.ui.parts.asking_edit import AskingEdit
from zoho_console.ui.parts.basics import set_style_property
from zoho_console.ui.parts.table import TableView

HEIGHT, GAP = 36, 4
_HOW = (
    "Part of the text, or a comparison such as < 40, = Retail or >= 2026-01-01. (blank) and (filled) find empty and "
    "filled ones. Alt+↑ and Alt+↓ sort by this column, ↓ goes to the rows."
)


class FilterEdit(AskingEdit):
    """The filter of one column."""

    def __init__(self, parent: QFrame, column: Column) -> None:
        super().__init__(f"Filter {column.title}", "filter", parent)
        self.key = column.key
        self.setToolTip(_HOW)


class FilterLine(QFrame):
    """Signals: `filtered` (column key, text) after a pause in typing or Enter; `sort_wanted` (key, ascending)."""

    filtered = Signal(str, str)
    sort_wanted = Signal(str, bool)

    def __init__(self, view: TableView, table: RecordsTable) -> None:
        super().__init__()
        self.setObjectName("filter-line")
        self._view = view
        self._table = table
        self._edits: list[FilterEdit] = []
        self.setFixedHeight(HEIGHT)
        header = view.horizontalHeader()
        header.sectionResized.connect(self._place)
        header.geometriesChanged.connect(self._place)
        view.horizontalScrollBar().valueChanged.connect(self._place)

    def show_columns(self, filterable: frozenset[str], texts: dict[str, str], problem: str = "") -> None:
        """One edit for each column that takes a filter; `problem` names the column whose text cannot be read."""
        columns = [column for column in self._table.columns if column.key in filterable]
        if [edit.key for edit in self._edits] != [column.key for column in columns]:
            self._make(columns)
        for edit in self._edits:
            if edit.key != problem:
                edit.show_text(texts.get(edit.key, ""))
            set_style_property(edit, "problem", "true" if edit.key == problem else "false")
        self._place()

    def edit(self, key: str) -> QLineEdit:
        """The edit of a column."""
        return next(edit for edit in self._edits if edit.key == key)

    def focus_first(self) -> None:
        """Put the cursor into the first filter."""
        if self._edits:
            self._edits[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, FilterEdit):
            if event.type() == QEvent.Type.FocusIn:
                self._bring_into_view(watched)
            elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                return self._pressed(watched.key, event)
        return super().eventFilter(watched, event)

    def _pressed(self, key: str, event: QKeyEvent) -> bool:
        if event.key() not in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            return False
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.sort_wanted.emit(key, event.key() == Qt.Key.Key_Up)
        elif event.key() == Qt.Key.Key_Down:
            self._view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _make(self, columns: list[Column]) -> None:
        for edit in self._edits:
            edit.hide()
            edit.deleteLater()
        self._edits = []
        for column in columns:
            edit = FilterEdit(self, column)
            edit.installEventFilter(self)
            edit.asked.connect(partial(self.filtered.emit, column.key))
            edit.show()
            self._edits.append(edit)
        for first, second in pairwise([*self._edits, self._view]):
            self.setTabOrder(first, second)

    def _bring_into_view(self, edit: FilterEdit) -> None:
        header, bar = self._view.horizontalHeader(), self._view.horizontalScrollBar()
        section = self._table.column_index(edit.key)
        left = header.sectionPosition(section)
        right = left + header.sectionSize(section)
        if left < bar.value():
            bar.setValue(left)
        elif right > bar.value() + self.width():
            bar.setValue(right - self.width())

    def _place(self, *_: object) -> None:
        header = self._view.horizontalHeader()
        for edit in self._edits:
            section = self._table.column_index(edit.key)
            if section >= 0:
                x = header.sectionViewportPosition(section)
                edit.setGeometry(x + GAP, GAP, header.sectionSize(section) - 2 * GAP, HEIGHT - 2 * GAP)
