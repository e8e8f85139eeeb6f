"""The values of a row that file and Zoho both changed: which of the two holds, here or in the whole column."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from zoho_console.domain.changes import RowRecord
from zoho_console.domain.drifts import Drifted, Policy
from zoho_console.domain.fields import shortened
from zoho_console.screens.change_set import ChangeSetScreen
from zoho_console.screens.words import value_text
from zoho_console.ui.parts.basics import button, label
from zoho_console.ui.parts.wrapping_row import WrappingRow

LETTERS = 26
_SIDES = ((Policy.MINE, "Yours"), (Policy.THEIRS, "Zoho’s"))


class Decisions(QWidget):
    """Buttons by field and policy: `cells` for this row, `columns` for all.

    Signals: `decided` (the number of the row).
    """

    decided = Signal(int)

    def __init__(self, screen: ChangeSetScreen) -> None:
        super().__init__()
        self._screen = screen
        self.cells: dict[tuple[str, Policy], QPushButton] = {}
        self.columns: dict[tuple[str, Policy], QPushButton] = {}
        self._lines: list[QWidget] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 4, 0, 0)
        self._layout.setSpacing(6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def show_row(self, row: RowRecord) -> bool:
        """Offer what can be decided of this row; whether there is anything comes out."""
        self.cells.clear()
        self.columns.clear()
        for line in self._lines:
            self._layout.removeWidget(line)
            line.hide()
            line.deleteLater()
        change_set = self._screen.change_set
        names = self._screen.deciding.open_cells(change_set, row) if change_set is not None else []
        self._lines = [self._line(row, name) for name in names]
        for line in self._lines:
            self._layout.addWidget(line)
        return bool(names)

    def _line(self, row: RowRecord, name: str) -> WrappingRow:
        change_set, rows = self._screen.change_set, self._screen.deciding.both(name)
        field = shortened(change_set.labels.get(name, name) if change_set is not None else name, LETTERS)
        for policy, side in _SIDES:
            words = f"{side}: {_shown(row.drift[name], policy)}"
            cell = button(words, partial(self._decide, row.number, [row.number], name, policy), "chip")
            cell.setCheckable(True)
            cell.setChecked(row.drift[name].policy is policy)
            self.cells[name, policy] = cell
            if rows > 1:
                words = f"{side} in all {rows:,} rows"
                self.columns[name, policy] = button(words, partial(self._decide, row.number, (), name, policy), "link")
        keys = [(name, policy) for policy, _side in _SIDES]
        buttons = [made[key] for made in (self.cells, self.columns) for key in keys if key in made]
        for one in buttons:
            one.setAccessibleName(f"{field}, {one.text()}")
        line = WrappingRow()
        line.set_widgets([label(field, "strong"), *buttons])
        return line

    def _decide(self, back_to: int, rows: Sequence[int], name: str, policy: Policy) -> None:
        change_set = self._screen.change_set
        if change_set is not None:
            self.decided.emit(back_to)
            self._screen.deciding.decide(change_set, name, policy, rows)


def _shown(drifted: Drifted, policy: Policy) -> str:
    value = drifted.mine if policy is Policy.MINE else drifted.theirs
    return shortened(value_text(None, value), LETTERS) or "(blank)"
