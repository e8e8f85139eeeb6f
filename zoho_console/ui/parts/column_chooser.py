"""A pop-up to choose fields from: a search line over a list with check boxes; it stays open while one chooses."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from zoho_console.ui.parts.basics import button, label, row

WIDTH, HEIGHT = 280, 400
PAUSE_MS = 400
_KEY = Qt.ItemDataRole.UserRole


class ColumnChooser(QFrame):
    """Signals: `chosen` (list of keys, in order) a moment after a check changed; empty asks for the first columns."""

    chosen = Signal(list)

    def __init__(self, parent: QWidget, most: int) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("raised")
        self.setFixedSize(WIDTH, HEIGHT)
        self._most = most
        self._keys: list[str] = []
        self._is_filling = False
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a field")
        self.search.setAccessibleName("Find a field")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName("Columns")
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemChanged.connect(self._checked)
        self._sentence = label("", "small")
        self.first = button("Default columns", self._ask_for_first, "link")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 8)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addLayout(row(self._sentence, None, self.first))

    def offer(self, fields: Sequence[tuple[str, str]], chosen: Sequence[str]) -> None:
        """Fields as key and label; those chosen come first, in their order, then the others by label."""
        self._keys = list(chosen)
        labels = dict(fields)
        others = sorted((key for key in labels if key not in chosen), key=lambda key: labels[key].lower())
        self._is_filling = True
        self.list.clear()
        for key in [*(key for key in chosen if key in labels), *others]:
            item = QListWidgetItem(labels[key], self.list)
            item.setData(_KEY, key)
            item.setCheckState(Qt.CheckState.Checked if key in chosen else Qt.CheckState.Unchecked)
        self._is_filling = False
        self.list.setCurrentRow(0)
        self._say()

    def open_under(self, widget: QWidget) -> None:
        """Show the pop-up under a widget, right edges in line."""
        corner = widget.mapToGlobal(widget.rect().bottomRight())
        self.move(corner.x() - WIDTH, corner.y() + 4)
        self.search.clear()
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_down = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down
        if watched is self.search and is_down and event.type() == QEvent.Type.KeyPress:
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        return super().eventFilter(watched, event)

    def _narrow(self, text: str) -> None:
        wanted = text.strip().lower()
        items = [self.list.item(number) for number in range(self.list.count())]
        for item in items:
            item.setHidden(wanted not in item.text().lower())
        visible = [item for item in items if not item.isHidden()]
        if visible:
            self.list.setCurrentItem(visible[0])

    def _checked(self, item: QListWidgetItem) -> None:
        if self._is_filling:
            return
        key = item.data(_KEY)
        is_chosen = item.checkState() == Qt.CheckState.Checked
        self._keys = [one for one in self._keys if one != key] + ([key] if is_chosen else [])
        self._say()
        self._pause.start()

    def _say(self) -> None:
        text = f"{len(self._keys)} of {self.list.count()}"
        self._sentence.setText(f"{text} · at most {self._most} are shown" if len(self._keys) > self._most else text)

    def _ask_for_first(self) -> None:
        self._keys = []
        self._tell()
        self.hide()

    def _tell(self) -> None:
        self._pause.stop()
        self.chosen.emit(list(self._keys))
