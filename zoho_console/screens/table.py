"""One table model for every table: ready-made cells, rows appended slice by slice while the person scrolls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

# Module constants: the short enum forms cost sixty times as much in data() (docs/decisions.md).
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
CELL_ROLE = int(Qt.ItemDataRole.UserRole) + 1
ROW_ROLE = CELL_ROLE + 1
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

_ROLES = frozenset({_DISPLAY, _TOOLTIP, _ALIGNMENT, _ACCESSIBLE, CELL_ROLE, ROW_ROLE})

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class CellKind(Enum):
    """How a cell is drawn."""

    PLAIN = auto()
    MUTED = auto()
    STRONG = auto()
    DOT = auto()  # a coloured dot before the word
    BADGE = auto()  # the word on a tinted ground
    CHANGE = auto()  # struck old value, arrow, bold new value


@dataclass(frozen=True, slots=True)
class Cell:
    """One ready-made cell. `tone` is a colour token (good, warn, bad, muted, accent), `before` a CHANGE's old text.

    A CHANGE with an empty `before` is a filled blank; with an empty `text` a cleared value. `mark` is a word at its end
    in `mark_tone`.
    """

    text: str
    kind: CellKind = CellKind.PLAIN
    tone: str = ""
    before: str = ""
    mark: str = ""
    mark_tone: str = "muted"

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        words = self.text
        if self.kind is CellKind.CHANGE:
            words = f"{self.before or '(blank)'} becomes {self.text or '(blank)'}"
        return f"{words}, {self.mark}" if self.mark else words


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `cell` makes the cell from a row object; `key` names it outside the model.

    Columns that cannot shrink keep their width in a narrow window; the table then scrolls sideways.
    """

    key: str
    title: str
    cell: Callable[[Any], Cell]
    width: int = 140
    is_number: bool = False
    is_sortable: bool = False
    can_shrink: bool = True


class RecordsTable(QAbstractTableModel):
    """Rows and columns for a view. Signals: `more_wanted` when the view reaches the end of what is loaded."""

    more_wanted = Signal()

    def __init__(self, columns: Sequence[Column] = (), parent: Any = None) -> None:
        super().__init__(parent)
        self.columns: tuple[Column, ...] = tuple(columns)
        self._rows: list[Any] = []
        self._cells: list[tuple[Cell, ...]] = []
        self._has_more = False
        self._is_loading = False

    @property
    def rows(self) -> Sequence[Any]:
        """The row objects that are loaded."""
        return self._rows

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns; the rows are dropped."""
        self.beginResetModel()
        self.columns = tuple(columns)
        self._rows, self._cells, self._has_more, self._is_loading = [], [], False, False
        self.endResetModel()

    def set_rows(self, rows: Sequence[Any], *, has_more: bool = False) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._rows = list(rows)
        self._cells = [self._cells_of(row) for row in rows]
        self._has_more, self._is_loading = has_more, False
        self.endResetModel()

    def append_rows(self, rows: Sequence[Any], *, has_more: bool) -> None:
        """Add the next slice at the end."""
        self._has_more, self._is_loading = has_more, False
        if not rows:
            return
        first = len(self._rows)
        self.beginInsertRows(_NO_PARENT, first, first + len(rows) - 1)
        self._rows.extend(rows)
        self._cells.extend(self._cells_of(row) for row in rows)
        self.endInsertRows()

    def loading_failed(self) -> None:
        """The next slice did not come; scrolling asks again."""
        self._is_loading = False

    def _cells_of(self, row: Any) -> tuple[Cell, ...]:
        return tuple(column.cell(row) for column in self.columns)

    def column_index(self, key: str) -> int:
        """Where the column of this key is, or -1."""
        return next((index for index, column in enumerate(self.columns) if column.key == key), -1)

    # --- Qt's own names from here on ---

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if not index.isValid() or role not in _ROLES:
            return None
        if role == _ALIGNMENT:
            return _RIGHT if self.columns[index.column()].is_number else _LEFT
        if role == ROW_ROLE:
            return self._rows[index.row()]
        cell = self._cells[index.row()][index.column()]
        if role == CELL_ROLE:
            return cell
        return {_DISPLAY: cell.text, _ACCESSIBLE: cell.spoken}.get(role) or plain_tooltip(cell.text)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == _DISPLAY:
            return self.columns[section].title
        if role == _ALIGNMENT:
            return _RIGHT if self.columns[section].is_number else _LEFT
        return None

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._has_more and not self._is_loading

    def fetchMore(self, parent: Index) -> None:
        # Checked again: Qt's own model tester calls fetchMore without asking first.
        if self.canFetchMore(parent):
            self._is_loading = True
            self.more_wanted.emit()


def plain_tooltip(text: str) -> str:
    """Text for a tooltip that Qt cannot take for HTML: it guesses from the first tag it sees."""
    return text.replace("<", "‹") if "<" in text else text
