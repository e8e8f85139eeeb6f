"""Fourth step: the run, with its counters, its pace and its log."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from zoho_console.domain.changes import ChangeSetState, RowState
from zoho_console.screens.change_set import ChangeSetScreen
from zoho_console.ui.parts.basics import card, label

_COUNTERS = (
    ("updated", (RowState.UPDATED,), "good"),
    ("unchanged", (RowState.UNCHANGED,), "muted"),
    ("refused", (RowState.REFUSED, RowState.INVALID), "bad"),
    ("changed by others", (RowState.CONFLICT,), "warn"),
    ("unproved", (RowState.UNPROVED,), "warn"),
    ("to go", (RowState.PLANNED, RowState.SENT), "accent"),
)


class RunStep(QWidget):
    """Shows progress as it comes."""

    def __init__(self, screen: ChangeSetScreen) -> None:
        super().__init__()
        self._screen = screen
        self.counters: dict[str, QLabel] = {}
        counters = QHBoxLayout()
        counters.setSpacing(12)
        for words, _states, tone in _COUNTERS:
            frame, inside = card(spacing=2)
            number = label("0", "big-number", tone=tone)
            inside.addWidget(number)
            inside.addWidget(label(words, "small"))
            counters.addWidget(frame, 1)
            self.counters[words] = number
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Rows settled")
        self._pace = label("", "muted")
        frame, inside = card(spacing=6)
        inside.addWidget(label("What happens", "strong"))
        self._log = label("", "muted", wraps=True, selectable=True)
        inside.addWidget(self._log)
        inside.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        layout.addLayout(counters)
        layout.addWidget(self._bar)
        layout.addWidget(self._pace)
        layout.addWidget(frame, 1)

    def show_state(self) -> None:
        """Draw the latest progress."""
        screen = self._screen
        change_set, progress = screen.change_set, screen.progress
        if change_set is None:
            return
        counts = progress.counts if progress is not None else change_set.counts
        for words, states, _tone in _COUNTERS:
            self.counters[words].setText(f"{sum(counts.get(state, 0) for state in states):,}")
        total = change_set.total
        to_go = sum(counts.get(state, 0) for state in (RowState.PLANNED, RowState.SENT))
        self._bar.setRange(0, total)
        self._bar.setValue(total - to_go)
        self._pace.setText(self._pace_words(to_go))
        self._log.setText("\n".join(screen.log) or change_set.note or "Nothing has been sent yet.")

    def _pace_words(self, to_go: int) -> str:
        screen = self._screen
        assert screen.change_set is not None
        if not screen.is_running:
            if screen.change_set.state is ChangeSetState.PAUSED:
                return f"Paused. {screen.change_set.note}"
            return "This run is not on its way here."
        rate = screen.rate
        if rate <= 0 or not to_go:
            return "Sending…"
        return f"{rate:,.0f} rows a second · about {to_go / rate:,.0f} s to go"
