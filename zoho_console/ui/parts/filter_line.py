"""The line of filters under a table's header: one small field for each column, moving with it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QLineEdit

from zoho_console.screens.table import RecordsTable
from zoho_console.ui.parts.table import TableView

HEIGHT, GAP = 36, 4
PAUSE_MS = 400


class FilterLine(QFrame):
    """Signals: `filtered` (column key, text) after a pause in typing or Enter."""

    filtered = Signal(str, str)

    def __init__(self, view: TableView, table: RecordsTable) -> None:
        super().__init__()
        self._view = view
        self._table = table
        self._edits: list[tuple[str, QLineEdit, QTimer]] = []
        self.setFixedHeight(HEIGHT)
        header = view.horizontalHeader()
        header.sectionResized.connect(self._place)
        header.geometriesChanged.connect(self._place)
        view.horizontalScrollBar().valueChanged.connect(self._place)

    def show_columns(self, filterable: set[str], texts: dict[str, str]) -> None:
        """One edit for each column of the table; columns that take no filter have a disabled one."""
        keys = [column.key for column in self._table.columns]
        if [key for key, _edit, _timer in self._edits] != keys:
            for _key, edit, timer in self._edits:
                timer.stop()
                edit.deleteLater()
            self._edits = [self._edit(column.key, column.title) for column in self._table.columns]
        for key, edit, _timer in self._edits:
            edit.setEnabled(key in filterable)
            edit.setPlaceholderText("filter" if key in filterable else "")
            if not edit.hasFocus():
                edit.setText(texts.get(key, ""))
        self._place()

    def edit(self, key: str) -> QLineEdit:
        """The edit of a column."""
        return next(edit for own, edit, _timer in self._edits if own == key)

    def _edit(self, key: str, title: str) -> tuple[str, QLineEdit, QTimer]:
        edit = QLineEdit(self)
        edit.setProperty("role", "filter")
        edit.setAccessibleName(f"Filter {title}")
        edit.setToolTip("Part of the text, or a comparison such as < 40 or >= 2026-01-01; (blank) finds empty ones")
        edit.setClearButtonEnabled(True)
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(PAUSE_MS)
        apply = partial(self._apply, key, edit)
        timer.timeout.connect(apply)
        edit.textEdited.connect(lambda _text: timer.start())
        edit.textChanged.connect(lambda text: timer.start() if not text else None)
        edit.returnPressed.connect(apply)
        edit.show()
        return key, edit, timer

    def _apply(self, key: str, edit: QLineEdit) -> None:
        self.filtered.emit(key, edit.text())

    def _place(self, *_: object) -> None:
        header = self._view.horizontalHeader()
        for index, (_key, edit, _timer) in enumerate(self._edits):
            x = header.sectionViewportPosition(index)
            edit.setGeometry(x + GAP, GAP, header.sectionSize(index) - 2 * GAP, HEIGHT - 2 * GAP)
