"""Which part of a run is to be put back: which rows, which fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from zoho_console.domain.changes import ChangeSet, Facet, RowRecord
from zoho_console.domain.fields import shortened
from zoho_console.domain.guards import Guard
from zoho_console.screens.again import Choice as Part
from zoho_console.screens.again import undo_fields, undo_rows
from zoho_console.ui.dialogs import Confirmation, shown
from zoho_console.ui.parts.basics import label, row
from zoho_console.ui.parts.choice import Choice

LETTERS = 38
_TEXT = "Values go back where they are still ours. You see the difference before anything is sent."


class UndoDialog(Confirmation):
    """A confirmation with the rows and the fields to choose from; `part` is what was chosen."""

    def __init__(
        self,
        parent: QWidget,
        run: ChangeSet,
        facets: Sequence[Facet],
        marked: Sequence[RowRecord],
        guard: Guard | None,
    ) -> None:
        super().__init__(parent, f"Undo run {run.id}", _TEXT, "Compare with Zoho", guard=guard)
        self.rows = Choice("Rows to undo", letters=LETTERS)
        self.rows.offer(undo_rows(run, facets, marked))
        self.fields = {name: QCheckBox(shortened(words, LETTERS)) for words, name in undo_fields(run, facets)}
        choices = QVBoxLayout()
        choices.setSpacing(8)
        choices.addLayout(_line("Rows", self.rows))
        for place, box in enumerate(self.fields.values()):
            box.setChecked(True)
            box.toggled.connect(self._fields_chosen)
            box.setVisible(len(self.fields) > 1)
            if len(self.fields) > 1:
                choices.addLayout(_line("" if place else "Fields", box))
        self.add(choices)

    @property
    def part(self) -> Part:
        """What was chosen."""
        chosen: Part = self.rows.currentData()
        names = frozenset(name for name, box in self.fields.items() if box.isChecked())
        return chosen if len(names) == len(self.fields) else replace(chosen, fields=names)

    def _fields_chosen(self) -> None:
        self.verb.setEnabled(any(box.isChecked() for box in self.fields.values()))


def _line(words: str, widget: QWidget) -> QHBoxLayout:
    title = label(words, "muted")
    title.setFixedWidth(60)
    return row(title, widget, None)


async def ask_what_to_undo(
    parent: QWidget, run: ChangeSet, facets: Sequence[Facet], marked: Sequence[RowRecord], guard: Guard | None
) -> Part | None:
    """The part of a run that the person wants back; None if they do not."""
    dialog = UndoDialog(parent, run, facets, marked, guard)
    return dialog.part if await shown(dialog) else None
