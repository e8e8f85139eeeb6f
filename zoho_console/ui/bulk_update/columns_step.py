"""Second step: which column finds the account, and which column sets which field."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from zoho_console.domain.fields import shortened
from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.ui.bulk_update.columns_table import LEAVE_OUT, POLICIES, ColumnsTable
from zoho_console.ui.parts.basics import card, label, set_tone
from zoho_console.ui.parts.choice import Choice
from zoho_console.ui.parts.scrolled import Scrolled

__all__ = ["LEAVE_OUT", "ColumnsStep"]

NARROWEST, WIDEST = 196, 262
SHARES = (2, 5)  # of the side and of what is beside it
_BLANKS = {
    "keep": "Only cells that hold something are compared; an empty one leaves its field alone.",
    "clear": "An empty cell erases what the account holds in that field.",
}


def keep_narrow(side: QWidget) -> None:
    """A side that gives way in a small window, and takes no more than it needs in a wide one."""
    side.setMinimumWidth(NARROWEST)
    side.setMaximumWidth(WIDEST)


class ColumnsStep(QWidget):
    """How accounts are found at the left, one line a column at the right."""

    def __init__(self, screen: BulkUpdateScreen) -> None:
        super().__init__()
        self._screen = screen
        self._shown: object = None
        self.key_column = Choice("Column that finds the account")
        self.key_field = Choice("Field that the column is compared with")
        self.blanks = Choice("What an empty cell means")
        self.blanks.offer([("keeps the field as it is", "keep"), ("clears the field", "clear")])
        self.policy = Choice("What becomes of values that were changed in Zoho too")
        self.policy.offer(POLICIES)
        self._key_problem = label("", "small", tone="bad", wraps=True)
        self._drift = self._drifting()
        self._blanks_words = label("", "small", wraps=True)
        self.table = ColumnsTable(screen)
        frame, inside = card(margins=(16, 12, 8, 8))
        inside.addWidget(Scrolled(self.table))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self._settings(), SHARES[0])
        layout.addWidget(frame, SHARES[1])
        self.key_column.activated.connect(self._set_key)
        self.key_field.activated.connect(self._set_key)
        self.blanks.activated.connect(self._set_blanks)
        self.policy.activated.connect(lambda _index: screen.columns.set_policy(self.policy.currentData()))

    def show_state(self) -> None:
        """Draw the mapping."""
        columns = self._screen.columns
        if columns.table is None:
            return
        if self._shown is not columns.table:
            self._shown = columns.table
            self.key_column.offer((shortened(title, 40), place) for place, title in enumerate(columns.table.header))
            self.key_field.offer(
                [("record id", "id"), *((shortened(one.label, 40), one.api_name) for one in columns.key_fields)]
            )
            self.table.fill()
        self.key_column.show_value(columns.mapping.key_column)
        self.key_field.show_value(columns.mapping.key_field)
        self.blanks.show_value(columns.blanks)
        self._blanks_words.setText(_BLANKS[columns.blanks])
        set_tone(self._blanks_words, "warn" if columns.blanks == "clear" else "")
        self._drift.setVisible(columns.is_stamped)
        self.policy.show_value(columns.policies.usual)
        self._key_problem.setText(columns.general_problem)
        self._key_problem.setVisible(bool(columns.general_problem))
        self.table.show_state()

    def _drifting(self) -> QWidget:
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 14, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(label("Since the export", "strong"))
        layout.addWidget(label("Values changed here and in Zoho", "small", wraps=True))
        layout.addWidget(self.policy)
        words = "The file shows who changed what. Values that were changed in Zoho only stay as they are there."
        layout.addWidget(label(words, "small", wraps=True))
        return inside

    def _settings(self) -> QFrame:
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(6)
        layout.addWidget(label("How accounts are found", "strong"))
        for words, box in (("The column", self.key_column), ("holds the", self.key_field)):
            layout.addWidget(label(words, "small"))
            layout.addWidget(box)
        layout.addWidget(self._key_problem)
        layout.addSpacing(14)
        layout.addWidget(label("Empty cells", "strong"))
        layout.addWidget(label("An empty cell", "small"))
        layout.addWidget(self.blanks)
        layout.addWidget(self._blanks_words)
        layout.addWidget(self._drift)
        layout.addStretch(1)
        frame, outside = card(margins=(1, 1, 1, 1))
        outside.addWidget(Scrolled(inside))
        keep_narrow(frame)
        return frame

    def _set_key(self) -> None:
        self._screen.columns.set_key(self.key_column.currentIndex(), self.key_field.currentData() or "id")

    def _set_blanks(self) -> None:
        self._screen.columns.set_blanks("clear" if self.blanks.currentData() == "clear" else "keep")
