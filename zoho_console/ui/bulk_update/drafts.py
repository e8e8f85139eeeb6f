"""Change sets that were not finished, each with a way to go on."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from zoho_console.domain.changes import ChangeSet, ChangeSetState
from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.screens.bulk_words import draft_words
from zoho_console.ui.parts.basics import button, label
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.parts.scrolled import Scrolled


class Drafts(QFrame):
    """Hidden while there are none."""

    def __init__(self, screen: BulkUpdateScreen) -> None:
        super().__init__()
        self.setObjectName("card")
        self._screen = screen
        self._shown: list[ChangeSet] = []
        self._lines: list[QWidget] = []
        inside = QWidget()
        self._layout = QVBoxLayout()
        self._layout.setSpacing(8)
        inside_layout = QVBoxLayout(inside)
        inside_layout.setContentsMargins(0, 0, 0, 0)
        inside_layout.addLayout(self._layout)
        inside_layout.addStretch(1)
        self._area = Scrolled(inside)
        self._area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 8, 12)
        layout.setSpacing(8)
        layout.addWidget(label("Not finished yet", "strong"))
        layout.addWidget(self._area)

    def show_state(self, *, is_wanted: bool) -> None:
        """Draw the drafts if they changed."""
        drafts = self._screen.drafts
        self.setVisible(is_wanted and bool(drafts))
        if drafts == self._shown:
            return
        self._shown = list(drafts)
        for gone in self._lines:
            gone.hide()
            gone.deleteLater()
        self._lines = [self._line(one) for one in drafts]
        for line in self._lines:
            self._layout.addWidget(line)
        self._area.updateGeometry()

    def _line(self, draft: ChangeSet) -> QWidget:
        title, where = draft_words(draft)
        name, fact = ElidedLabel(), ElidedLabel("small")
        name.say(title)
        fact.say(where)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(name)
        words.addWidget(fact)
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(8)
        layout.addLayout(words, 1)
        if draft.state is ChangeSetState.PLANNED:
            give_up = button("Give up", partial(self._screen.discard, draft))
            give_up.setAccessibleName(f"Give up {title}")
            layout.addWidget(give_up)
        go_on = button("Continue", partial(self._screen.show_change_set, draft.id))
        go_on.setAccessibleName(f"Continue {title}")
        layout.addWidget(go_on)
        return line
