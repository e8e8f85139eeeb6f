"""The table view every page uses, and the delegate that draws dots, badges and before-and-after."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionHeader,
    QStyleOptionHeaderV2,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from zoho_console.screens.table import CELL_ROLE, ROW_ROLE, Cell, CellKind, RecordsTable
from zoho_console.ui.theme import ROW_HEIGHT, Look

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_PADDING = 12
ARROW = 30  # with the blanks around it
NARROWEST = 0.72  # of the width a column asks for


class CellDelegate(QStyledItemDelegate):
    """Draws one cell from its `Cell`; never rich text."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell: Cell = index.data(CELL_ROLE)
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(option.rect, self._look.colour("accent_bg"))
        painter.setPen(QPen(self._look.colour("line"), 1))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        area = option.rect.adjusted(_PADDING, 0, -_PADDING, -1)
        painter.setFont(option.font)
        if cell.mark:
            area = self._mark(painter, area, cell)
        right = bool(index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight)
        if cell.kind is CellKind.CHANGE:
            self._change(painter, area, cell)
        elif cell.kind is CellKind.DOT:
            self._dot(painter, area, cell)
        elif cell.kind is CellKind.BADGE:
            self._badge(painter, area, cell)
        else:
            if cell.kind is CellKind.STRONG:
                painter.setFont(_weighted(option.font, QFont.Weight.Medium))
            token = cell.tone or ("muted" if cell.kind is CellKind.MUTED else "text")
            _draw(painter, area, cell.text, self._look.colour(token), right=right)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width() + 2 * _PADDING, ROW_HEIGHT)

    def _mark(self, painter: QPainter, area: QRect, cell: Cell) -> QRect:
        """Draw the word at the end; the room that is left comes out."""
        painter.setFont(_weighted(painter.font(), QFont.Weight.DemiBold, 12))
        used = _draw(painter, area, cell.mark, self._look.colour(cell.mark_tone), right=True)
        painter.setFont(_weighted(painter.font(), QFont.Weight.Normal, 13))
        return area.adjusted(0, 0, -used - _PADDING // 2, 0)

    def _dot(self, painter: QPainter, area: QRect, cell: Cell) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour(cell.tone or "muted"))
        painter.drawEllipse(QRectF(area.left(), area.center().y() - 2.5, 6, 6))
        _draw(painter, area.adjusted(13, 0, 0, 0), cell.text, self._look.colour("text"))

    def _badge(self, painter: QPainter, area: QRect, cell: Cell) -> None:
        tone = cell.tone or "accent"
        font = _weighted(painter.font(), QFont.Weight.DemiBold, 12)
        metrics = QFontMetrics(font)
        text = metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, area.width() - 16)
        ground = QRectF(area.left(), area.center().y() - 9.5, metrics.horizontalAdvance(text) + 16, 20)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour(f"{tone}_bg") if tone != "muted" else self._look.colour("bg"))
        painter.drawRoundedRect(ground, 9.5, 9.5)
        painter.setPen(self._look.colour(tone))
        painter.setFont(font)
        painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, text)

    def _change(self, painter: QPainter, area: QRect, cell: Cell) -> None:
        bold = _weighted(painter.font(), QFont.Weight.DemiBold)
        left = area
        if cell.before:
            struck = QFont(painter.font())
            struck.setStrikeOut(True)
            # The old value may take what the new one and the arrow leave, and at least half.
            left_over = area.width() - ARROW - QFontMetrics(bold).horizontalAdvance(cell.text or "(blank)")
            room = max(40, area.width() // 2 - ARROW // 2, left_over)
            old = area.adjusted(0, 0, room - area.width(), 0)
            used = _draw(painter, old, cell.before, self._look.colour("before"), font=struck)
            arrow = area.adjusted(used + 8, 0, 0, 0)
            _draw(painter, arrow, "→", self._look.colour("muted"))
            left = arrow.adjusted(22, 0, 0, 0)
        text = cell.text or "(blank)"
        _draw(painter, left, text if cell.before else f"+ {text}", self._look.colour("after"), font=bold)


class _Header(QHeaderView):
    """A header that never asks which columns are selected: on long tables that freezes the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setStretchLastSection(True)
        self.setDefaultAlignment(_LEFT)
        self.setFixedHeight(34)

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, logical_index: int) -> None:
        if isinstance(option, QStyleOptionHeaderV2):
            option.textElideMode = Qt.TextElideMode.ElideRight
        model = self.model()
        option.section = logical_index
        option.text = str(model.headerData(logical_index, Qt.Orientation.Horizontal) or "")
        alignment = model.headerData(logical_index, Qt.Orientation.Horizontal, int(Qt.ItemDataRole.TextAlignmentRole))
        option.textAlignment = Qt.AlignmentFlag(alignment or int(_LEFT))
        if self.isSortIndicatorShown() and self.sortIndicatorSection() == logical_index:
            ascending = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
            option.text += "  ↑" if ascending else "  ↓"


class TableView(QTableView):
    """Signals: `row_chosen` (row object or None) as the current row changes; `sort_wanted` (column key, ascending)."""

    row_chosen = Signal(object)
    sort_wanted = Signal(str, bool)

    def __init__(self, look: Look, table: RecordsTable, name: str) -> None:
        super().__init__()
        self._table = table
        self._sorted: tuple[str, bool] = ("", True)
        self._under_header: QWidget | None = None
        self._is_placing = False
        self._keys: list[str] = []
        self._is_sized_by_hand = False
        self._is_fitting = False
        header = _Header(self)
        self.setHorizontalHeader(header)
        self.setModel(table)
        self.setItemDelegate(CellDelegate(look, self))
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header.sectionClicked.connect(self._header_clicked)
        header.sectionResized.connect(self._column_resized)
        self.selectionModel().currentRowChanged.connect(self._row_changed)
        table.modelReset.connect(self._size_columns)
        look.changed.connect(self.viewport().update)
        self._size_columns()

    def put_under_header(self, line: QWidget) -> None:
        """Put a line (of filters) between header and rows."""
        line.setParent(self)
        self._under_header = line
        self.updateGeometries()

    def chosen_rows(self) -> list[object]:
        """The row objects of the selected rows, top to bottom."""
        ranges = sorted((part.top(), part.bottom()) for part in self.selectionModel().selection().toList())
        return [self._table.rows[number] for top, bottom in ranges for number in range(top, bottom + 1)]

    def show_sorting(self, key: str, *, ascending: bool) -> None:
        """Mark the column that the rows are sorted by."""
        self._sorted = (key, ascending)
        order = Qt.SortOrder.AscendingOrder if ascending else Qt.SortOrder.DescendingOrder
        self.horizontalHeader().setSortIndicator(self._table.column_index(key), order)
        self.horizontalHeader().setSortIndicatorShown(False)
        self.horizontalHeader().viewport().update()

    def updateGeometries(self) -> None:
        if self._is_placing:
            return
        self._is_placing = True
        try:
            super().updateGeometries()
            if self._under_header is not None:
                # Qt leaves room for the header; the line takes its own below it, and the rows begin there.
                line, header = self._under_header, self.horizontalHeader()
                self.setViewportMargins(0, header.height() + line.height(), 0, 0)
                line.setGeometry(0, header.height(), self.viewport().width(), line.height())
        finally:
            self._is_placing = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._is_sized_by_hand:
            self._fit_columns()

    def _size_columns(self) -> None:
        """Other columns came: give them the widths they ask for."""
        keys = [f"{column.key} {column.width}" for column in self._table.columns]
        if keys != self._keys:
            self._keys, self._is_sized_by_hand = keys, False
            self._fit_columns()

    def _fit_columns(self) -> None:
        """Narrow the columns, within reason, so that all are in view; room to spare goes to the widest one."""
        columns = self._table.columns
        widths = [column.width for column in columns]
        room = self.viewport().width() - 2
        if not widths or room <= 0:
            return
        fixed = sum(column.width for column in columns if not column.can_shrink)
        free = sum(widths) - fixed
        share = min(1.0, max(NARROWEST, (room - fixed) / free)) if free else 1.0
        widths = [int(one.width * share) if one.can_shrink else one.width for one in columns]
        spare = room - sum(widths)
        if spare > 0:
            widths[max(range(len(widths)), key=widths.__getitem__)] += spare * 2 // 3
        self._is_fitting = True
        for index, width in enumerate(widths):
            self.setColumnWidth(index, max(56, width))
        self._is_fitting = False

    def _column_resized(self, _index: int, _old: int, _new: int) -> None:
        # Only a mouse on the header counts as a wish; stretching the last column is Qt's own doing.
        if not self._is_fitting and self.horizontalHeader().underMouse():
            self._is_sized_by_hand = True

    def _header_clicked(self, section: int) -> None:
        column = self._table.columns[section]
        if column.is_sortable:
            key, ascending = self._sorted
            self.sort_wanted.emit(column.key, not ascending if key == column.key else True)

    def _row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self.row_chosen.emit(current.data(ROW_ROLE) if current.isValid() else None)


def _weighted(font: QFont, weight: QFont.Weight, pixels: int = 0) -> QFont:
    made = QFont(font)
    made.setWeight(weight)
    if pixels:
        made.setPixelSize(pixels)
    return made


def _draw(
    painter: QPainter, area: QRect, text: str, colour: QColor, *, font: QFont | None = None, right: bool = False
) -> int:
    """Draw one line, shortened to the area; the width used comes out."""
    if font is not None:
        painter.setFont(font)
    metrics = painter.fontMetrics()
    line = metrics.elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, max(0, area.width()))
    painter.setPen(colour)
    painter.drawText(area, int(_RIGHT if right else _LEFT) | int(Qt.TextFlag.TextSingleLine), line)
    return metrics.horizontalAdvance(line)
