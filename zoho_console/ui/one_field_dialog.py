"""Asks for one field and one new value, for many accounts at once; the difference is shown before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from zoho_console.domain.fields import COMPUTED_TYPES, STRUCTURED_TYPES, Field, ValueProblem, parse_text
from zoho_console.domain.guards import Guard
from zoho_console.screens.words import count
from zoho_console.ui.dialogs import shown
from zoho_console.ui.parts.basics import button, label, row, set_style_property, set_tone
from zoho_console.ui.parts.guard_mark import GuardMark

WIDTH = 480
_FORMS = {
    "date": "such as 2026-03-04",
    "datetime": "such as 2026-03-04T09:30:00+01:00",
    "integer": "a whole number",
    "percent": "a number",
    "currency": "a number, such as 1234.56",
    "multiselectpicklist": "values, separated by ;",
    "lookup": "id of the other record, 15 to 20 digits",
    "ownerlookup": "id of a user, 15 to 20 digits",
    "userlookup": "id of a user, 15 to 20 digits",
}


class OneFieldDialog(QDialog):
    """A field, and a value checked while it is typed; `guard` is that of the connection in use."""

    def __init__(self, parent: QWidget, rows: int, fields: Sequence[Field], guard: Guard | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Bulk update")
        self.setFixedWidth(WIDTH)
        self._fields = settable(fields, rows)
        accounts = count(rows, "account")
        self.field_box = QComboBox()
        self.field_box.addItems([one.label for one in self._fields])
        self.field_box.setAccessibleName("Field")
        self.value = QLineEdit()
        self.value.setAccessibleName("New value")
        self.choices = QComboBox()
        self.choices.setAccessibleName("New value")
        self._values = QStackedWidget()
        self._values.setObjectName("clear")
        self._values.setFixedHeight(34)
        self._values.addWidget(self.value)
        self._values.addWidget(self.choices)
        self._hint = label("", "small", wraps=True)
        self._hint.setMinimumHeight(34)
        self.guard = GuardMark(guard)
        self.go_on = button(f"Compare {accounts}", self.accept, "primary")
        self._build(f"Set one field of {accounts}")
        self.field_box.currentIndexChanged.connect(self._field_chosen)
        self.value.textChanged.connect(self._check)
        self._field_chosen()

    def _build(self, title: str) -> None:
        form = QFormLayout()
        form.setSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(label("Field"), self.field_box)
        form.addRow(label("New value"), self._values)
        form.addRow("", self._hint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(10)
        layout.addWidget(label(title, "card-title"))
        layout.addWidget(
            label("The next page shows every difference; nothing is sent before you say so.", "muted", wraps=True)
        )
        layout.addWidget(self.guard)
        layout.addSpacing(4)
        layout.addLayout(form)
        layout.addLayout(row(None, button("Cancel", self.reject), self.go_on))

    @property
    def field(self) -> Field:
        """The field that is chosen."""
        return self._fields[self.field_box.currentIndex()]

    @property
    def text(self) -> str:
        """The value as text."""
        return self.choices.currentText() if self._choices() else self.value.text().strip()

    def _choices(self) -> tuple[str, ...]:
        if self.field.type == "boolean":
            return ("true", "false")
        return self.field.pick_values if self.field.type == "picklist" else ()

    def _field_chosen(self) -> None:
        choices = self._choices()
        self.choices.clear()
        self.choices.addItems(list(choices))
        self.value.setPlaceholderText(_FORMS.get(self.field.type, ""))
        self._values.setCurrentWidget(self.choices if choices else self.value)
        self._check()

    def _check(self) -> None:
        problem = ""
        try:
            parse_text(self.field, self.text)
        except ValueProblem as error:
            problem = f"{error} {error.advice}".strip()
        is_typed = bool(self.text)
        self._hint.setText(problem if is_typed else "Type the value that all of them are to have.")
        set_tone(self._hint, "bad" if problem and is_typed else "muted")
        set_style_property(self.value, "problem", "true" if problem and is_typed else "false")
        self.go_on.setEnabled(is_typed and not problem)


def settable(fields: Sequence[Field], rows: int) -> list[Field]:
    """The fields that one cell can set, by label; a field whose values are unique can be set in one record only."""
    return sorted(
        (
            one
            for one in fields
            if one.is_writable
            and one.type not in COMPUTED_TYPES | STRUCTURED_TYPES
            and not (one.is_unique and rows > 1)
        ),
        key=lambda one: one.label.lower(),
    )


async def ask_one_field(
    parent: QWidget, rows: int, fields: Sequence[Field], guard: Guard | None
) -> tuple[Field, str] | None:
    """The field and the value's text, or None if the person changed their mind."""
    dialog = OneFieldDialog(parent, rows, fields, guard)
    return (dialog.field, dialog.text) if await shown(dialog) else None
