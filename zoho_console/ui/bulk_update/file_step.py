"""First step: drop or choose a file, see how it is read, or go on with what was not finished."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.ui.bulk_update.drafts import Drafts
from zoho_console.ui.bulk_update.file_card import FileCard
from zoho_console.ui.parts.basics import button, card
from zoho_console.ui.parts.drop_zone import DropZone
from zoho_console.ui.parts.table import TableView
from zoho_console.ui.theme import Look


class FileStep(QWidget):
    """The drop zone and the drafts; with a file how it is read, and its first rows."""

    def __init__(
        self, screen: BulkUpdateScreen, look: Look, choose: Callable[[], None], sample: Callable[[], None]
    ) -> None:
        super().__init__()
        self._screen = screen
        self.choose = button("Choose a file…", choose, "primary")
        self.zone = DropZone(
            look, "Drop a file of corrections here",
            "One row for each account: a column that finds it, such as its id or name, and a column for each field to "
            "correct. You see every difference before anything is sent.",
            (".csv", ".tsv", ".txt", ".xlsx"), "any delimiter and encoding; any sheet",
            self.choose, button("Save a sample…", sample),
        )  # fmt: skip
        self.card = FileCard(screen, look, choose)
        self.preview, self.view = _table(look, screen)
        self.drafts = Drafts(screen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        layout.addWidget(self.card)
        layout.addWidget(self.preview, 1)
        layout.addWidget(self.zone, 1)
        layout.addWidget(self.drafts)

    def show_state(self) -> None:
        """Draw what is known of the file."""
        source = self._screen.source
        is_opened = source.table is not None
        # Hidden before others are shown: what is shown at once widens the window if it must.
        self.zone.setVisible(not is_opened)
        self.preview.setVisible(is_opened)
        self.card.show_state()
        self.drafts.show_state(is_wanted=source.path is None)


def _table(look: Look, screen: BulkUpdateScreen) -> tuple[QFrame, TableView]:
    frame, layout = card(margins=(1, 1, 1, 1))
    view = TableView(look, screen.source.preview, "First rows of the file")
    layout.addWidget(view)
    return frame, view
