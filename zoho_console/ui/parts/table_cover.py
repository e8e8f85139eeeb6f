"""What lies over a table without rows: the shapes of rows to come, or the words of an empty place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from zoho_console.ui.parts.table import TableView
from zoho_console.ui.theme import ROW_HEIGHT, Look

PATIENCE_MS = 300
_SHARES = (0.62, 0.45, 0.74, 0.53, 0.68)  # how much of its column the shape of a text takes


class TableCover(QStackedWidget):
    """Covers the rows of a view, not its header; hidden unless told otherwise."""

    def __init__(self, look: Look, view: TableView) -> None:
        super().__init__(view)
        self.setObjectName("clear")
        self._view = view
        self._shapes = _Shapes(look, view)
        self.addWidget(self._shapes)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._show_shapes)
        view.viewport().installEventFilter(self)
        self.hide()

    def show_coming(self) -> None:
        """Rows are on their way: show their shapes if it takes longer than a moment."""
        if self.isHidden() or self.currentWidget() is not self._shapes:
            self.hide()
            if not self._patience.isActive():
                self._patience.start()

    def show_words(self, words: QWidget) -> None:
        """Say why there are no rows."""
        self._patience.stop()
        if self.indexOf(words) < 0:
            self.addWidget(words)
        self._show(words)

    def uncover(self) -> None:
        """Show the rows."""
        self._patience.stop()
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self.setGeometry(self._view.viewport().geometry())
        return super().eventFilter(watched, event)

    def _show_shapes(self) -> None:
        self._show(self._shapes)

    def _show(self, widget: QWidget) -> None:
        self.setCurrentWidget(widget)
        self.setGeometry(self._view.viewport().geometry())
        self.show()
        self.raise_()


class _Shapes(QWidget):
    """Grey bars where texts will be."""

    def __init__(self, look: Look, view: TableView) -> None:
        super().__init__()
        self._look, self._view = look, view
        self.setAccessibleName("Rows are on their way")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("surface"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("line"))
        for row in range(self.height() // ROW_HEIGHT):
            for number, (left, width) in enumerate(self._columns()):
                share = _SHARES[(row * 3 + number * 2) % len(_SHARES)]
                painter.drawRoundedRect(QRectF(left + 12, row * ROW_HEIGHT + 13, (width - 24) * share, 9), 4, 4)
        painter.end()

    def _columns(self) -> list[tuple[int, int]]:
        """Left edge and width of each column; three thirds while there are none."""
        header = self._view.horizontalHeader()
        if header.count() == 0:
            third = self.width() // 3
            return [(place * third, third) for place in range(3)]
        return [(header.sectionViewportPosition(place), header.sectionSize(place)) for place in range(header.count())]
