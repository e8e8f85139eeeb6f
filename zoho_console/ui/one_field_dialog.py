"""Asks for one field and one new value, for many accounts at once; the difference is shown before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from zoho_console.domain.fields import COMPUTED_TYPES, STRUCTURED_TYPES, Field, ValueProblem, parse_text
from zoho_console.ui.dialogs import shown
from zoho_console.ui.parts.basics import button, label, row


class OneFieldDialog(QDialog):
    """A field, and a value checked while it is typed."""

    def __init__(self, parent: QWidget, rows: int, fields: Sequence[Field]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Bulk update")
        self.setMinimumWidth(460)
        self._fields = sorted(
            (one for one in fields if one.is_writable and one.type not in COMPUTED_TYPES | STRUCTURED_TYPES),
            key=lambda one: one.label.lower(),
        )
        self.field_box = QComboBox()
        self.field_box.addItems([one.label for one in self._fields])
        self.value = QLineEdit()
        self.value.setAccessibleName("New value")
        self.choices = QComboBox()
        self.choices.setAccessibleName("New value")
        self._values = QStackedWidget()
        self._values.addWidget(self.value)
        self._values.addWidget(self.choices)
        self._problem = label("", "small", tone="bad", wraps=True)
        self.go_on = button(f"Compare {rows:,} accounts", self.accept, "primary")
        form = QFormLayout()
        form.setSpacing(10)
        form.addRow("&Field:", self.field_box)
        form.addRow("New value:", self._values)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(10)
        layout.addWidget(label(f"Set one field of {rows:,} accounts", "card-title"))
        layout.addWidget(label("You see every difference before anything is sent.", "muted", wraps=True))
        layout.addLayout(form)
        layout.addWidget(self._problem)
        layout.addLayout(row(None, button("Cancel", self.reject), self.go_on))
        self.field_box.currentIndexChanged.connect(self._field_chosen)
        self.value.textChanged.connect(self._check)
        self._field_chosen()

    @property
    def field(self) -> Field:
        """The field that is chosen."""
        return self._fields[self.field_box.currentIndex()]

    @property
    def text(self) -> str:
        """The value as text."""
        return self.choices.currentText() if self.field.pick_values else self.value.text()

    def _field_chosen(self) -> None:
        self.choices.clear()
        self.choices.addItems(list(self.field.pick_values))
        self._values.setCurrentWidget(self.choices if self.field.pick_values else self.value)
        self._check()

    def _check(self) -> None:
        problem = "" if self.text.strip() else "Type the new value."
        try:
            parse_text(self.field, self.text)
        except ValueProblem as error:
            problem = f"{error} {error.advice}".strip()
        self._problem.setText(problem)
        self.go_on.setEnabled(not problem)


async def ask_one_field(parent: QWidget, rows: int, fields: Sequence[Field]) -> tuple[Field, str] | None:
    """The field and the value's text, or None if the person changed their mind."""
    dialog = OneFieldDialog(parent, rows, fields)
    return (dialog.field, dialog.text) if await shown(dialog) else None
