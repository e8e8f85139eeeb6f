"""One line for each column of the file: title and reason, some of its values, the field it sets."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from zoho_console.domain.drifts import Policy
from zoho_console.domain.fields import shortened
from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.ui.parts.basics import label, row, separator, set_style_property, set_tone
from zoho_console.ui.parts.choice import Choice
from zoho_console.ui.parts.elided import ElidedLabel

LEAVE_OUT = "(leave out)"
FINDS = "finds the account"
POLICIES = (("ask me", Policy.ASK), ("take the file’s", Policy.MINE), ("keep Zoho’s", Policy.THEIRS))
_TITLES = (("Column of the file", 4), ("Its values", 4), ("Sets the field", 5))
_FIELD_WIDTH = 170
_DROP = 8  # brings the values to the line of the text in the control


class ColumnsTable(QWidget):
    """The choices by column are in `targets`, what to do with values that Zoho changed too in `policies`, the words
    under them in `notes`.
    """

    def __init__(self, screen: BulkUpdateScreen) -> None:
        super().__init__()
        self._screen = screen
        self.targets: dict[int, Choice] = {}
        self.policies: dict[int, Choice] = {}
        self.notes: dict[int, QLabel] = {}
        self._policy_lines: dict[int, QWidget] = {}
        self._reasons: dict[int, ElidedLabel] = {}
        self._names: dict[int, ElidedLabel] = {}
        self._keys: dict[int, QLabel] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 8, 0)

    def fill(self) -> None:
        """Other columns: draw them anew."""
        table = self._screen.columns.table
        assert table is not None
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for part in (
            self.targets,
            self.policies,
            self._policy_lines,
            self.notes,
            self._reasons,
            self._names,
            self._keys,
        ):
            part.clear()
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(12)
        grid.setContentsMargins(0, 0, 0, 0)
        for place, (title, share) in enumerate(_TITLES):
            grid.addWidget(label(title, "small"), 0, place)
            grid.setColumnStretch(place, share)
        grid.setColumnMinimumWidth(len(_TITLES) - 1, _FIELD_WIDTH)
        grid.addWidget(separator(), 1, 0, 1, len(_TITLES))
        fields = [
            (f"{shortened(one.label, 48)}  ({one.type})", one.api_name) for one in self._screen.columns.target_fields
        ]
        for column, title in enumerate(table.header):
            self._add_line(grid, column, title, [(LEAVE_OUT, ""), *fields])
        self._layout.addWidget(inside)
        self._layout.addStretch(1)

    def show_state(self) -> None:
        """Draw the choices, their reasons and their problems."""
        columns = self._screen.columns
        for column, box in self.targets.items():
            is_key = column == columns.mapping.key_column
            field = columns.mapping.targets.get(column, "")
            box.setVisible(not is_key)
            self._keys[column].setVisible(is_key)
            box.show_value(field)
            set_tone(self._names[column], "" if is_key or field else "muted")
            reason = columns.why.get(column, "")
            self._reasons[column].say(columns.role(column))
            self._policy_lines[column].setVisible(columns.is_stamped and bool(field) and not is_key)
            self.policies[column].show_value(columns.policies.of(field))
            set_tone(self._reasons[column], "warn" if reason == "similar name" and (field or is_key) else "")
            problem = columns.problem_of(column)
            self.notes[column].setText(problem)
            self.notes[column].setVisible(bool(problem))
            set_style_property(box, "problem", "true" if problem else "false")

    def _add_line(self, grid: QGridLayout, column: int, title: str, fields: list[tuple[str, object]]) -> None:
        line = 2 + column
        names = QVBoxLayout()
        names.setSpacing(0)
        self._names[column], self._reasons[column] = ElidedLabel("strong"), ElidedLabel("small")
        self._names[column].say(shortened(title))
        names.addWidget(self._names[column])
        names.addWidget(self._reasons[column])
        names.addStretch(1)
        values = ElidedLabel("muted")
        values.setContentsMargins(0, _DROP, 0, 0)
        values.say(self._screen.columns.samples(column))
        box = Choice(f"Field set by column {shortened(title)}")
        box.offer(fields)
        box.activated.connect(partial(self._set_target, column))
        key = label(FINDS, "pill")
        key.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        note = label("", "small", tone="bad", wraps=True)
        field = QVBoxLayout()
        field.setSpacing(3)
        field.addWidget(box)
        field.addLayout(row(key, None))  # else the pill would keep the box to its own width
        field.addWidget(self._policy_line(column, title))
        field.addWidget(note)
        grid.addLayout(names, line, 0)
        grid.addWidget(values, line, 1, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(field, line, 2)
        self.targets[column], self._keys[column], self.notes[column] = box, key, note

    def _policy_line(self, column: int, title: str) -> QWidget:
        box = Choice(f"Values of column {shortened(title)} that were changed in Zoho too")
        box.offer(POLICIES)
        box.activated.connect(partial(self._set_policy, column))
        line = QWidget()
        line.setLayout(row(label("changed in both", "small"), box))
        line.setVisible(False)
        self.policies[column], self._policy_lines[column] = box, line
        return line

    def _set_policy(self, column: int, index: int) -> None:
        self._screen.columns.set_policy(self.policies[column].itemData(index), column)

    def _set_target(self, column: int, index: int) -> None:
        self._screen.columns.set_target(column, self.targets[column].itemData(index))
