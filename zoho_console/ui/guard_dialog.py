"""Asks how a connection is to be guarded: more carefully at once, less so by typing the organisation's name."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from zoho_console.domain.connections import Connection
from zoho_console.domain.guards import Level
from zoho_console.ui.dialogs import shown
from zoho_console.ui.parts.basics import button, label, row

WIDTH, INDENT = 460, 24


class GuardDialog(QDialog):
    """`level` and `is_for_good` are what was chosen."""

    def __init__(self, parent: QWidget, connection: Connection) -> None:
        super().__init__(parent)
        self.setWindowTitle("Guard")
        self.setFixedWidth(WIDTH)
        self._present, self._name = connection.guard, connection.name_to_type
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(6)
        layout.addWidget(label(f"Guard of “{connection.name}”", "card-title", wraps=True))
        layout.addWidget(
            label("What the console may send to this organisation, from any desktop.", "muted", wraps=True)
        )
        layout.addSpacing(4)
        self.choices: dict[Level, QRadioButton] = {}
        for level in reversed(Level):
            choice = self.choices[level] = QRadioButton(level.capitalize())
            choice.setAccessibleDescription(level.meaning)
            choice.setChecked(level is connection.guard.level)
            choice.toggled.connect(self._show)
            meaning = label(level.meaning, "small", wraps=True)
            meaning.setContentsMargins(INDENT, 0, 0, 4)
            layout.addWidget(choice)
            layout.addWidget(meaning)
        self.typed = QLineEdit()
        self.typed.setPlaceholderText(f"Type {self._name} to lower the guard")
        self.typed.setAccessibleName(f"Type {self._name} to lower the guard")
        self.typed.textChanged.connect(self._show)
        self.for_good = QCheckBox("Until somebody raises it again, not only for an hour")
        layout.addWidget(self.typed)
        layout.addWidget(self.for_good)
        self.set = button("Set", self.accept, "primary")
        layout.addSpacing(6)
        layout.addLayout(row(None, button("Cancel", self.reject), self.set))
        self._show()

    @property
    def level(self) -> Level:
        """The level that is chosen."""
        return next((level for level, choice in self.choices.items() if choice.isChecked()), self._present.level)

    @property
    def is_for_good(self) -> bool:
        """Whether a lowered guard stays so."""
        return self.for_good.isChecked()

    def _show(self) -> None:
        lowers = self.level.care < self._present.level.care
        self.typed.setVisible(lowers)
        self.for_good.setVisible(lowers)
        is_other = self.level is not self._present.level or self._present.until is not None
        self.set.setEnabled(is_other and (not lowers or self.typed.text().strip() == self._name))
        self.adjustSize()


async def ask_guard(parent: QWidget, connection: Connection) -> tuple[Level, bool] | None:
    """The level and whether it is for good; None if the person changed their mind."""
    dialog = GuardDialog(parent, connection)
    return (dialog.level, dialog.is_for_good) if await shown(dialog) else None
