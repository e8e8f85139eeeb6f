"""Fourth step: the run, with its counters, its pace and what it tells."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from zoho_console.domain.changes import ChangeSetState, RowState
from zoho_console.screens.bulk_words import ON_THEIR_WAY, left_out_sentence, pace, sent_of, updated_words
from zoho_console.screens.change_set import ChangeSetScreen
from zoho_console.screens.run_watch import LOG_LINES
from zoho_console.ui.parts.basics import card, label, row, set_tone
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.parts.scrolled import Scrolled

UPDATED = "updated"
_COUNTERS: tuple[tuple[str, tuple[RowState, ...], str], ...] = (
    (UPDATED, (RowState.UPDATED,), "good"),
    ("refused by Zoho", (RowState.REFUSED,), "bad"),
    ("changed by others", (RowState.CONFLICT,), "warn"),
    ("unproved", (RowState.UNPROVED,), "warn"),
    ("to go", ON_THEIR_WAY, "accent"),
)


class RunStep(QWidget):
    """Shows progress as it comes."""

    def __init__(self, screen: ChangeSetScreen) -> None:
        super().__init__()
        self._screen = screen
        self.counters: dict[str, QLabel] = {}
        self._updated = label("", "small")
        counters = QHBoxLayout()
        counters.setSpacing(12)
        for words, _states, _tone in _COUNTERS:
            frame, inside = card(spacing=2)
            self.counters[words] = label("0", "big-number")
            inside.addWidget(self.counters[words])
            inside.addWidget(self._updated if words == UPDATED else label(words, "small"))
            counters.addWidget(frame, 1)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Rows sent")
        self.pace = label("", "muted")
        self._left_out = ElidedLabel("muted")
        self._left_out.setAlignment(Qt.AlignmentFlag.AlignRight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        layout.addLayout(counters)
        layout.addWidget(self.bar)
        layout.addLayout(row(self.pace, self._left_out, spacing=16))
        layout.addWidget(self._log_card(), 1)

    def show_state(self) -> None:
        """Draw the latest progress."""
        screen = self._screen
        if screen.change_set is None:
            return
        self._updated.setText(updated_words(screen.change_set))
        counts = screen.counts
        for words, states, tone in _COUNTERS:
            rows = sum(counts.get(state, 0) for state in states)
            self.counters[words].setText(f"{rows:,}")
            set_tone(self.counters[words], tone if rows else "muted")
        done, total = sent_of(counts)
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        words = pace(counts, screen.rate)
        if screen.change_set.state is ChangeSetState.PAUSED and not screen.is_running:
            words = f"Paused at {words}"
        self.pace.setText(words)
        self._left_out.say(left_out_sentence(counts))
        self._show_log()

    def _log_card(self) -> QFrame:
        frame, inside = card(spacing=10)
        inside.addWidget(label("What happens", "strong"))
        lines = QWidget()
        grid = QGridLayout(lines)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        self._log = [(label("", "small"), ElidedLabel()) for _ in range(LOG_LINES)]
        for place, (at, text) in enumerate(self._log):
            grid.addWidget(at, place, 0)
            grid.addWidget(text, place, 1)
        grid.setRowStretch(LOG_LINES, 1)
        inside.addWidget(Scrolled(lines), 1)
        return frame

    def _show_log(self) -> None:
        lines = [(line.at, line.text) for line in reversed(self._screen.watch.log if self._screen.watch else ())]
        if not lines:
            lines = [("", "Beginning…" if self._screen.is_running else "Nothing was sent since this was opened.")]
        for place, (at, text) in enumerate(self._log):
            said = lines[place] if place < len(lines) else ("", "")
            at.setText(said[0])
            text.say(said[1])
