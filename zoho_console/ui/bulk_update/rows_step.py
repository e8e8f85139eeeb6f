"""Third and last step: the rows of a change set beside what they come to, filtered by a press."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from zoho_console.domain.changes import Facet, RowState
from zoho_console.domain.fields import shortened
from zoho_console.screens.cells import STATE_TONES
from zoho_console.screens.change_set import ChangeSetScreen, Step
from zoho_console.ui.parts.basics import card, label, separator, set_style_property
from zoho_console.ui.parts.table import TableView
from zoho_console.ui.theme import Look

_WORDS: dict[RowState, str] = {
    RowState.PLANNED: "Will change",
    RowState.UPDATED: "Updated",
    RowState.UNCHANGED: "Unchanged, left out",
    RowState.CONFLICT: "Changed by others",
    RowState.REFUSED: "Refused by Zoho",
    RowState.UNPROVED: "Unproved",
    RowState.SKIPPED: "Not sent",
    RowState.INVALID: "Cannot be used",
    RowState.SENT: "On their way",
}


class FilterTile(QFrame):
    """A line that filters when pressed. Signals: `pressed`."""

    pressed = Signal()

    def __init__(self, title: str, detail: str, count: int, tone: str = "") -> None:
        super().__init__()
        self.setObjectName("facet")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{title} {detail}: {count} rows")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(title, "strong" if detail else "", tone=tone))
        if detail:
            small = label(detail, "small")
            small.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            words.addWidget(small)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 6)
        layout.addLayout(words, 1)
        layout.addWidget(label(f"{count:,}", "strong", tone=tone))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)


class RowsStep(QWidget):
    """Facets and states at the left, rows at the right."""

    def __init__(self, screen: ChangeSetScreen, look: Look, name: str) -> None:
        super().__init__()
        self._screen = screen
        self._shown: object = None
        self.tiles: dict[object, FilterTile] = {}
        frame, layout = card(margins=(8, 12, 8, 8), spacing=2)
        frame.setFixedWidth(262)
        self._title = label("", "strong")
        self._title.setContentsMargins(8, 0, 0, 4)
        layout.addWidget(self._title)
        self._tiles = QVBoxLayout()
        self._tiles.setSpacing(2)
        inside = QWidget()
        inside_layout = QVBoxLayout(inside)
        inside_layout.setContentsMargins(0, 0, 0, 0)
        inside_layout.addLayout(self._tiles)
        inside_layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout.addWidget(scroll, 1)
        rows, rows_layout = card(margins=(1, 1, 1, 1))
        self.view = TableView(look, screen.rows.table, name)
        rows_layout.addWidget(self.view)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(16)
        whole.addWidget(frame)
        whole.addWidget(rows, 1)

    def show_state(self) -> None:
        """Draw facets and counts when they changed, and mark the one that filters."""
        screen = self._screen
        change_set = screen.change_set
        key = (change_set, tuple(screen.facets))
        if key != self._shown:
            self._shown = key
            self._fill()
        self._title.setText("What changed" if screen.step is Step.RESULT else "What will change")
        states, field = screen.filter
        for own, tile in self.tiles.items():
            chosen = own == (field or (states[0] if states else None))
            set_style_property(tile, "chosen", "true" if chosen else "false")

    def _fill(self) -> None:
        self.tiles.clear()
        while (item := self._tiles.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        change_set = self._screen.change_set
        if change_set is None:
            return
        facets = self._screen.facets
        for facet in facets:
            is_only = sum(other.field == facet.field for other in facets) == 1
            tile = FilterTile(facet.label, facet_words(facet, is_only=is_only), facet.rows)
            states = (RowState.PLANNED,) if change_set.count(RowState.PLANNED) else (RowState.UPDATED,)
            tile.pressed.connect(partial(self._screen.show_rows, states, facet.field))
            self.tiles.setdefault(facet.field, tile)
            self._tiles.addWidget(tile)
        if self._screen.facets:
            self._tiles.addSpacing(6)
            self._tiles.addWidget(separator())
            self._tiles.addSpacing(6)
        for state, words in _WORDS.items():
            if count := change_set.count(state):
                tone = STATE_TONES[state]
                tile = FilterTile(words, "", count, "" if tone == "accent" else tone)
                tile.pressed.connect(partial(self._screen.show_rows, (state,), ""))
                self.tiles[state] = tile
                self._tiles.addWidget(tile)


def facet_words(facet: Facet, *, is_only: bool) -> str:
    """A kind of change in words, shortened to the card."""
    if facet.before is None and facet.after is None:
        return "a value of its own in each row" if is_only else "other changes"
    before = "any value" if facet.before is None else shortened(facet.before, 22) or "(blank)"
    return f"{before} → {shortened(facet.after or '', 22) or '(blank)'}"
