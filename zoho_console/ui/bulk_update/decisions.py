"""The values of a row that file and Zoho both changed: which of the two holds, here or in the whole column."""

from __future__ import annotations

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
    """Hidden where there is nothing to decide. Buttons by field and policy: `cells` for this row, `columns` for all.

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

    def show_row(self, row: RowRecord) -> None:
        """Offer what can be decided of this row."""
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
        self.setVisible(bool(names))

    def _line(self, row: RowRecord, name: str) -> WrappingRow:
        drifted, change_set = row.drift[name], self._screen.change_set
        field = change_set.labels.get(name, name) if change_set is not None else name
        title = label(shortened(field, LETTERS), "strong")
        for policy, side in _SIDES:
            cell = button(f"{side}: {_shown(drifted, policy)}", partial(self._decide, row, name, policy), "chip")
            cell.setCheckable(True)
            cell.setChecked(drifted.policy is policy)
            self.cells[name, policy] = cell
        rows = self._screen.deciding.both(name)
        if rows > 1:
            for policy, side in _SIDES:
                words = f"{side} in all {rows:,} rows"
                self.columns[name, policy] = button(
                    words, partial(self._decide, None, name, policy, row.number), "link"
                )
        line = WrappingRow()
        every = [*self.cells.items(), *self.columns.items()]
        line.set_widgets([title, *(made for (own, _policy), made in every if own == name)])
        for (own, _policy), made in every:
            if own == name:
                made.setAccessibleName(f"{field}, {made.text()}")
        return line

    def _decide(self, row: RowRecord | None, name: str, policy: Policy, back_to: int = 0) -> None:
        change_set = self._screen.change_set
        if change_set is not None:
            self.decided.emit(row.number if row is not None else back_to)
            self._screen.deciding.decide(change_set, name, policy, [row.number] if row is not None else ())


def _shown(drifted: Drifted, policy: Policy) -> str:
    value = drifted.mine if policy is Policy.MINE else drifted.theirs
    return shortened(value_text(None, value), LETTERS) or "(blank)"
