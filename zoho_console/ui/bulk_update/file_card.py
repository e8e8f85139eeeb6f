"""What is known of the file: its name, its rows, how it is read, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout

from zoho_console.screens.bulk_update import DELIMITERS, ENCODINGS, BulkUpdateScreen
from zoho_console.screens.words import count
from zoho_console.ui.parts.basics import button, label
from zoho_console.ui.parts.choice import Choice
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.theme import Look

ICON = 22
FIND_OUT = "find out"
_ENCODING_WORDS = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8 with a mark", "utf-16": "UTF-16", "cp1252": "Western (Windows)",
    "iso-8859-1": "Western (ISO 8859-1)", "mac-roman": "Western (Mac)", "cp1250": "Central European (Windows)",
    "cp1251": "Cyrillic (Windows)", "shift_jis": "Japanese (Shift JIS)",
}  # fmt: skip


class FileCard(QFrame):
    """Hidden while there is no file."""

    def __init__(self, screen: BulkUpdateScreen, look: Look, choose: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("card")
        self._screen = screen
        self._look = look
        self._shown: object = None
        self._icon = QLabel()
        self.name = ElidedLabel("strong")
        self.fact = label("", "small")
        self.problem = label("", tone="bad", wraps=True, selectable=True)
        self.encoding = Choice("Encoding of the file", letters=16)
        self.delimiter = Choice("Delimiter of the file")
        self.delimiter.offer([(FIND_OUT, ""), *((words, mark) for mark, words in DELIMITERS.items())])
        self.sheet = Choice("Sheet of the spreadsheet", letters=16)
        self.another = button("Choose another…", choose)
        self.again = button("Read it again", self._reopen)
        top = QHBoxLayout()
        top.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addWidget(self.name)
        words.addWidget(self.fact)
        words.addStretch(1)
        top.addWidget(self._icon)
        top.addLayout(words, 1)
        top.addLayout(self._read_as())
        for one in (self.again, self.another):
            top.addWidget(one, 0, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)
        layout.setSpacing(10)
        layout.addLayout(top)
        layout.addWidget(self.problem)
        for box in (self.encoding, self.delimiter, self.sheet):
            box.activated.connect(self._reopen)
        look.changed.connect(self._draw)
        self._draw()

    def show_state(self) -> None:
        """Draw the file as it is known now."""
        source = self._screen.source
        if source.path is None:
            self.hide()
            return
        table, problem = source.table, source.problem
        self.name.say(source.path.name)
        rows = "counting rows…" if source.rows is None else count(source.rows, "row")
        columns = count(len(table.header), "column") if table is not None else ""
        self.fact.setText("cannot be used" if problem else f"{rows} · {columns}" if table else "opening…")
        self.problem.setVisible(problem is not None)
        self.problem.setText(f"{problem} {problem.advice}" if problem is not None else "")
        self.again.setVisible(problem is not None)
        self.another.setVisible(table is not None)  # else the drop zone offers it
        if self._shown != (source.path, table):
            self._shown = (source.path, table)
            self._show_reading(table.encoding if table else "", table.delimiter if table else "")
            sheets = table.sheets if table else ()
            self.sheet.offer((name, name) for name in sheets)
            self.sheet.show_value(table.sheet if table else "")
            for box, words in self._boxes.items():
                is_wanted = bool(sheets) == (box is self.sheet)
                box.setVisible(is_wanted)
                words.setVisible(is_wanted)
        self.show()

    def _show_reading(self, encoding: str, delimiter: str) -> None:
        known = [*ENCODINGS] if encoding in ("", *ENCODINGS) else [encoding, *ENCODINGS]
        self.encoding.offer([(FIND_OUT, ""), *((_ENCODING_WORDS.get(name, name), name) for name in known)])
        self.encoding.show_value(encoding)
        self.delimiter.show_value(delimiter)

    def _read_as(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        self._boxes = {
            self.encoding: label("Encoding", "small"),
            self.delimiter: label("Delimiter", "small"),
            self.sheet: label("Sheet", "small"),
        }
        for place, (box, words) in enumerate(self._boxes.items()):
            grid.addWidget(words, 0, place)
            grid.addWidget(box, 1, place)
        return grid

    def _reopen(self) -> None:
        path = self._screen.source.path
        if path is not None:
            values = (box.currentData() or "" for box in (self.encoding, self.delimiter, self.sheet))
            self._screen.open_file(path, *values)

    def _draw(self) -> None:
        self._icon.setPixmap(self._look.icon("file", "muted").pixmap(ICON, ICON))
