"""Chooses which rows of a run a table shows: all, or those in one state."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from zoho_console.domain.changes import ChangeSet, RowState
from zoho_console.screens.cells import state_words
from zoho_console.ui.parts.basics import button
from zoho_console.ui.parts.wrapping_row import WrappingRow

States = tuple[RowState, ...]


class StateFilter(WrappingRow):
    """One button for all rows and one for each state that occurs. Signals: `chosen` (states; none means all)."""

    chosen = Signal(tuple)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[States, QPushButton] = {}

    def show_counts(self, change_set: ChangeSet, states: States) -> None:
        """Show the counts of this run, with the choice that holds."""
        wanted: list[States] = [(), *((state,) for state in RowState if change_set.count(state))]
        if list(self.buttons) != wanted:
            self.buttons = {choice: self._button(choice) for choice in wanted}
            self.set_widgets(list(self.buttons.values()))
        for choice, made in self.buttons.items():
            words = state_words(change_set.kind)[choice[0]] if choice else "all rows"
            made.setText(f"{words}  {change_set.count(*choice) if choice else change_set.total:,}")
            made.setChecked(choice == states)
        self.place()

    def _button(self, choice: States) -> QPushButton:
        made = button("", partial(self.chosen.emit, choice), "chip")
        made.setCheckable(True)
        return made
