"""Second step: which column finds the account, and which column sets which field."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from zoho_console.domain.fields import shortened
from zoho_console.screens.bulk_update import DELIMITERS, ENCODINGS, BulkUpdateScreen
from zoho_console.ui.parts.basics import card, label, separator

LEAVE_OUT = "(leave out)"
_SAMPLES = 3


class ColumnsStep(QWidget):
    """The mapping, one line a column."""

    def __init__(self, screen: BulkUpdateScreen) -> None:
        super().__init__()
        self._screen = screen
        self._shown: object = None
        self.encoding = QComboBox()
        self.encoding.setAccessibleName("Encoding of the file")
        self.delimiter = QComboBox()
        self.delimiter.setAccessibleName("Delimiter of the file")
        self.delimiter.addItems(list(DELIMITERS.values()))
        self.key_column = QComboBox()
        self.key_column.setAccessibleName("Column that finds the account")
        self.key_field = QComboBox()
        self.key_field.setAccessibleName("Field that the column is compared with")
        self.blanks = QComboBox()
        self.blanks.setAccessibleName("What an empty cell means")
        self.blanks.addItems(["keeps the field as it is", "clears the field"])
        self.targets: dict[int, QComboBox] = {}
        self._problem = label("", tone="bad", wraps=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self._settings())
        layout.addWidget(self._table(), 1)
        for box in (self.encoding, self.delimiter):
            box.activated.connect(self._reopen)
        for box in (self.key_column, self.key_field):
            box.activated.connect(self._set_key)
        self.blanks.activated.connect(lambda index: screen.set_blanks("clear" if index else "keep"))

    def _settings(self) -> QFrame:
        frame, layout = card(spacing=6)
        frame.setFixedWidth(262)
        for title, parts in (
            ("How accounts are found", (("Column", self.key_column), ("holds the", self.key_field))),
            ("Empty cells", (("An empty cell", self.blanks),)),
            ("How the file is read", (("Encoding", self.encoding), ("Delimiter", self.delimiter))),
        ):
            layout.addWidget(label(title, "strong"))
            for words, box in parts:
                layout.addWidget(label(words, "small"))
                layout.addWidget(box)
            layout.addSpacing(12)
        layout.addStretch(1)
        return frame

    def _table(self) -> QFrame:
        frame, layout = card(margins=(16, 12, 8, 8))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(8)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setColumnStretch(1, 1)
        inside = QWidget()
        inside_layout = QVBoxLayout(inside)
        inside_layout.setContentsMargins(0, 0, 0, 0)
        inside_layout.addLayout(self._grid)
        inside_layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout.addWidget(self._problem)
        layout.addWidget(scroll, 1)
        return frame

    def show_state(self) -> None:
        """Draw the mapping."""
        screen = self._screen
        table = screen.table
        if table is None:
            return
        if self._shown is not table:
            self._shown = table
            self._fill()
        mapping = screen.mapping
        self.key_column.setCurrentIndex(mapping.key_column)
        self.key_field.setCurrentIndex(self.key_field.findData(mapping.key_field))
        self.blanks.setCurrentIndex(int(screen.blanks == "clear"))
        for column, box in self.targets.items():
            box.setEnabled(column != mapping.key_column)
            found = box.findData(mapping.targets.get(column, ""))
            box.setCurrentIndex(max(found, 0))
        problem = screen.problems[0] if screen.problems else None
        self._problem.setVisible(problem is not None)
        if problem is not None:
            self._problem.setText(f"{problem.sentence} {problem.advice}")

    def _fill(self) -> None:
        screen = self._screen
        table = screen.table
        assert table is not None
        names = [*ENCODINGS] if table.encoding in ENCODINGS else [table.encoding, *ENCODINGS]
        self.encoding.clear()
        self.encoding.addItems(names)
        self.encoding.setCurrentText(table.encoding)
        self.delimiter.setCurrentText(DELIMITERS.get(table.delimiter, "comma"))
        self.key_column.clear()
        self.key_column.addItems([shortened(title, 40) for title in table.header])
        self.key_field.clear()
        self.key_field.addItem("record id", "id")
        for one in screen.key_fields:
            self.key_field.addItem(one.label, one.api_name)
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for place, title in enumerate(("Column of the file", "Its values", "Sets the field")):
            self._grid.addWidget(label(title, "small"), 0, place)
        self._grid.addWidget(separator(), 1, 0, 1, 3)
        self.targets = {column: self._line(column, title) for column, title in enumerate(table.header)}

    def _line(self, column: int, title: str) -> QComboBox:
        screen = self._screen
        assert screen.table is not None
        texts = [row.texts[column].strip() for row in screen.table.sample if row.texts[column].strip()]
        values = " · ".join(shortened(text, 32) for text in list(dict.fromkeys(texts))[:_SAMPLES]) or "(all blank)"
        box = QComboBox()
        box.setMinimumWidth(240)
        box.setAccessibleName(f"Field set by column {shortened(title, 60)}")
        box.addItem(LEAVE_OUT, "")
        for one in screen.target_fields:
            box.addItem(f"{one.label}  ({one.type})", one.api_name)
        box.activated.connect(partial(self._set_target, column))
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(label(shortened(title, 48), "strong"))
        reason = screen.why.get(column, "")
        names.addWidget(label(reason or "not recognised", "small"))
        line = 2 + column
        self._grid.addLayout(names, line, 0)
        sample = label(values, "muted")
        sample.setMinimumWidth(10)
        self._grid.addWidget(sample, line, 1)
        self._grid.addWidget(box, line, 2)
        return box

    def _set_target(self, column: int, index: int) -> None:
        self._screen.set_target(column, self.targets[column].itemData(index))

    def _set_key(self) -> None:
        self._screen.set_key(self.key_column.currentIndex(), self.key_field.currentData() or "id")

    def _reopen(self) -> None:
        table = self._screen.table
        if table is not None:
            marks = {name: mark for mark, name in DELIMITERS.items()}
            self._screen.open_file(table.path, self.encoding.currentText(), marks[self.delimiter.currentText()])
