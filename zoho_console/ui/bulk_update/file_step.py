"""First step: drop or choose a file, or go on with a draft."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.ui.parts.basics import EmptyState, button, card, label, row
from zoho_console.ui.theme import Look


class FileStep(QWidget):
    """The drop zone and the drafts."""

    def __init__(
        self, screen: BulkUpdateScreen, look: Look, choose: Callable[[], None], sample: Callable[[], None]
    ) -> None:
        super().__init__()
        self._screen = screen
        self.zone = QFrame()
        self.zone.setObjectName("drop-zone")
        self.choose = button("Choose a file…", choose, "primary")
        empty = EmptyState(
            look, "bulk", "Drop a CSV file here",
            "One row for each account, with a column that finds it (id, name, website) and columns with new values. "
            "Comma, semicolon or tab; any encoding. You see every difference before anything is sent.",
            self.choose,
        )  # fmt: skip
        inside = QVBoxLayout(self.zone)
        inside.addWidget(empty, 1)
        inside.addWidget(button("Save a sample file…", sample, "link"), 0, Qt.AlignmentFlag.AlignHCenter)
        inside.addSpacing(14)
        self._drafts, self._list = card()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        layout.addWidget(self.zone, 1)
        layout.addWidget(self._drafts)
        self._shown: list[int] = [-1]

    def show_state(self) -> None:
        """Draw the drafts if they changed."""
        drafts = self._screen.drafts
        self._drafts.setVisible(bool(drafts))
        ids = [one.id for one in drafts]
        if ids == self._shown:
            return
        self._shown = ids
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._list.addWidget(label("Not finished yet", "strong"))
        for one in drafts:
            line = QWidget()
            words = label(self._screen.draft_words(one), "muted")
            go_on = button("Continue", partial(self._screen.show_change_set, one.id))
            go_on.setAccessibleName(f"Continue {one.source}")
            inside = row(words, None, go_on)
            line.setLayout(inside)
            self._list.addWidget(line)
