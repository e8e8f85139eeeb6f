"""A field of a form with the sentence that says what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from zoho_console.ui.parts.basics import label, set_style_property

LABEL_DROP = 8  # brings the label to the line of the text in the control


class FormField(QWidget):
    """Holds `edit`, and a note under it; add it to a form with `put_into`."""

    def __init__(self, words: str, edit: QWidget, note: str = "") -> None:
        super().__init__()
        self._words = words
        self.edit = edit
        self._problem = label("", "small", tone="bad", wraps=True)
        self._problem.hide()
        edit.setAccessibleName(words.replace("&", ""))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(edit)
        layout.addWidget(self._problem)
        if note:
            layout.addWidget(label(note, "muted", wraps=True))

    @property
    def problem(self) -> str:
        """What it says is wrong, "" if nothing."""
        return self._problem.text()

    def put_into(self, form: QFormLayout) -> None:
        """Add a row; the label stands at the height of the control and its letter brings the focus there."""
        form.addRow(self._words, self)
        words = form.labelForField(self)
        assert isinstance(words, QLabel)
        words.setBuddy(self.edit)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        words.setContentsMargins(0, LABEL_DROP, 0, 0)

    def show_problem(self, text: str) -> None:
        """Say what is wrong beside the control; "" if nothing is."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        self.edit.setAccessibleDescription(text)
        set_style_property(self.edit, "problem", "true" if text else "false")
