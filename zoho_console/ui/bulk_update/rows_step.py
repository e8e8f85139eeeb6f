"""Third and last step: the rows of a change set beside what they come to, filtered by a press."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from zoho_console.domain.changes import ChangeSet, ChangeSetKind, RowState
from zoho_console.domain.drifts import Drift
from zoho_console.domain.fields import shortened
from zoho_console.screens.bulk_words import FieldFacet, are_problems, by_field
from zoho_console.screens.cells import STATE_TONES
from zoho_console.screens.change_set import ChangeSetScreen, Step
from zoho_console.screens.deciding import SHOWN
from zoho_console.screens.table import ROW_ROLE
from zoho_console.ui.bulk_update.columns_step import SHARES, keep_narrow
from zoho_console.ui.bulk_update.row_detail import RowDetail
from zoho_console.ui.parts.asking_edit import AskingEdit
from zoho_console.ui.parts.basics import EmptyState, button, card, label, row, separator, set_style_property
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.parts.scrolled import Scrolled
from zoho_console.ui.parts.table import TableView
from zoho_console.ui.parts.table_cover import TableCover
from zoho_console.ui.parts.tile import Tile
from zoho_console.ui.theme import Look

_WORDS: dict[RowState, str] = {
    RowState.PLANNED: "Will change",
    RowState.SENT: "On their way",
    RowState.UPDATED: "Updated",
    RowState.UNCHANGED: "Unchanged, left out",
    RowState.CONFLICT: "Changed by others",
    RowState.REFUSED: "Refused by Zoho",
    RowState.UNPROVED: "Unproved",
    RowState.SKIPPED: "Not sent",
    RowState.INVALID: "Cannot be used",
}
_UNDO_WORDS = {**_WORDS, RowState.PLANNED: "Will be put back", RowState.UPDATED: "Put back"}
_WHO: dict[Drift, str] = {
    Drift.BOTH: "Changed in both",
    Drift.MINE: "Only yours",
    Drift.THEIRS: "Only Zoho’s",
}


class FilterTile(Tile):
    """A line that filters when pressed: words, a count, and under them the parts that make it up."""

    def __init__(self, words: str, rows: int, tone: str = "", kinds: Sequence[tuple[str, int]] = ()) -> None:
        super().__init__("filter")
        spoken = "; ".join(f"{kind}: {count:,}" for kind, count in kinds)
        self.setAccessibleName(f"{words}: {rows:,} rows{f' ({spoken})' if spoken else ''}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 7)
        layout.setSpacing(1)
        number = label(f"{rows:,}", "strong", tone=tone)
        number.setObjectName("filter-count")
        layout.addLayout(row(label(words, "strong" if kinds else "", tone=tone), None, number))
        for kind, count in kinds:
            detail = ElidedLabel("small")
            detail.say(kind)
            # One kind alone has the count of the line above it.
            layout.addLayout(row(detail, label(f"{count:,}" if len(kinds) > 1 else "", "small")))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.let_presses_through()


class RowsStep(QWidget):
    """Fields and states at the left, rows at the right."""

    def __init__(self, screen: ChangeSetScreen, look: Look) -> None:
        super().__init__()
        self._screen = screen
        self._shown: object = None
        self._back_to: int | None = None  # the row to show again once it was decided
        self.tiles: dict[object, FilterTile] = {}
        self.search = AskingEdit("Find an account, a record id or a row number", "Find an account, id or row")
        self._title = label("", "strong")
        self._title.setContentsMargins(10, 0, 0, 4)
        self._tiles = QVBoxLayout()
        self._tiles.setSpacing(2)
        inside = QWidget()
        inside_layout = QVBoxLayout(inside)
        inside_layout.setContentsMargins(0, 0, 0, 0)
        inside_layout.addLayout(self._tiles)
        inside_layout.addStretch(1)
        frame, layout = card(margins=(8, 12, 8, 8), spacing=2)
        keep_narrow(frame)
        layout.addWidget(self._title)
        layout.addLayout(row(self.search))
        layout.addSpacing(4)
        layout.addWidget(Scrolled(inside), 1)
        rows, rows_layout = card(margins=(1, 1, 1, 1))
        self.view = TableView(look, screen.rows.table, "Rows of the file")
        self.detail = RowDetail(screen)
        rows_layout.setSpacing(0)
        rows_layout.addWidget(self.view, 1)
        rows_layout.addWidget(self.detail)
        self._build_search(look)
        self.detail.decisions.decided.connect(self._deciding)
        self.view.row_chosen.connect(self.detail.show_row)
        screen.rows.table.modelReset.connect(self._rows_came)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(16)
        whole.addWidget(frame, SHARES[0])
        whole.addWidget(rows, SHARES[1])

    def _build_search(self, look: Look) -> None:
        self.search.setToolTip("Among the rows that are chosen below. Ctrl+F comes here, Escape shows all again.")
        self._cover = TableCover(look, self.view)
        self.nothing = EmptyState(look, "search", "No such row", "", button("Show all of them", self._find_nothing))
        self.search.asked.connect(self._screen.rows.find)
        for place, key, action in ((self, "Ctrl+F", self._begin_finding), (self.search, "Escape", self._find_nothing)):
            shortcut = QShortcut(QKeySequence(key), place, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)

    def show_state(self) -> None:
        """Draw fields and counts when they changed, and mark the one that filters."""
        screen = self._screen
        key = (screen.change_set, tuple(screen.facets), tuple(screen.deciding.counts), screen.step)
        if key != self._shown:
            self._shown = key
            self._fill(screen.change_set)
        self._title.setText("What changed" if screen.step is Step.RESULT else "What will change")
        states, field = screen.filter
        for own, tile in self.tiles.items():
            chosen = own == (screen.drift or field or (states[0] if states else None))
            set_style_property(tile, "chosen", "true" if chosen else "false")
        self.search.show_text(screen.rows.found)
        self._show_cover()

    def _show_cover(self) -> None:
        rows = self._screen.rows
        if rows.found and not rows.table.rows and not rows.is_loading:
            self.nothing.say("No such row", f"None of these rows is for “{shortened(rows.found, 40)}”.")
            self._cover.show_words(self.nothing)
        else:
            self._cover.uncover()

    def _begin_finding(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _find_nothing(self) -> None:
        self.search.clear()
        self._screen.rows.find("")
        self.view.setFocus()

    def _rows_came(self) -> None:
        """Other rows: of those with a problem the first is told at once."""
        rows, (states, _field) = self._screen.rows.table.rows, self._screen.filter
        if rows and self._back_to is not None:
            # A row that was decided may have left the filter; then the next one is to be decided.
            place = next((place for place, row in enumerate(rows) if row.number >= (self._back_to or 0)), len(rows) - 1)
            self._back_to = None
            self.view.selectRow(place)
            self.view.setFocus()
        elif rows and (are_problems(states) or self._screen.drift is Drift.BOTH):
            self.view.selectRow(0)
        self.detail.show_row(self.view.currentIndex().data(ROW_ROLE))

    def _deciding(self, number: int) -> None:
        self._back_to = number

    def _fill(self, change_set: ChangeSet | None) -> None:
        self.tiles.clear()
        while (item := self._tiles.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if change_set is None:
            return
        facets = by_field(self._screen.facets)
        for facet in facets:
            self._add_field(facet)
        if facets:
            self._add_line()
        for who in SHOWN:
            self._add_drift(who)
        if self._screen.deciding.counts:
            self._tiles.addWidget(_same_words())
            self._add_line()
        self._add(None, FilterTile("All rows", change_set.total), ())
        for state, words in (_UNDO_WORDS if change_set.kind is ChangeSetKind.UNDO else _WORDS).items():
            if count := change_set.count(state):
                tone = STATE_TONES[state]
                self._add(state, FilterTile(words, count, "" if tone == "accent" else tone), (state,))

    def _add_drift(self, who: Drift) -> None:
        fields = self._screen.deciding.of(who)
        if fields:
            tone = "warn" if any(one.asked for one in fields) else ""
            kinds = [(one.label, one.rows) for one in fields]
            tile = FilterTile(_WHO[who], sum(one.rows for one in fields), tone, kinds)
            self._add(who, tile, (), drift=who)

    def _add_line(self) -> None:
        self._tiles.addSpacing(6)
        self._tiles.addWidget(separator())
        self._tiles.addSpacing(6)

    def _add_field(self, facet: FieldFacet) -> None:
        tile = FilterTile(facet.label, facet.rows, kinds=facet.kinds)
        # The facets count every row that is or was to be sent, whatever became of it.
        states = (RowState.PLANNED,) if self._screen.step is Step.DIFFERENCE else ()
        self._add(facet.field, tile, states, facet.field)

    def _add(
        self,
        key: object,
        tile: FilterTile,
        states: tuple[RowState, ...],
        field: str = "",
        drift: Drift | None = None,
    ) -> None:
        tile.clicked.connect(partial(self._choose, states, field, drift))
        self.tiles[key] = tile
        self._tiles.addWidget(tile)

    def _choose(self, states: tuple[RowState, ...], field: str, drift: Drift | None, _checked: bool = False) -> None:
        self._screen.show_rows(states, field, drift)


def _same_words() -> QLabel:
    words = label("Values without a mark are the same in the file and in Zoho.", "small", wraps=True)
    words.setContentsMargins(10, 4, 10, 0)
    return words
